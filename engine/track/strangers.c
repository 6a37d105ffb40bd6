#include "track/strangers.h"

#include <stddef.h>

#define KEPT_US (STRANGERS_KEPT_S * UINT64_C(1000000))

/* The place of 'key': its own, else a free one, else that of the one seen first. */
static struct stranger *find_place(struct strangers *strangers, uint64_t key)
{
    struct stranger *oldest = &strangers->items[0];

    for (unsigned i = 0; i < strangers->taken; i++) {
        struct stranger *item = &strangers->items[i];

        if (item->key == key)
            return item;
        if (item->seen_us < oldest->seen_us)
            oldest = item;
    }
    return strangers->taken < STRANGERS_MAX ? &strangers->items[strangers->taken++] : oldest;
}

void strangers_note(struct strangers *strangers, uint64_t key, uint64_t now_us)
{
    *find_place(strangers, key) = (struct stranger){ key, now_us };
}

uint32_t strangers_count(const struct strangers *strangers, uint64_t now_us)
{
    uint32_t count = 0;

    for (unsigned i = 0; strangers != NULL && i < strangers->taken; i++)
        count += strangers->items[i].seen_us + KEPT_US > now_us;
    return count;
}
