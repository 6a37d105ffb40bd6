/* report_time.h - the axis of time that all charts of a report share.
 *
 * At most TIMELINE_BINS bins of one width, which grows (1 s, 5 s … 1 h, 3 h … 4 weeks) as the span
 * does: a minute is told by the second, a week by the hour. Bins begin at round local times. One
 * thread. */
#ifndef TATTLER_CLI_REPORT_TIME_H
#define TATTLER_CLI_REPORT_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIMELINE_BINS 256

struct timeline {
    int64_t first, last; /* numbers of the bins in use; counted from 1970 in local time */
    uint32_t width_s;    /* 0: nothing was put on it yet */
    int32_t east_s;      /* local time is that of the first moment throughout */
};

/* How what was counted by bin has to move: bins are 'factor' times as wide, then 'shift' further
 * to the right. */
struct timeline_change {
    int64_t first_before;
    uint32_t factor;
    int64_t first_after;
};

/* Makes room for this moment. 'east_s' counts the first time only. False: it is too far from the
 * others for the widest bins; nothing changed. '*change' says what happened to the bins: nothing
 * if the factor is 1 and 'first' is the same. */
bool timeline_include(struct timeline *timeline, uint64_t time_us, int32_t east_s,
        struct timeline_change *change);

/* Where bin 'index' of before is now. */
size_t timeline_moved(const struct timeline_change *change, size_t index);

/* The bin of a moment, which has been included. */
size_t timeline_bin(const struct timeline *timeline, uint64_t time_us);
size_t timeline_count(const struct timeline *timeline); /* bins in use */
uint64_t timeline_start_us(const struct timeline *timeline, size_t bin);

#endif
