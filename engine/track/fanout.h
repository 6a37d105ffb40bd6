/* fanout.h - how many distinct hosts and ports a device opened flows to in the last minute.
 *
 * Up to FANOUT_EXACT_MAX the count is exact, to the second. Beyond it a HyperLogLog sketch tells
 * (Flajolet et al. 2007, with the estimator of Ertl, arXiv:1702.01284, which has no bias at any
 * size): standard error 3.3 %, over the last 50 to 60 s since its minute is six slots of ten
 * seconds, the newest still filling. A count never falls below FANOUT_EXACT_MAX while more than
 * that many are there, whatever the sketch says, so a rule that asks for less cannot be evaded by
 * choosing addresses that look alike to the sketch.
 *
 * Keys are hashed without the secret seed: the same traffic has the same count on every machine.
 * Nothing here is looked up by bucket, so keys chosen to collide slow nothing down.
 *
 * An ordinary device's set is a few dozen bytes. The sketch is made when the exact set overflows
 * and given back a minute after it last did. Time that steps back by less than a minute counts as
 * the newest seen; by more, the count starts anew.
 *
 * Not locked: used under the device's lock. */
#ifndef TATTLER_TRACK_FANOUT_H
#define TATTLER_TRACK_FANOUT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FANOUT_WINDOW_S 60
#define FANOUT_EXACT_MAX 128

enum fanout_kind {
    FANOUT_PUBLIC,
    FANOUT_LAN,
    FANOUT_PORTS,
    FANOUT_ABSENT,   /* hosts at home that it asked for (engine_arp.c) and that did not answer */
    FANOUT_NAMELESS, /* public hosts that nothing names: see flow_open.c */
    FANOUT_KINDS
};

/* Limits and counters that all devices share; any thread. */
struct fanout_budget {
    size_t max_sketches;    /* of 7 KiB each */
    atomic_size_t sketches; /* held now */
    atomic_ullong refused;  /* keys beyond the exact set that found no memory or no sketch free */
};

struct fanout_item {
    uint32_t tag; /* of the key's hash */
    uint32_t seen_s;
};

struct fanout_sketch;

struct fanout_set {
    struct fanout_item *items; /* owned; oldest first; grows with what is seen in a minute */
    uint16_t count, room;
    uint32_t newest_s;
    uint32_t overflow_s;          /* when an item still of use was last dropped; 0: never */
    struct fanout_sketch *sketch; /* owned; NULL while the exact set does */
};

/* All zeros is new. */
struct fanout {
    struct fanout_set sets[FANOUT_KINDS];
};

void fanout_clear(struct fanout *fanout, struct fanout_budget *budget);

/* The device opened a flow to this host (the address's bytes) or port (its bytes). With neither
 * sketch nor memory to be had the count stays at what the exact set holds, which is counted. */
void fanout_note(struct fanout *fanout, struct fanout_budget *budget, enum fanout_kind kind,
        const void *key, size_t key_len, uint64_t now_us);

/* It is not one of these after all; one that only a sketch knows stays. */
void fanout_forget(struct fanout *fanout, enum fanout_kind kind, const void *key, size_t key_len);

/* Are there so many, 1 to FANOUT_EXACT_MAX? One look. */
bool fanout_reaches(const struct fanout *fanout, enum fanout_kind kind, uint16_t least,
        uint64_t now_us);

/* Private: of one that is not empty. */
uint32_t fanout_count_set(const struct fanout_set *set, uint64_t now_us);

/* Mostly half of the kinds are empty. */
static inline uint32_t fanout_count(const struct fanout *fanout, enum fanout_kind kind, uint64_t now_us)
{
    const struct fanout_set *set = &fanout->sets[kind];

    return set->count == 0 && set->sketch == NULL ? 0 : fanout_count_set(set, now_us);
}

#endif
