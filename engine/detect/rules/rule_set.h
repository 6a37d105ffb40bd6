/* rule_set.h - rules as they are loaded from files.
 *
 * What Suricata 8 refuses is refused and what it accepts is accepted, rule by rule; a rule with a
 * keyword that only Suricata has is left out and told of. The rest of the file is still loaded.
 *
 * Set-up by one thread; once loaded a set does not change (but for its datasets, dataset.h), and
 * any thread may read it. Time and memory are bounded by the size of the text. */
#ifndef TATTLER_DETECT_RULES_RULE_SET_H
#define TATTLER_DETECT_RULES_RULE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "detect/rules/rule.h"
#include "detect/rules/thresholds.h"
#include "detect/rules/vars.h"

#define RULE_TEXT_MAX 8191 /* bytes of a rule; Suricata cuts what is longer */

enum rule_problem_kind {
    RULE_ERROR,       /* refused, by Suricata as well */
    RULE_UNSUPPORTED, /* Suricata may run it; left out here */
    RULE_WARNING,     /* loaded, but not what its author means */
};

struct rule_problem {
    enum rule_problem_kind kind;
    const char *file;
    unsigned line, column; /* from 1; 0: the file as a whole */
    const char *text;      /* what is wrong and what to write instead */
};

/* The problem and its texts are borrowed for the call. */
typedef void (*rule_problem_fn)(void *user, const struct rule_problem *problem);

struct rule_set;

/* 'vars' is borrowed for as long as rules are loaded; 'problem' may be NULL. */
enum tattler_status rule_set_new(struct rule_vars *vars, rule_problem_fn problem, void *user,
        struct rule_set **out);
void rule_set_free(struct rule_set *set); /* NULL does nothing */

/* classification.config and reference.config, before the rules that use them. TATTLER_MALFORMED if
 * the file cannot be read or a line is wrong; the other lines count. Without a call nobody is told
 * of classes and systems that are not known. */
enum tattler_status rule_set_read_classes(struct rule_set *set, const char *path);
enum tattler_status rule_set_read_references(struct rule_set *set, const char *path);
/* threshold.config, in any order with the rules. */
enum tattler_status rule_set_read_thresholds(struct rule_set *set, const char *path);

/* Adds the rules of a file, or of 'len' bytes as if they had been read from 'path'. Of two rules
 * with the same gid and sid the one with the higher rev stays, and the other is an error.
 * TATTLER_MALFORMED if anything was refused. */
enum tattler_status rule_set_load(struct rule_set *set, const char *path);
enum tattler_status rule_set_load_text(struct rule_set *set, const char *path, const char *text,
        size_t len);

size_t rule_set_count(const struct rule_set *set);
const struct rule *rule_set_rule(const struct rule_set *set, size_t index);
/* NULL: there is none. */
const struct rule *rule_set_find(const struct rule_set *set, uint32_t gid, uint32_t sid);

/* Bits are numbered from 0; flowbits and xbits apart. */
size_t rule_set_flowbits(const struct rule_set *set);
size_t rule_set_xbits(const struct rule_set *set);
bool rule_set_find_bit(const struct rule_set *set, bool is_xbit, const char *name, uint32_t *out);
const char *rule_set_bit_name(const struct rule_set *set, bool is_xbit, uint32_t bit);

/* The lines of threshold.config, in their order. */
const struct threshold *rule_set_thresholds(const struct rule_set *set, size_t *count);

/* A pcre2_match_context for all searches, with Suricata's limits. */
void *rule_set_pcre_context(const struct rule_set *set);

#endif
