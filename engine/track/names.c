#include "track/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/time.h"

/* Resolvers cap TTLs at a week (RFC 8767 section 4): nothing stays resolved for 68 years. */
#define TTL_MAX_S (7 * 24 * 60 * 60)

/* A content network answers many names with one address; beyond this many a mismatch is not told. */
#define NAMES_PER_ADDRESS 12

struct name_entry {
    struct address address;
    uint8_t hash_count;
    bool more_names; /* had more names than 'hashes' holds */
    uint64_t since_us, expires_us; /* it counts from its answer on, which others prolong */
    char *asked; /* owned */
    uint64_t hashes[NAMES_PER_ADDRESS];
    UT_hash_handle hh;
};

uint64_t name_hash(const char *name, size_t len)
{
    char lower[NAME_SIZE];

    if (len > sizeof(lower))
        len = sizeof(lower);
    for (size_t i = 0; i < len; i++)
        lower[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + 'a' - 'A') : name[i];
    return hash_bytes(lower, len);
}

static void drop_entry(struct names *names, struct names_budget *budget, struct name_entry *entry)
{
    HASH_DEL(names->by_address, entry);
    free(entry->asked);
    free(entry);
    atomic_fetch_sub(&budget->entries, 1);
}

void names_clear(struct names *names, struct names_budget *budget)
{
    struct name_entry *entry, *next;

    HASH_ITER(hh, names->by_address, entry, next) {
        drop_entry(names, budget, entry);
    }
}

static void remember_blindness(struct names *names, struct names_budget *budget, uint64_t until_us)
{
    atomic_fetch_add(&budget->forgotten, 1);
    if (until_us > names->blind_until_us)
        names->blind_until_us = until_us;
}

/* At the head is what was neither answered nor prolonged by a use for longest: then it moves to the end. */
static void drop_oldest(struct names *names, struct names_budget *budget, uint64_t now_us)
{
    struct name_entry *oldest = names->by_address;

    if (oldest->expires_us > now_us)
        remember_blindness(names, budget, oldest->expires_us);
    drop_entry(names, budget, oldest);
}

/* Reserves room for one entry, from this device's own oldest if need be. */
static void take_room(struct names *names, struct names_budget *budget, uint64_t now_us)
{
    if (names->by_address != NULL &&
            (HASH_COUNT(names->by_address) >= budget->max_per_device ||
                    names->by_address->expires_us <= now_us))
        drop_oldest(names, budget, now_us);
    while (atomic_fetch_add(&budget->entries, 1) >= budget->max_entries &&
            HASH_COUNT(names->by_address) >= NAMES_ALWAYS) {
        atomic_fetch_sub(&budget->entries, 1);
        drop_oldest(names, budget, now_us);
    }
}

bool names_pressed(const struct names_budget *budget)
{
    return atomic_load(&budget->entries) > budget->max_entries - budget->max_entries / 4;
}

void names_trim(struct names *names, struct names_budget *budget, uint64_t now_us)
{
    struct name_entry *entry, *next;

    HASH_ITER(hh, names->by_address, entry, next) {
        if (entry->expires_us <= now_us)
            drop_entry(names, budget, entry);
    }
}

static struct name_entry *add_entry(struct names *names, struct names_budget *budget,
        const struct address *address, uint64_t now_us)
{
    struct name_entry *entry;

    take_room(names, budget, now_us);
    entry = calloc(1, sizeof(*entry));
    if (entry != NULL) {
        entry->address = *address;
        HASH_ADD(hh, names->by_address, address, sizeof(entry->address), entry);
        if (entry->hh.tbl != NULL)
            return entry;
        free(entry);
    }
    atomic_fetch_sub(&budget->entries, 1);
    return NULL;
}

static bool has_hash(const struct name_entry *entry, uint64_t hash)
{
    for (size_t i = 0; i < entry->hash_count; i++)
        if (entry->hashes[i] == hash)
            return true;
    return false;
}

static void add_hash(struct name_entry *entry, uint64_t hash)
{
    if (has_hash(entry, hash))
        return;
    if (entry->hash_count == NAMES_PER_ADDRESS)
        entry->more_names = true;
    else
        entry->hashes[entry->hash_count++] = hash;
}

