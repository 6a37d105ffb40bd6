#include "track/resolver.h"

#include <string.h>

void resolver_table_init(struct resolver_table *table)
{
    memset(table->items, 0, sizeof(table->items));
    table->lossy = false;
    lock_init(&table->lock);
}

void resolver_table_destroy(struct resolver_table *table)
{
    lock_destroy(&table->lock);
}

static struct resolver *find(struct resolver_table *table, const struct address *address)
{
    for (size_t i = 0; i < RESOLVERS_MAX; i++) {
        struct resolver *item = &table->items[i];

        if (item->trust != RESOLVER_FREE && address_equal(&item->address, address))
            return item;
    }
    return NULL;
}

/* A free place, or that of the least trusted, unseen for longest; NULL if all are trusted more. */
static struct resolver *make_room(struct resolver_table *table, enum resolver_trust trust)
{
    struct resolver *least = &table->items[0];

    for (size_t i = 1; i < RESOLVERS_MAX; i++) {
        struct resolver *item = &table->items[i];

        if (item->trust < least->trust ||
                (item->trust == least->trust && item->seen_us < least->seen_us))
            least = item;
    }
    if (trust >= RESOLVER_OFFERED && least->trust >= RESOLVER_OFFERED)
        table->lossy = true;
    return least->trust <= trust ? least : NULL;
}

/* With the lock held. */
static void note(struct resolver_table *table, const struct address *address,
        enum resolver_trust trust, uint64_t device, uint64_t now_us)
{
    struct resolver *item = find(table, address);

    if (item == NULL) {
        item = make_room(table, trust);
        if (item == NULL)
            return;
        *item = (struct resolver){ .address = *address, .trust = trust, .device = device };
    }
    if (item->trust < trust)
        item->trust = trust;
    else if (item->trust == RESOLVER_USED && item->device != device)
        item->trust = RESOLVER_SHARED;
    item->seen_us = now_us;
}

void resolver_learn(struct resolver_table *table, const struct address *resolver,
        enum resolver_trust trust, uint64_t now_us)
{
    if (!address_is_unicast(resolver))
        return;
    lock_take(&table->lock);
    note(table, resolver, trust, 0, now_us);
    lock_release(&table->lock);
}

/* IPv6 homes have public addresses: a neighbour in the device's own /64 is at home. */
static bool is_at_home(const struct resolver_use *use)
{
    struct prefix link = { use->device_address, 64 };

    return use->at_home || (!address_is_v4(&use->device_address) &&
                                   prefix_contains(&link, &use->resolver));
}

void resolver_answered(struct resolver_table *table, const struct resolver_use *use)
{
    if (!address_is_unicast(&use->resolver))
        return;
    lock_take(&table->lock);
    note(table, &use->resolver, is_at_home(use) ? RESOLVER_AT_HOME : RESOLVER_USED, use->device,
            use->now_us);
    lock_release(&table->lock);
}

/* The best word that is known of any resolver of this IP version. */
static enum resolver_trust best_word(const struct resolver_table *table, bool v4)
{
    enum resolver_trust best = RESOLVER_FREE;

    for (size_t i = 0; i < RESOLVERS_MAX; i++)
        if (table->items[i].trust > best && address_is_v4(&table->items[i].address) == v4)
            best = table->items[i].trust;
    return best;
}

static bool is_own(struct resolver_table *table, const struct address *address)
{
    const struct resolver *item = find(table, address);

    return item != NULL && item->trust >= RESOLVER_AT_HOME;
}

bool resolver_is_own(struct resolver_table *table, const struct address *address)
{
    bool own;

    lock_take(&table->lock);
    own = is_own(table, address);
    lock_release(&table->lock);
    return own;
}

size_t resolver_own_v4(struct resolver_table *table, struct address out[RESOLVERS_MAX])
{
    size_t count = 0;

    lock_take(&table->lock);
    for (size_t i = 0; i < RESOLVERS_MAX; i++)
        if (table->items[i].trust >= RESOLVER_AT_HOME && address_is_v4(&table->items[i].address))
            out[count++] = table->items[i].address;
    lock_release(&table->lock);
    return count;
}

/* With the lock held. */
static enum resolver_verdict judge(struct resolver_table *table, const struct resolver_use *use)
{
    const struct resolver *item = find(table, &use->resolver);
    bool v4 = address_is_v4(&use->resolver);
    bool suspect = use->well_known || use->encrypted;

    if (is_own(table, &use->resolver) || is_own(table, &use->device_address))
        return RESOLVER_OWN;
    if (best_word(table, v4) >= RESOLVER_AT_HOME && (suspect || !table->lossy))
        return RESOLVER_PAST;
    if (best_word(table, !v4) < RESOLVER_AT_HOME && item != NULL &&
            item->trust == RESOLVER_SHARED)
        return RESOLVER_OWN;
    return suspect ? RESOLVER_PAST : RESOLVER_UNSURE;
}

enum resolver_verdict resolver_judge(struct resolver_table *table, const struct resolver_use *use)
{
    enum resolver_verdict verdict;

    if (!address_is_unicast(&use->resolver))
        return RESOLVER_UNSURE;
    if (is_at_home(use))
        return RESOLVER_OWN;
    lock_take(&table->lock);
    verdict = judge(table, use);
    lock_release(&table->lock);
    return verdict;
}
