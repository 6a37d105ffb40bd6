/* digits.h - decimal digits, two at a time: half the divisions. Any thread. */
#ifndef TATTLER_BASE_DIGITS_H
#define TATTLER_BASE_DIGITS_H

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

#endif
