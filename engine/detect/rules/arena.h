/* arena.h - memory that is given back all at once, or back to a mark. Set-up only. */
#ifndef TATTLER_DETECT_RULES_ARENA_H
#define TATTLER_DETECT_RULES_ARENA_H

#include <stddef.h>

struct arena_block;

/* All zero: empty. */
struct arena {
    struct arena_block *last;
};

struct arena_mark {
    struct arena_block *block;
    size_t used;
};

/* Zeroed and aligned for anything; NULL: out of memory. */
void *arena_take(struct arena *arena, size_t size);
/* A copy of 'count' elements; NULL if there are none, or out of memory. */
void *arena_copy(struct arena *arena, const void *elements, size_t count, size_t size);
/* A copy of 'len' bytes with a NUL behind it. */
char *arena_text(struct arena *arena, const char *text, size_t len);

struct arena_mark arena_mark(const struct arena *arena);
/* Frees what was taken since. */
void arena_release(struct arena *arena, struct arena_mark mark);
void arena_free(struct arena *arena);

#endif
