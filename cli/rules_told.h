/* rules_told.h - loads the rules that a host runs, and tells on standard error what is wrong with
 * them. */
#ifndef TATTLER_CLI_RULES_TOLD_H
#define TATTLER_CLI_RULES_TOLD_H

#include "heuristics.h"
#include "rules.h"

#define RULE_PATHS_MAX 64 /* options -S */

/* What the command line says of rules. */
struct rule_options {
    const char *config; /* may hold variables; NULL: none */
    const char *paths[RULE_PATHS_MAX]; /* instead of those of the configuration */
    size_t path_count;
};

/* One more path. EXIT_DONE; EXIT_USAGE: they were too many, which was told. */
int rule_options_add(const char *command, struct rule_options *options, const char *path);

/* What rules_load() takes: those of the options (if they name none, see rules_choose()), with the files and
 * networks of the settings, which are borrowed. */
struct rules_source rules_source_of(const struct rule_options *options, const struct settings *settings);

/* All zero at first. */
struct rules_told {
    unsigned refused;     /* rules and files with errors */
    unsigned unsupported; /* rules that only Suricata runs */
    unsigned lines;       /* the first few are told */
    bool warns;           /* of rules that are loaded nevertheless, too */
};

/* What complains of rules (a rule_problem_fn); 'told' is a struct rules_told. */
void rules_tell(void *told, const struct rule_problem *problem);
/* Complains of how many more there were, if any. False: something was refused or unsupported. */
bool rules_tell_rest(const struct rules_told *told);

/* Those of 'options', else of the configuration, else, if that leaves it open, of the pack.
 * False: out of memory, which was told. What is wrong is left out. 'out->set' is NULL if no rules are
 * wanted. Rules that ask for findings which none of 'heuristics' makes are told, too; NULL: nobody
 * knows. */
bool rules_load_told(const struct rule_options *options, const struct settings *settings,
        const struct heuristics *heuristics, struct rules *out, struct rules_told *told);

/* For telling of alerts: the same, but where the configuration wants none, those of the pack as well. */
bool rules_load_known(const struct rule_options *options, const struct settings *settings,
        struct rules *out, struct rules_told *told);

#endif
