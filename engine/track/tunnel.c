#include "track/tunnel.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/time.h"
#include "track/asked.h"

#define SLOTS 6
#define SLOT_US (US_PER_S * TUNNEL_WINDOW_S / SLOTS)
#define LONG_SLOT_US (US_PER_S * TUNNEL_PATIENCE_S / SLOTS)
#define LAST_SIZE 63

/* A domain and what was said below it. */
struct site {
    uint64_t key; /* hash of the domain; 0: free */
    uint64_t slot; /* since 1970, the newest one */
    float bits[SLOTS];
    uint16_t names[SLOTS]; /* new ones */
    uint64_t long_slot;
    uint16_t long_names[SLOTS]; /* the same over TUNNEL_PATIENCE_S */
    uint8_t last_len;
    char last[LAST_SIZE]; /* what stood before the domain last time, its beginning */
};

struct tunnel {
    struct site sites[TUNNEL_SITES];
    /* A mark of each name or answer seen, by its hash: a later one takes an earlier one's place. */
    uint32_t recent[TUNNEL_RECENT];
};

void tunnel_free(struct tunnel *tunnel)
{
    free(tunnel);
}

/* Empties what has left the windows. */
static void move_on(struct site *site, uint64_t now_us)
{
    uint64_t slot = now_us / SLOT_US, long_slot = now_us / LONG_SLOT_US;

    for (unsigned i = 0; i < SLOTS && site->slot < slot; i++) {
        site->slot++;
        site->bits[site->slot % SLOTS] = 0;
        site->names[site->slot % SLOTS] = 0;
    }
    for (unsigned i = 0; i < SLOTS && site->long_slot < long_slot; i++)
        site->long_names[++site->long_slot % SLOTS] = 0;
    if (site->slot < slot)
        site->slot = slot;
    if (site->long_slot < long_slot)
        site->long_slot = long_slot;
}

static double bits_of(const struct site *site)
{
    double bits = 0;

    for (unsigned i = 0; i < SLOTS; i++)
        bits += (double)site->bits[i];
    return bits;
}

static unsigned sum_of(const uint16_t names[SLOTS])
{
    unsigned sum = 0;

    for (unsigned i = 0; i < SLOTS; i++)
        sum += names[i];
    return sum;
}

/* Did less come of it of late, and over the longer time? */
static bool said_less(const struct site *a, const struct site *b)
{
    double bits_a = bits_of(a), bits_b = bits_of(b);

    return bits_a < bits_b || (bits_a <= bits_b && sum_of(a->long_names) < sum_of(b->long_names));
}

/* A free one, else the one with the least said. */
static struct site *find_room(struct tunnel *tunnel, uint64_t now_us)
{
    struct site *least = NULL;

    for (size_t i = TUNNEL_SITES; i-- > 0;) {
        struct site *site = &tunnel->sites[i];

        if (site->key == 0)
            return site;
        move_on(site, now_us);
        if (least == NULL || !said_less(least, site))
            least = site;
    }
    return least;
}

/* The site of this domain; if need be in place of another. */
static struct site *find_site(struct tunnel *tunnel, uint64_t key, uint64_t now_us)
{
    struct site *site;

    for (size_t i = 0; i < TUNNEL_SITES; i++)
        if (tunnel->sites[i].key == key) {
            move_on(&tunnel->sites[i], now_us);
            return &tunnel->sites[i];
        }
    site = find_room(tunnel, now_us);
    *site = (struct site){ .key = key, .slot = now_us / SLOT_US, .long_slot = now_us / LONG_SLOT_US };
    return site;
}

static bool is_new(struct tunnel *tunnel, uint64_t hash)
{
    uint32_t *place = &tunnel->recent[hash % TUNNEL_RECENT];
    uint32_t mark = (uint32_t)(hash >> 32) | 1;
    bool known = *place == mark;

    *place = mark;
    return !known;
}

/* What is left of 'text' without what it shares with the last one at its beginning and, where that
 * was kept whole, at its end. */
static struct cursor news(const struct site *site, const char *text, size_t len)
{
    size_t both = len < site->last_len ? len : site->last_len, head = 0, tail = 0;

    while (head < both && text[head] == site->last[head])
        head++;
    if (site->last_len < LAST_SIZE)
        while (tail < both - head && text[len - 1 - tail] == site->last[site->last_len - 1 - tail])
            tail++;
    return cursor_over(text + head, len - head - tail);
}

static void count(uint16_t *names)
{
    if (*names < UINT16_MAX)
        (*names)++;
}

static void add_name(struct site *site, const char *hidden, size_t len)
{
    struct cursor fresh = news(site, hidden, len);

    site->bits[site->slot % SLOTS] += (float)asked_bits(fresh.at, fresh.left);
    count(&site->names[site->slot % SLOTS]);
    count(&site->long_names[site->long_slot % SLOTS]);
    site->last_len = (uint8_t)(len < LAST_SIZE ? len : LAST_SIZE);
    memcpy(site->last, hidden, site->last_len);
}

static double rate_of(const struct site *site)
{
    return sum_of(site->names) < TUNNEL_NAMES_MIN ? 0 : bits_of(site) / TUNNEL_WINDOW_S;
}

/* Does what stands before the domain count at all? */
static bool counts(const struct question *question)
{
    enum asked_kind kind = asked_kind(question->name, question->len);

    return kind == ASKED_PUBLIC || kind == ASKED_SERVICE;
}

bool tunnel_note(struct tunnel **tunnel, const struct question *question, uint64_t now_us,
        struct tunnel_view *out)
{
    size_t domain = asked_domain(question->name, question->len);
    uint64_t key = hash_stable(question->name + domain, question->len - domain) | 1;
    uint64_t hash = hash_stable(question->name, question->len);
    struct site *site;

    if (!counts(question))
        return false;
    if (*tunnel == NULL)
        *tunnel = calloc(1, sizeof(**tunnel));
    if (*tunnel == NULL)
        return false;
    site = find_site(*tunnel, key, now_us);
    if (domain > 0 && is_new(*tunnel, hash))
        add_name(site, question->name, domain);
    if (question->data_hash != 0 && is_new(*tunnel, hash ^ question->data_hash))
        site->bits[site->slot % SLOTS] += (float)question->data_bits;
    *out = (struct tunnel_view){ .bits_per_s = rate_of(site), .names = sum_of(site->long_names) };
    return true;
}
