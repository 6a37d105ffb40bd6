#include "track/fanout.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/hash.h"
#include "base/time.h"

#define FIRST_ROOM 8

/* The relative standard error of the estimate is 1.04 / sqrt(registers). */
#define INDEX_BITS 10
#define REGISTERS (1u << INDEX_BITS)
#define RANKS (32 - INDEX_BITS + 2) /* 0: nothing seen; the last: all bits behind the index zero */
#define SLOTS 6
#define SLOT_S (FANOUT_WINDOW_S / SLOTS)

/* The highest rank of each register over some slots, and how many registers have each. */
struct merged {
    uint8_t highest[REGISTERS];
    uint16_t counts[RANKS];
};

struct fanout_sketch {
    uint32_t slot;     /* number of the newest */
    uint32_t estimate; /* over all slots */
    uint8_t ranks[SLOTS][REGISTERS];
    struct merged all; /* slots up to the newest */
};

/* --- the sketch --- */

/* Ertl's sigma, of the share of registers still empty; it converges for shares below one. */
static double weigh_empty(double share)
{
    double weight = 1, sum = share, before;

    do {
        share *= share;
        before = sum;
        sum += share * weight;
        weight += weight;
    } while (sum > before);
    return sum;
}

/* Ertl's estimator without the term for full registers, which takes billions of keys to matter. */
static uint32_t estimate_of(const uint16_t counts[RANKS])
{
    const double m = REGISTERS;
    double z = 0;

    if (counts[0] == REGISTERS)
        return 0;
    for (unsigned rank = RANKS - 1; rank > 0; rank--)
        z = 0.5 * (z + counts[rank]);
    z += m * weigh_empty(counts[0] / m);
    return (uint32_t)(m * m / (2 * M_LN2 * z) + 0.5);
}

/* As of a slot, the newest or a later one. */
static void merge(const struct fanout_sketch *sketch, uint32_t slot, struct merged *out)
{
    memset(out, 0, sizeof(*out));
    for (uint32_t back = slot - sketch->slot; back < SLOTS; back++) {
        const uint8_t *ranks = sketch->ranks[(slot - back) % SLOTS];

        for (unsigned i = 0; i < REGISTERS; i++)
            out->highest[i] = ranks[i] > out->highest[i] ? ranks[i] : out->highest[i];
    }
    for (unsigned i = 0; i < REGISTERS; i++)
        out->counts[out->highest[i]]++;
}

static uint32_t estimate_at(const struct fanout_sketch *sketch, uint32_t slot)
{
    struct merged merged;

    merge(sketch, slot, &merged);
    return estimate_of(merged.counts);
}

/* True if that changes what is merged. */
static bool raise_rank(struct fanout_sketch *sketch, uint32_t tag, uint32_t slot)
{
    uint32_t rest = tag << INDEX_BITS, at = tag >> (32 - INDEX_BITS);
    uint8_t rank = (uint8_t)(rest == 0 ? RANKS - 1 : (unsigned)__builtin_clz(rest) + 1);
    uint8_t *in_slot = &sketch->ranks[slot % SLOTS][at], *highest = &sketch->all.highest[at];

    if (*in_slot < rank)
        *in_slot = rank;
    if (*highest >= rank)
        return false;
    sketch->all.counts[*highest]--;
    sketch->all.counts[rank]++;
    *highest = rank;
    return true;
}

static void sketch_note(struct fanout_sketch *sketch, uint32_t tag, uint32_t slot)
{
    uint32_t passed = slot - sketch->slot;

    for (uint32_t i = 0; i < passed && i < SLOTS; i++)
        memset(sketch->ranks[(slot - i) % SLOTS], 0, REGISTERS);
    sketch->slot = slot;
    if (passed > 0)
        merge(sketch, slot, &sketch->all);
    if (raise_rank(sketch, tag, slot) || passed > 0)
        sketch->estimate = estimate_of(sketch->all.counts);
}

static struct fanout_sketch *sketch_new(struct fanout_budget *budget)
{
    struct fanout_sketch *sketch = NULL;

    if (atomic_fetch_add(&budget->sketches, 1) < budget->max_sketches)
        sketch = calloc(1, sizeof(*sketch));
    if (sketch == NULL)
        atomic_fetch_sub(&budget->sketches, 1);
    else
        sketch->all.counts[0] = REGISTERS;
    return sketch;
}

static void drop_sketch(struct fanout_set *set, struct fanout_budget *budget)
{
    if (set->sketch == NULL)
        return;
    free(set->sketch);
    set->sketch = NULL;
    atomic_fetch_sub(&budget->sketches, 1);
}

/* --- the exact set --- */

void fanout_clear(struct fanout *fanout, struct fanout_budget *budget)
{
    for (unsigned kind = 0; kind < FANOUT_KINDS; kind++) {
        drop_sketch(&fanout->sets[kind], budget);
        free(fanout->sets[kind].items);
    }
    memset(fanout, 0, sizeof(*fanout));
}

static bool is_recent(uint32_t seen_s, uint32_t now_s)
{
    return now_s - seen_s < FANOUT_WINDOW_S;
}

static bool overflowed(const struct fanout_set *set, uint32_t now_s)
{
    return set->overflow_s != 0 && is_recent(set->overflow_s, now_s);
}

