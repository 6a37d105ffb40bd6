/* limit_count.h - the arithmetic of limits: one count, one match after the other. Any thread. */
#ifndef TATTLER_DETECT_MATCH_LIMIT_COUNT_H
#define TATTLER_DETECT_MATCH_LIMIT_COUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "detect/match/limit_plans.h"
#include "detect/match/limits.h"

struct limit_count {
    uint64_t start_us;   /* of the window */
    uint64_t changed_us; /* of LIMIT_RATE: since when there is a new action; 0: there is none */
    uint32_t count;
    uint32_t next; /* of LIMIT_BACKOFF: the count that alerts */
};

/* The first match there is. */
enum limit_verdict limit_count_begin(struct limit_count *count, const struct limit_plan *plan,
        uint64_t now_us);
/* Each one after it. '*action' is changed by LIMIT_RATE alone. */
enum limit_verdict limit_count_go_on(struct limit_count *count, const struct limit_plan *plan,
        uint64_t now_us, enum rule_action *action);

/* Nothing would be different if there were no such count, but in a flow. */
bool limit_count_is_over(const struct limit_count *count, const struct limit_plan *plan,
        uint64_t now_us);

#endif
