/* spares.h - blocks of one size that come and go with flows: what was given back is taken again, at most
 * SPARES_MAX of them. One thread. */
#ifndef TATTLER_DETECT_MATCH_SPARES_H
#define TATTLER_DETECT_MATCH_SPARES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SPARES_MAX 1024

struct spare {
    struct spare *next;
};

struct spares {
    size_t size; /* of each block, at least a struct spare's */
    struct spare *first;
    uint32_t count;
};

/* All zeros; NULL: out of memory. To be given back, or freed by free(). */
static inline void *spares_take(struct spares *spares)
{
    struct spare *taken = spares->first;

    if (taken == NULL)
        return calloc(1, spares->size);
    spares->first = taken->next;
    spares->count--;
    return memset(taken, 0, spares->size);
}

/* NULL does nothing. */
static inline void spares_give(struct spares *spares, void *block)
{
    struct spare *given = block;

    if (given == NULL)
        return;
    if (spares->count == SPARES_MAX) {
        free(given);
        return;
    }
    given->next = spares->first;
    spares->first = given;
    spares->count++;
}

static inline void spares_clear(struct spares *spares)
{
    while (spares->first != NULL) {
        struct spare *next = spares->first->next;

        free(spares->first);
        spares->first = next;
    }
    spares->count = 0;
}

#endif
