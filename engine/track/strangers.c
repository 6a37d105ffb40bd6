#include "track/strangers.h"

#include <stddef.h>
#include <stdlib.h>

#define KEPT_US (STRANGERS_KEPT_S * UINT64_C(1000000))
#define FIRST_ROOM 8

/* Either way: what was seen long after now was seen before the clock stepped back. */
static uint64_t distance_us(const struct stranger *item, uint64_t now_us)
{
    return item->seen_us < now_us ? now_us - item->seen_us : item->seen_us - now_us;
}

/* NULL: it is not there. */
static struct stranger *find(struct strangers *strangers, uint64_t key)
{
    for (unsigned i = 0; strangers != NULL && i < strangers->taken; i++)
        if (strangers->items[i].key == key)
            return &strangers->items[i];
    return NULL;
}

/* A free place, else that of the one seen longest ago. */
static struct stranger *find_place(struct strangers *strangers, uint64_t now_us)
{
    struct stranger *oldest = &strangers->items[0];

    if (strangers->taken < strangers->room)
        return &strangers->items[strangers->taken++];
    for (unsigned i = 1; i < strangers->taken; i++)
        if (distance_us(&strangers->items[i], now_us) > distance_us(oldest, now_us))
            oldest = &strangers->items[i];
    return oldest;
}

static void make_room(struct strangers **strangers, unsigned most)
{
    unsigned taken = *strangers == NULL ? 0 : (*strangers)->taken;
    unsigned room = taken == 0 ? FIRST_ROOM : 2 * taken;
    struct strangers *made;

    if (*strangers != NULL && (taken < (*strangers)->room || taken == most))
        return;
    room = room < most ? room : most;
    made = realloc(*strangers, sizeof(*made) + room * sizeof(made->items[0]));
    if (made == NULL)
        return;
    made->taken = taken;
    made->room = room;
    *strangers = made;
}

/* The range may be wider than what is there, as long as that is all kept. */
static void keep_range(struct strangers *strangers, uint64_t now_us)
{
    if (strangers->taken > 1 && strangers->latest_us <= now_us &&
            now_us < strangers->earliest_us + KEPT_US / 2) {
        strangers->latest_us = now_us;
        return;
    }
    strangers->earliest_us = strangers->latest_us = now_us;
    for (unsigned i = 0; i < strangers->taken; i++) {
        uint64_t seen_us = strangers->items[i].seen_us;

        if (seen_us < strangers->earliest_us)
            strangers->earliest_us = seen_us;
        if (seen_us > strangers->latest_us)
            strangers->latest_us = seen_us;
    }
}

bool strangers_note(struct strangers **strangers, unsigned most, uint64_t key, uint64_t now_us)
{
    struct stranger *item = find(*strangers, key);
    bool before = item != NULL && distance_us(item, now_us) < KEPT_US;

    if (item == NULL) {
        make_room(strangers, most);
        if (*strangers == NULL)
            return false;
        item = find_place(*strangers, now_us);
    }
    *item = (struct stranger){ key, now_us };
    keep_range(*strangers, now_us);
    return before;
}

void strangers_forget(struct strangers *strangers, uint64_t key)
{
    struct stranger *item = find(strangers, key);

    if (item != NULL)
        *item = strangers->items[--strangers->taken];
}

static bool are_all_kept(const struct strangers *strangers, uint64_t now_us)
{
    return now_us < strangers->earliest_us + KEPT_US && strangers->latest_us < now_us + KEPT_US;
}

uint32_t strangers_count(const struct strangers *strangers, uint64_t now_us)
{
    uint32_t count = 0;

    if (strangers == NULL)
        return 0;
    if (are_all_kept(strangers, now_us)) /* mostly */
        return strangers->taken;
    for (unsigned i = 0; i < strangers->taken; i++)
        count += distance_us(&strangers->items[i], now_us) < KEPT_US;
    return count;
}
