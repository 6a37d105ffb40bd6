#include "inspect_internal.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "parse/packet.h"
#include "parse/rdnss.h"

static void end_connection(void *user, struct connection *connection, enum connection_end why)
{
    struct inspector *inspector = user;
    const char *source = inspector->now_source;

    inspector->now_source = NULL; /* the packet at hand may be of another connection */
    connection->app_waits = 0;
    inspect_rules_ending(inspector, connection);
    dissect_end(inspector->dissectors, connection);
    inspect_rules_end(inspector, connection);
    dissect_forget(inspector->dissectors, connection);
    if (inspect_wants(inspector, EVE_FLOW))
        inspect_write_flow(inspector, connection, why);
    if (inspector->sink->flow != NULL)
        inspector->sink->flow(inspector->sink->user, connection);
    flow_close(inspector->engine, connection->flow);
    inspector->now_source = source;
}

/* --- packets --- */

/* Filled in place: a returned struct is copied in pieces that stall on what was just stored. */
static void fill_view(struct packet_view *view, const struct packet *packet, bool own_link,
        bool from_first_sender, uint64_t time_us)
{
    view->time_us = time_us;
    view->source = packet->src;
    view->destination = packet->dst;
    view->source_port = packet->src_port;
    view->destination_port = packet->dst_port;
    view->protocol = packet->protocol;
    view->ttl = packet->ttl;
    view->tcp_flags = packet->kind == PACKET_TCP ? packet->tcp.flags : 0;
    view->icmp_type = packet->kind == PACKET_ICMP ? packet->icmp.type : 0;
    view->from_mac = own_link && packet->has_src_mac ? &packet->src_mac : NULL;
    view->to_mac = own_link && packet->has_dst_mac ? &packet->dst_mac : NULL;
    view->bytes = packet->bytes;
    view->payload = packet->payload;
    view->from_first_sender = from_first_sender;
}

/* A packet without a flow, to rules: also a fragment, of which they see the IP header. */
static void show_alone(struct inspector *inspector, const struct packet *packet, bool rebuilt)
{
    if (inspector->rules.matcher == NULL)
        return;
    inspect_rules_packet(inspector, NULL, packet, true, false, rebuilt);
    inspect_rules_settle(inspector);
}

/* Is what was found of the other side's bytes before acknowledged by now? */
static void settle_application(struct connection *connection, const struct packet *packet,
        bool to_server)
{
    if (connection->app_waits == (to_server ? -1 : 1) && packet->kind == PACKET_TCP &&
            (packet->tcp.flags & PACKET_TCP_ACK) != 0 &&
            (int32_t)(packet->tcp.ack - connection->app_seq) > 0)
        connection->app_waits = 0;
}

static void dissect(struct inspector *inspector, struct connection *connection,
        const struct packet *packet, bool to_server)
{
    bool was_known = connection->app_proto != NULL;

    dissect_packet(inspector->dissectors, connection, packet, to_server);
    if (was_known || connection->app_proto == NULL || packet->kind != PACKET_TCP ||
            connection->packets[to_server ? 1 : 0] == 0) /* who is not heard acknowledges nothing */
        return;
    connection->app_waits = to_server ? 1 : -1;
    connection->app_seq = packet->tcp.seq;
}

static void follow(struct inspector *inspector, const struct packet *packet, unsigned depth,
        bool rebuilt)
{
    bool is_new, to_server, established, has_rules = inspector->rules.matcher != NULL;
    struct connection *connection = connections_find(inspector->connections, packet, depth,
            inspector->now_us, &is_new, &to_server);
    struct packet_view view;

    if (connection == NULL) {
        inspector->unfollowed++;
        show_alone(inspector, packet, rebuilt);
        return;
    }
    inspector->now_cut = packet->cut;
    if (dissect_may_turn(connection, packet) &&
            dissect_turns(inspector->dissectors, connection, packet, to_server)) {
        if (connection->match != NULL)
            matcher_flow_turn(inspector->rules.matcher, connection->match);
        to_server = !to_server;
    }
    if (connection->app_waits != 0)
        settle_application(connection, packet, to_server);
    /* As in Suricata, what was rebuilt has no link header left. */
    fill_view(&view, packet, !rebuilt, to_server != connection->server_was_first,
            inspector->now_us);
    if (is_new) {
        inspector->flows++;
        connection->flow = flow_open(inspector->worker, &view);
    }
    established = connection->state != CONNECTION_NEW;
    connections_update(inspector->connections, connection, packet, to_server, inspector->now_us);
    if (connection->flow != NULL)
        flow_packet(inspector->worker, connection->flow, &view);
    /* To rules the packet that completes a TCP handshake is not part of the connection yet. */
    if (packet->kind != PACKET_TCP)
        established = connection->state != CONNECTION_NEW;
    if (has_rules)
        inspect_rules_packet(inspector, connection, packet, to_server, established, rebuilt);
    if (dissect_wants_packet(connection, packet))
        dissect(inspector, connection, packet, to_server);
    if (has_rules)
        inspect_rules_settle(inspector);
}

