/* Which device an address belongs to. */
#include "track/device_internal.h"

#include "base/time.h"

#define PRESENT_US (DEVICE_PRESENT_S * US_PER_S)
/* As remotes.h says of REMOTES_SETTLE_S: no address that somebody made up is seen again so late. */
#define SETTLE_US (180 * US_PER_S)

static void bind(struct devices *devices, struct entry *entry,
        const struct device_sighting *sighting)
{
    struct device *device = &entry->device;

    if (!binding_set(&devices->bindings, &entry->bound, &sighting->address, sighting->time_us))
        return;
    device_forget_stranger(devices, &sighting->address);
    if (!address_is_unicast(&device->address))
        device->address = sighting->address; /* it joined before it had one */
    device_introduce_again(devices, device, &sighting->address);
}

static void note_router(struct devices *devices, const struct mac *mac, enum router_kind kind,
        uint64_t now_us)
{
    if (routers_note(&devices->routers, mac, kind, now_us))
        devices->counters.routers++;
}

/* NULL: nobody has it. */
static struct entry *entry_at(struct devices *devices, const struct address *address)
{
    struct bound *bound = binding_find(&devices->bindings, address);

    return bound != NULL ? device_entry_of(bound) : NULL;
}

static struct entry *by_address(struct devices *devices, const struct device_sighting *sighting)
{
    struct entry *entry = entry_at(devices, &sighting->address);

    return entry != NULL ? entry : device_find_or_make(devices, NULL, sighting);
}

/* The one that has the address, if it is also the one with this MAC: mostly it is. */
static struct entry *back_at_address(struct devices *devices, const struct device_sighting *sighting)
{
    struct entry *entry = entry_at(devices, &sighting->address);

    if (entry == NULL || !entry->device.has_mac || !mac_equal(&entry->device.mac, sighting->mac))
        return NULL;
    return entry;
}

/* Does it claim, again and again, an address that another is at, be it the router's? That does not make it its
 * own. Who already gets what others send to the Internet is a router: it answers for others, and may be the real
 * one, back at its address, which claims alone show, since what it sends is mostly others'. */
static bool fights(struct devices *devices, struct entry *entry, const struct device_sighting *sighting)
{
    struct entry *at = entry_at(devices, &sighting->address);
    uint64_t now_us = sighting->time_us;
    enum contest_state state;

    if (at == NULL || at == entry || !at->device.has_mac ||
            now_us >= atomic_load(&at->device.last_seen_us) + PRESENT_US ||
            routers_has(&devices->routers, sighting->mac))
        return false;
    if (routers_has(&devices->routers, &at->device.mac))
        atomic_store(&entry->device.usurped_us, now_us);
    state = contests_note(&entry->contests, &at->device.mac, now_us);
    if (state == CONTEST_BETWEEN && !contests_has_third(&at->contests, sighting->mac, now_us))
        atomic_store(&entry->device.between_us, now_us);
    return state != CONTEST_FIRST;
}

static struct entry *by_mac(struct devices *devices, const struct device_sighting *sighting,
        bool has_address)
{
    struct entry *back = back_at_address(devices, sighting);
    struct entry *entry =
            back != NULL ? back : device_find_or_make(devices, sighting->mac, sighting);

    if (entry == NULL || !has_address)
        return entry;
    if (sighting->claimed && back == NULL && fights(devices, entry, sighting))
        return entry;
    if (!sighting->claimed && binding_is_shared(&devices->bindings, &entry->bound, &sighting->address,
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
    bool has_address;

    if (!names_one_card(sighting->mac))
        return sighting->claimed ? NULL : by_address(devices, sighting);
    has_address = address_is_unicast(&sighting->address);
    if (!has_address || routers_is_own(&devices->routers, sighting->mac, &sighting->address,
                                sighting->ttl, sighting->claimed, sighting->time_us))
        return by_mac(devices, sighting, has_address);
    return by_address(devices, sighting);
}

static void touch(struct devices *devices, struct entry *entry, uint64_t time_us)
{
    device_move_to_end(devices, entry,
            entry->settled || time_us >= entry->device.first_seen_us + SETTLE_US);
    atomic_store_explicit(&entry->device.last_seen_us, time_us, memory_order_relaxed);
}

/* Whose it is, NULL: nobody's; who is somebody is there now. */
static struct entry *see(struct devices *devices, const struct device_sighting *sighting)
{
    struct entry *entry = resolve(devices, sighting);

    if (entry != NULL)
        touch(devices, entry, sighting->time_us);
    return entry;
}

struct device *devices_see(struct devices *devices, const struct device_sighting *sighting)
{
    struct device *device = NULL;
    struct entry *entry;

    lock_take(&devices->lock);
    entry = see(devices, sighting);
    if (entry != NULL)
        device = device_hold(&entry->device);
    lock_release(&devices->lock);
    return device;
}

struct device *devices_see_asker(struct devices *devices, const struct device_sighting *claim,
        const struct address *target)
{
    struct device *asker = NULL;
    struct entry *entry;

    lock_take(&devices->lock);
    entry = see(devices, claim);
    if (entry != NULL && entry_at(devices, target) == NULL)
        asker = device_hold(&entry->device);
    lock_release(&devices->lock);
    return asker;
}

struct device *devices_see_answer(struct devices *devices, const struct device_sighting *claim,
        const struct address *target)
{
    struct device *told = NULL;
    struct entry *entry = NULL;

    lock_take(&devices->lock);
    if (see(devices, claim) != NULL)
        entry = entry_at(devices, target);
    if (entry != NULL) {
        touch(devices, entry, claim->time_us);
        if (atomic_load_explicit(&entry->device.misses, memory_order_relaxed))
            told = device_hold(&entry->device);
    }
    lock_release(&devices->lock);
    return told;
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
    struct device *device = NULL;
    struct entry *entry;

    lock_take(&devices->lock);
    entry = entry_at(devices, address);
    if (entry != NULL) {
        touch(devices, entry, time_us);
        device = device_hold(&entry->device);
    }
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
    any = entry_at(devices, address) != NULL;
    lock_release(&devices->lock);
    return any;
}

bool devices_mac_at(struct devices *devices, const struct address *address, struct mac *mac)
{
    struct entry *entry;
    bool any;

    lock_take(&devices->lock);
    entry = entry_at(devices, address);
    any = entry != NULL && entry->device.has_mac;
    if (any)
        *mac = entry->device.mac;
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

bool devices_note_announcer(struct devices *devices, struct device *device, uint32_t link, uint64_t time_us)
{
    struct announcement said = { .mac = &device->mac, .link = link, .now_us = time_us };
    bool is_router;

    if (!device->has_mac)
        return true;
    lock_take(&devices->lock);
    said.was_host = time_us >= device->first_seen_us + ROUTER_ANNOUNCES_S * US_PER_S;
    is_router = routers_announce(&devices->routers, &said);
    lock_release(&devices->lock);
    if (!is_router)
        atomic_store(&device->usurped_us, time_us);
    return is_router;
}

bool devices_is_router(struct devices *devices, const struct mac *mac)
{
    bool is_router;

    lock_take(&devices->lock);
    is_router = routers_has(&devices->routers, mac);
    lock_release(&devices->lock);
    return is_router;
}
