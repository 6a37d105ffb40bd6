/* lower.h - letters of ASCII in lower case; other bytes stay. Any thread; no allocation. */
#ifndef TATTLER_BASE_LOWER_H
#define TATTLER_BASE_LOWER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint8_t lower_byte(uint8_t byte)
{
    return (uint8_t)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
}

/* Eight bytes at once: the top bit of a byte of 'upper' tells that it is a capital letter. */
static inline uint64_t lower_eight(uint64_t text)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t letters = text & 0x7f * ones;
    uint64_t upper = (letters + (0x80 - 'A') * ones) & ~(letters + (0x7f - 'Z') * ones) & ~text &
                     0x80 * ones;

    return text | upper >> 2;
}

static inline void lower_copy(uint8_t *to, const uint8_t *from, size_t len)
{
    size_t i = 0;

    for (; i + sizeof(uint64_t) <= len; i += sizeof(uint64_t)) {
        uint64_t eight;

        memcpy(&eight, from + i, sizeof(eight));
        eight = lower_eight(eight);
        memcpy(to + i, &eight, sizeof(eight));
    }
    for (; i < len; i++)
        to[i] = lower_byte(from[i]);
}

#endif
