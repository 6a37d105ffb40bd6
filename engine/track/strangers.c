#include "track/strangers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define KEPT_US (STRANGERS_KEPT_S * UINT64_C(1000000))

/* Either way: what was seen long after now was seen before the clock stepped back. */
static uint64_t distance_us(const struct stranger *item, uint64_t now_us)
{
    return item->seen_us < now_us ? now_us - item->seen_us : item->seen_us - now_us;
}

/* The place of 'key': its own, else a free one, else that of the one seen longest ago. */
static struct stranger *find_place(struct strangers *strangers, uint64_t key, uint64_t now_us)
{
    struct stranger *oldest = &strangers->items[0];

    for (unsigned i = 0; i < strangers->taken; i++) {
        struct stranger *item = &strangers->items[i];

        if (item->key == key)
            return item;
        if (distance_us(item, now_us) > distance_us(oldest, now_us))
            oldest = item;
    }
    return strangers->taken < strangers->room ? &strangers->items[strangers->taken++] : oldest;
}

static struct strangers *make(unsigned room)
{
    struct strangers *made = calloc(1, sizeof(*made) + room * sizeof(made->items[0]));

    if (made != NULL)
        made->room = room;
    return made;
}

static void take(struct strangers *strangers, uint64_t key, uint64_t now_us)
{
    *find_place(strangers, key, now_us) = (struct stranger){ key, now_us };
    strangers->earliest_us = strangers->latest_us = now_us;
    for (unsigned i = 0; i < strangers->taken; i++) {
        uint64_t seen_us = strangers->items[i].seen_us;

        if (seen_us < strangers->earliest_us)
            strangers->earliest_us = seen_us;
        if (seen_us > strangers->latest_us)
            strangers->latest_us = seen_us;
    }
}

void strangers_note(struct strangers **strangers, unsigned room, uint64_t key, uint64_t now_us)
{
    if (*strangers == NULL)
        *strangers = make(room);
    if (*strangers != NULL)
        take(*strangers, key, now_us);
}

void strangers_forget(struct strangers *strangers, uint64_t key)
{
    for (unsigned i = 0; strangers != NULL && i < strangers->taken; i++)
        if (strangers->items[i].key == key) {
            strangers->items[i] = strangers->items[--strangers->taken];
            return;
        }
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
