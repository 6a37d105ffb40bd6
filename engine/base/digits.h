/* digits.h - decimal digits, two at a time: half the divisions. Any thread. */
#ifndef TATTLER_BASE_DIGITS_H
#define TATTLER_BASE_DIGITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* 'value' is below 100. Returns what is behind them; writes no NUL. */
static inline char *digits_put_two(char *at, unsigned value)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";

    memcpy(at, pairs + 2 * value, 2);
    return at + 2;
}

static inline size_t digits_count(uint64_t value)
{
    size_t count = 1;

    for (; value >= 10000; value /= 10000)
        count += 4;
    return count + (value >= 10) + (value >= 100) + (value >= 1000);
}

/* At most 20 digits, likewise: from their end on, where the next two are what is left of a division. */
static inline char *digits_put(char *at, uint64_t value)
{
    char *end;

    if (value < 10) { /* most numbers are */
        *at = (char)('0' + value);
        return at + 1;
    }
    end = at + digits_count(value);
    for (at = end; value >= 100; value /= 100)
        digits_put_two(at -= 2, (unsigned)(value % 100));
    if (value >= 10)
        digits_put_two(at - 2, (unsigned)value);
    else
        at[-1] = (char)('0' + value);
    return end;
}

#endif
