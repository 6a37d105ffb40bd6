/* baseline_progress.h - how far a device of the store has learned, and what is usual by it. */
#ifndef TATTLER_CLI_BASELINE_PROGRESS_H
#define TATTLER_CLI_BASELINE_PROGRESS_H

#include "baseline.h"

enum baseline_state { BASELINE_LEARNING, BASELINE_TRUSTED, BASELINE_FROZEN };

struct baseline_progress {
    enum baseline_state state;
    double share;        /* of the learning period; 1: it is over */
    uint64_t trusted_us; /* when it is or was over; zero: nothing has been learned yet */
    uint64_t missing_s;
    size_t known[SEEN_KINDS]; /* items, without those accused */
    size_t suspect, accused;
};

/* As of when the device was seen last; 'learning_s' is how long one learns. */
struct baseline_progress baseline_progress_of(const struct baseline *baseline,
        uint64_t learning_s);

/* "trusted" */
const char *baseline_state_name(enum baseline_state state);

/* Whether an item of the baseline excuses, as track/seen.h defines it, when the device was seen
 * last. */
bool baseline_is_usual(const struct baseline *baseline, const struct baseline_item *item,
        const struct baseline_progress *progress, uint64_t learning_s);

#endif
