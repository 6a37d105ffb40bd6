/* lock.h - the one kind of lock the engine uses: a mutex that cannot fail once made.
 *
 * Kept in a header of its own so that nothing in parse/ or track/ sees threads. */
#ifndef TATTLER_BASE_LOCK_H
#define TATTLER_BASE_LOCK_H

#include <pthread.h>

struct lock {
    pthread_mutex_t mutex;
};

static inline void lock_init(struct lock *lock)
{
    pthread_mutex_init(&lock->mutex, NULL); /* with default attributes it cannot fail */
}

static inline void lock_destroy(struct lock *lock)
{
    pthread_mutex_destroy(&lock->mutex);
}

static inline void lock_take(struct lock *lock)
{
    pthread_mutex_lock(&lock->mutex);
}

static inline void lock_release(struct lock *lock)
{
    pthread_mutex_unlock(&lock->mutex);
}

#endif
