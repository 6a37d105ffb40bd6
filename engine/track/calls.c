#include "track/calls.h"

#include <string.h>

#include "base/hash.h"

uint64_t calls_key(const struct address *caller, uint16_t port)
{
    uint8_t key[sizeof(caller->bytes) + sizeof(port)];

    memcpy(key, caller->bytes, sizeof(caller->bytes));
    memcpy(key + sizeof(caller->bytes), &port, sizeof(port));
    return hash_bytes(key, sizeof(key));
}

static uint32_t second_of(uint64_t now_us)
{
    return (uint32_t)(now_us / 1000000);
}

static atomic_ullong *places_of(struct calls *calls, uint64_t hash)
{
    return &calls->places[hash % (CALLS_MAX / CALLS_WAYS) * CALLS_WAYS];
}

/* The one with this call, or the oldest. */
static atomic_ullong *place_for(atomic_ullong places[CALLS_WAYS], uint64_t hash)
{
    atomic_ullong *oldest = &places[0];

    for (unsigned i = 0; i < CALLS_WAYS; i++) {
        uint64_t place = atomic_load_explicit(&places[i], memory_order_relaxed);

        if (place >> 32 == hash >> 32)
            return &places[i];
        if ((uint32_t)place < (uint32_t)atomic_load_explicit(oldest, memory_order_relaxed))
            oldest = &places[i];
    }
    return oldest;
}

void calls_note(struct calls *calls, uint64_t key, uint64_t now_us)
{
    atomic_store_explicit(place_for(places_of(calls, key), key),
            (key >> 32) << 32 | second_of(now_us), memory_order_relaxed);
}

bool calls_await(struct calls *calls, const struct address *caller, uint16_t port, uint64_t now_us)
{
    uint64_t hash = calls_key(caller, port);
    uint64_t place = atomic_load_explicit(place_for(places_of(calls, hash), hash),
            memory_order_relaxed);

    /* Threads differ by a little in what is now: an answer may seem to come before its call. */
    return place >> 32 == hash >> 32 &&
           second_of(now_us) + 1 - (uint32_t)place <= CALLS_KEPT_S;
}
