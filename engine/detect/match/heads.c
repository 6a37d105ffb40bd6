#include "detect/match/heads.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/lower.h"

static uint64_t gather(const uint8_t *bytes, size_t length)
{
    uint64_t value = 0;

    if (length >= HEAD_BYTES)
        memcpy(&value, bytes, HEAD_BYTES);
    else
        memcpy(&value, bytes, length);
    return lower_eight(be64toh(value));
}

static void mark_first(struct heads *heads, unsigned byte)
{
    heads->firsts[byte / 64] |= UINT64_C(1) << byte % 64;
}

static bool add_spot(struct heads *heads, const uint8_t *bytes, size_t length, size_t offset,
        uint32_t number)
{
    struct head_spot *spots =
            grow(heads->spots, &heads->spot_room, heads->spot_count + 1, sizeof(*spots));
    size_t end = offset + length < HEAD_BYTES ? offset + length : HEAD_BYTES;
    unsigned behind = (unsigned)(8 * (HEAD_BYTES - end));

    if (spots == NULL)
        return false;
    heads->spots = spots;
    spots[heads->spot_count++] = (struct head_spot){
        .bytes = gather(bytes, length) >> 8 * offset,
        .mask = UINT64_MAX >> 8 * offset >> behind << behind,
        .number = number, .end = (uint32_t)end };
    return true;
}

static bool add_head(struct heads *heads, const uint8_t *bytes, size_t length, uint32_t number)
{
    struct head *all = grow(heads->all, &heads->room, heads->count + 1, sizeof(*all));
    uint8_t first = lower_byte(bytes[0]);

    if (all == NULL)
        return false;
    heads->all = all;
    all[heads->count++] = (struct head){ .bytes = gather(bytes, length), .number = number,
        .length = (uint32_t)(length < HEAD_BYTES ? length : HEAD_BYTES) };
    mark_first(heads, first);
    if (first >= 'a' && first <= 'z')
        mark_first(heads, first & ~0x20u);
    return true;
}

bool heads_add(struct heads *heads, const uint8_t *bytes, size_t length, size_t offset,
        uint32_t number)
{
    return offset > 0 ? add_spot(heads, bytes, length, offset, number)
                      : add_head(heads, bytes, length, number);
}

static bool begins_with(uint64_t bytes, size_t length, const struct head *head)
{
    return head->length <= length && (bytes ^ head->bytes) >> 8 * (HEAD_BYTES - head->length) == 0;
}

/* A head comes behind all that it begins with. */
static int compare(const void *left, const void *right)
{
    const struct head *a = left, *b = right;

    if (a->bytes != b->bytes)
        return a->bytes < b->bytes ? -1 : 1;
    if (a->length != b->length)
        return a->length < b->length ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static int compare_spots(const void *left, const void *right)
{
    const struct head_spot *a = left, *b = right;

    if (a->mask != b->mask)
        return a->mask < b->mask ? -1 : 1;
    if (a->bytes != b->bytes)
        return a->bytes < b->bytes ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

/* Returns how many different ones are left, in their order. */
static size_t sort_unique(void *items, size_t count, size_t size,
        int (*order)(const void *, const void *))
{
    char *all = items;
    size_t kept = 0;

    if (count > 1)
        qsort(items, count, size, order);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || order(all + (i - 1) * size, all + i * size) != 0)
            memmove(all + kept++ * size, all + i * size, size);
    return kept;
}

void heads_sort(struct heads *heads)
{
    uint32_t parent = 0;

    heads->count = sort_unique(heads->all, heads->count, sizeof(*heads->all), compare);
    heads->spot_count = sort_unique(heads->spots, heads->spot_count, sizeof(*heads->spots),
            compare_spots);
    for (size_t i = 0; i < heads->count; i++) {
        struct head *head = &heads->all[i];

        while (parent > 0 && !begins_with(head->bytes, head->length, &heads->all[parent - 1]))
            parent = heads->all[parent - 1].parent;
        head->parent = parent;
        parent = (uint32_t)i + 1;
    }
}

void heads_clear(struct heads *heads)
{
    free(heads->all);
    free(heads->spots);
    *heads = (struct heads){ 0 };
}

/* How many do not come behind the bytes: the last of these, if it is none that they begin with,
 * begins with the same ones. */
static uint32_t count_before(const struct heads *heads, uint64_t bytes)
{
    size_t low = 0, high = heads->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (heads->all[middle].bytes <= bytes)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

static void find_at_start(const struct heads *heads, uint64_t value, size_t length,
        void (*found)(void *user, uint32_t number), void *user)
{
    for (uint32_t i = count_before(heads, value); i > 0; i = heads->all[i - 1].parent)
        if (begins_with(value, length, &heads->all[i - 1]))
            found(user, heads->all[i - 1].number);
}

void heads_find(const struct heads *heads, struct cursor bytes,
        void (*found)(void *user, uint32_t number), void *user)
{
    uint64_t value;

    if (!heads_may_find(heads, bytes))
        return;
    value = gather(bytes.at, bytes.left);
    if (heads_begin(heads, bytes.at[0]))
        find_at_start(heads, value, bytes.left, found, user);
    for (size_t i = 0; i < heads->spot_count; i++)
        if (((value ^ heads->spots[i].bytes) & heads->spots[i].mask) == 0 &&
                bytes.left >= heads->spots[i].end)
            found(user, heads->spots[i].number);
}
