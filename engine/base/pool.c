#include "base/pool.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 64 /* bytes */

struct pool_block {
    struct pool_block *next;
};

void pool_init(struct pool *pool, size_t size)
{
    *pool = (struct pool){ .size = size };
    lock_init(&pool->lock);
}

void pool_destroy(struct pool *pool)
{
    struct pool_block *block;

    while ((block = pool->newest) != NULL) {
        pool->newest = block->next;
        free(block);
    }
    lock_destroy(&pool->lock);
}

/* Whoever gave it did so a while ago, on another processor as a rule: it comes while there is other work. */
static void fetch_early(const struct pool_block *block, size_t size)
{
    for (size_t line = 0; block != NULL && line < size; line += CACHE_LINE)
        __builtin_prefetch((const char *)block + line, 1);
}

void *pool_take(struct pool *pool)
{
    struct pool_block *block, *next = NULL;

    lock_take(&pool->lock);
    block = pool->newest;
    if (block != NULL) {
        pool->newest = next = block->next;
        pool->count--;
    }
    lock_release(&pool->lock);
    fetch_early(next, pool->size);
    return block != NULL ? block : malloc(pool->size);
}

void *pool_take_zeroed(struct pool *pool)
{
    void *block = pool_take(pool);

    return block != NULL ? memset(block, 0, pool->size) : NULL;
}

void pool_give(struct pool *pool, void *block)
{
    struct pool_block *given = block;
    bool kept;

    if (given == NULL)
        return;
    lock_take(&pool->lock);
    kept = pool->count != POOL_KEPT_MAX;
    if (kept) {
        given->next = pool->newest;
        pool->newest = given;
        pool->count++;
    }
    lock_release(&pool->lock);
    if (!kept)
        free(given);
}
