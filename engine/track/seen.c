#include "track/seen.h"

#include <stdlib.h>
#include <string.h>

#define US_PER_S UINT64_C(1000000)
#define FIRST_ROOM 4

static const uint16_t room_max[SEEN_KINDS] = {
    [SEEN_DOMAIN] = SEEN_DOMAINS_MAX,
    [SEEN_ASN] = SEEN_ASNS_MAX,
    [SEEN_PORT] = SEEN_PORTS_MAX,
};

void seen_clear(struct seen *seen, struct seen_budget *budget)
{
    for (unsigned kind = 0; kind < SEEN_KINDS; kind++) {
        atomic_fetch_sub(&budget->items, seen->sets[kind].count);
        free(seen->sets[kind].items);
    }
    memset(seen, 0, sizeof(*seen));
}

/* Where 'key' is, or belongs. */
static uint16_t place_of(const struct seen_set *set, uint64_t key)
{
    uint16_t low = 0, high = set->count;

    while (low < high) {
        uint16_t middle = (uint16_t)((low + high) / 2);

        if (set->items[middle].key < key)
            low = (uint16_t)(middle + 1);
        else
            high = middle;
    }
    return low;
}

static bool has_room(struct seen_set *set, uint16_t max)
{
    uint16_t room = (uint16_t)(set->room == 0 ? FIRST_ROOM : 2 * set->room);
    struct seen_item *items;

    if (set->count < set->room)
        return true;
    if (room > max)
        return false;
    items = realloc(set->items, room * sizeof(*items));
    if (items == NULL)
        return false;
    set->items = items;
    set->room = room;
    return true;
}

static bool take_room(struct seen_set *set, struct seen_budget *budget, uint16_t max)
{
    if (atomic_fetch_add(&budget->items, 1) < budget->max_items && has_room(set, max))
        return true;
    atomic_fetch_sub(&budget->items, 1);
    atomic_fetch_add(&budget->refused, 1);
    set->lossy = true;
    return false;
}

static enum seen_verdict judge(uint64_t learned_us, uint64_t first_us, uint64_t now_us)
{
    if (now_us < learned_us)
        return SEEN_UNSURE;
    if (first_us < learned_us)
        return SEEN_BEFORE;
    return now_us < first_us + SEEN_NEW_S * US_PER_S ? SEEN_NEW : SEEN_BEFORE;
}

enum seen_verdict seen_note(struct seen *seen, struct seen_budget *budget, enum seen_kind kind,
        uint64_t key, uint64_t now_us)
{
    struct seen_set *set = &seen->sets[kind];
    uint16_t place = place_of(set, key);
    bool known = place < set->count && set->items[place].key == key;
    bool sure = !set->lossy;

    if (!seen->began) {
        seen->began = true;
        seen->began_us = now_us;
    }
    if (!known && !take_room(set, budget, room_max[kind]))
        return SEEN_UNSURE;
    if (!known) {
        memmove(&set->items[place + 1], &set->items[place],
                (size_t)(set->count - place) * sizeof(set->items[0]));
        set->items[place] = (struct seen_item){ key, sure ? now_us : seen->began_us };
        set->count++;
    }
    if (!known && !sure)
        return SEEN_UNSURE;
    return judge(seen->began_us + budget->learning_s * US_PER_S, set->items[place].first_us,
            now_us);
}

enum seen_verdict seen_device(uint64_t began_us, uint64_t learning_s, uint64_t first_seen_us,
        uint64_t now_us)
{
    return judge(began_us + learning_s * US_PER_S, first_seen_us, now_us);
}
