#include "inspect.h"

#include <stdlib.h>
#include <string.h>

#include "defrag.h"
#include "dissect.h"
#include "emit/eve.h"
#include "parse/packet.h"
#include "parse/rdnss.h"
#include "track/resolution.h"

#define US_PER_S UINT64_C(1000000)
#define ALPN_DOT "dot"
#define ALPN_DOQ "doq"

struct inspector {
    struct engine *engine;
    struct worker *worker;
    const struct settings *settings;
    const struct inspect_sink *sink;
    struct connections *connections;
    struct dissectors *dissectors;
    struct defrag *defrag;
    struct json json;
    uint64_t first_us, now_us;
    bool now_cut; /* the packet at hand was cut short by the capture */
    uint64_t packets, bytes, flows;
    uint64_t malformed, truncated, cut, unfollowed, records_lost;
};

/* --- records --- */

static void write_record(struct inspector *inspector)
{
    json_newline(&inspector->json);
    if (inspector->json.failed)
        inspector->records_lost++;
    else
        inspector->sink->write(inspector->sink->user, inspector->json.data, inspector->json.len);
}

static bool wants(const struct inspector *inspector, enum eve_type type)
{
    return (inspector->settings->eve_types & type) != 0;
}

static bool has_ports(uint8_t protocol)
{
    return protocol == PACKET_PROTOCOL_TCP || protocol == PACKET_PROTOCOL_UDP ||
           protocol == PACKET_PROTOCOL_SCTP;
}

static struct eve_head head_of(const struct inspector *inspector,
        const struct connection *connection, bool to_server)
{
    return (struct eve_head){
        .time_us = inspector->now_us,
        .flow_id = connection->id,
        .packet_number = inspector->packets,
        .cut = inspector->now_cut,
        .source = to_server ? connection->source : connection->destination,
        .destination = to_server ? connection->destination : connection->source,
        .source_port = to_server ? connection->source_port : connection->destination_port,
        .destination_port = to_server ? connection->destination_port : connection->source_port,
        .has_ports = has_ports(connection->key.protocol),
        .protocol = connection->key.protocol,
        .ip_version = connection->ip_version,
        .vlan_count = connection->vlan_count,
        .vlans = connection->key.vlans,
        .app_proto = connection->app_proto,
        .flow = connection->flow,
    };
}

static void write_flow(struct inspector *inspector, const struct connection *connection,
        enum connection_end why)
{
    static const char *const states[] = { "new", "established", "closed" };
    static const char *const reasons[] = { "timeout", "tcp_reuse", "forced", "shutdown" };
    struct eve_head head = head_of(inspector, connection, true);
    struct eve_flow flow = {
        .packets = { connection->packets[0], connection->packets[1] },
        .bytes = { connection->bytes[0], connection->bytes[1] },
        .first_us = connection->first_us,
        .last_us = connection->last_us,
        .state = states[connection->state],
        .reason = reasons[why],
        .is_tcp = connection->key.protocol == PACKET_PROTOCOL_TCP,
        .tcp_flags = { connection->tcp_flags[0], connection->tcp_flags[1] },
        .tcp_state = tcp_state_name(connection->tcp.state),
        .transactions = connection->transactions,
    };

    head.packet_number = 0;
    json_restart(&inspector->json);
    eve_flow_record(&inspector->json, &head, &flow);
    write_record(inspector);
}

static void end_connection(void *user, struct connection *connection, enum connection_end why)
{
    struct inspector *inspector = user;

    dissect_end(inspector->dissectors, connection);
    if (wants(inspector, EVE_FLOW))
        write_flow(inspector, connection, why);
    inspector->sink->flow(inspector->sink->user, connection);
    flow_close(inspector->engine, connection->flow);
}

/* --- what parsers find --- */

static bool speaks_dns(const struct tls_hello *hello)
{
    for (size_t i = 0; i < hello->alpn_count; i++)
        if (strcmp(hello->alpn[i], ALPN_DOT) == 0 || strcmp(hello->alpn[i], ALPN_DOQ) == 0)
            return true;
    return false;
}

static void on_hello(void *user, struct connection *connection, const struct tls_hello *hello,
        bool quic, bool to_server)
{
    struct inspector *inspector = user;
    struct hello_view view = {
        .quic = quic,
        .sni = hello->sni,
        .sni_len = hello->sni_length,
        .ech = hello->ech,
        .dns_alpn = speaks_dns(hello),
    };
    struct eve_head head;

    connection->app_proto = quic ? "quic" : "tls";
    if (connection->flow != NULL && (to_server || quic || connection->flow->midstream))
        flow_learn_hello(inspector->worker, connection->flow, &view);
    if (!wants(inspector, quic ? EVE_QUIC : EVE_TLS))
        return;
    head = head_of(inspector, connection, to_server);
    json_restart(&inspector->json);
    if (quic)
        eve_quic_record(&inspector->json, &head, hello);
    else
        eve_tls_record(&inspector->json, &head, hello);
    write_record(inspector);
}

