/* ARP and neighbour discovery: who holds an address, who joins, who looks for hosts that are not there. */
#include "engine.h"
#include "engine_internal.h"

void engine_note_joined(struct device *device)
{
    lock_take(&device->lock);
    if (!device->talked)
        device->joined = true;
    lock_release(&device->lock);
}

/* The device that holds the address, or is about to. NULL: it is none. */
static struct device *hear_claim(struct engine *engine, const struct mac *mac,
        const struct address *address, bool probe, uint64_t time_us)
{
    static const struct address nobody;
    struct device_sighting sighting = {
        .time_us = time_us,
        .address = probe ? nobody : *address,
        .mac = mac,
        .claimed = true,
    };
    struct device *device = devices_see(engine->devices, &sighting);

    if (device != NULL && probe)
        engine_note_joined(device);
    return device;
}

void engine_learn_claim(struct engine *engine, const struct mac *mac,
        const struct address *address, bool probe, uint64_t time_us)
{
    device_release(engine->devices, hear_claim(engine, mac, address, probe, time_us));
}

/* --- who asks --- */

/* Routers and access points, which keep lists of who is there, sweep as a matter of course. */
static bool serves_the_network(struct engine *engine, const struct arp_view *arp)
{
    return devices_is_router(engine->devices, arp->sender_mac) ||
           resolver_is_own(&engine->network_resolvers, &arp->sender);
}

static void note_asked(struct engine *engine, struct device *device, const struct arp_view *arp,
        uint64_t time_us)
{
    if (address_is_public(&arp->target) || !address_is_unicast(&arp->target) ||
            devices_has_at(engine->devices, &arp->target) || serves_the_network(engine, arp))
        return;
    lock_take(&device->lock);
    if (!device->gone)
        fanout_note(&device->conduct.fanout, &engine->budget.conduct.fanout, FANOUT_ABSENT,
                arp->target.bytes, sizeof(arp->target.bytes), time_us);
    lock_release(&device->lock);
}

/* The asker's address is known since it asked. */
static void note_present(struct engine *engine, const struct arp_view *arp, uint64_t time_us)
{
    struct device *asker;

    if (!devices_has_at(engine->devices, &arp->target))
        return;
    asker = devices_at(engine->devices, &arp->target, time_us);
    if (asker == NULL)
        return;
    lock_take(&asker->lock);
    fanout_forget(&asker->conduct.fanout, FANOUT_ABSENT, arp->sender.bytes,
            sizeof(arp->sender.bytes));
    lock_release(&asker->lock);
    device_release(engine->devices, asker);
}

void engine_learn_arp(struct engine *engine, const struct arp_view *arp, uint64_t time_us)
{
    bool probe = !address_is_unicast(&arp->sender);
    struct device *device;

    if (probe && !arp->is_request)
        return;
    device = hear_claim(engine, arp->sender_mac, &arp->sender, probe, time_us);
    if (device == NULL)
        return;
    if (!probe && !address_equal(&arp->sender, &arp->target)) {
        if (arp->is_request)
            note_asked(engine, device, arp, time_us);
        else
            note_present(engine, arp, time_us);
    }
    device_release(engine->devices, device);
}
