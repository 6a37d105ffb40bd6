#include "enrich/mmdb_pool.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/hash.h"

/* Where these bytes are, or the empty slot where they belong. */
static uint32_t *slot_of(const struct mmdb_pool *pool, const void *data, size_t len)
{
    size_t mask = pool->slot_count - 1;

    for (size_t i = (size_t)hash_bytes(data, len);; i++) {
        uint32_t *slot = &pool->slots[i & mask];
        const struct mmdb_blob *blob = &pool->blobs[*slot];

        if (*slot == 0 || (blob->len == len && memcmp(pool->bytes + blob->at, data, len) == 0))
            return slot;
    }
}

static bool rehash(struct mmdb_pool *pool)
{
    size_t slot_count = pool->slot_count != 0 ? pool->slot_count * 2 : 256;
    uint32_t *slots = calloc(slot_count, sizeof(*slots));

    if (slots == NULL)
        return false;
    free(pool->slots);
    pool->slots = slots;
    pool->slot_count = slot_count;
    for (uint32_t id = 1; id <= pool->count; id++) {
        const struct mmdb_blob *blob = &pool->blobs[id];
        *slot_of(pool, pool->bytes + blob->at, blob->len) = id;
    }
    return true;
}

static bool make_room(struct mmdb_pool *pool, size_t len)
{
    struct mmdb_blob *blobs =
        grow(pool->blobs, &pool->blob_room, pool->count + 2, sizeof(*pool->blobs));
    uint8_t *bytes;

    if (blobs == NULL)
        return false;
    pool->blobs = blobs;
    bytes = grow(pool->bytes, &pool->room, pool->used + len, 1);
    if (bytes == NULL)
        return false;
    pool->bytes = bytes;
    return 2 * (pool->count + 1) <= pool->slot_count || rehash(pool);
}

uint32_t mmdb_pool_intern(struct mmdb_pool *pool, const void *data, size_t len)
{
    uint32_t *slot;

    if (!make_room(pool, len))
        return 0;
    slot = slot_of(pool, data, len);
    if (*slot != 0)
        return *slot;
    memcpy(pool->bytes + pool->used, data, len);
    *slot = (uint32_t)++pool->count;
    pool->blobs[*slot] = (struct mmdb_blob){ pool->used, (uint32_t)len, 0 };
    pool->used += len;
    return *slot;
}

void mmdb_pool_clear(struct mmdb_pool *pool)
{
    free(pool->bytes);
    free(pool->blobs);
    free(pool->slots);
    *pool = (struct mmdb_pool){ 0 };
}
