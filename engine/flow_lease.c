/* Who hands out addresses, and who does so beside the network's own server. */
#include "engine.h"
#include "engine_internal.h"
#include "parse/dhcp.h"

static bool is_router(struct engine *engine, const struct lease_server *server)
{
    struct mac mac = server->mac;

    return (!mac_is_zero(&mac) || devices_mac_at(engine->devices, &server->address, &mac)) &&
           devices_is_router(engine->devices, &mac);
}

/* Of two that were not seen before, the one that is no router; which a capture that begins with both
 * may not have shown yet. */
static const struct lease_server *intruder_of(struct engine *engine, const struct lease_rivals *rivals)
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

/* By its frames; it may have the address that it gives from another. Without them a server that nobody
 * has met at its address is beyond a relay. */
static struct device *find_device(struct devices *devices, const struct lease_server *server,
        uint64_t time_us)
{
    const struct device_sighting sighting = { .time_us = time_us, .mac = &server->mac, .claimed = true };

    return mac_is_zero(&server->mac) ? devices_known_at(devices, &server->address, time_us)
                                     : devices_see(devices, &sighting);
}

static void tell_on(struct worker *worker, struct flow *flow, const struct lease_server *intruder)
{
    struct devices *devices = worker->engine->devices;
    struct device *device = find_device(devices, intruder, flow->last_us);

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

bool flow_note_lease(struct worker *worker, struct flow *flow, const struct packet_view *packet,
        const struct dhcp_message *message)
{
    static const struct mac none;
    const struct lease_answer answer = {
        .transaction = message->transaction,
        .client = message->mac,
        .server = { message->server, packet->from_mac != NULL ? *packet->from_mac : none },
        .terms = message->terms,
        .time_us = flow->last_us,
    };
    struct lease_rivals rivals;
    const struct lease_server *intruder;

    if (!gives_address(message) || !leases_note(&worker->engine->leases, &answer, &rivals))
        return true;
    intruder = intruder_of(worker->engine, &rivals);
    if (intruder == NULL)
        return true;
    tell_on(worker, flow, intruder);
    return !lease_server_same(intruder, &answer.server);
}
