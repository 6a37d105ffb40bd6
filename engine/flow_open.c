/* Opens a flow: whose it is, which way it goes and whose network the other end is. */
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "engine_internal.h"
#include "parse/dhcp.h"
#include "parse/packet.h"

#define PORT_PRIVILEGED 1024 /* servers below, clients above (RFC 6335 section 6) */

static bool is_home(const struct engine *engine, const struct address *address)
{
    const struct prefix_list *home = &engine->settings->home_networks;

    for (size_t i = 0; i < home->count; i++)
        if (prefix_contains(&home->items[i], address))
            return true;
    return false;
}

/* The first packet seen need not be the first one sent: an answer may come first where the capture
 * starts late or sees one direction. */
static bool source_is_initiator(const struct packet_view *packet)
{
    if (packet->protocol == PACKET_PROTOCOL_TCP && (packet->tcp_flags & PACKET_TCP_SYN) != 0)
        return (packet->tcp_flags & PACKET_TCP_ACK) == 0;
    return packet->source_port >= PORT_PRIVILEGED || packet->destination_port < PORT_PRIVILEGED;
}

/* Which ends are at home, and who began. */
struct ends {
    bool source_home, destination_home;
    bool source_initiates;
};

static struct ends ends_of(const struct engine *engine, const struct packet_view *packet)
{
    return (struct ends){
        .source_home = is_home(engine, &packet->source),
        .destination_home = is_home(engine, &packet->destination),
        .source_initiates = source_is_initiator(packet),
    };
}

/* Which end is the device: the one at home; where both are, or none is, the initiator, unless only
 * the other is known to be on this link (a home's public IPv6 addresses are in no home network). */
static bool source_is_device(struct engine *engine, const struct packet_view *packet,
        const struct ends *ends)
{
    bool source_known, destination_known;

    if (!address_is_unicast(&packet->destination))
        return true;
    if (!address_is_unicast(&packet->source))
        return false;
    if (ends->source_home || ends->destination_home)
        return ends->source_home && (!ends->destination_home || ends->source_initiates);
    source_known = devices_has_at(engine->devices, &packet->source);
    destination_known = devices_has_at(engine->devices, &packet->destination);
    return source_known == destination_known ? ends->source_initiates : source_known;
}

/* Who carries packets between home and Internet is a router, as is whoever sends packets from
 * public addresses with a lowered TTL. In IPv6 a public address may be a neighbour's. */
static void note_routers(struct engine *engine, const struct packet_view *packet,
        const struct ends *ends)
{
    bool v4 = address_is_v4(&packet->source);
    bool fresh = packet->ttl == 64 || packet->ttl == 128 || packet->ttl == 255;

    if (packet->to_mac != NULL && v4 && ends->source_home && !ends->destination_home &&
            address_is_public(&packet->destination))
        devices_note_router(engine->devices, packet->to_mac);
    if (packet->from_mac != NULL && !fresh && !ends->source_home &&
            address_is_public(&packet->source))
        devices_note_router(engine->devices, packet->from_mac);
}

/* From a server of DHCP to who asked all, without an address yet or from another one. */
static bool is_lease(const struct packet_view *packet)
{
    uint16_t from = packet->source_port, to = packet->destination_port;

    return (from == DHCP_PORT_SERVER && to == DHCP_PORT_CLIENT) ||
           (from == DHCP6_PORT_SERVER && to == DHCP6_PORT_CLIENT);
}

/* What a device was asked for together with all others, it did not begin. */
static bool answers_call(struct engine *engine, const struct packet_view *packet)
{
    if (packet->protocol != PACKET_PROTOCOL_UDP)
        return false;
    return is_lease(packet) ||
           calls_await(&engine->calls, &packet->destination, packet->destination_port,
                   packet->time_us);
}

static struct device *find_device(struct engine *engine, const struct packet_view *packet,
        bool source_is_it)
{
    struct device_sighting sighting = {
        .time_us = packet->time_us,
        .address = packet->source,
        .mac = packet->from_mac,
        .ttl = packet->ttl,
    };

    return source_is_it ? devices_see(engine->devices, &sighting)
                        : devices_at(engine->devices, &packet->destination, packet->time_us);
}

/* Does a host that has an address at home send from one of elsewhere? */
static bool is_forged(struct engine *engine, const struct flow *flow, bool is_home_address)
{
    struct address first;

    if (is_home_address || !flow->device->has_mac || !address_is_v4(&flow->device_address) ||
            !address_is_public(&flow->device_address))
        return false;
    first = devices_first_address(engine->devices, flow->device);
    return address_is_v4(&first) && is_home(engine, &first);
}

/* Takes back what flow_consult_device() counted. */
static void leave_device(struct engine *engine, struct flow *flow)
{
    struct device *device = flow->device;
    bool judged = flow->no_dns == YES;

    lock_take(&device->lock);
    device->totals.flows--;
    device->totals.flows_no_dns -= judged;
    lock_release(&device->lock);
    if (judged)
        atomic_fetch_sub(&engine->no_dns, 1);
    device_release(engine->devices, device);
}

