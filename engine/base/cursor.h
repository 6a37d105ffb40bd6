/* cursor.h - the one way to read untrusted bytes.
 *
 * A cursor is a borrowed span that shrinks from the front. Every read checks what is left before
 * it touches a byte; on failure nothing changes. A nested block becomes a cursor of its own by
 * cursor_split(), so an inner length can never reach outside its parent. Nothing else in the
 * project computes with lengths from the wire. Any thread; no allocation. */
#ifndef TATTLER_BASE_CURSOR_H
#define TATTLER_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cursor {
    const uint8_t *at; /* borrowed */
    size_t left;
};

static inline struct cursor cursor_over(const void *data, size_t len)
{
    return (struct cursor){ data, len };
}

/* Moves the next 'n' bytes into 'part'; on failure nothing changes. */
static inline bool cursor_split(struct cursor *in, size_t n, struct cursor *part)
{
    if (n > in->left)
        return false;
    *part = (struct cursor){ in->at, n };
    if (n > 0) /* an empty cursor may be over NULL, which not even 0 may be added to */
        *in = (struct cursor){ in->at + n, in->left - n };
    return true;
}

static inline bool cursor_skip(struct cursor *in, size_t n)
{
    struct cursor dropped;
    return cursor_split(in, n, &dropped);
}

/* Copies the next 'n' bytes to 'out'. */
static inline bool cursor_copy(struct cursor *in, void *out, size_t n)
{
    struct cursor part;

    if (!cursor_split(in, n, &part))
        return false;
    memcpy(out, part.at, n);
    return true;
}

/* A copy of all of it in 'room', which must have as many bytes. What is absent stays so. */
static inline struct cursor cursor_clone(struct cursor from, uint8_t *room)
{
    if (from.left > 0)
        memcpy(room, from.at, from.left);
    return (struct cursor){ from.at != NULL ? room : NULL, from.left };
}

static inline bool cursor_u8(struct cursor *in, uint8_t *out)
{
    return cursor_copy(in, out, 1);
}

static inline bool cursor_u16be(struct cursor *in, uint16_t *out)
{
    struct cursor part;

    if (!cursor_split(in, 2, &part))
        return false;
    *out = (uint16_t)(part.at[0] << 8 | part.at[1]);
    return true;
}

static inline bool cursor_u16le(struct cursor *in, uint16_t *out)
{
    struct cursor part;

    if (!cursor_split(in, 2, &part))
        return false;
    *out = (uint16_t)(part.at[1] << 8 | part.at[0]);
    return true;
}

static inline bool cursor_u24be(struct cursor *in, uint32_t *out)
{
    struct cursor part;

    if (!cursor_split(in, 3, &part))
        return false;
    *out = (uint32_t)part.at[0] << 16 | (uint32_t)part.at[1] << 8 | part.at[2];
    return true;
}

static inline bool cursor_u32be(struct cursor *in, uint32_t *out)
{
    struct cursor part;

    if (!cursor_split(in, 4, &part))
        return false;
    *out = (uint32_t)part.at[0] << 24 | (uint32_t)part.at[1] << 16 | (uint32_t)part.at[2] << 8 |
           part.at[3];
    return true;
}

static inline bool cursor_u32le(struct cursor *in, uint32_t *out)
{
    struct cursor part;

    if (!cursor_split(in, 4, &part))
        return false;
    *out = (uint32_t)part.at[3] << 24 | (uint32_t)part.at[2] << 16 | (uint32_t)part.at[1] << 8 |
           part.at[0];
    return true;
}

/* Looks 'offset' bytes ahead without moving. */
static inline bool cursor_peek_u8(const struct cursor *in, size_t offset, uint8_t *out)
{
    if (offset >= in->left)
        return false;
    *out = in->at[offset];
    return true;
}

/* Do the next bytes equal the string literal or array 'text' of 'n' bytes? Does not move. */
static inline bool cursor_starts_with(const struct cursor *in, const void *text, size_t n)
{
    return in->left >= n && memcmp(in->at, text, n) == 0;
}

#endif
