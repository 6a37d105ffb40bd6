#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/time.h"
#include "detect/match/bits.h"

/* An address, or two of them in order. Compared and hashed as bytes: it must have no padding. */
struct xbit_key {
    struct address first, second;
    uint64_t is_pair;
};

_Static_assert(sizeof(struct xbit_key) == 2 * sizeof(struct address) + sizeof(uint64_t),
        "padding in struct xbit_key");

struct xbit {
    struct xbit *next;
    uint64_t end_us;
    uint32_t bit;
};

/* Has at least one bit. */
struct xbit_host {
    struct xbit_key key;
    struct xbit *bits;
    UT_hash_handle hh;
};

struct xbits {
    struct xbit_host *hosts; /* in the order they were made */
    size_t max_bits;
    struct xbits_counters counters;
};

struct xbits *xbits_new(size_t max_bits)
{
    struct xbits *xbits = calloc(1, sizeof(*xbits));

    if (xbits != NULL)
        xbits->max_bits = max_bits;
    return xbits;
}

/* --- the table --- */

static bool bit_is_over(const struct xbit *bit, uint64_t now_us)
{
    return bit->end_us < now_us;
}

static size_t live_bits(const struct xbit_host *host, uint64_t now_us)
{
    size_t count = 0;

    for (const struct xbit *bit = host->bits; bit != NULL; bit = bit->next)
        count += !bit_is_over(bit, now_us);
    return count;
}

static void drop_host(struct xbits *xbits, struct xbit_host *host)
{
    HASH_DEL(xbits->hosts, host);
    free(host);
}

/* The host goes with its last bit. */
static void drop_bit(struct xbits *xbits, struct xbit_host *host, struct xbit **place)
{
    struct xbit *bit = *place;

    *place = bit->next;
    free(bit);
    xbits->counters.bits--;
    if (host->bits == NULL)
        drop_host(xbits, host);
}

static void drop_all(struct xbits *xbits, struct xbit_host *host)
{
    for (bool more = true; more;) {
        more = host->bits->next != NULL;
        drop_bit(xbits, host, &host->bits);
    }
}

void xbits_free(struct xbits *xbits)
{
    if (xbits == NULL)
        return;
    while (xbits->hosts != NULL)
        drop_all(xbits, xbits->hosts);
    free(xbits);
}

struct xbits_counters xbits_counters(const struct xbits *xbits)
{
    return xbits->counters;
}

void xbits_tidy(struct xbits *xbits, uint64_t now_us)
{
    struct xbit_host *host, *next;

    HASH_ITER(hh, xbits->hosts, host, next) {
        if (live_bits(host, now_us) == 0)
            drop_all(xbits, host);
    }
}

static void renumber_host(struct xbits *xbits, struct xbit_host *host, const uint32_t of[])
{
    struct xbit **place = &host->bits;

    while (*place != NULL) {
        struct xbit *bit = *place;

        if (of[bit->bit] != BITS_NONE) {
            bit->bit = of[bit->bit];
            place = &bit->next;
        } else {
            bool is_last = bit == host->bits && bit->next == NULL;

            drop_bit(xbits, host, place);
            if (is_last)
                return; /* the host went with it */
        }
    }
}

void xbits_renumber(struct xbits *xbits, const uint32_t of[])
{
    struct xbit_host *host, *next;

    HASH_ITER(hh, xbits->hosts, host, next) {
        renumber_host(xbits, host, of);
    }
}

static void make_room(struct xbits *xbits, uint64_t now_us)
{
    while (xbits->hosts != NULL && xbits->counters.bits >= xbits->max_bits) {
        xbits->counters.evicted += live_bits(xbits->hosts, now_us);
        drop_all(xbits, xbits->hosts);
    }
}

/* --- finding --- */

static struct xbit_key key_of(enum rule_xbit_track track, const struct xbit_packet *packet)
{
    const struct address *source = packet->source, *destination = packet->destination;
    struct xbit_key key = { .is_pair = track == XBIT_PAIR };
    bool swap = track == XBIT_DESTINATION ||
                (track == XBIT_PAIR && memcmp(source, destination, sizeof(*source)) > 0);

    key.first = swap ? *destination : *source;
    if (track == XBIT_PAIR)
        key.second = swap ? *source : *destination;
    return key;
}

static struct xbit_host *find_host(const struct xbits *xbits, const struct xbit_key *key)
{
    struct xbit_host *host;

    HASH_FIND(hh, xbits->hosts, key, sizeof(*key), host);
    return host;
}

static struct xbit **find_bit(struct xbit_host *host, uint32_t bit)
{
    struct xbit **place = &host->bits;

    while (*place != NULL && (*place)->bit != bit)
        place = &(*place)->next;
    return *place != NULL ? place : NULL;
}

bool xbits_hold(struct xbits *xbits, const struct rule_xbit *test,
        const struct xbit_packet *packet)
{
    struct xbit_key key = key_of(test->track, packet);
    struct xbit_host *host;
    struct xbit **place;

    if (test->track == XBIT_NO_TRACK)
        return false;
    host = find_host(xbits, &key);
    place = host != NULL ? find_bit(host, test->bit) : NULL;
    if (place != NULL && bit_is_over(*place, packet->time_us)) {
        drop_bit(xbits, host, place);
        place = NULL;
    }
    return (place != NULL) != test->negated;
}

/* --- changing --- */

static struct xbit_host *make_host(struct xbits *xbits, const struct xbit_key *key)
{
    struct xbit_host *host = calloc(1, sizeof(*host));

    if (host == NULL)
        return NULL;
    host->key = *key;
    HASH_ADD(hh, xbits->hosts, key, sizeof(host->key), host);
    if (host->hh.tbl != NULL)
        return host;
    free(host);
    return NULL;
}

static void set_bit(struct xbits *xbits, const struct xbit_key *key, uint32_t number,
        uint64_t end_us)
{
    struct xbit_host *host = find_host(xbits, key);
    struct xbit *bit = calloc(1, sizeof(*bit));

    if (bit != NULL && host == NULL)
        host = make_host(xbits, key);
    if (bit == NULL || host == NULL) {
        xbits->counters.refused++;
        free(bit);
        return;
    }
    bit->bit = number;
    bit->end_us = end_us;
    bit->next = host->bits;
    host->bits = bit;
    xbits->counters.bits++;
}

void xbits_apply(struct xbits *xbits, const struct rule_effect *effect,
        const struct xbit_packet *packet)
{
    struct xbit_key key = key_of(effect->track, packet);
    struct xbit_host *host = find_host(xbits, &key);
    uint32_t number = effect->bits[0];
    struct xbit **place;

    if (effect->track == XBIT_NO_TRACK)
        return;
    place = host != NULL ? find_bit(host, number) : NULL;
    if (place != NULL && effect->command != BIT_SET) {
        drop_bit(xbits, host, place);
    } else if (place == NULL && effect->command != BIT_UNSET) {
        make_room(xbits, packet->time_us);
        set_bit(xbits, &key, number, packet->time_us + effect->expire_s * US_PER_S);
    }
}
