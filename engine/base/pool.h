/* pool.h - blocks of one size, for what comes and goes with flows.
 *
 * In Suricata one thread opens a flow and another ends it. Memory that goes this way through the C
 * library costs both a lock on all memory of the first, and time to find and join what fits; here the
 * next flow gets what the last one has left. Any thread. */
#ifndef TATTLER_BASE_POOL_H
#define TATTLER_BASE_POOL_H

#include <stddef.h>

#include "base/lock.h"

struct pool_block;

struct pool {
    struct lock lock;
    size_t size;               /* of a block, in bytes */
    size_t count;              /* of those kept */
    struct pool_block *newest; /* its memory is the warmest */
};

/* Blocks; more are given back to the C library. All are under the address sanitizer, which finds the use
 * of what has been freed, but not of what is kept. */
#if defined(__SANITIZE_ADDRESS__) /* of GCC */
#define POOL_KEPT_MAX 0
#elif defined(__has_feature) /* of Clang */
#if __has_feature(address_sanitizer)
#define POOL_KEPT_MAX 0
#endif
#endif
#ifndef POOL_KEPT_MAX
#define POOL_KEPT_MAX 4096
#endif

/* 'size' is at least that of a pointer. */
void pool_init(struct pool *pool, size_t size);
/* No thread may use it any more. What was taken from it stays good, and can be given to free(). */
void pool_destroy(struct pool *pool);

/* Holds anything. NULL: out of memory. */
void *pool_take(struct pool *pool);
void *pool_take_zeroed(struct pool *pool);
/* Accepts NULL. */
void pool_give(struct pool *pool, void *block);

#endif