/* Is this a time long before the newest, as at the start of another capture? */
static bool is_long_past(const struct fanout_set *set, uint32_t now_s)
{
    return now_s < set->newest_s && !is_recent(now_s, set->newest_s);
}

static uint32_t move_clock(struct fanout_set *set, struct fanout_budget *budget, uint64_t now_us)
{
    uint32_t now_s = (uint32_t)(now_us / US_PER_S);

    if (is_long_past(set, now_s)) {
        drop_sketch(set, budget);
        set->count = 0;
        set->overflow_s = 0;
        set->newest_s = now_s;
    }
    if (now_s > set->newest_s)
        set->newest_s = now_s;
    return set->newest_s;
}

static uint16_t count_old(const struct fanout_set *set, uint32_t now_s)
{
    uint16_t old = 0, recent = set->count; /* where the recent ones begin */

    if (recent > 0 && is_recent(set->items[0].seen_s, now_s)) /* mostly */
        return 0;
    while (old < recent) {
        uint16_t middle = (uint16_t)((old + recent) / 2);

        if (is_recent(set->items[middle].seen_s, now_s))
            recent = middle;
        else
            old = (uint16_t)(middle + 1);
    }
    return old;
}

static void remove_items(struct fanout_set *set, uint16_t at, uint16_t count)
{
    set->count = (uint16_t)(set->count - count);
    memmove(&set->items[at], &set->items[at + count], (set->count - at) * sizeof(set->items[0]));
}

/* Mostly it is one of the latest, or none. False: it is not there. */
static bool remove_tag(struct fanout_set *set, uint32_t tag)
{
    for (size_t i = set->count; i > 0; i--)
        if (set->items[i - 1].tag == tag) {
            remove_items(set, (uint16_t)(i - 1), 1);
            return true;
        }
    return false;
}

/* The new sketch knows all that the exact set holds, in the slots that it belongs to. */
static void start_sketch(struct fanout_set *set, struct fanout_budget *budget, uint32_t now_s)
{
    set->sketch = sketch_new(budget);
    if (set->sketch == NULL)
        return;
    set->sketch->slot = now_s / SLOT_S;
    for (uint16_t i = 0; i < set->count; i++)
        if (now_s / SLOT_S - set->items[i].seen_s / SLOT_S < SLOTS)
            raise_rank(set->sketch, set->items[i].tag, set->items[i].seen_s / SLOT_S);
    set->sketch->estimate = estimate_of(set->sketch->all.counts);
}

/* The set stays the most recent keys, so it knows by itself when it holds all of them again. False:
 * there is no room at all. */
static bool make_room(struct fanout_set *set, struct fanout_budget *budget, uint32_t now_s)
{
    struct fanout_item *items = grow_within(set->items, &set->room, set->count, FIRST_ROOM,
            FANOUT_EXACT_MAX, sizeof(*items));

    if (items != NULL) {
        set->items = items;
        return true;
    }
    set->overflow_s = now_s;
    if (set->sketch == NULL)
        start_sketch(set, budget, now_s);
    if (set->sketch == NULL)
        atomic_fetch_add(&budget->refused, 1);
    if (set->count == 0)
        return false;
    remove_items(set, 0, 1);
    return true;
}

static uint32_t tag_of(const void *key, size_t key_len)
{
    return (uint32_t)(XXH3_64bits(key, key_len) >> 32);
}

void fanout_note(struct fanout *fanout, struct fanout_budget *budget, enum fanout_kind kind,
        const void *key, size_t key_len, uint64_t now_us)
{
    struct fanout_set *set = &fanout->sets[kind];
    uint32_t now_s = move_clock(set, budget, now_us);
    uint32_t tag = tag_of(key, key_len);
    uint16_t old = count_old(set, now_s);

    if (old > 0)
        remove_items(set, 0, old);
    if (remove_tag(set, tag) || make_room(set, budget, now_s))
        set->items[set->count++] = (struct fanout_item){ tag, now_s };
    if (!overflowed(set, now_s))
        drop_sketch(set, budget);
    if (set->sketch != NULL)
        sketch_note(set->sketch, tag, now_s / SLOT_S);
}

void fanout_forget(struct fanout *fanout, enum fanout_kind kind, const void *key, size_t key_len)
{
    remove_tag(&fanout->sets[kind], tag_of(key, key_len));
}

bool fanout_reaches(const struct fanout *fanout, enum fanout_kind kind, uint16_t least,
        uint64_t now_us)
{
    const struct fanout_set *set = &fanout->sets[kind];
    uint32_t now_s = (uint32_t)(now_us / US_PER_S);

    if (set->count < least || is_long_past(set, now_s))
        return false;
    return is_recent(set->items[set->count - least].seen_s,
            now_s < set->newest_s ? set->newest_s : now_s);
}

uint32_t fanout_count_set(const struct fanout_set *set, uint64_t now_us)
{
    uint32_t now_s = (uint32_t)(now_us / US_PER_S);
    uint32_t count, estimate = 0;

    if (is_long_past(set, now_s))
        return 0;
    if (now_s < set->newest_s)
        now_s = set->newest_s;
    count = (uint32_t)set->count - count_old(set, now_s);
    if (set->sketch != NULL && overflowed(set, now_s))
        estimate = now_s / SLOT_S == set->sketch->slot ? set->sketch->estimate
                                                       : estimate_at(set->sketch, now_s / SLOT_S);
    return estimate > count ? estimate : count;
}
