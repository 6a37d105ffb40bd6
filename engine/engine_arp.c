/* ARP and neighbour discovery: who holds an address, who joins, who looks for hosts that are not there,
 * who says that it is a way out. */
#include "base/hash.h"
#include "engine.h"
#include "engine_internal.h"
#include "parse/rdnss.h"

void engine_note_joined(struct device *device)
{
    lock_take(&device->lock);
    if (!device->talked)
        device->joined = true;
    lock_release(&device->lock);
}

/* --- who asks --- */

/* Routers and access points, which keep lists of who is there, sweep as a matter of course. */
static bool serves_the_network(struct engine *engine, const struct neighbour_view *said)
{
    return devices_is_router(engine->devices, said->sender_mac) ||
           resolver_is_own(&engine->network_resolvers, &said->sender);
}

/* An uplink's line asks for public addresses by ARP; in IPv6 those are a home's own. */
static bool is_beyond(const struct address *address)
{
    return address_is_v4(address) && address_is_public(address);
}

static void note_absent(struct engine *engine, struct device *device,
        const struct address *address, uint64_t time_us)
{
    struct conduct *conduct = &device->conduct;

    atomic_store_explicit(&device->misses, true, memory_order_relaxed);
    fanout_note(&conduct->fanout, &engine->budget.conduct.fanout, FANOUT_ABSENT, address->bytes,
            sizeof(address->bytes), time_us);
    strangers_note(&conduct->absent, ABSENT_MAX,
            hash_bytes(address->bytes, sizeof(address->bytes)), time_us);
}

static void note_asked(struct engine *engine, struct device *device, const struct neighbour_view *said,
        uint64_t time_us)
{
    if (is_beyond(&said->target) || !address_is_unicast(&said->target) ||
            serves_the_network(engine, said))
        return;
    lock_take(&device->lock);
    atomic_fetch_add_explicit(&device->window_packets, 1, memory_order_relaxed);
    if (!device->gone)
        note_absent(engine, device, &said->target, time_us);
    lock_release(&device->lock);
}

static void note_present(struct device *asker, const struct address *present)
{
    lock_take(&asker->lock);
    fanout_forget(&asker->conduct.fanout, FANOUT_ABSENT, present->bytes, sizeof(present->bytes));
    strangers_forget(asker->conduct.absent, hash_bytes(present->bytes, sizeof(present->bytes)));
    lock_release(&asker->lock);
}

/* --- who holds an address, or is about to --- */

static struct device *hear_probe(struct engine *engine, const struct device_sighting *claim)
{
    struct device *device = devices_see(engine->devices, claim);

    if (device != NULL)
        engine_note_joined(device);
    return device;
}

static struct device *hear_request(struct engine *engine, const struct device_sighting *claim,
        const struct neighbour_view *said)
{
    struct device *asker = devices_see_asker(engine->devices, claim, &said->target);

    if (asker != NULL)
        note_asked(engine, asker, said, claim->time_us);
    return asker;
}

/* The asker's address is known since it asked. */
static struct device *hear_answer(struct engine *engine, const struct device_sighting *claim,
        const struct neighbour_view *said)
{
    struct device *asker = devices_see_answer(engine->devices, claim, &said->target);

    if (asker != NULL)
        note_present(asker, &said->sender);
    return asker;
}

void engine_learn_neighbour(struct engine *engine, const struct neighbour_view *said,
        uint64_t time_us)
{
    struct device_sighting claim = { .time_us = time_us, .mac = said->sender_mac, .claimed = true };
    struct device *device = NULL;

    if (address_is_unicast(&said->sender)) {
        claim.address = said->sender;
        if (address_equal(&said->sender, &said->target))
            device = devices_see(engine->devices, &claim);
        else if (said->asks)
            device = hear_request(engine, &claim, said);
        else
            device = hear_answer(engine, &claim, said);
    } else if (said->asks) {
        device = hear_probe(engine, &claim);
    }
    device_release(engine->devices, device);
}

/* --- who announces itself --- */

static bool is_a_way_out(struct engine *engine, const struct router_view *said, uint64_t time_us)
{
    struct device_sighting sighting = {
        .time_us = time_us,
        .address = said->sender,
        .mac = said->sender_mac,
        .ttl = RDNSS_HOP_LIMIT,
    };
    struct device *device = devices_see(engine->devices, &sighting);
    bool is_one = device == NULL || devices_note_announcer(engine->devices, device, said->link, time_us);

    device_release(engine->devices, device);
    return is_one;
}

void engine_learn_router(struct engine *engine, const struct router_view *said, uint64_t time_us)
{
    struct rdnss offer;

    if (said->lifetime_s > 0 && !is_a_way_out(engine, said, time_us))
        return; /* what it offers is its own */
    if (rdnss_read(said->advertisement, &offer) == TATTLER_OK)
        engine_learn_offer(engine, offer.resolvers, offer.count, time_us);
}