#define ARP_REQUEST 1
#define ND_SOLICITATION 135
#define ND_ADVERTISEMENT 136

static void note_neighbour(struct inspector *inspector, const struct packet *packet)
{
    bool asks = packet->icmp.type == ND_SOLICITATION;
    struct neighbour_view said = {
        .asks = asks,
        .sender_mac = &packet->src_mac,
        .sender = asks ? packet->src : packet->icmp.target,
        .target = asks ? packet->icmp.target : packet->dst,
    };

    engine_learn_neighbour(inspector->engine, &said, inspector->now_us);
}

static void note_router(struct inspector *inspector, const struct packet *packet)
{
    struct router_view said = {
        .sender_mac = packet->has_src_mac ? &packet->src_mac : NULL,
        .sender = packet->src,
        .link = packet->link,
        .lifetime_s = (uint16_t)packet->icmp.rest,
        .advertisement = packet->payload,
    };

    engine_learn_router(inspector->engine, &said, inspector->now_us);
}

/* ARP and neighbour discovery bind a MAC to an address, ask who holds one, or whether it is free. */
static void note_claims(struct inspector *inspector, const struct packet *packet)
{
    if (packet->kind == PACKET_ARP) {
        struct neighbour_view arp = {
            .asks = packet->arp.operation == ARP_REQUEST,
            .sender_mac = &packet->arp.sender_mac,
            .sender = packet->arp.sender,
            .target = packet->arp.target,
        };

        engine_learn_neighbour(inspector->engine, &arp, inspector->now_us);
    } else if (packet->kind == PACKET_ICMP && packet->protocol == PACKET_PROTOCOL_ICMPV6 &&
               packet->icmp.type == RDNSS_TYPE && packet->ttl == RDNSS_HOP_LIMIT) {
        note_router(inspector, packet);
    } else if (packet->kind == PACKET_ICMP && packet->icmp.has_target && packet->has_src_mac) {
        if (packet->icmp.type == ND_ADVERTISEMENT || packet->icmp.type == ND_SOLICITATION)
            note_neighbour(inspector, packet);
    }
}

/* A rebuilt datagram may be a fragment itself; the loop in inspector_frame() bounds that. */
static bool rebuild(struct inspector *inspector, const struct packet *fragment, unsigned depth,
        struct packet *out)
{
    struct defrag_rebuilt rebuilt;

    if (defrag_add(inspector->defrag, fragment, depth, inspector->now_us, &rebuilt) != TATTLER_OK)
        return false;
    if (packet_decode(rebuilt.link_type, rebuilt.datagram, out) != TATTLER_OK) {
        inspector->malformed++;
        return false;
    }
    out->bytes = rebuilt.link_bytes + (uint32_t)rebuilt.datagram.left;
    out->vlan_count = fragment->vlan_count;
    memcpy(out->vlans, fragment->vlans, sizeof(out->vlans));
    return out->kind != PACKET_FRAGMENT;
}

static bool decode(struct inspector *inspector, int link_type, struct cursor frame,
        struct packet *packet)
{
    enum tattler_status status = packet_decode(link_type, frame, packet);

    if (status == TATTLER_OK)
        return true;
    inspector->malformed += status == TATTLER_MALFORMED;
    inspector->truncated += status == TATTLER_TRUNCATED;
    return false;
}

/* EVE's pkt_src of the packet inside. */
static const char *source_of_inner(const struct packet *packet)
{
    static const char *const sources[] = {
        [PACKET_TUNNEL_GRE] = "gre tunnel",
        [PACKET_TUNNEL_TEREDO] = "teredo tunnel",
        [PACKET_TUNNEL_GENEVE] = "geneve encapsulation",
        [PACKET_TUNNEL_VXLAN] = "vxlan encapsulation",
    };

    if (packet->inner.tunnel == PACKET_TUNNEL_IP)
        return packet->ip_version == 4 ? "ipv4 tunnel" : "ipv6 tunnel";
    return sources[packet->inner.tunnel];
}

static void note_root(struct inspector *inspector, const struct packet *packet)
{
    inspector->root = (struct eve_tunnel){ .source = packet->src, .destination = packet->dst,
        .source_port = packet->src_port, .destination_port = packet->dst_port,
        .protocol = packet->protocol, .packet_number = inspector->packets };
}

