#include "track/device.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "track/router.h"
#include <utlist.h>

#define US_PER_S UINT64_C(1000000)

/* Addresses remembered for one device; the one unseen for longest goes. IPv6 hosts renew their
 * temporary addresses daily (RFC 8981), so a week's worth of them fits. */
#define ADDRESSES_PER_DEVICE 32

/* A MAC that switches back and forth between this many IPv4 addresses within this time speaks for
 * several hosts (a repeater that hides them, a router that does not lower the TTL). A device may
 * have two, such as that of its set-up network, and one that gets a new one by DHCP does not come
 * back to the old. */
#define SHARED_ADDRESSES 3
#define SHARED_WITHIN_US (600 * US_PER_S)

enum key_kind { KEY_ADDRESS = 1, KEY_MAC };

struct key {
    uint8_t kind; /* enum key_kind */
    uint8_t bytes[16];
};

struct binding {
    struct address address;
    uint64_t seen_us;
    struct entry *entry;
    struct binding *prev, *next; /* of the same device, oldest first */
    UT_hash_handle hh;
};

struct entry {
    struct device device; /* first, so that a device leads back to its entry */
    struct key key;
    struct binding *bindings;
    unsigned binding_count;
    struct address last_v4;
    struct entry *prev, *next; /* unseen for longest first */
    UT_hash_handle hh;         /* in the order they were made */
};

struct devices {
    struct lock lock;
    size_t max_devices;
    struct device_budget *budget;
    device_identify_fn identify;
    const void *user;
    struct entry *entries;
    struct entry *oldest;
    struct binding *bindings;
    struct routers routers;
    struct device_counters counters;
};

struct devices *devices_new(size_t max_devices, struct device_budget *budget,
        device_identify_fn identify, const void *user)
{
    struct devices *devices = calloc(1, sizeof(*devices));

    if (devices == NULL)
        return NULL;
    lock_init(&devices->lock);
    devices->max_devices = max_devices > 0 ? max_devices : 1;
    devices->budget = budget;
    devices->identify = identify;
    devices->user = user;
    return devices;
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
    for (size_t i = 0; i < sizeof(device->name_texts) / sizeof(device->name_texts[0]); i++)
        free(device->name_texts[i]);
    lock_destroy(&device->lock);
    free(device->entry);
}

static void unbind(struct devices *devices, struct binding *binding)
{
    HASH_DEL(devices->bindings, binding);
    DL_DELETE(binding->entry->bindings, binding);
    binding->entry->binding_count--;
    free(binding);
}

/* Flows may hold a device for long after it was forgotten: they need its name, no more. */
static void empty(struct devices *devices, struct device *device)
{
    lock_take(&device->lock);
    device->gone = true;
    names_clear(&device->names, &devices->budget->names);
    conduct_forget(&device->conduct, &devices->budget->conduct);
    lock_release(&device->lock);
}

static void evict(struct devices *devices, struct entry *entry)
{
    while (entry->bindings != NULL)
        unbind(devices, entry->bindings);
    HASH_DEL(devices->entries, entry);
    DL_DELETE(devices->oldest, entry);
    empty(devices, &entry->device);
    device_release(devices, &entry->device);
}

