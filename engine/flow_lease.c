/* Who hands out addresses, and who does so beside the network's own server. */
#include "engine.h"
#include "engine_internal.h"
#include "parse/dhcp.h"

static bool is_router(struct engine *engine, const struct address *address)
{
    struct mac mac;

    return devices_mac_at(engine->devices, address, &mac) &&
           devices_is_router(engine->devices, &mac);
}

/* Of two that were not seen before, the one that is no router; which a capture that begins with both
 * may not have shown yet. */
static const struct address *intruder_of(struct engine *engine, const struct lease_rivals *rivals)
{
    bool older, newer;

    if (!rivals->alike)
        return &rivals->newer;
    older = is_router(engine, &rivals->older);
    newer = is_router(engine, &rivals->newer);
    if (older == newer)
        return NULL;
    return older ? &rivals->newer : &rivals->older;
}

/* A server that nobody has met at its address is beyond a relay. */
static void tell_on(struct worker *worker, struct flow *flow, const struct address *intruder)
{
    struct devices *devices = worker->engine->devices;
    struct device *device = devices_known_at(devices, intruder, flow->last_us);

    if (device == NULL)
        return;
    atomic_store(&device->leased_us, flow->last_us);
    if (device == flow->device) {
        flow->outlook.leases = true;
        flow->pending |= CHANGED_FANOUT;
    }
    device_release(devices, device);
}

/* Not what a server for starting by network adds, nor what comes by way of a relay. */
static bool gives_address(const struct dhcp_message *message)
{
    return (message->type == DHCP_OFFER || message->type == DHCP_ACK) && !message->relayed &&
           address_is_unicast(&message->server) && address_is_unicast(&message->assigned);
}

bool flow_note_lease(struct worker *worker, struct flow *flow, const struct dhcp_message *message)
{
    const struct lease_answer answer = {
        .transaction = message->transaction,
        .client = message->mac,
        .server = message->server,
        .time_us = flow->last_us,
    };
    struct lease_rivals rivals;
    const struct address *intruder;

    if (!gives_address(message) || !leases_note(&worker->engine->leases, &answer, &rivals))
        return true;
    intruder = intruder_of(worker->engine, &rivals);
    if (intruder == NULL)
        return true;
    tell_on(worker, flow, intruder);
    return !address_equal(intruder, &message->server);
}
