/* grow.h - room in an array that grows by doubling. Set-up only. */
#ifndef TATTLER_BASE_GROW_H
#define TATTLER_BASE_GROW_H

#include <stddef.h>
#include <stdlib.h>

/* Returns 'items', perhaps moved, with room for 'needed' of 'size' bytes, and counts the room in
 * '*room'. NULL: out of memory; then 'items' stays as it was. */
static inline void *grow(void *items, size_t *room, size_t needed, size_t size)
{
    size_t wanted = *room != 0 ? *room : 64;
    void *moved;

    if (needed <= *room)
        return items;
    while (wanted < needed)
        wanted *= 2;
    moved = realloc(items, wanted * size);
    if (moved != NULL)
        *room = wanted;
    return moved;
}

#endif
