#include "detect/match/heads.h"

#include <stdlib.h>

#include "enrich/grow.h"

static uint8_t lower(uint8_t byte)
{
    return (uint8_t)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
}

static uint64_t gather(const uint8_t *bytes, size_t length)
{
    uint64_t value = 0;

    for (size_t i = 0; i < HEAD_BYTES; i++)
        value = value << 8 | (i < length ? lower(bytes[i]) : 0);
    return value;
}

static void mark_first(struct heads *heads, unsigned byte)
{
    heads->firsts[byte / 64] |= UINT64_C(1) << byte % 64;
}

bool heads_add(struct heads *heads, const uint8_t *bytes, size_t length, uint32_t number)
{
    struct head *all = grow(heads->all, &heads->room, heads->count + 1, sizeof(*all));
    uint8_t first = lower(bytes[0]);

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
    return (a->length > b->length) - (a->length < b->length);
}

void heads_sort(struct heads *heads)
{
    uint32_t parent = 0;

    if (heads->count > 1)
        qsort(heads->all, heads->count, sizeof(*heads->all), compare);
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

void heads_find(const struct heads *heads, struct cursor bytes,
        void (*found)(void *user, uint32_t number), void *user)
{
    uint64_t value;

    if (!heads_may_find(heads, bytes))
        return;
    value = gather(bytes.at, bytes.left);
    for (uint32_t i = count_before(heads, value); i > 0; i = heads->all[i - 1].parent)
        if (begins_with(value, bytes.left, &heads->all[i - 1]))
            found(user, heads->all[i - 1].number);
}
