#include "track/device.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "track/binding.h"
#include "track/router.h"
#include <utlist.h>

#define US_PER_S UINT64_C(1000000)

#define PRESENT_US (DEVICE_PRESENT_S * US_PER_S)
/* As remotes.h says of REMOTES_SETTLE_S: no address that somebody made up is seen again so late. */
#define SETTLE_US (180 * US_PER_S)

enum key_kind { KEY_ADDRESS = 1, KEY_MAC };

struct key {
    uint8_t kind; /* enum key_kind */
    uint8_t bytes[16];
};

struct entry {
    struct device device; /* first, so that a device leads back to its entry */
    struct bound bound;
    struct key key;
    bool settled;
    struct entry *prev, *next; /* unseen for longest first */
    UT_hash_handle hh;         /* in the order they were made */
};

struct devices {
    struct lock lock;
    size_t max_devices;
    struct device_budget *budget;
    device_identify_fn identify;
    const void *user;
    device_recall_fn recall; /* NULL: nothing is known from before */
    void *recall_user;
    struct entry *entries;
    struct entry *oldest[2]; /* not settled, settled */
    size_t settled;
    struct bindings bindings;
    struct routers routers;
    struct device_counters counters;
    struct agenda agenda;
};

struct devices *devices_new(size_t max_devices, struct device_budget *budget,
        device_identify_fn identify, const void *user)
{
    struct devices *devices = calloc(1, sizeof(*devices));

    if (devices == NULL)
        return NULL;
    devices->max_devices = max_devices > 0 ? max_devices : 1;
    if (!agenda_init(&devices->agenda, devices->max_devices)) {
        free(devices);
        return NULL;
    }
    lock_init(&devices->lock);
    devices->budget = budget;
    devices->identify = identify;
    devices->user = user;
    return devices;
}

void devices_recall(struct devices *devices, device_recall_fn recall, void *user)
{
    devices->recall = recall;
    devices->recall_user = user;
}

/* --- life of one device --- */

struct device *device_hold(struct device *device)
{
    atomic_fetch_add(&device->holders, 1);
    return device;
}

void device_release(struct devices *devices, struct device *device)
{
    if (device == NULL || atomic_fetch_sub(&device->holders, 1) > 1)
        return;
    names_clear(&device->names, &devices->budget->names);
    conduct_clear(&device->conduct, &devices->budget->conduct);
    insight_free(device->insight, &devices->budget->insight);
    for (size_t i = 0; i < sizeof(device->name_texts) / sizeof(device->name_texts[0]); i++)
        free(device->name_texts[i]);
    lock_destroy(&device->lock);
    free(device->entry);
}

static struct entry *entry_of(struct bound *bound)
{
    return (struct entry *)(void *)((char *)bound - offsetof(struct entry, bound));
}

/* In the list of those that are alike, as the one seen last. */
static void append(struct devices *devices, struct entry *entry)
{
    DL_APPEND(devices->oldest[entry->settled], entry);
    devices->settled += entry->settled;
}

static void unlist(struct devices *devices, struct entry *entry)
{
    DL_DELETE(devices->oldest[entry->settled], entry);
    devices->settled -= entry->settled;
}

/* Flows may hold a device for long after it was forgotten: they need its name, no more. */
static void empty(struct devices *devices, struct device *device)
{
    lock_take(&device->lock);
    device_set_due(devices, device, AGENDA_NEVER);
    device->gone = true;
    names_clear(&device->names, &devices->budget->names);
    conduct_forget(&device->conduct, &devices->budget->conduct);
    insight_free(device->insight, &devices->budget->insight);
    device->insight = NULL;
    lock_release(&device->lock);
}

static void forget(struct devices *devices, struct entry *entry)
{
    binding_drop(&devices->bindings, &entry->bound);
    HASH_DEL(devices->entries, entry);
    unlist(devices, entry);
    empty(devices, &entry->device);
    device_release(devices, &entry->device);
}

/* Of those that are not settled first, until the settled are more than three quarters: who makes up
 * thousands of addresses does not have those forgotten that are always there. */
