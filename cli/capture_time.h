/* capture_time.h - time stamps as capture files have them, which may be anything. */
#ifndef TATTLER_CLI_CAPTURE_TIME_H
#define TATTLER_CLI_CAPTURE_TIME_H

#include <stdint.h>

/* The last second of the year 9999: the latest that a time stamp in EVE can show. */
#define CAPTURE_TIME_MAX_S INT64_C(253402300799)

/* Microseconds since 1970 from seconds and an offset to add to them. What lies before 1970 becomes
 * 0, what lies after the year 9999 its end; a part of a second that is more than one is cut. */
static inline uint64_t capture_time_us(int64_t s, int64_t offset_s, uint64_t us)
{
    if (offset_s > CAPTURE_TIME_MAX_S)
        offset_s = CAPTURE_TIME_MAX_S;
    if (offset_s < -CAPTURE_TIME_MAX_S)
        offset_s = -CAPTURE_TIME_MAX_S;
    if (s > 2 * CAPTURE_TIME_MAX_S)
        s = 2 * CAPTURE_TIME_MAX_S;
    if (s + offset_s < 0)
        return 0;
    s = s + offset_s > CAPTURE_TIME_MAX_S ? CAPTURE_TIME_MAX_S : s + offset_s;
    return (uint64_t)s * 1000000 + (us > 999999 ? 999999 : us);
}

#endif
