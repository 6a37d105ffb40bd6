/* Opens a flow: whose it is, which way it goes, whose network the other end is, and whether the
 * device resolved a name to it. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "engine.h"
#include "engine_internal.h"
#include "parse/dhcp.h"

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define TCP_SYN 0x02
#define TCP_ACK 0x10
#define PORT_PRIVILEGED 1024 /* servers below, clients above (RFC 6335 section 6) */
#define US_PER_S UINT64_C(1000000)
#define CROWD_MIN 32 /* nameless remotes in FANOUT_WINDOW_S */

/* How far workers may be apart. Each takes packets from a queue of its own, AF_PACKET's in blocks of up to
 * 10 ms, so the answer that explains a connection may be read behind it. */
#define WORKERS_APART_US UINT64_C(20000)

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
    if (packet->protocol == PROTOCOL_TCP && (packet->tcp_flags & TCP_SYN) != 0)
        return (packet->tcp_flags & TCP_ACK) == 0;
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
    if (packet->protocol != PROTOCOL_UDP)
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

/* Has it of late asked a resolver that nobody can read? This and the next are called with the
 * device's lock held. */
static bool hides_questions(const struct engine *engine, const struct device *device,
        uint64_t now_us)
{
    return device->encrypted_dns &&
           now_us < device->encrypted_dns_us + engine->settings->dns_grace_s * US_PER_S;
}

/* May this device's connections be judged by the names it asked for? */
static bool is_watched(const struct engine *engine, const struct device *device, uint64_t now_us)
{
    const struct settings *settings = engine->settings;

    if (device->joined) /* but a capture of one direction would not show its answers */
        return device->dns_answers > 0 || device->conduct.heard.ever;
    return device->dns_answers > 0 &&
           now_us >= device->first_seen_us + settings->warm_up_s * US_PER_S;
}

/* Ports whose protocol tells the name itself or needs none, so that a missing DNS answer means
 * little: a resolver asks hundreds of servers, a browser where DNS cannot be seen dozens. */
static bool is_self_explaining(uint16_t port)
{
    static const uint16_t ports[] = { 53, 80, 123, 443, 853, 3478, 8080, 19302 };

    for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
        if (port == ports[i])
            return true;
    return false;
}

/* Answers from before the sensor began, or on a path it does not see, explain a few nameless remotes,
 * but not so many in a minute: those come from a list, a swarm or a random generator. Of these as many
 * are noted as make it a crowd for another half of the window, so that they do not all grow old at once. */
static bool is_of_a_crowd(struct engine *engine, const struct flow *flow)
{
    struct fanout *fanout = &flow->device->conduct.fanout;
    uint64_t soon_us = flow->last_us + FANOUT_WINDOW_S * US_PER_S / 2;

    if (is_self_explaining(flow->remote_port))
        return false;
    if (!fanout_reaches(fanout, FANOUT_NAMELESS, CROWD_MIN, soon_us))
        fanout_note(fanout, &engine->budget.conduct.fanout, FANOUT_NAMELESS,
                flow->remote_address.bytes, sizeof(flow->remote_address.bytes), flow->last_us);
    return fanout_reaches(fanout, FANOUT_NAMELESS, CROWD_MIN, flow->last_us);
}

uint32_t flow_count_strangers(const struct flow *flow)
{
    const struct conduct *conduct = &flow->device->conduct;

    if (fanout_reaches(&conduct->fanout, FANOUT_NAMELESS, CROWD_MIN, flow->last_us))
        return STRANGERS_MAX;
    return strangers_count(conduct->strangers, flow->last_us);
}

static bool may_be_judged(const struct flow *flow)
{
    bool half_seen = !flow->device->has_mac && !address_is_v4(&flow->device_address);

    if (flow->forged) /* else a flood would be told of once for each address */
        return false;
    /* Without MACs an IPv6 host cannot be told to be the IPv4 host that asked for the name. */
    return flow->remote_is_public && flow->device_initiated && !flow->midstream && !half_seen &&
           (flow->protocol == PROTOCOL_TCP || flow->protocol == PROTOCOL_UDP);
}

static enum ternary judge_no_dns(struct engine *engine, const struct flow *flow,
        enum names_verdict verdict)
{
    if (!may_be_judged(flow))
        return UNKNOWN;
    if (verdict == NAMES_RESOLVED)
        return NO;
    if (verdict == NAMES_UNSURE || hides_questions(engine, flow->device, flow->first_us))
        return UNKNOWN;
    if (is_watched(engine, flow->device, flow->first_us) || is_of_a_crowd(engine, flow))
        return YES;
    return UNKNOWN;
}

static void take_name(struct worker *worker, struct flow *flow, const char *name)
{
    flow->name = strdup(name);
    if (flow->name == NULL)
        return;
    flow->name_source = NAME_DNS;
    flow->domain = flow_domain(worker, flow->name, strlen(flow->name));
}

void flow_note_stranger(struct engine *engine, struct flow *flow)
{
    const struct address *remote = &flow->remote_address;

    flow->device->totals.flows_no_dns++;
    atomic_fetch_add(&engine->no_dns, 1);
    strangers_note(&flow->device->conduct.strangers, STRANGERS_MAX,
            hash_bytes(remote->bytes, sizeof(remote->bytes)), flow->last_us);
    flow->outlook.strangers = flow_count_strangers(flow);
}

static bool has_company(const struct engine *engine)
{
    return atomic_load_explicit(&engine->openers, memory_order_relaxed) > 1;
}

