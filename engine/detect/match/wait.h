/* wait.h - what rules on features wait for in one direction of a flow: before something of it has
 * come, none of them can hold that did not, nor the other way round. */
#ifndef TATTLER_DETECT_MATCH_WAIT_H
#define TATTLER_DETECT_MATCH_WAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/match/plan.h"

#define WAIT_MARKS 8 /* of them; others are waited for whatever they become */

/* A number that has not come to what a rule asks of it. */
struct wait_mark {
    uint32_t changed; /* of its feature */
    float low; /* who compares with it rounds as it was, and so misses nothing */
    uint16_t feature; /* index in the table */
};

struct match_wait {
    uint32_t mask; /* of all runs, and what they waited for before */
    uint32_t marked; /* of the marks */
    uint32_t mark_count;
    struct wait_mark marks[WAIT_MARKS]; /* of all runs */
    uint32_t runs[]; /* for each run: enum flow_change, PLAN_PHASE, PLAN_PACKETS */
};

/* Of one for so many runs; all zeros waits for nothing yet. */
static inline size_t wait_size(size_t runs)
{
    return sizeof(struct match_wait) + runs * sizeof(uint32_t);
}

/* What of 'changes' has come to a mark; who waited for it is to be asked again, and says anew.
 * 'told': a rule has been, perhaps in the other direction, and may hold no more. */
uint32_t wait_take_risen(struct match_wait *wait, const struct flow *flow, uint32_t changes,
        bool told);

/* A rule of a run with this mask has been looked at, and the first condition that did not hold is
 * 'failed'; or the gate of the run did not. 'value': of its feature, NULL: unknown. */
void wait_to_hold(struct match_wait *wait, size_t run, uint32_t mask,
        const struct condition *failed, const struct feature_value *value);
/* None of its rules has been looked at, as all ask for a feature that is unknown. */
static inline void wait_to_know(struct match_wait *wait, size_t run, const struct feature *feature)
{
    wait->runs[run] |= feature->changed;
    wait->mask |= feature->changed;
}
/* All did, but for its header, of which only the phase of the flow may change. */
static inline void wait_to_turn(struct match_wait *wait, size_t run, const struct plan *plan)
{
    wait->runs[run] |= plan->mask & PLAN_PHASE;
    wait->mask |= plan->mask & PLAN_PHASE;
}
/* All did; 'told': what matters is only when they do no more. */
void wait_to_fail(struct match_wait *wait, size_t run, const struct plan *plan, bool told);

#endif