static void on_http(void *user, struct connection *connection, const struct http_head *http,
        bool to_server)
{
    struct inspector *inspector = user;
    const struct cursor *host =
            http->authority.name.left > 0 ? &http->authority.name : &http->host.name;

    (void)to_server;
    connection->app_proto = "http";
    if (connection->flow != NULL)
        flow_learn_http(inspector->worker, connection->flow, (const char *)host->at, host->left);
}

#define PORT_MDNS 5353
#define PORT_LLMNR 5355

static const char *dns_flavour(const struct connection *connection)
{
    if (connection->destination_port == PORT_MDNS)
        return "mdns";
    if (connection->destination_port == PORT_LLMNR || connection->source_port == PORT_LLMNR)
        return NULL; /* asks neighbours, not a resolver; Suricata 8 has no records of it either */
    return "dns";
}

static void on_dns(void *user, struct connection *connection, struct cursor message,
        bool to_server)
{
    struct inspector *inspector = user;
    bool tcp = connection->key.protocol == PACKET_PROTOCOL_TCP;
    struct resolution answer;
    struct eve_head head;

    connection->app_proto = dns_flavour(connection);
    if (tcp && connection->flow != NULL && resolution_read(message, &answer) == TATTLER_OK)
        flow_learn_dns(inspector->worker, connection->flow, &answer);
    if (!wants(inspector, EVE_DNS) || connection->app_proto == NULL)
        return;
    head = head_of(inspector, connection, to_server);
    head.transaction = connection->transactions;
    json_restart(&inspector->json);
    if (!eve_dns_record(&inspector->json, &head, message))
        return;
    connection->transactions++;
    write_record(inspector);
}

static const struct dissect_events events = { .hello = on_hello, .http = on_http, .dns = on_dns };

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
    view->from_mac = own_link && packet->has_src_mac ? &packet->src_mac : NULL;
    view->to_mac = own_link && packet->has_dst_mac ? &packet->dst_mac : NULL;
    view->bytes = packet->bytes;
    view->payload = packet->payload;
    view->from_first_sender = from_first_sender;
}

static void follow(struct inspector *inspector, const struct packet *packet, unsigned depth,
        bool rebuilt)
{
    bool is_new, to_server;
    struct connection *connection = connections_find(inspector->connections, packet, depth,
            inspector->now_us, &is_new, &to_server);
    struct packet_view view;

    if (connection == NULL) {
        inspector->unfollowed++;
        return;
    }
    inspector->now_cut = packet->cut;
    /* As in Suricata, what was rebuilt has no link header left. */
    fill_view(&view, packet, !rebuilt, to_server != connection->server_was_first,
            inspector->now_us);
    if (is_new) {
        inspector->flows++;
        connection->flow = flow_open(inspector->worker, &view);
    }
    connections_update(inspector->connections, connection, packet, to_server, inspector->now_us);
    if (connection->flow != NULL)
        flow_packet(inspector->worker, connection->flow, &view);
    dissect_packet(inspector->dissectors, connection, packet, to_server);
}

#define ARP_REQUEST 1
#define ND_SOLICITATION 135
#define ND_ADVERTISEMENT 136