void flow_meet_device(struct worker *worker, struct flow *flow, const struct packet_view *packet)
{
    struct engine *engine = worker->engine;
    struct device *device;

    if (flow->device->has_mac || packet->from_mac == NULL)
        return;
    device = find_device(engine, packet, true);
    if (device == NULL || device == flow->device) { /* a router's MAC shows nothing new */
        device_release(engine->devices, device);
        return;
    }
    leave_device(engine, flow);
    flow->device = device;
    flow->narrow = NULL; /* that was the other's */
    flow_consult_device(worker, flow);
    flow->changed |= CHANGED_OPEN | CHANGED_DEVICE | CHANGED_NAME | CHANGED_DNS;
}

/* Everything that the packet tells by itself; the flow is all zeros. */
static void begin(struct flow *flow, const struct packet_view *packet, bool source_is_it)
{
    flow->device_is_first = source_is_it;
    flow->device_address = source_is_it ? packet->source : packet->destination;
    flow->remote_address = source_is_it ? packet->destination : packet->source;
    flow->device_port = source_is_it ? packet->source_port : packet->destination_port;
    flow->remote_port = source_is_it ? packet->destination_port : packet->source_port;
    flow->protocol = packet->protocol;
    flow->midstream = packet->protocol == PACKET_PROTOCOL_TCP && (packet->tcp_flags & PACKET_TCP_SYN) == 0;
    flow->first_us = flow->last_us = packet->time_us;
    flow->tick_us = packet->time_us + US_PER_S;
    flow->service = SERVICE_OTHER;
    flow->to_many = !address_is_unicast(&flow->remote_address);
    if (flow->to_many)
        flow->call = calls_key(&flow->device_address, flow->device_port);
    flow->talks = flow_talks(flow);
}

/* Who sweeps the home counts through its IPv4 addresses, most of which nobody has; those of IPv6 it has from
 * somebody. */
static bool may_be_there(const struct worker *worker, const struct flow *flow)
{
    const struct address *remote = &flow->remote_address;

    return flow->device_initiated && !flow->to_many &&
           (flow->remote_is_public || !address_is_v4(remote) || devices_has_at(worker->engine->devices, remote));
}

static void look_at_remote(struct worker *worker, struct flow *flow, bool at_home)
{
    const struct address *remote = &flow->remote_address;
    const struct network *network;

    flow->remote_is_public = !at_home && address_is_public(remote) &&
                             !devices_has_at(worker->engine->devices, remote);
    flow->waits = may_be_there(worker, flow);
    if (!flow->remote_is_public)
        return;
    network = worker_network(worker, remote);
    flow->geo = network->geo;
    flow->risk = network->risk;
}

struct flow *flow_open(struct worker *worker, const struct packet_view *packet)
{
    struct engine *engine = worker->engine;
    struct ends ends = ends_of(engine, packet);
    bool source_is_it = source_is_device(engine, packet, &ends);
    struct flow *flow = pool_take_zeroed(&engine->flow_pool);
    struct device *device = NULL;

    if (!worker->opens)
        atomic_fetch_add(&engine->openers, 1);
    worker->opens = true;
    worker_sweep(worker, packet->time_us);
    note_routers(engine, packet, &ends);
    if (flow != NULL)
        device = find_device(engine, packet, source_is_it);
    if (device == NULL) {
        atomic_fetch_add(&engine->flows_failed, 1);
        pool_give(&engine->flow_pool, flow);
        return NULL;
    }
    atomic_fetch_add(&engine->flows, 1);
    begin(flow, packet, source_is_it);
    flow->device = device;
    flow->device_initiated =
            source_is_it == ends.source_initiates && !answers_call(engine, packet);
    flow->forged =
            is_forged(engine, flow, source_is_it ? ends.source_home : ends.destination_home);
    flow_read_hour(engine, flow);
    look_at_remote(worker, flow, source_is_it ? ends.destination_home : ends.source_home);
    flow_consult_device(worker, flow);
    flow->pending = CHANGED_ALL;
    return flow;
}

void flow_free(struct engine *engine, struct flow *flow)
{
    if (flow->counting != NULL)
        atomic_fetch_sub(&engine->entropies, 1);
    device_release(engine->devices, flow->device);
    pool_give(&engine->entropy_pool, flow->counting);
    free(flow->echo);
    if (flow->findings != NULL)
        findings_clear(flow->findings);
    free(flow->findings);
    free(flow->beat);
    free(flow->name);
    pool_give(&engine->flow_pool, flow);
}

void flow_close(struct engine *engine, struct flow *flow)
{
    struct outlook outlook;

    if (flow == NULL)
        return;
    flow_conclude(engine, flow);
    outlook = flow->outlook;
    flow_report_end(engine, flow);
    flow->outlook = outlook; /* heuristics see the flow as of its last packet */
    if (!engine_await_end(engine, flow))
        flow_free(engine, flow);
}
