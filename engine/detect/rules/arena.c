#include "detect/rules/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE (64 * 1024)
#define ALIGNMENT alignof(max_align_t)

struct arena_block {
    struct arena_block *before;
    size_t size, used;
    alignas(max_align_t) unsigned char bytes[];
};

static struct arena_block *new_block(struct arena *arena, size_t size)
{
    struct arena_block *block;

    if (size < BLOCK_SIZE)
        size = BLOCK_SIZE;
    block = malloc(sizeof(*block) + size);
    if (block == NULL)
        return NULL;
    *block = (struct arena_block){ .before = arena->last, .size = size };
    arena->last = block;
    return block;
}

void *arena_take(struct arena *arena, size_t size)
{
    struct arena_block *block = arena->last;
    void *taken;

    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (block == NULL || block->size - block->used < size)
        block = new_block(arena, size);
    if (block == NULL)
        return NULL;
    taken = block->bytes + block->used;
    block->used += size;
    return memset(taken, 0, size);
}

void *arena_copy(struct arena *arena, const void *elements, size_t count, size_t size)
{
    void *copy = count > 0 ? arena_take(arena, count * size) : NULL;

    return copy != NULL ? memcpy(copy, elements, count * size) : NULL;
}

char *arena_text(struct arena *arena, const char *text, size_t len)
{
    char *copy = arena_take(arena, len + 1);

    return copy != NULL ? memcpy(copy, text, len) : NULL;
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){ arena->last, arena->last != NULL ? arena->last->used : 0 };
}

void arena_release(struct arena *arena, struct arena_mark mark)
{
    while (arena->last != mark.block) {
        struct arena_block *block = arena->last;

        arena->last = block->before;
        free(block);
    }
    if (mark.block != NULL)
        mark.block->used = mark.used;
}

void arena_free(struct arena *arena)
{
    arena_release(arena, (struct arena_mark){ NULL, 0 });
}