static void make_room(struct devices *devices)
{
    bool settled = devices->oldest[0] == NULL ||
                   devices->settled * 4 > HASH_COUNT(devices->entries) * 3;

    if (HASH_COUNT(devices->entries) < devices->max_devices)
        return;
    forget(devices, devices->oldest[settled]);
    devices->counters.evicted++;
}

void devices_free(struct devices *devices)
{
    if (devices == NULL)
        return;
    while (devices->entries != NULL)
        forget(devices, devices->entries);
    routers_clear(&devices->routers);
    agenda_destroy(&devices->agenda);
    lock_destroy(&devices->lock);
    free(devices);
}

static struct key key_of(const struct mac *mac, const struct address *address)
{
    struct key key;

    memset(&key, 0, sizeof(key));
    key.kind = mac != NULL ? KEY_MAC : KEY_ADDRESS;
    if (mac != NULL)
        memcpy(key.bytes, mac->bytes, sizeof(mac->bytes));
    else
        memcpy(key.bytes, address->bytes, sizeof(address->bytes));
    return key;
}

static void ask(const struct devices *devices, const struct device *device,
        const struct address *address, struct device_identity *out)
{
    memset(out, 0, sizeof(*out));
    devices->identify(devices->user, device->has_mac ? &device->mac : NULL, address, out);
}

/* A type is written once, before others can see it. */
static void take_identity(struct device *device, const struct device_identity *who)
{
    if (who->type[0] != '\0' && device->type_text[0] == '\0') {
        memcpy(device->type_text, who->type, sizeof(device->type_text));
        atomic_store(&device->type, device->type_text);
    }
    if (who->name[0] != '\0')
        device_set_name(device, DEVICE_NAME_CONFIGURED, who->name, strlen(who->name));
}

static void introduce(const struct devices *devices, struct device *device)
{
    struct device_identity who;

    ask(devices, device, &device->address, &who);
    memcpy(device->vendor, who.vendor, sizeof(device->vendor));
    atomic_init(&device->name, "");
    atomic_init(&device->type, "");
    take_identity(device, &who);
}

/* It may be configured by another address than its first. */
static void introduce_again(const struct devices *devices, struct device *device,
        const struct address *address)
{
    struct device_identity who;
    bool configured;

    lock_take(&device->lock);
    configured = device->name_source == DEVICE_NAME_CONFIGURED;
    lock_release(&device->lock);
    if (configured)
        return;
    ask(devices, device, address, &who);
    take_identity(device, &who);
}

static struct entry *make(struct devices *devices, const struct mac *mac,
        const struct device_sighting *sighting)
{
    struct entry *entry;

    make_room(devices);
    entry = calloc(1, sizeof(*entry));
    if (entry == NULL)
        return NULL;
    entry->key = key_of(mac, &sighting->address);
    HASH_ADD(hh, devices->entries, key, sizeof(entry->key), entry);
    if (entry->hh.tbl == NULL) {
        free(entry);
        return NULL;
    }
    append(devices, entry);
    devices->counters.made++;
    entry->device.entry = entry;
    entry->device.has_mac = mac != NULL;
    if (mac != NULL) {
        entry->device.mac = *mac;
        mac_text(mac, entry->device.mac_text);
    }
    entry->device.address = sighting->address;
    entry->device.first_seen_us = sighting->time_us;
    entry->device.due_us = AGENDA_NEVER;
    lock_init(&entry->device.lock);
    atomic_init(&entry->device.holders, 1); /* the table */
    introduce(devices, &entry->device);
    if (devices->recall != NULL)
        devices->recall(devices->recall_user, &entry->device);
    return entry;
}

static struct entry *find_or_make(struct devices *devices, const struct mac *mac,
        const struct device_sighting *sighting)
{
    struct key key = key_of(mac, &sighting->address);
    struct entry *entry;

    HASH_FIND(hh, devices->entries, &key, sizeof(key), entry);
    return entry != NULL ? entry : make(devices, mac, sighting);
}

/* --- which device an address belongs to --- */

