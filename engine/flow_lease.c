/* Who hands out addresses, and who does so beside the network's own server. */
#include "base/hash.h"
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

/* An address, or a way for who has one and asks for the rest (DHCPINFORM). Not what a server for starting by
 * network adds, nor what comes by way of a relay. */
static bool gives(const struct dhcp_message *message)
{
    return (message->type == DHCP_OFFER || message->type == DHCP_ACK) && !message->relayed &&
           address_is_unicast(&message->server) &&
           (address_is_unicast(&message->assigned) || message->leads);
}

/* False: who answers intrudes beside another server. */
static bool is_alone(struct worker *worker, struct flow *flow, const struct lease_answer *answer)
{
    struct lease_rivals rivals;
    const struct lease_server *intruder;

    if (!leases_note(&worker->engine->leases, answer, &rivals))
        return true;
    intruder = intruder_of(worker->engine, &rivals);
    if (intruder == NULL)
        return true;
    tell_on(worker, flow, intruder);
    return !lease_server_same(intruder, &answer->server);
}

/* With its frame, as another one may be named in it. */
static struct lease_server server_of(const struct address *address, const struct packet_view *packet)
{
    static const struct mac none;

    return (struct lease_server){ *address, packet->from_mac != NULL ? *packet->from_mac : none };
}

bool flow_note_lease(struct worker *worker, struct flow *flow, const struct packet_view *packet,
        const struct dhcp_message *message)
{
    const struct lease_answer answer = {
        .transaction = message->transaction,
        .client = message->mac,
        .server = server_of(&message->server, packet),
        .terms = message->terms,
        .time_us = flow->last_us,
    };

    return !gives(message) || is_alone(worker, flow, &answer);
}

/* --- IPv6, where a server has nothing but resolvers to lead others astray with --- */

static bool names_itself(struct engine *engine, const struct flow *flow,
        const struct dhcp_resolvers *resolvers)
{
    struct mac mac;

    for (size_t i = 0; i < resolvers->count; i++)
        if (address_equal(&resolvers->items[i], &flow->device_address) ||
                (devices_mac_at(engine->devices, &resolvers->items[i], &mac) &&
                        mac_equal(&mac, &flow->device->mac)))
            return true;
    return false;
}

/* Without IPv4, or while nobody has seen whose its resolver's address is, it may be the one. */
static bool others_resolve(struct engine *engine, const struct device *device)
{
    struct address own[RESOLVERS_MAX];
    size_t count = resolver_own_v4(&engine->network_resolvers, own);
    struct mac mac;

    for (size_t i = 0; i < count; i++)
        if (!address_is_public(&own[i]) &&
                (!devices_mac_at(engine->devices, &own[i], &mac) || mac_equal(&mac, &device->mac)))
            return false;
    return count > 0;
}

/* The same for the same resolvers. */
static uint64_t terms_of(const struct dhcp_resolvers *resolvers)
{
    return hash_bytes(resolvers->items, resolvers->count * sizeof(resolvers->items[0]));
}

bool flow_note_lease6(struct worker *worker, struct flow *flow, const struct packet_view *packet,
        const struct dhcp6_message *message)
{
    struct engine *engine = worker->engine;
    const struct lease_answer answer = {
        .transaction = message->transaction,
        .client = message->mac,
        .server = server_of(&flow->device_address, packet),
        .terms = terms_of(&message->resolvers),
        .time_us = flow->last_us,
    };

    if (message->resolvers.count == 0 || !flow->device->has_mac)
        return true;
    if (message->has_mac && !is_alone(worker, flow, &answer))
        return false;
    if (!names_itself(engine, flow, &message->resolvers) ||
            devices_is_router(engine->devices, &flow->device->mac) || !others_resolve(engine, flow->device))
        return true;
    tell_on(worker, flow, &answer.server);
    return false;
}
