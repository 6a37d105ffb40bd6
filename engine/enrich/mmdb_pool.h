/* mmdb_pool.h - equal bytes once: a part of mmdb_writer. Set-up only, one thread at a time. */
#ifndef TATTLER_ENRICH_MMDB_POOL_H
#define TATTLER_ENRICH_MMDB_POOL_H

#include <stddef.h>
#include <stdint.h>

struct mmdb_blob {
    size_t at; /* in the pool's bytes */
    uint32_t len;
    uint32_t written; /* the user's: 1 + where in the data section, 0: not yet */
};

/* Starts zeroed. Ids count from 1; blobs[id] until the next mmdb_pool_intern(). */
struct mmdb_pool {
    uint8_t *bytes;
    size_t used, room;
    struct mmdb_blob *blobs;
    size_t count, blob_room;
    uint32_t *slots; /* open addressing; a power of two, at most half of it full */
    size_t slot_count;
};

/* The id of these bytes, which are copied when new; 0: out of memory. */
uint32_t mmdb_pool_intern(struct mmdb_pool *pool, const void *data, size_t len);
void mmdb_pool_clear(struct mmdb_pool *pool);

#endif