/* A device first met from afar, by its address alone, has now shown its MAC: they are one. */
static void forget_stranger(struct devices *devices, const struct address *address)
{
    struct key key = key_of(NULL, address);
    struct entry *stranger;

    HASH_FIND(hh, devices->entries, &key, sizeof(key), stranger);
    if (stranger == NULL)
        return;
    forget(devices, stranger);
    devices->counters.merged++;
}

static void bind(struct devices *devices, struct entry *entry,
        const struct device_sighting *sighting)
{
    struct device *device = &entry->device;

    if (!binding_set(&devices->bindings, &entry->bound, &sighting->address, sighting->time_us))
        return;
    forget_stranger(devices, &sighting->address);
    if (!address_is_unicast(&device->address))
        device->address = sighting->address; /* it joined before it had one */
    introduce_again(devices, device, &sighting->address);
}

static void note_router(struct devices *devices, const struct mac *mac, enum router_kind kind,
        uint64_t now_us)
{
    if (routers_note(&devices->routers, mac, kind, now_us))
        devices->counters.routers++;
}

static struct entry *by_address(struct devices *devices, const struct device_sighting *sighting)
{
    struct bound *bound = binding_find(&devices->bindings, &sighting->address);

    return bound != NULL ? entry_of(bound) : find_or_make(devices, NULL, sighting);
}

/* Mostly the one that had the address before: then only one table is looked up. */
static struct entry *entry_of_mac(struct devices *devices, const struct device_sighting *sighting)
{
    struct bound *bound = binding_find(&devices->bindings, &sighting->address);
    struct entry *entry = bound != NULL ? entry_of(bound) : NULL;

    if (entry != NULL && entry->device.has_mac && mac_equal(&entry->device.mac, sighting->mac))
        return entry;
    return find_or_make(devices, sighting->mac, sighting);
}

/* Does it take the address of a router that is there? Who already gets what others send to the
 * Internet is a router as well: this may be the real one, back at its address. */
static void note_usurper(struct devices *devices, struct entry *entry,
        const struct device_sighting *sighting)
{
    struct bound *bound = binding_find(&devices->bindings, &sighting->address);
    struct device *holder;

    if (bound == NULL || bound == &entry->bound)
        return;
    holder = &entry_of(bound)->device;
    if (holder->has_mac && routers_has(&devices->routers, &holder->mac) &&
            !routers_has(&devices->routers, sighting->mac) &&
            sighting->time_us < atomic_load(&holder->last_seen_us) + PRESENT_US)
        atomic_store(&entry->device.usurped_us, sighting->time_us);
}

static struct entry *by_mac(struct devices *devices, const struct device_sighting *sighting)
{
    struct entry *entry = entry_of_mac(devices, sighting);

    if (entry == NULL || !address_is_unicast(&sighting->address))
        return entry;
    if (sighting->claimed)
        note_usurper(devices, entry, sighting);
    if (binding_is_shared(&devices->bindings, &entry->bound, &sighting->address,
                sighting->time_us)) {
        note_router(devices, sighting->mac, ROUTER_SHARES, sighting->time_us);
        binding_drop_v4(&devices->bindings, &entry->bound);
        return by_address(devices, sighting);
    }
    bind(devices, entry, sighting);
    return entry;
}

static bool names_one_card(const struct mac *mac)
{
    return mac != NULL && (mac->bytes[0] & 1) == 0 && !mac_is_zero(mac);
}

static struct entry *resolve(struct devices *devices, const struct device_sighting *sighting)
{
    if (!names_one_card(sighting->mac))
        return sighting->claimed ? NULL : by_address(devices, sighting);
    if (!address_is_unicast(&sighting->address) ||
            routers_is_own(&devices->routers, sighting->mac, &sighting->address, sighting->ttl,
                    sighting->claimed, sighting->time_us))
        return by_mac(devices, sighting);
    return by_address(devices, sighting);
}

static void move_to_end(struct devices *devices, struct entry *entry, bool settled)
{
    if (settled == entry->settled && devices->oldest[settled]->prev == entry)
        return;
    unlist(devices, entry);
    entry->settled = settled;
    append(devices, entry);
}