void inspector_frame(struct inspector *inspector, const struct captured *captured)
{
    int link_type = captured->link_type;
    struct cursor frame = captured->data;
    struct packet outer, whole;

    inspector->packets++;
    inspector->bytes += captured->wire_bytes;
    inspector->now_us = captured->time_us;
    inspector->now_source = NULL;
    if (inspector->packets == 1 || captured->time_us < inspector->first_us)
        inspector->first_us = captured->time_us;
    if (engine_has_event(inspector->engine))
        inspect_write_events(inspector);
    for (unsigned depth = 0; depth <= PACKET_TUNNELS_MAX; depth++) {
        const struct packet *packet = &outer;

        if (!decode(inspector, link_type, frame, &outer))
            return;
        inspector->cut += outer.cut;
        if (depth == 0 && (outer.has_inner || outer.kind == PACKET_FRAGMENT))
            note_root(inspector, &outer);
        inspector->root.depth = depth;
        if (outer.kind == PACKET_FRAGMENT) {
            show_alone(inspector, &outer, false);
            if (!rebuild(inspector, &outer, depth, &whole))
                return;
            packet = &whole;
            inspector->now_source = "defrag";
        }
        if (packet->wants_flow)
            follow(inspector, packet, depth, packet == &whole);
        else if (packet->ip_version != 0)
            show_alone(inspector, packet, packet == &whole);
        note_claims(inspector, &outer); /* a solicitation is told behind its own flow, as in Suricata */
        if (!packet->has_inner)
            return;
        inspector->now_source = source_of_inner(packet);
        link_type = packet->inner.link_type;
        frame = packet->inner.frame;
    }
}

void inspector_tick(struct inspector *inspector, uint64_t time_us)
{
    inspector->now_us = time_us;
    if (inspector->first_us == 0)
        inspector->first_us = time_us;
    worker_tick(inspector->worker, time_us);
    connections_expire(inspector->connections, time_us);
    inspect_write_events(inspector);
}

/* --- life --- */

static bool is_complete(const struct inspector *inspector)
{
    return inspector->worker != NULL && inspector->connections != NULL &&
           inspector->dissectors != NULL && inspector->defrag != NULL;
}

static void release(struct inspector *inspector)
{
    connections_free(inspector->connections);
    dissectors_free(inspector->dissectors);
    defrag_free(inspector->defrag);
    worker_free(inspector->worker);
    inspect_rules_clear(&inspector->rules);
    json_free(&inspector->json);
    free(inspector);
}

struct inspector *inspector_new(struct engine *engine, const struct settings *settings,
        const struct rule_set *rules, const struct inspect_sink *sink)
{
    struct inspector *inspector = calloc(1, sizeof(*inspector));

    if (inspector == NULL)
        return NULL;
    inspector->engine = engine;
    inspector->settings = settings;
    inspector->sink = sink;
    inspector->worker = worker_new(engine);
    inspector->connections = connections_new(settings->max_flows, end_connection, inspector);
    inspector->dissectors = dissectors_new(&inspect_events, inspector);
    inspector->defrag = defrag_new();
    if (is_complete(inspector) &&
            inspect_rules_make(inspector, settings, rules, &inspector->rules) &&
            inspect_rules_want(inspector, &inspector->rules))
        return inspector;
    release(inspector);
    return NULL;
}

void inspector_finish(struct inspector *inspector)
{
    size_t flows_open;

    if (inspector == NULL)
        return;
    flows_open = connections_count(inspector->connections);
    connections_end_all(inspector->connections);
    worker_judge_waiting(inspector->worker);
    inspect_write_events(inspector);
    inspect_write_devices(inspector, 0);
    inspect_write_stats(inspector, flows_open);
    release(inspector);
}

void inspector_stats(struct inspector *inspector)
{
    inspect_write_stats(inspector, connections_count(inspector->connections));
}

void inspector_devices(struct inspector *inspector)
{
    inspect_write_devices(inspector, inspector->told_us + 1);
}

bool inspector_read(struct inspector *inspector, struct capture *capture)
{
    struct captured frame;
    enum capture_event event;
    bool good = true;

    while ((event = capture_next(capture, &frame)) != CAPTURE_END)
        if (event == CAPTURE_PACKET) {
            inspector_frame(inspector, &frame);
        } else {
            complain("%s", capture_trouble(capture));
            good = false;
        }
    return good;
}

uint64_t inspector_packets(const struct inspector *inspector)
{
    return inspector->packets;
}
