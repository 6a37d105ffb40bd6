/* cases.h - of whom rules look for bytes: what a packet has to be for any of them to hold.
 *
 * A search takes longer than to find out that none of what it may bring up could hold. Made once, then
 * read only. */
#ifndef TATTLER_DETECT_MATCH_CASES_H
#define TATTLER_DETECT_MATCH_CASES_H

#include <stdbool.h>
#include <stdint.h>

#include "detect/match/look.h"
#include "detect/match/plan.h"

#define CASES_MAX 8 /* with more, anything goes */
#define CASE_CONDITIONS 2

/* Of rules with the same header that ask for the same. */
struct search_case {
    const struct rule *rule; /* one of them, for the header */
    const struct condition *conditions[CASE_CONDITIONS];
    uint32_t condition_count;
};

/* All zeros is of no rules. */
struct search_cases {
    struct search_case all[CASES_MAX]; /* none holds wherever another one does */
    uint32_t count;
    bool anything;
};

void cases_add(struct search_cases *cases, const struct plan *plan);
/* May any of the rules hold, as far as this tells? */
bool cases_hold(const struct search_cases *cases, const struct look *look);

#endif
