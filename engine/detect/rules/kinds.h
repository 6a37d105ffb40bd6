/* kinds.h - the words that rules put behind 'metadata: detects', and what each means for whoever
 * has to act on the alert: one table for 'tattler check', 'tattler explain' and doc/rules/.
 *
 * Const; any thread. */
#ifndef TATTLER_DETECT_RULES_KINDS_H
#define TATTLER_DETECT_RULES_KINDS_H

#include <stddef.h>

struct rule_kind {
    const char *name;     /* the word: "beacon" */
    const char *title;    /* "Beacon" */
    const char *meaning;  /* what was seen, and why that is told */
    const char *harmless; /* what else looks like it */
    const char *advice;   /* what to do about it */
};

extern const struct rule_kind rule_kinds[];
extern const size_t rule_kind_count;

/* NULL: there is no such word. */
const struct rule_kind *rule_kind_find(const char *name);
/* The word that may have been meant; NULL: it is one itself, or none is near. */
const char *rule_kind_meant(const char *name);

#endif
