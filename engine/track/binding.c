#include "track/binding.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/time.h"
#include <utlist.h>

#define SHARED_ADDRESSES 3
#define SHARED_WITHIN_US (600 * US_PER_S)

struct binding {
    struct address address;
    uint64_t seen_us;
    struct bound *bound;
    struct binding *prev, *next; /* of the same device */
    UT_hash_handle hh;
};

static struct binding **recent_place(struct bindings *bindings, const struct address *address)
{
    return &bindings->recent[address->bytes[sizeof(address->bytes) - 1] % BINDINGS_RECENT];
}

static struct binding *find(struct bindings *bindings, const struct address *address)
{
    struct binding **recent = recent_place(bindings, address), *binding = *recent;

    if (binding != NULL && address_equal(&binding->address, address))
        return binding;
    HASH_FIND(hh, bindings->by_address, address, sizeof(*address), binding);
    if (binding != NULL)
        *recent = binding;
    return binding;
}

struct bound *binding_find(struct bindings *bindings, const struct address *address)
{
    const struct binding *binding = find(bindings, address);

    return binding != NULL ? binding->bound : NULL;
}

static void drop(struct bindings *bindings, struct binding *binding)
{
    struct binding **recent = recent_place(bindings, &binding->address);

    if (*recent == binding)
        *recent = NULL;
    HASH_DEL(bindings->by_address, binding);
    DL_DELETE(binding->bound->oldest, binding);
    binding->bound->count--;
    free(binding);
}

void binding_drop(struct bindings *bindings, struct bound *bound)
{
    while (bound->oldest != NULL)
        drop(bindings, bound->oldest);
}

void binding_drop_v4(struct bindings *bindings, struct bound *bound)
{
    struct binding *binding, *next;

    DL_FOREACH_SAFE(bound->oldest, binding, next) {
        if (address_is_v4(&binding->address))
            drop(bindings, binding);
    }
}

static struct binding *make(struct bindings *bindings, struct bound *bound,
        const struct address *address)
{
    struct binding *binding;

    if (bound->count == BINDINGS_PER_DEVICE)
        drop(bindings, bound->oldest);
    binding = calloc(1, sizeof(*binding));
    if (binding == NULL)
        return NULL;
    binding->address = *address;
    binding->bound = bound;
    HASH_ADD(hh, bindings->by_address, address, sizeof(binding->address), binding);
    if (binding->hh.tbl != NULL) {
        bound->count++;
        return binding;
    }
    free(binding);
    return NULL;
}

/* Behind all others of its device, where it mostly is. */
static void move_to_end(struct bound *bound, struct binding *binding)
{
    if (bound->oldest->prev == binding)
        return;
    DL_DELETE(bound->oldest, binding);
    DL_APPEND(bound->oldest, binding);
}

bool binding_set(struct bindings *bindings, struct bound *bound, const struct address *address,
        uint64_t now_us)
{
    struct binding *binding = find(bindings, address);

    if (binding != NULL && binding->bound == bound) {
        binding->seen_us = now_us;
        move_to_end(bound, binding);
        return false;
    }
    if (binding != NULL)
        drop(bindings, binding);
    binding = make(bindings, bound, address);
    if (binding == NULL)
        return false;
    binding->seen_us = now_us;
    DL_APPEND(bound->oldest, binding);
    return true;
}

static bool is_plain_v4(const struct address *address)
{
    return address_is_v4(address) && !address_is_link_local(address);
}

static unsigned count_in_use(const struct bound *bound, uint64_t now_us)
{
    const struct binding *binding;
    unsigned n = 0;

    DL_FOREACH(bound->oldest, binding) {
        n += is_plain_v4(&binding->address) && now_us < binding->seen_us + SHARED_WITHIN_US;
    }
    return n;
}

bool binding_is_shared(struct bindings *bindings, struct bound *bound,
        const struct address *address, uint64_t now_us)
{
    const struct binding *binding;

    if (address_equal(&bound->last_v4, address) || !is_plain_v4(address))
        return false;
    bound->last_v4 = *address;
    binding = find(bindings, address);
    return binding != NULL && binding->bound == bound &&
           now_us < binding->seen_us + SHARED_WITHIN_US &&
           count_in_use(bound, now_us) >= SHARED_ADDRESSES;
}
