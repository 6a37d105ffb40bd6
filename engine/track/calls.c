#include "track/calls.h"

#include <string.h>

#include "base/hash.h"

static uint64_t hash_of(const struct address *caller, uint16_t port)
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

void calls_note(struct calls *calls, const struct address *caller, uint16_t port, uint64_t now_us)
{
    uint64_t hash = hash_of(caller, port);

    atomic_store_explicit(&calls->places[hash % CALLS_MAX],
            (hash >> 32) << 32 | second_of(now_us), memory_order_relaxed);
}

bool calls_await(struct calls *calls, const struct address *caller, uint16_t port, uint64_t now_us)
{
    uint64_t hash = hash_of(caller, port);
    uint64_t place = atomic_load(&calls->places[hash % CALLS_MAX]);

    /* Threads differ by a little in what is now: an answer may seem to come before its call. */
    return place >> 32 == hash >> 32 &&
           second_of(now_us) + 1 - (uint32_t)place <= CALLS_KEPT_S;
}
