#include "track/strangers.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define KEPT_US (STRANGERS_KEPT_S * US_PER_S)
#define FIRST_ROOM 8

/* Either way: what was seen long after now was seen before the clock stepped back. */
static uint64_t distance_us(const struct stranger *item, uint64_t now_us)
{
    return item->seen_us < now_us ? now_us - item->seen_us : item->seen_us - now_us;
}

/* The latest ones first: mostly it is among those. 'taken' if it is not there. */
static unsigned find(const struct strangers *strangers, uint64_t key)
{
    const struct stranger *at = strangers->items + strangers->taken;

    while (at > strangers->items)
        if ((--at)->key == key)
            return (unsigned)(at - strangers->items);
    return strangers->taken;
}

static void take_out(struct strangers *strangers, unsigned at)
{
    strangers->taken--;
    memmove(&strangers->items[at], &strangers->items[at + 1],
            (strangers->taken - at) * sizeof(strangers->items[0]));
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
    unsigned at = *strangers != NULL ? find(*strangers, key) : 0;
    bool before = false;

    if (*strangers != NULL && at < (*strangers)->taken) {
        before = distance_us(&(*strangers)->items[at], now_us) < KEPT_US;
        take_out(*strangers, at);
    } else {
        make_room(strangers, most);
        if (*strangers == NULL)
            return false;
        if ((*strangers)->taken == (*strangers)->room)
            take_out(*strangers, 0);
    }
    (*strangers)->items[(*strangers)->taken++] = (struct stranger){ key, now_us };
    keep_range(*strangers, now_us);
    return before;
}

void strangers_forget(struct strangers *strangers, uint64_t key)
{
    unsigned at = strangers != NULL ? find(strangers, key) : 0;

    if (strangers != NULL && at < strangers->taken)
        take_out(strangers, at);
}

static bool are_all_kept(const struct strangers *strangers, uint64_t now_us)
{
    return now_us < strangers->earliest_us + KEPT_US && strangers->latest_us < now_us + KEPT_US;
}

uint32_t strangers_count_lately(const struct strangers *strangers, uint32_t within_s, uint64_t now_us)
{
    uint32_t count = 0;

    for (unsigned i = 0; strangers != NULL && i < strangers->taken; i++)
        count += distance_us(&strangers->items[i], now_us) < within_s * US_PER_S;
    return count;
}

uint32_t strangers_count(const struct strangers *strangers, uint64_t now_us)
{
    if (strangers != NULL && are_all_kept(strangers, now_us)) /* mostly */
        return strangers->taken;
    return strangers_count_lately(strangers, STRANGERS_KEPT_S, now_us);
}
