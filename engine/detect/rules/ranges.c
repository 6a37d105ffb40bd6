#include "detect/rules/ranges.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

void ranges_clear(struct ranges *ranges)
{
    free(ranges->items);
    *ranges = (struct ranges){ 0 };
}

void ranges_add(struct ranges *ranges, const struct address_range *range)
{
    void *items = grow(ranges->items, &ranges->room, ranges->count + 1, sizeof(*ranges->items));

    if (items == NULL) {
        ranges->no_memory = true;
        return;
    }
    ranges->items = items;
    ranges->items[ranges->count++] = *range;
}

void ranges_add_all(struct ranges *ranges, const struct ranges *others)
{
    for (size_t i = 0; i < others->count; i++)
        ranges_add(ranges, &others->items[i]);
    ranges->no_memory |= others->no_memory;
}

static int compare(const struct address *a, const struct address *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

/* False: there is none behind the last. */
static bool next_of(struct address *number)
{
    for (size_t i = sizeof(number->bytes); i-- > 0;)
        if (++number->bytes[i] != 0)
            return true;
    return false;
}

static bool previous_of(struct address *number)
{
    for (size_t i = sizeof(number->bytes); i-- > 0;)
        if (number->bytes[i]-- != 0)
            return true;
    return false;
}

static int compare_ranges(const void *a, const void *b)
{
    return compare(&((const struct address_range *)a)->first,
            &((const struct address_range *)b)->first);
}

void ranges_tidy(struct ranges *ranges)
{
    size_t kept = 0;

    if (ranges->count == 0)
        return;
    qsort(ranges->items, ranges->count, sizeof(*ranges->items), compare_ranges);
    for (size_t i = 1; i < ranges->count; i++) {
        struct address_range *last = &ranges->items[kept];
        struct address behind = last->last;
        bool is_end = !next_of(&behind);

        if (!is_end && compare(&ranges->items[i].first, &behind) > 0)
            ranges->items[++kept] = ranges->items[i];
        else if (compare(&ranges->items[i].last, &last->last) > 0)
            last->last = ranges->items[i].last;
    }
    ranges->count = kept + 1;
}

/* Adds what of 'from' no range of 'others' takes away, beginning with the one at 'start'. */
static void add_rest(struct ranges *into, struct address_range from, const struct ranges *others,
        size_t start)
{
    for (size_t i = start; i < others->count; i++) {
        const struct address_range *other = &others->items[i];
        struct address_range before = { from.first, other->first };

        if (compare(&other->first, &from.last) > 0)
            break;
        if (compare(&other->last, &from.first) < 0)
            continue;
        if (compare(&other->first, &from.first) > 0 && previous_of(&before.last))
            ranges_add(into, &before);
        from.first = other->last;
        if (!next_of(&from.first) || compare(&from.first, &from.last) > 0)
            return;
    }
    ranges_add(into, &from);
}

void ranges_subtract(struct ranges *ranges, const struct ranges *others)
{
    struct ranges rest = { .no_memory = ranges->no_memory || others->no_memory };
    size_t start = 0;

    for (size_t i = 0; i < ranges->count; i++) {
        while (start < others->count &&
                compare(&others->items[start].last, &ranges->items[i].first) < 0)
            start++;
        add_rest(&rest, ranges->items[i], others, start);
    }
    free(ranges->items);
    *ranges = rest;
}

bool ranges_hold(const struct ranges *ranges, const struct address_range *range)
{
    for (size_t i = 0; i < ranges->count; i++)
        if (compare(&ranges->items[i].first, &range->first) <= 0 &&
                compare(&ranges->items[i].last, &range->last) >= 0)
            return true;
    return false;
}