void devices_free(struct devices *devices)
{
    if (devices == NULL)
        return;
    while (devices->oldest != NULL)
        evict(devices, devices->oldest);
    routers_clear(&devices->routers);
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

static void introduce(struct devices *devices, struct device *device)
{
    struct device_identity who;

    memset(&who, 0, sizeof(who));
    devices->identify(devices->user, device->has_mac ? &device->mac : NULL, &device->address,
            &who);
    memcpy(device->vendor, who.vendor, sizeof(device->vendor));
    memcpy(device->type, who.type, sizeof(device->type));
    atomic_init(&device->name, "");
    if (who.name[0] != '\0')
        device_set_name(device, DEVICE_NAME_CONFIGURED, who.name, strlen(who.name));
}

static struct entry *make(struct devices *devices, const struct mac *mac,
        const struct device_sighting *sighting)
{
    struct entry *entry;

    if (HASH_COUNT(devices->entries) >= devices->max_devices) {
        evict(devices, devices->oldest);
        devices->counters.evicted++;
    }
    entry = calloc(1, sizeof(*entry));
    if (entry == NULL)
        return NULL;
    entry->key = key_of(mac, &sighting->address);
    HASH_ADD(hh, devices->entries, key, sizeof(entry->key), entry);
    if (entry->hh.tbl == NULL) {
        free(entry);
        return NULL;
    }
    DL_APPEND(devices->oldest, entry);
    devices->counters.made++;
    entry->device.entry = entry;
    entry->device.has_mac = mac != NULL;
    if (mac != NULL) {
        entry->device.mac = *mac;
        mac_text(mac, entry->device.mac_text);
    }
    entry->device.address = sighting->address;
    entry->device.first_seen_us = sighting->time_us;
    lock_init(&entry->device.lock);
    atomic_init(&entry->device.holders, 1); /* the table */
    introduce(devices, &entry->device);
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

static struct binding *find_binding(struct devices *devices, const struct address *address)
{
    struct binding *binding;

    HASH_FIND(hh, devices->bindings, address, sizeof(*address), binding);
    return binding;
}

/* A device first met from afar, by its address alone, has now shown its MAC. */
static void forget_stranger(struct devices *devices, const struct address *address)
{
    struct key key = key_of(NULL, address);
    struct entry *stranger;

    HASH_FIND(hh, devices->entries, &key, sizeof(key), stranger);
    if (stranger != NULL)
        evict(devices, stranger);
}

static void bind(struct devices *devices, struct entry *entry,
        const struct device_sighting *sighting)
{
    struct binding *binding = find_binding(devices, &sighting->address);

    if (binding != NULL && binding->entry != entry) {
        unbind(devices, binding);
        binding = NULL;
    }
    if (binding == NULL) {
        forget_stranger(devices, &sighting->address);
        if (entry->binding_count == ADDRESSES_PER_DEVICE)
            unbind(devices, entry->bindings);
        binding = calloc(1, sizeof(*binding));
        if (binding == NULL)
            return;
        binding->address = sighting->address;
        binding->entry = entry;
        HASH_ADD(hh, devices->bindings, address, sizeof(binding->address), binding);
        if (binding->hh.tbl == NULL) {
            free(binding);
            return;
        }
        entry->binding_count++;
    } else {
        DL_DELETE(entry->bindings, binding);
    }
    if (!address_is_unicast(&entry->device.address))
        entry->device.address = sighting->address; /* it joined before it had one */
    binding->seen_us = sighting->time_us;
    DL_APPEND(entry->bindings, binding);
}

static bool is_plain_v4(const struct address *address)
{
    return address_is_v4(address) && !address_is_link_local(address);
}

static unsigned addresses_in_use(const struct entry *entry, uint64_t now_us)
{
    const struct binding *binding;
    unsigned n = 0;

    DL_FOREACH(entry->bindings, binding) {
        n += is_plain_v4(&binding->address) && now_us < binding->seen_us + SHARED_WITHIN_US;
    }
    return n;
}

/* Back at an IPv4 address while others are still in use? */
static bool speaks_for_several(struct devices *devices, struct entry *entry,
        const struct device_sighting *sighting)
{
    const struct binding *binding;

    if (!is_plain_v4(&sighting->address) || address_equal(&entry->last_v4, &sighting->address))
        return false;
    entry->last_v4 = sighting->address;
    binding = find_binding(devices, &sighting->address);
    return binding != NULL && binding->entry == entry &&
           sighting->time_us < binding->seen_us + SHARED_WITHIN_US &&
           addresses_in_use(entry, sighting->time_us) >= SHARED_ADDRESSES;
}

static void note_router(struct devices *devices, const struct mac *mac, enum router_kind kind)
{
    if (routers_note(&devices->routers, mac, kind))
        devices->counters.routers++;
}

static void unbind_all_v4(struct devices *devices, struct entry *entry)
{
    struct binding *binding, *next;

    DL_FOREACH_SAFE(entry->bindings, binding, next) {
        if (address_is_v4(&binding->address))
            unbind(devices, binding);
    }
}

static struct entry *by_address(struct devices *devices, const struct device_sighting *sighting)
{
    struct binding *binding = find_binding(devices, &sighting->address);

    return binding != NULL ? binding->entry : find_or_make(devices, NULL, sighting);
}

static struct entry *by_mac(struct devices *devices, const struct device_sighting *sighting)
{
    struct entry *entry = find_or_make(devices, sighting->mac, sighting);

    if (entry == NULL || !address_is_unicast(&sighting->address))
        return entry;
    if (speaks_for_several(devices, entry, sighting)) {
        note_router(devices, sighting->mac, ROUTER_SHARES);
        unbind_all_v4(devices, entry);
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
    const struct binding *binding;

    if (!names_one_card(sighting->mac))
        return sighting->claimed ? NULL : by_address(devices, sighting);
    if (!address_is_unicast(&sighting->address) ||
            routers_is_own(&devices->routers, sighting->mac, &sighting->address, sighting->ttl,
                    sighting->claimed))
        return by_mac(devices, sighting);
    binding = find_binding(devices, &sighting->address);
    return binding != NULL ? binding->entry : by_address(devices, sighting);
}

static struct device *hold_entry(struct devices *devices, struct entry *entry, uint64_t time_us)
{
    if (entry == NULL)
        return NULL;
    DL_DELETE(devices->oldest, entry);
    DL_APPEND(devices->oldest, entry);
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

bool devices_has_at(struct devices *devices, const struct address *address)
{
    const struct binding *binding;

    lock_take(&devices->lock);
    binding = find_binding(devices, address);
    lock_release(&devices->lock);
    return binding != NULL;
}

void devices_note_router(struct devices *devices, const struct mac *mac)
{
    if (!names_one_card(mac))
        return;
    lock_take(&devices->lock);
    note_router(devices, mac, ROUTER_FORWARDS);
    lock_release(&devices->lock);
}

/* --- for summaries --- */

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
