/* rules.h - the rules that a command works with, from files, with variables and classes. */
#ifndef TATTLER_CLI_RULES_H
#define TATTLER_CLI_RULES_H

#include "detect/rules/rule_set.h"
#include "settings.h"

struct rules_source {
    const char *yaml; /* variables from its section 'vars'; NULL: none */
    const char *classification, *reference; /* NULL: those of Suricata, where it is
                                             * installed, else those beside the rules */
    const char *threshold;                  /* NULL: none */
    const char *const *paths; /* files, and folders whose files '*.rules' are read by name */
    size_t path_count;
    const struct prefix_list *home; /* $HOME_NET, if 'yaml' does not say; NULL: as in Suricata */
};

struct rules {
    struct rule_vars vars;
    struct rule_set *set;
};

/* Where the pack and classification.config are: $TATTLER_RULES, else where they are installed. */
const char *rules_folder(void);
/* Does this file of rules lie in it, by whatever name? */
bool rules_are_of_pack(const char *file);

#define RULES_PATH_SIZE 4096

/* Where the file 'name' (classification.config, reference.config) is: the one given, else that of
 * Suricata where it is installed, of the folder 'beside' (NULL: none), or of the pack; NULL: nowhere. The
 * answer may stand in 'room'. */
const char *rules_find_config(const char *given, const char *beside, const char *name, char *room,
        size_t size);

/* 'problem' is told of all that is wrong. TATTLER_MALFORMED: something was; the rest is there.
 * TATTLER_NO_MEMORY leaves nothing to be cleared. */
enum tattler_status rules_load(const struct rules_source *source, rule_problem_fn problem,
        void *user, struct rules *out);
void rules_clear(struct rules *rules); /* safe on zeros */

/* Looks at nothing but the section 'vars' of a configuration: TATTLER_MALFORMED if it is wrong. */
enum tattler_status rules_check_vars(const struct settings *settings, const char *yaml,
        vars_problem_fn problem, void *user);

/* Where 'source' names no files: those of the configuration, else, if 'needs_pack', the pack. False:
 * the pack is not there, which was told. */
bool rules_choose(struct rules_source *source, const struct settings *settings, bool needs_pack);

/* Does the configuration say nothing of rules? Then hosts run the pack; an empty list wants none. */
bool rules_are_left_open(const struct settings *settings);

/* Is it a sid? */
bool rules_is_number(const char *word);
/* By "1000010" or "1:1000010". NULL: there is none, which was told. */
const struct rule *rules_find(const struct rule_set *set, const char *word);

#endif
