/* grow.h - room in an array that grows by doubling. */
#ifndef TATTLER_BASE_GROW_H
#define TATTLER_BASE_GROW_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Set-up only, as it has no cap. Returns 'items', perhaps moved, with room for 'needed' of 'size' bytes, and
 * counts the room in '*room'. NULL: out of memory; then 'items' stays as it was. */
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

/* Room for one more than 'count' in a small table: 'first' items, then twice as many each time, up to 'max'
 * at most, which is below 2^15, so that twice the room fits. As above; NULL also where 'max' is reached. */
static inline void *grow_within(void *items, uint16_t *room, uint16_t count, uint16_t first, uint16_t max,
        size_t size)
{
    uint16_t wanted = (uint16_t)(*room == 0 ? first : 2 * *room);
    void *moved;

    if (count < *room)
        return items;
    moved = wanted <= max ? realloc(items, wanted * size) : NULL;
    if (moved != NULL)
        *room = wanted;
    return moved;
}

#endif
