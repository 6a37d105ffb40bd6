/* clock.h - what time it is, in microseconds. Any thread. */
#ifndef TATTLER_CLI_CLOCK_H
#define TATTLER_CLI_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "base/time.h"

static inline uint64_t clock_read_us(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / 1000;
}

/* Since 1970, as packet times. */
static inline uint64_t clock_us(void)
{
    return clock_read_us(CLOCK_REALTIME);
}

/* Of CLOCK_MONOTONIC, which nobody sets: for how long something takes. */
static inline uint64_t steady_us(void)
{
    return clock_read_us(CLOCK_MONOTONIC);
}

#endif