/* ARP and neighbour discovery bind a MAC to an address, or ask whether an address is free. */
static void note_claims(struct inspector *inspector, const struct packet *packet)
{
    static const struct address unspecified;

    if (packet->kind == PACKET_ARP) {
        bool probe = !address_is_unicast(&packet->arp.sender);

        if (!probe || packet->arp.operation == ARP_REQUEST)
            engine_learn_claim(inspector->engine, &packet->arp.sender_mac, &packet->arp.sender,
                    probe, inspector->now_us);
    } else if (packet->kind == PACKET_ICMP && packet->protocol == PACKET_PROTOCOL_ICMPV6 &&
               packet->icmp.type == RDNSS_TYPE && packet->ttl == RDNSS_HOP_LIMIT) {
        engine_learn_router(inspector->engine, packet->payload, inspector->now_us);
    } else if (packet->kind == PACKET_ICMP && packet->icmp.has_target && packet->has_src_mac) {
        if (packet->icmp.type == ND_ADVERTISEMENT)
            engine_learn_claim(inspector->engine, &packet->src_mac, &packet->icmp.target, false,
                    inspector->now_us);
        else if (packet->icmp.type == ND_SOLICITATION && address_equal(&packet->src, &unspecified))
            engine_learn_claim(inspector->engine, &packet->src_mac, &packet->icmp.target, true,
                    inspector->now_us);
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

    inspector->malformed += status == TATTLER_MALFORMED;
    inspector->truncated += status == TATTLER_TRUNCATED;
    return status == TATTLER_OK;
}

static void write_device(struct device *device, void *user)
{
    struct inspector *inspector = user;

    json_restart(&inspector->json);
    eve_device_record(&inspector->json, inspector->now_us, device);
    write_record(inspector);
}

/* What the engine noticed by itself since the packet before. */
static void write_events(struct inspector *inspector)
{
    struct engine_event event;

    while (engine_take_event(inspector->engine, &event)) {
        if (wants(inspector, EVE_IOT)) {
            json_restart(&inspector->json);
            eve_heartbeat_record(&inspector->json, &event);
            write_record(inspector);
        }
        device_release(engine_devices(inspector->engine), event.device);
    }
}

void inspector_frame(struct inspector *inspector, const struct captured *captured)
{
    int link_type = captured->link_type;
    struct cursor frame = captured->data;
    struct packet outer, whole;

    inspector->packets++;
    inspector->bytes += captured->wire_bytes;
    inspector->now_us = captured->time_us;
    if (inspector->packets == 1 || captured->time_us < inspector->first_us)
        inspector->first_us = captured->time_us;
    write_events(inspector);
    for (unsigned depth = 0; depth <= PACKET_TUNNELS_MAX; depth++) {
        const struct packet *packet = &outer;

        if (!decode(inspector, link_type, frame, &outer))
            return;
        inspector->cut += outer.cut;
        if (depth == 0)
            note_claims(inspector, &outer);
        if (outer.kind == PACKET_FRAGMENT) {
            if (!rebuild(inspector, &outer, depth, &whole))
                return;
            packet = &whole;
        }
        if (packet->wants_flow)
            follow(inspector, packet, depth, packet == &whole);
        if (!packet->has_inner)
            return;
        link_type = packet->inner.link_type;
        frame = packet->inner.frame;
    }
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
    json_free(&inspector->json);
    free(inspector);
}

struct inspector *inspector_new(struct engine *engine, const struct settings *settings,
        const struct inspect_sink *sink)
{
    struct inspector *inspector = calloc(1, sizeof(*inspector));

    if (inspector == NULL)
        return NULL;
    inspector->engine = engine;
    inspector->settings = settings;
    inspector->sink = sink;
    inspector->worker = worker_new(engine);
    inspector->connections = connections_new(settings->max_flows, end_connection, inspector);
    inspector->dissectors = dissectors_new(&events, inspector);
    inspector->defrag = defrag_new();
    if (is_complete(inspector))
        return inspector;
    release(inspector);
    return NULL;
}

static void write_stats(struct inspector *inspector, size_t flows_open)
{
    const struct defrag_counters *defrag = defrag_counters(inspector->defrag);
    struct dissect_counters dissect = dissect_count(inspector->dissectors);
    struct eve_counter counters[] = {
        { "decoder", "pkts", inspector->packets },
        { "decoder", "bytes", inspector->bytes },
        { "decoder", "malformed", inspector->malformed },
        { "decoder", "truncated", inspector->truncated },
        { "decoder", "cut", inspector->cut },
        { "defrag", "fragments", defrag->fragments },
        { "defrag", "rebuilt", defrag->rebuilt },
        { "defrag", "timed_out", defrag->timed_out },
        { "defrag", "crowded_out", defrag->crowded_out },
        { "defrag", "overlapping", defrag->overlapping },
        { "defrag", "refused", defrag->refused },
        { "flow", "total", inspector->flows },
        { "flow", "active", flows_open },
        { "flow", "crowded_out", connections_crowded_out(inspector->connections) },
        { "flow", "unfollowed_pkts", inspector->unfollowed },
        { "dissect", "given_up", dissect.given_up },
        { "dissect", "streams_refused", dissect.streams_refused },
        { "eve", "records_lost", inspector->records_lost },
    };
    struct engine_counters engine;

    engine_count(inspector->engine, &engine);
    json_restart(&inspector->json);
    eve_stats_record(&inspector->json, inspector->now_us,
            (inspector->now_us - inspector->first_us) / US_PER_S, &engine, counters,
            sizeof(counters) / sizeof(counters[0]));
    write_record(inspector);
}

void inspector_finish(struct inspector *inspector)
{
    size_t flows_open;

    if (inspector == NULL)
        return;
    flows_open = connections_count(inspector->connections);
    connections_end_all(inspector->connections);
    write_events(inspector);
    if (wants(inspector, EVE_IOT))
        devices_each(engine_devices(inspector->engine), write_device, inspector);
    if (wants(inspector, EVE_STATS))
        write_stats(inspector, flows_open);
    release(inspector);
}

uint64_t inspector_packets(const struct inspector *inspector)
{
    return inspector->packets;
}
