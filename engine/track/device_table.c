/* Devices as they are made, held, forgotten and counted. */
#include <stdlib.h>
#include <string.h>

#include "track/device_internal.h"

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

void device_introduce_again(const struct devices *devices, struct device *device,
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

struct entry *device_find_or_make(struct devices *devices, const struct mac *mac,
        const struct device_sighting *sighting)
{
    struct key key = key_of(mac, &sighting->address);
    struct entry *entry;

    HASH_FIND(hh, devices->entries, &key, sizeof(key), entry);
    return entry != NULL ? entry : make(devices, mac, sighting);
}

void device_forget_stranger(struct devices *devices, const struct address *address)
{
    struct key key = key_of(NULL, address);
    struct entry *stranger;

    HASH_FIND(hh, devices->entries, &key, sizeof(key), stranger);
    if (stranger == NULL)
        return;
    forget(devices, stranger);
    devices->counters.merged++;
}

void device_move_to_end(struct devices *devices, struct entry *entry, bool settled)
{
    if (settled == entry->settled && devices->oldest[settled]->prev == entry)
        return;
    unlist(devices, entry);
    entry->settled = settled;
    append(devices, entry);
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

struct device *device_set_due_and_next(struct devices *devices, struct device *device, uint64_t due_us,
        uint64_t now_us)
{
    struct turn *turn;

    if (device->gone)
        return devices_due(devices, now_us);
    device->due_us = due_us;
    turn = agenda_set_and_due(&devices->agenda, &device->turn, due_us, now_us, keep);
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
