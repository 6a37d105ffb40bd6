/* heads.h - rules whose bytes must begin with something, or have it in one place close behind, found
 * by their first bytes alone: that takes far less than a search.
 *
 * Made once, then read only. */
#ifndef TATTLER_DETECT_MATCH_HEADS_H
#define TATTLER_DETECT_MATCH_HEADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

#define HEAD_BYTES 8 /* that are compared, without regard to case; the rule looks at the rest */

struct head {
    uint64_t bytes; /* the first one on top, in lower case; zeros behind 'length' */
    uint32_t length;
    uint32_t number; /* of its plan */
    uint32_t parent; /* 1 + index of the longest that this one begins with; 0: none */
};

/* Not at the start: few, as each is compared. */
struct head_spot {
    uint64_t bytes, mask; /* as above; of the bytes that count all bits are set in 'mask' */
    uint32_t number;
    uint32_t end; /* so many bytes there have to be; what is behind HEAD_BYTES does not count */
};

/* All zeros is empty. */
struct heads {
    struct head_spot *spots;
    size_t spot_count, spot_room;
    struct head *all;
    size_t count, room;
    uint64_t firsts[4]; /* a bit for each byte that one of them begins with, in either case */
};

/* At least one byte. 'offset': of the place, below HEAD_BYTES. False: out of memory. */
bool heads_add(struct heads *heads, const uint8_t *bytes, size_t length, size_t offset,
        uint32_t number);
void heads_sort(struct heads *heads); /* once all are there; what is there twice goes */
void heads_clear(struct heads *heads);

/* Begins one of them with this? */
static inline bool heads_begin(const struct heads *heads, uint8_t first)
{
    return (heads->firsts[first / 64] >> first % 64 & 1) != 0;
}

/* May there be any? What a packet begins with mostly tells without a call. */
static inline bool heads_may_find(const struct heads *heads, struct cursor bytes)
{
    return bytes.left > 0 && (heads->spot_count > 0 || heads_begin(heads, bytes.at[0]));
}

/* Tells the numbers of those that these bytes may begin with. */
void heads_find(const struct heads *heads, struct cursor bytes,
        void (*found)(void *user, uint32_t number), void *user);

#endif
