/* time.h - times are packet times in microseconds since 1970 and named ..._us; spans of seconds, ..._s. */
#ifndef TATTLER_BASE_TIME_H
#define TATTLER_BASE_TIME_H

#include <stdint.h>

#define US_PER_S UINT64_C(1000000)
#define DAY_S 86400
#define DAY_US (DAY_S * US_PER_S)

#endif
