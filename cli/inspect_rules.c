/* Packets handed to the rule matcher. */
#include "inspect_internal.h"

#include <stdlib.h>

#include "parse/packet.h"

static bool is_usual(void *user, const struct flow *flow, const struct rule *rule)
{
    struct inspector *inspector = user;
    const struct rule_identity identity = { rule->gid, rule->sid };

    if (flow_is_usual(inspector->engine, flow, &identity))
        return true;
    flow_note_told(inspector->engine, flow, &identity);
    return false;
}

bool inspect_rules_make(struct inspector *inspector, const struct settings *settings,
        const struct rule_set *set, struct inspect_rules *out)
{
    *out = (struct inspect_rules){ 0 };
    if (set == NULL)
        return true;
    out->flowbit_room = rule_set_flowbits(set);
    out->flowbits = calloc(out->flowbit_room + 1, sizeof(*out->flowbits));
    if (out->flowbits != NULL && matcher_new(set, settings->max_alerts, inspect_alert, inspector,
                                         &out->matcher) == TATTLER_OK) {
        matcher_witness(out->matcher, inspector->sink->witness);
        inspector->excuse = (struct match_excuse){ is_usual, inspector };
        matcher_excuse(out->matcher, &inspector->excuse);
        return true;
    }
    inspect_rules_clear(out);
    return false;
}

void inspect_rules_clear(struct inspect_rules *rules)
{
    matcher_free(rules->matcher);
    free(rules->flowbits);
    *rules = (struct inspect_rules){ 0 };
}

bool inspect_rules_want(struct inspector *inspector, const struct inspect_rules *rules)
{
    return rules->matcher == NULL ||
           dissectors_want(inspector->dissectors, matcher_buffers(rules->matcher));
}

struct matcher_counters inspect_rules_count(const struct inspector *inspector)
{
    return inspector->rules.matcher != NULL ? matcher_count(inspector->rules.matcher)
                                      : (struct matcher_counters){ 0 };
}

static bool is_closing(const struct connection *connection)
{
    enum tcp_state state = connection->tcp.state;

    return state == TCP_CLOSE_WAIT || state == TCP_LAST_ACK || state == TCP_CLOSED;
}

/* Filled in place: see fill_view() in inspect.c. */
static void fill_flow(struct match_packet *out, const struct connection *connection,
        bool to_server, bool established)
{
    out->to_server = to_server;
    out->established = established;
    out->closing = is_closing(connection);
    out->unstarted = connection->tcp.state == TCP_SYN_SENT;
    out->flow_id = connection->id;
    out->first_us = connection->first_us;
    for (int way = 0; way < 2; way++) {
        out->packets[way] = connection->packets[way];
        out->bytes[way] = connection->bytes[way];
    }
    out->application = connection->app_waits == 0 ? connection->application : APPLICATION_ANY;
    out->flow = connection->flow;
}

/* Nothing of the flow of the packet before may be left. A packet without one goes to the server, as
 * in Suricata. */
static void fill_alone(struct match_packet *out)
{
    out->to_server = true;
    out->established = out->closing = out->unstarted = false;
    out->application = APPLICATION_ANY;
    out->flow = NULL;
}

/* To rules what Suricata has no decoder for, such as IGMP, is empty. */
static struct cursor payload_of(const struct packet *packet)
{
    return packet->kind != PACKET_IP || packet->protocol == PACKET_PROTOCOL_ESP
                   ? packet->payload
                   : (struct cursor){ NULL, 0 };
}

static void fill_packet(struct match_packet *out, const struct packet *packet, bool rebuilt)
{
    out->source = packet->src;
    out->destination = packet->dst;
    out->source_port = packet->src_port;
    out->destination_port = packet->dst_port;
    out->protocol = packet->protocol;
    out->ip_version = packet->ip_version;
    out->ttl = packet->ttl;
    out->tcp_flags = packet->kind == PACKET_TCP ? packet->tcp.flags : 0;
    out->is_icmp = packet->kind == PACKET_ICMP;
    out->icmp_type = out->is_icmp ? packet->icmp.type : 0;
    out->icmp_code = out->is_icmp ? packet->icmp.code : 0;
    out->is_fragment = packet->kind == PACKET_FRAGMENT;
    out->is_rebuilt = rebuilt;
    out->payload = payload_of(packet);
}

void inspect_rules_packet(struct inspector *inspector, struct connection *connection,
        const struct packet *packet, bool to_server, bool established, bool rebuilt)
{
    struct match_packet *seen = &inspector->packet;

    inspector->connection = connection;
    seen->time_us = inspector->now_us;
    seen->has_flow = connection != NULL;
    fill_packet(seen, packet, rebuilt);
    if (connection != NULL)
        fill_flow(seen, connection, to_server, established);
    else
        fill_alone(seen);
    matcher_packet(inspector->rules.matcher, connection != NULL ? &connection->match : NULL, seen);
    if (connection != NULL && connection->match != NULL)
        connection->wants_stream[to_server ? 0 : 1] =
                matcher_wants_stream(inspector->rules.matcher, connection->match, to_server);
}

void inspect_rules_settle(struct inspector *inspector)
{
    matcher_settle(inspector->rules.matcher);
}

void inspect_rules_ending(struct inspector *inspector, struct connection *connection)
{
    struct match_packet *seen = &inspector->packet;

    if (connection->match == NULL)
        return;
    inspector->connection = connection;
    *seen = (struct match_packet){ .time_us = inspector->now_us, .has_flow = true,
        .source = connection->source, .destination = connection->destination,
        .source_port = connection->source_port, .destination_port = connection->destination_port,
        .protocol = connection->key.protocol, .ip_version = connection->ip_version };
    fill_flow(seen, connection, true, connection->state != CONNECTION_NEW);
    matcher_flow_ending(inspector->rules.matcher, &connection->match, seen);
}

void inspect_rules_end(struct inspector *inspector, struct connection *connection)
{
    if (connection->match != NULL)
        matcher_flow_end(inspector->rules.matcher, &connection->match);
}