/* NULL when the table could not be made anew: the entry is gone then. */
static struct name_entry *move_to_end(struct names *names, struct names_budget *budget,
        struct name_entry *entry)
{
    HASH_DEL(names->by_address, entry);
    HASH_ADD(hh, names->by_address, address, sizeof(entry->address), entry);
    if (entry->hh.tbl != NULL)
        return entry;
    free(entry->asked);
    free(entry);
    atomic_fetch_sub(&budget->entries, 1);
    return NULL;
}

static enum tattler_status learn_one(struct names *names, struct names_budget *budget,
        const struct resolution *answer, size_t index, uint64_t now_us)
{
    const struct address *address = &answer->addresses[index].address;
    uint32_t told_s = answer->addresses[index].ttl_s;
    uint64_t ttl_s = told_s < TTL_MAX_S ? told_s : TTL_MAX_S;
    uint64_t expires_us = now_us + budget->grace_us + ttl_s * US_PER_S;
    char *asked = strdup(answer->asked);
    struct name_entry *entry = NULL;

    HASH_FIND(hh, names->by_address, address, sizeof(*address), entry);
    if (entry != NULL)
        entry = move_to_end(names, budget, entry);
    else if (asked != NULL)
        entry = add_entry(names, budget, address, now_us);
    if (entry == NULL || asked == NULL) {
        free(asked);
        remember_blindness(names, budget, expires_us);
        return TATTLER_NO_MEMORY;
    }
    free(entry->asked);
    entry->asked = asked;
    if (entry->expires_us <= now_us || entry->since_us > now_us)
        entry->since_us = now_us;
    if (expires_us > entry->expires_us)
        entry->expires_us = expires_us;
    add_hash(entry, name_hash(answer->asked, answer->asked_len));
    for (size_t i = 0; i < answer->alias_count; i++)
        add_hash(entry, answer->aliases[i]);
    return TATTLER_OK;
}

enum tattler_status names_learn(struct names *names, struct names_budget *budget,
        const struct resolution *answer, uint64_t now_us)
{
    enum tattler_status status = TATTLER_OK;

    for (size_t i = 0; i < answer->address_count; i++) {
        enum tattler_status one = learn_one(names, budget, answer, i, now_us);
        if (one != TATTLER_OK)
            status = one;
    }
    if (answer->dropped)
        remember_blindness(names, budget, now_us + budget->grace_us);
    return status;
}

static struct name_entry *find_live(const struct names *names,
        const struct address *address, uint64_t now_us)
{
    struct name_entry *entry;

    HASH_FIND(hh, names->by_address, address, sizeof(*address), entry);
    return entry != NULL && entry->expires_us > now_us ? entry : NULL;
}

/* It goes behind those that nobody uses, which make room first. NULL: as move_to_end(). */
static struct name_entry *keep(struct names *names, struct names_budget *budget,
        struct name_entry *entry, uint64_t now_us)
{
    if (entry->expires_us >= now_us + budget->grace_us)
        return entry;
    entry->expires_us = now_us + budget->grace_us;
    return move_to_end(names, budget, entry);
}

void names_use(struct names *names, struct names_budget *budget, const struct address *address,
        uint64_t now_us)
{
    struct name_entry *entry = find_live(names, address, now_us);

    if (entry != NULL)
        keep(names, budget, entry, now_us);
}

enum names_verdict names_find(struct names *names, struct names_budget *budget,
        const struct address *address, uint64_t now_us, uint64_t answered_by_us,
        char name[NAME_SIZE])
{
    struct name_entry *entry = find_live(names, address, now_us);

    if (entry == NULL || entry->since_us > answered_by_us)
        return names->blind_until_us > now_us ? NAMES_UNSURE : NAMES_NEVER;
    memcpy(name, entry->asked, strlen(entry->asked) + 1);
    keep(names, budget, entry, now_us);
    return NAMES_RESOLVED;
}

enum names_verdict names_match(const struct names *names, const struct address *address,
        uint64_t hash, uint64_t now_us)
{
    const struct name_entry *entry = find_live(names, address, now_us);

    if (entry == NULL)
        return NAMES_UNSURE;
    if (has_hash(entry, hash))
        return NAMES_RESOLVED;
    return entry->more_names ? NAMES_UNSURE : NAMES_NEVER;
}
