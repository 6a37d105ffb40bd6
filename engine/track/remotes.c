#include "track/remotes.h"

#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "base/time.h"

/* Under pressure entries are dropped when idle for this long, halved in PRESSURE_STEPS steps. */
#define IDLE_US (7 * 24 * 3600 * US_PER_S)
#define PRESSURE_STEPS 8
#define UNSETTLED_SHIFT 4

/* --- dropping --- */

/* For the caller to free. */
static struct remote *take_out(struct remotes *remotes, struct remotes_budget *budget,
        struct remote *entry)
{
    HASH_DEL(remotes->by_key, entry);
    DL_DELETE(remotes->oldest[entry->settled], entry);
    remotes->count[entry->settled]--;
    remotes->drops++;
    atomic_fetch_sub(&budget->entries, 1);
    return entry;
}

void remotes_drop(struct remotes *remotes, struct remotes_budget *budget, struct remote *entry)
{
    free(take_out(remotes, budget, entry));
}

void remotes_clear(struct remotes *remotes, struct remotes_budget *budget)
{
    for (unsigned settled = 0; settled < 2; settled++)
        while (remotes->oldest[settled] != NULL)
            remotes_drop(remotes, budget, remotes->oldest[settled]);
}

static size_t count_all(const struct remotes *remotes)
{
    return (size_t)remotes->count[0] + remotes->count[1];
}

/* For the caller to free, too. */
static struct remote *forget(struct remotes *remotes, struct remotes_budget *budget, bool settled)
{
    atomic_fetch_add(&budget->forgotten, 1);
    return take_out(remotes, budget, remotes->oldest[settled]);
}

static struct remote *forget_one(struct remotes *remotes, struct remotes_budget *budget)
{
    return forget(remotes, budget, remotes->count[0] == 0 ||
                                           (size_t)remotes->count[1] * 4 > count_all(remotes) * 3);
}

/* Never fails: a device that has few may always have one more, one that has more gives one up. Who
 * scans gives one up for each, so the next is made in its place: that is returned, NULL: none. */
static struct remote *take_room(struct remotes *remotes, struct remotes_budget *budget)
{
    struct remote *place = NULL;

    if (count_all(remotes) >= budget->max_per_device && count_all(remotes) > 0)
        place = forget_one(remotes, budget);
    while (atomic_fetch_add(&budget->entries, 1) >= budget->max_entries &&
            count_all(remotes) >= REMOTES_ALWAYS) {
        atomic_fetch_sub(&budget->entries, 1);
        free(place);
        place = forget_one(remotes, budget);
    }
    return place;
}

/* UINT64_MAX while there is no pressure. */
static uint64_t idle_limit_us(const struct remotes_budget *budget)
{
    size_t room = budget->max_entries / 4, full = budget->max_entries - room;
    size_t over = atomic_load(&budget->entries);

    if (over <= full)
        return UINT64_MAX;
    over -= full;
    return IDLE_US >> (over >= room ? PRESSURE_STEPS : over * PRESSURE_STEPS / room);
}

bool remotes_pressed(const struct remotes_budget *budget)
{
    return idle_limit_us(budget) != UINT64_MAX;
}

static void trim(struct remotes *remotes, struct remotes_budget *budget, bool settled,
        uint64_t before_us)
{
    while (remotes->oldest[settled] != NULL && remotes->oldest[settled]->last_us < before_us)
        free(forget(remotes, budget, settled));
}

void remotes_trim(struct remotes *remotes, struct remotes_budget *budget, uint64_t now_us)
{
    uint64_t idle_us = idle_limit_us(budget);

    if (idle_us == UINT64_MAX)
        return;
    if (now_us > idle_us)
        trim(remotes, budget, true, now_us - idle_us);
    if (now_us > idle_us >> UNSETTLED_SHIFT)
        trim(remotes, budget, false, now_us - (idle_us >> UNSETTLED_SHIFT));
}

/* --- finding and making --- */

/* One number for hash and kind; kinds are few, so it is as good a hash as the one given. */
static uint64_t key_of(enum remote_kind kind, uint64_t hash)
{
    return hash ^ ((uint64_t)kind << 56);
}

struct remote *remotes_find(const struct remotes *remotes, enum remote_kind kind, uint64_t hash)
{
    return remotes_at(remotes, key_of(kind, hash));
}

struct remote *remotes_at(const struct remotes *remotes, uint64_t key)
{
    struct remote *entry;

    HASH_FIND(hh, remotes->by_key, &key, sizeof(key), entry);
    return entry;
}

uint64_t remotes_due_us(const struct remotes *remotes)
{
    uint64_t due_us = UINT64_MAX;

    for (unsigned settled = 0; settled < 2; settled++)
        for (const struct remote *entry = remotes->oldest[settled]; entry != NULL; entry = entry->next)
            if (entry->due_us < due_us)
                due_us = entry->due_us;
    return due_us;
}

static void set_label(struct remote *entry, const struct remote_identity *who)
{
    size_t len = who->label_len < REMOTE_LABEL_SIZE ? who->label_len : REMOTE_LABEL_SIZE - 1;

    if (len > 0)
        memcpy(entry->label, who->label + (who->label_len - len), len);
}

static struct remote *make(struct remotes *remotes, struct remotes_budget *budget,
        const struct remote_identity *who, uint64_t now_us)
{
    struct remote *entry = take_room(remotes, budget);

    if (entry != NULL)
        memset(entry, 0, sizeof(*entry));
    else
        entry = calloc(1, sizeof(*entry));
    if (entry != NULL) {
        entry->kind = who->kind;
        entry->key = key_of(who->kind, who->hash);
        entry->first_us = entry->last_us = now_us;
        entry->due_us = UINT64_MAX;
        set_label(entry, who);
        HASH_ADD(hh, remotes->by_key, key, sizeof(entry->key), entry);
        if (entry->hh.tbl != NULL)
            return entry;
        free(entry);
    }
    atomic_fetch_sub(&budget->entries, 1);
    atomic_fetch_add(&budget->refused, 1);
    return NULL;
}

static void enlist(struct remotes *remotes, struct remote *entry)
{
    DL_APPEND(remotes->oldest[entry->settled], entry);
    remotes->count[entry->settled]++;
}

/* Mostly the one that was used before is used again. */
void remotes_touch(struct remotes *remotes, struct remote *entry, uint64_t now_us)
{
    bool settled;

    if (now_us > entry->last_us)
        entry->last_us = now_us;
    settled = entry->settled || entry->last_us >= entry->first_us + REMOTES_SETTLE_S * US_PER_S;
    if (settled == entry->settled && remotes->oldest[settled]->prev == entry)
        return;
    DL_DELETE(remotes->oldest[entry->settled], entry);
    remotes->count[entry->settled]--;
    entry->settled = settled;
    enlist(remotes, entry);
}

struct remote *remotes_use(struct remotes *remotes, struct remotes_budget *budget,
        const struct remote_identity *who, uint64_t now_us)
{
    struct remote *entry = remotes_find(remotes, who->kind, who->hash);

    if (entry != NULL) {
        remotes_touch(remotes, entry, now_us);
        return entry;
    }
    entry = make(remotes, budget, who, now_us);
    if (entry != NULL)
        enlist(remotes, entry);
    return entry;
}
