/* hash.h - hashing for tables whose keys come from the network.
 *
 * XXH3 with a secret seed, so that nobody outside can choose keys that fall into one bucket. The
 * seed is set once, before the first table exists, and never again. Include this instead of
 * uthash.h: it makes uthash use the same hash. */
#ifndef TATTLER_BASE_HASH_H
#define TATTLER_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define XXH_FORCE_MEMORY_ACCESS 0 /* memcpy: the other ways break the aliasing rules of C */
#define XXH_INLINE_ALL
#include <xxhash.h>

extern uint64_t hash_seed; /* written by hash_set_seed() alone */

/* Set-up only, before any other thread runs. */
void hash_set_seed(uint64_t seed);

static inline uint64_t hash_bytes(const void *data, size_t len)
{
    return XXH3_64bits_withSeed(data, len, hash_seed);
}

/* Without the seed: for what is saved, or has to be the same in each run. Not for tables that are
 * searched by bucket. */
static inline uint64_t hash_stable(const void *data, size_t len)
{
    return XXH3_64bits(data, len);
}

#define HASH_FUNCTION(keyptr, keylen, hashv) ((hashv) = (unsigned)hash_bytes(keyptr, keylen))
/* Out of memory leaves the table as it was; whoever adds looks at the handle's 'tbl'. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* Empties a table: each item is taken out, and release() called with it. */
#define HASH_FREE(head, release)                        \
    do {                                                \
        __typeof__(head) item_free_, next_free_;        \
                                                        \
        HASH_ITER(hh, head, item_free_, next_free_) {   \
            HASH_DEL(head, item_free_);                 \
            release(item_free_);                        \
        }                                               \
    } while (0)

#endif