/* Asks the device's own memory of names; everything under its lock happens here. */
static void consult_device(struct worker *worker, struct flow *flow)
{
    struct engine *engine = worker->engine;
    struct device *device = flow->device;
    enum names_verdict verdict;
    char name[NAME_SIZE] = "";

    lock_take(&device->lock);
    verdict = names_find(&device->names, &flow->remote_address, flow->first_us, name);
    flow->was_resolved = verdict == NAMES_RESOLVED;
    flow->awaits_answer = !flow->was_resolved && flow->remote_is_public && has_company(engine);
    flow->no_dns = flow->awaits_answer ? UNKNOWN : judge_no_dns(engine, flow, verdict);
    device->totals.flows++;
    if (flow->no_dns == YES)
        flow_note_stranger(engine, flow);
    if (address_is_unicast(&flow->remote_address) && address_is_unicast(&flow->device_address))
        device->talked = true;
    if (flow->was_resolved && name[0] != '\0' && flow->name == NULL)
        take_name(worker, flow, name);
    flow_report_opening(engine, flow);
    lock_release(&device->lock);
}

void flow_judge_again(struct engine *engine, struct flow *flow)
{
    char name[NAME_SIZE];

    if (flow->no_dns != UNKNOWN || flow->awaits_answer || flow->device->gone) /* with its names */
        return;
    flow->no_dns = judge_no_dns(engine, flow, names_find(&flow->device->names,
                                        &flow->remote_address, flow->first_us, name));
    if (flow->no_dns == UNKNOWN)
        return;
    if (flow->no_dns == YES)
        flow_note_stranger(engine, flow);
    flow->changed |= CHANGED_DNS;
}

/* Needs no worker, whose memory of domains would save some microseconds. */
static void take_late_name(const struct engine *engine, struct flow *flow, const char *name)
{
    const struct domain_list *domains = engine->files->domains;
    char domain[DOMAIN_NAME_SIZE];
    size_t length = domains == NULL ? 0 : domain_registrable(domains, name, strlen(name), domain);

    flow->name = strdup(name);
    if (flow->name == NULL)
        return;
    flow->name_source = NAME_DNS;
    flow->domain = length > 0 ? flow->name + strlen(name) - length : NULL;
    flow->narrow = NULL; /* its remote is another one by now */
    flow->changed |= CHANGED_NAME;
}

void flow_conclude(struct engine *engine, struct flow *flow)
{
    char name[NAME_SIZE] = "";

    if (!flow->awaits_answer)
        return;
    flow->awaits_answer = false;
    lock_take(&flow->device->lock);
    flow->was_resolved = names_find(&flow->device->names, &flow->remote_address, flow->first_us,
                                 name) == NAMES_RESOLVED;
    if (name[0] != '\0' && flow->name == NULL)
        take_late_name(engine, flow, name);
    flow_judge_again(engine, flow);
    lock_release(&flow->device->lock);
}

void flow_await_answer(struct engine *engine, struct flow *flow)
{
    if (flow->last_us >= flow->first_us + WORKERS_APART_US)
        flow_conclude(engine, flow);
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

/* Takes back what consult_device() counted. */
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
    consult_device(worker, flow);
    flow->changed |= CHANGED_OPEN | CHANGED_DEVICE | CHANGED_NAME | CHANGED_DNS;
}

/* Everything that the packet tells by itself. */
static void begin(struct flow *flow, const struct packet_view *packet, bool source_is_it)
{
    *flow = (struct flow){
        .device_is_first = source_is_it,
        .device_address = source_is_it ? packet->source : packet->destination,
        .remote_address = source_is_it ? packet->destination : packet->source,
        .device_port = source_is_it ? packet->source_port : packet->destination_port,
        .remote_port = source_is_it ? packet->destination_port : packet->source_port,
        .protocol = packet->protocol,
        .midstream = packet->protocol == PROTOCOL_TCP && (packet->tcp_flags & TCP_SYN) == 0,
        .first_us = packet->time_us,
        .last_us = packet->time_us,
        .service = SERVICE_OTHER,
    };
    flow->to_many = !address_is_unicast(&flow->remote_address);
    flow->talks = flow_talks(flow);
}

static void look_at_remote(struct worker *worker, struct flow *flow, bool at_home)
{
    const struct address *remote = &flow->remote_address;
    const struct network *network;

    flow->remote_is_public = !at_home && address_is_public(remote) &&
                             !devices_has_at(worker->engine->devices, remote);
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
    struct flow *flow = malloc(sizeof(*flow)); /* quicker than calloc() where others were freed */
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
        free(flow);
        return NULL;
    }
    atomic_fetch_add(&engine->flows, 1);
    begin(flow, packet, source_is_it);
    flow->device = device;
    flow->device_initiated =
            source_is_it == ends.source_initiates && !answers_call(engine, packet);
    flow->forged =
            is_forged(engine, flow, source_is_it ? ends.source_home : ends.destination_home);
    flow->hour = (uint8_t)zone_hour(engine->files->zone, packet->time_us);
    look_at_remote(worker, flow, source_is_it ? ends.destination_home : ends.source_home);
    consult_device(worker, flow);
    flow->pending = CHANGED_ALL;
    return flow;
}

void flow_free(struct engine *engine, struct flow *flow)
{
    if (flow->counting != NULL)
        atomic_fetch_sub(&engine->entropies, 1);
    device_release(engine->devices, flow->device);
    free(flow->counting);
    if (flow->findings != NULL)
        findings_clear(flow->findings);
    free(flow->findings);
    free(flow->beat);
    free(flow->name);
    free(flow);
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
