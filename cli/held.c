#include "held.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 512

static bool reserve(struct held *held, struct stream_budget *budget, size_t needed)
{
    size_t capacity = held->capacity > 0 ? held->capacity : CAPACITY_MIN;
    uint8_t *grown;

    while (capacity < needed)
        capacity *= 2;
    if (capacity == held->capacity)
        return true;
    if (!stream_charge(budget, held->capacity, capacity))
        return false;
    grown = realloc(held->bytes, capacity);
    if (grown == NULL) {
        budget->used -= capacity - held->capacity;
        return false;
    }
    held->bytes = grown;
    held->capacity = capacity;
    return true;
}

bool held_add(struct held *held, struct stream_budget *budget, struct cursor bytes, size_t max)
{
    if (bytes.left > max - held->len || !reserve(held, budget, held->len + bytes.left))
        return false;
    memcpy(held->bytes + held->len, bytes.at, bytes.left);
    held->len += bytes.left;
    return true;
}

void held_take(struct held *held, struct stream_budget *budget, size_t count)
{
    if (count == held->len) {
        held_drop(held, budget);
    } else if (count > 0) {
        held->len -= count;
        memmove(held->bytes, held->bytes + count, held->len);
    }
}

void held_drop(struct held *held, struct stream_budget *budget)
{
    budget->used -= held->capacity;
    free(held->bytes);
    *held = (struct held){ .bytes = NULL };
}

static bool is_line_end(uint8_t byte)
{
    return byte == '\n' || byte == '\r';
}

/* Does a line end at 'at' that is empty and ends a head? Those in front of a head do not. */
static bool ends_head(const struct held *held, size_t at)
{
    size_t before = at;

    if (held->bytes[at] != '\n')
        return false;
    if (before > 0 && held->bytes[before - 1] == '\r')
        before--;
    if (before == 0 || held->bytes[before - 1] != '\n')
        return false;
    before--;
    if (before > 0 && held->bytes[before - 1] == '\r')
        before--;
    return before > 0 && !is_line_end(held->bytes[before - 1]);
}

bool held_may_be_head(struct held *held)
{
    bool worth = held->len >= held->tried * 2;

    for (size_t i = held->looked; i < held->len && !worth; i++)
        worth = ends_head(held, i);
    held->looked = held->len;
    if (worth)
        held->tried = held->len;
    return worth;
}
