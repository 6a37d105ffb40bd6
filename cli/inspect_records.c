/* Records of EVE that the inspector writes. */
#include "inspect_internal.h"

#include "base/time.h"

#define COUNTERS_MAX 64

void inspect_write(struct inspector *inspector)
{
    json_newline(&inspector->json);
    if (inspector->json.failed)
        inspector->records_lost++;
    else
        inspector->sink->write(inspector->sink->user, inspector->json.data, inspector->json.len);
}

bool inspect_wants(const struct inspector *inspector, enum eve_type type)
{
    return inspector->sink->write != NULL && (inspector->settings->eve_types & type) != 0;
}

bool inspect_has_ports(uint8_t protocol)
{
    return protocol == PACKET_PROTOCOL_TCP || protocol == PACKET_PROTOCOL_UDP ||
           protocol == PACKET_PROTOCOL_SCTP;
}

struct eve_head inspect_head(const struct inspector *inspector,
        const struct connection *connection, bool to_server)
{
    return (struct eve_head){
        .time_us = inspector->now_us,
        .flow_id = connection->id,
        .packet_number = inspector->now_source == NULL ? inspector->packets : 0,
        .packet_source = inspector->now_source,
        .cut = inspector->now_cut,
        .source = to_server ? connection->source : connection->destination,
        .destination = to_server ? connection->destination : connection->source,
        .source_port = to_server ? connection->source_port : connection->destination_port,
        .destination_port = to_server ? connection->destination_port : connection->source_port,
        .has_ports = inspect_has_ports(connection->key.protocol),
        .protocol = connection->key.protocol,
        .ip_version = connection->ip_version,
        .vlan_count = connection->vlan_count,
        .vlans = connection->key.vlans,
        .app_proto = connection->app_waits == 0 ? connection->app_proto : NULL,
        .flow = connection->flow,
        .flowbits = inspector->rules.flowbits,
        .flowbit_count = connection->match != NULL
                                 ? matcher_flowbits(inspector->rules.matcher, connection->match,
                                           inspector->rules.flowbits, inspector->rules.flowbit_room)
                                 : 0,
    };
}

struct eve_flow inspect_flow_facts(const struct connection *connection, enum connection_end why)
{
    static const char *const states[] = { "new", "established", "closed" };
    static const char *const reasons[] = { "timeout", "tcp_reuse", "forced", "shutdown" };

    return (struct eve_flow){
        .packets = { connection->packets[0], connection->packets[1] },
        .bytes = { connection->bytes[0], connection->bytes[1] },
        .first_us = connection->first_us,
        .last_us = connection->last_us,
        .state = states[connection->state],
        .reason = reasons[why],
        .alerted = connection->alerted,
        .is_tcp = connection->key.protocol == PACKET_PROTOCOL_TCP,
        .tcp_flags = { connection->tcp_flags[0], connection->tcp_flags[1] },
        .tcp_state = tcp_state_name(connection->tcp.state),
        .transactions = connection->transactions,
    };
}

void inspect_write_flow(struct inspector *inspector, const struct connection *connection,
        enum connection_end why)
{
    struct eve_head head = inspect_head(inspector, connection, true);
    struct eve_flow flow = inspect_flow_facts(connection, why);

    head.packet_number = 0;
    json_restart(&inspector->json);
    eve_flow_record(&inspector->json, &head, &flow);
    inspect_write(inspector);
}

struct summing {
    struct inspector *inspector;
    uint64_t since_us, latest_us;
};

static void write_device(struct device *device, void *user)
{
    struct summing *summing = user;
    struct inspector *inspector = summing->inspector;
    uint64_t seen_us = atomic_load(&device->last_seen_us);

    if (seen_us < summing->since_us)
        return;
    if (seen_us > summing->latest_us)
        summing->latest_us = seen_us;
    json_restart(&inspector->json);
    eve_device_record(&inspector->json, inspector->now_us, device);
    inspect_write(inspector);
}

/* What the engine noticed by itself since the packet before. */
void inspect_write_events(struct inspector *inspector)
{
    struct engine_event event;

    while (engine_take_event(inspector->engine, &event)) {
        if (inspect_wants(inspector, EVE_IOT)) {
            json_restart(&inspector->json);
            eve_event_record(&inspector->json, &event);
            inspect_write(inspector);
        }
        if (inspector->sink->event != NULL)
            inspector->sink->event(inspector->sink->user, &event);
        engine_drop_event(inspector->engine, &event);
    }
}

void inspect_write_devices(struct inspector *inspector, uint64_t since_us)
{
    struct summing summing = { inspector, since_us, inspector->told_us };

    if (!inspect_wants(inspector, EVE_IOT))
        return;
    devices_each(engine_devices(inspector->engine), write_device, &summing);
    inspector->told_us = summing.latest_us;
}

void inspect_write_stats(struct inspector *inspector, size_t flows_open)
{
    const struct defrag_counters *defrag = defrag_counters(inspector->defrag);
    struct dissect_counters dissect = dissect_count(inspector->dissectors);
    const struct matcher_counters match = inspect_rules_count(inspector);
    struct eve_counter counters[COUNTERS_MAX] = {
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
        { "dissect", "messages_lost", dissect.messages_lost },
        { "eve", "records_lost", inspector->records_lost },
        { "detect", "alert", match.alerts },
        { "detect", "alerts_suppressed", match.suppressed },
        { "detect", "alert_queue_overflow", match.discarded },
        { "detect", "pieces_cut", match.pieces_cut },
        { "detect", "searches_cut", match.searches_cut },
        { "detect", "flows_lost", match.flows_lost },
        { "detect", "limits_lost", match.limits_lost },
        { "detect", "xbits_lost", match.xbits_lost },
        { "detect", "flowbits_refused", match.flowbits_refused },
    };
    const struct inspect_sink *sink = inspector->sink;
    struct engine_counters engine;
    size_t count = 0;

    if (!inspect_wants(inspector, EVE_STATS))
        return;
    while (counters[count].section != NULL)
        count++;
    if (sink->count != NULL)
        count += sink->count(sink->user, counters + count, COUNTERS_MAX - count);
    engine_count(inspector->engine, &engine);
    json_restart(&inspector->json);
    eve_stats_record(&inspector->json, inspector->now_us,
            (inspector->now_us - inspector->first_us) / US_PER_S, &engine,
            engine_suppressions(inspector->engine), counters, count);
    inspect_write(inspector);
}