static struct device *hold_entry(struct devices *devices, struct entry *entry, uint64_t time_us)
{
    if (entry == NULL)
        return NULL;
    move_to_end(devices, entry,
            entry->settled || time_us >= entry->device.first_seen_us + SETTLE_US);
    atomic_store(&entry->device.last_seen_us, time_us);
    return device_hold(&entry->device);
}

struct device *devices_see(struct devices *devices, const struct device_sighting *sighting)
{
    struct device *device;

    lock_take(&devices->lock);
    device = hold_entry(devices, resolve(devices, sighting), sighting->time_us);
    lock_release(&devices->lock);
    return device;
}

struct device *devices_at(struct devices *devices, const struct address *address,
        uint64_t time_us)
{
    struct device_sighting sighting = { .time_us = time_us, .address = *address };

    return devices_see(devices, &sighting);
}

struct device *devices_known_at(struct devices *devices, const struct address *address,
        uint64_t time_us)
{
    struct bound *bound;
    struct device *device;

    lock_take(&devices->lock);
    bound = binding_find(&devices->bindings, address);
    device = hold_entry(devices, bound != NULL ? entry_of(bound) : NULL, time_us);
    lock_release(&devices->lock);
    return device;
}

struct address devices_first_address(struct devices *devices, const struct device *device)
{
    struct address first;

    lock_take(&devices->lock);
    first = device->address;
    lock_release(&devices->lock);
    return first;
}

bool devices_has_at(struct devices *devices, const struct address *address)
{
    bool any;

    lock_take(&devices->lock);
    any = binding_find(&devices->bindings, address) != NULL;
    lock_release(&devices->lock);
    return any;
}

bool devices_mac_at(struct devices *devices, const struct address *address, struct mac *mac)
{
    struct bound *bound;
    bool any;

    lock_take(&devices->lock);
    bound = binding_find(&devices->bindings, address);
    any = bound != NULL && entry_of(bound)->device.has_mac;
    if (any)
        *mac = entry_of(bound)->device.mac;
    lock_release(&devices->lock);
    return any;
}

void devices_note_router(struct devices *devices, const struct mac *mac)
{
    if (!names_one_card(mac))
        return;
    lock_take(&devices->lock);
    note_router(devices, mac, ROUTER_FORWARDS, 0);
    lock_release(&devices->lock);
}

bool devices_is_router(struct devices *devices, const struct mac *mac)
{
    bool is_router;

    lock_take(&devices->lock);
    is_router = routers_has(&devices->routers, mac);
    lock_release(&devices->lock);
    return is_router;
}

/* --- what is due --- */

void device_set_due(struct devices *devices, struct device *device, uint64_t due_us)
{
    if (device->gone)
        return;
    device->due_us = due_us;
    agenda_set(&devices->agenda, &device->turn, due_us);
}

static struct device *device_of(struct turn *turn)
{
    return (struct device *)(void *)((char *)turn - offsetof(struct device, turn));
}

static void keep(struct turn *turn)
{
    device_hold(device_of(turn));
}

struct device *devices_due(struct devices *devices, uint64_t now_us)
{
    struct turn *turn = agenda_due(&devices->agenda, now_us, keep);

    return turn != NULL ? device_of(turn) : NULL;
}

/* --- for summaries --- */

void devices_introduce_again(struct devices *devices)
{
    struct device_identity who;

    lock_take(&devices->lock);
    for (struct entry *entry = devices->entries; entry != NULL; entry = entry->hh.next) {
        ask(devices, &entry->device, &entry->device.address, &who);
        take_identity(&entry->device, &who);
    }
    lock_release(&devices->lock);
}

void devices_each(struct devices *devices, void (*visit)(struct device *device, void *user),
        void *user)
{
    lock_take(&devices->lock);
    for (struct entry *entry = devices->entries; entry != NULL; entry = entry->hh.next)
        visit(&entry->device, user);
    lock_release(&devices->lock);
}

struct device_counters devices_count(struct devices *devices, size_t *now)
{
    struct device_counters counters;

    lock_take(&devices->lock);
    counters = devices->counters;
    *now = HASH_COUNT(devices->entries);
    lock_release(&devices->lock);
    return counters;
}
