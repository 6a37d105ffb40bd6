/* What each packet adds to its flow. Nothing here takes a lock, but for the rare payloads that
 * speak of names or devices. */

#include "base/apart.h"
#include "engine.h"
#include "engine_internal.h"
#include "parse/packet.h"

#define PROTOCOL_ICMP 1
#define PROTOCOL_ICMP6 58
#define ICMP_ECHO 8 /* RFC 792 */
#define ICMP_ECHO_REPLY 0
#define ICMP6_ECHO 128 /* RFC 4443 sections 4.1 and 4.2 */
#define ICMP6_ECHO_REPLY 129
#define HOUR_CHECK_US (900 * US_PER_S) /* offsets of time zones are multiples of a quarter hour */

/* Payloads of each side looked at before its service stays 'other'. */
#define SERVICE_TRIES 4

void flow_read_hour(const struct engine *engine, struct flow *flow)
{
    flow->hour = (uint8_t)zone_hour(engine->files->zone, flow->last_us);
    flow->quarter_us = (flow->last_us / HOUR_CHECK_US + 1) * HOUR_CHECK_US;
}

static APART void check_hour(struct engine *engine, struct flow *flow)
{
    uint8_t before = flow->hour;

    flow_note_resolver(flow); /* its connection may last for days, as any other */
    flow_keep_name(engine, flow);
    flow_read_hour(engine, flow);
    if (flow->hour != before)
        flow->changed |= CHANGED_HOUR;
}

static void move_clock(struct engine *engine, struct flow *flow, uint64_t time_us)
{
    if (time_us <= flow->last_us) /* captures may step back */
        return;
    flow->last_us = time_us;
    if (time_us >= flow->tick_us) {
        flow->tick_us = time_us + US_PER_S - (time_us - flow->first_us) % US_PER_S;
        flow->changed |= CHANGED_AGE;
        if (flow->waits) /* for longer than an answer takes */
            flow_stop_waiting(engine, flow);
    }
    if (time_us >= flow->quarter_us)
        check_hour(engine, flow);
}

static APART void guess_service(struct engine *engine, struct flow *flow,
        const struct packet_view *packet, enum direction way)
{
    struct service_view view = {
        .transport = packet->protocol == PACKET_PROTOCOL_TCP ? SERVICE_TCP : SERVICE_UDP,
        .client_port = flow->device_initiated ? flow->device_port : flow->remote_port,
        .server_port = flow->device_initiated ? flow->remote_port : flow->device_port,
    };
    bool from_client = (way == UP) == flow->device_initiated;

    flow->payloads_seen[way]++;
    if (flow->service != SERVICE_OTHER)
        return;
    *(from_client ? &view.client : &view.server) = packet->payload;
    flow_learn_service(engine, flow, service_guess(&view));
    flow->changed |= flow->pending; /* rules see this packet after us */
    flow->pending = 0;
}

static void end_entropy(struct engine *engine, struct flow *flow)
{
    flow->entropy_done = true;
    pool_give(&engine->entropy_pool, flow->counting);
    flow->counting = NULL;
    atomic_fetch_sub(&engine->entropies, 1);
}

static APART void start_entropy(struct engine *engine, struct flow *flow)
{
    if (atomic_fetch_add(&engine->entropies, 1) < ENTROPY_FLOWS_MAX)
        flow->counting = pool_take(&engine->entropy_pool);
    if (flow->counting != NULL) {
        flow->counting->total = 0;
        return;
    }
    atomic_fetch_sub(&engine->entropies, 1);
    atomic_fetch_add(&engine->entropy_skipped, 1);
    flow->entropy = -1;
    flow->entropy_done = true;
}

/* Rules look at the estimate each time the bytes have grown fourfold and when it is complete: 256
 * logarithms for each packet would cost more than all else. */
static bool is_due(unsigned before, unsigned now)
{
    for (unsigned mark = ENTROPY_BYTES_MIN; mark < ENTROPY_BYTES_MAX; mark *= 4)
        if (before < mark && now >= mark)
            return true;
    return false;
}

static void add_entropy(struct engine *engine, struct flow *flow, struct cursor payload)
{
    unsigned before;
    bool full;

    if (flow->counting == NULL && !flow->entropy_done)
        start_entropy(engine, flow);
    if (flow->entropy_done)
        return;
    before = flow->counting->total;
    full = entropy_add(flow->counting, payload.at, payload.left);
    if (full || is_due(before, flow->counting->total))
        flow->changed |= CHANGED_ENTROPY;
    if (!full)
        return;
    entropy_bits(flow->counting, &flow->entropy);
    end_entropy(engine, flow);
}

bool flow_entropy(const struct flow *flow, double *bits)
{
    if (flow->counting != NULL)
        return entropy_bits(flow->counting, bits);
    *bits = flow->entropy;
    return flow->entropy_done && *bits >= 0;
}

static void read_payload(struct worker *worker, struct flow *flow,
        const struct packet_view *packet, enum direction way)
{
    if (flow->payloads_seen[way] < SERVICE_TRIES)
        guess_service(worker->engine, flow, packet, way);
    if (way == UP && flow->payloads_seen[UP] == 1 && flow->service == SERVICE_HTTP)
        flow_learn_request(worker, flow, packet->payload);
    if (symmetry_add(&flow->symmetry, packet->time_us, way, packet->payload.left))
        flow->changed |= CHANGED_SYMMETRY;
    if (way == UP)
        flow->unreported_up += packet->payload.left;
    flow_follow_relay(worker->engine, flow, way, packet->time_us, (uint32_t)packet->payload.left);
    if (way == UP)
        add_entropy(worker->engine, flow, packet->payload);
    if (flow->talks || (flow->service == SERVICE_DNS && flow->protocol == PACKET_PROTOCOL_UDP))
        flow_learn_datagram(worker, flow, way, packet);
}

/* What SYNs and the first answer say of who was asked. */
static APART void follow_opening(struct engine *engine, struct flow *flow,
        const struct packet_view *packet, enum direction way)
{
    bool is_syn = way == UP && (packet->tcp_flags & (PACKET_TCP_SYN | PACKET_TCP_ACK)) == PACKET_TCP_SYN;

    if (way == DOWN && flow->packets[DOWN] == 1)
        flow_note_answer(engine, flow,
                (packet->tcp_flags & PACKET_TCP_RST) != 0 ? SYN_REFUSED : SYN_ACCEPTED);
    if (is_syn)
        flow_note_syn(engine, flow);
}

/* After its SYN to outside the device goes on as if somebody had answered, though no answer was seen. */
static bool goes_on(const struct flow *flow, const struct packet_view *packet, enum direction way)
{
    return way == UP && flow->packets[DOWN] == 0 && flow->syn_us > 0 && !flow->goes_on &&
           flow->remote_is_public &&
           (packet->tcp_flags & (PACKET_TCP_SYN | PACKET_TCP_RST | PACKET_TCP_ACK)) == PACKET_TCP_ACK;
}

/* An error about this flow, from its remote or a router on the way: it refuses as a RST does, and what
 * the flow has to tell must not wait for its end, which hosts see at different times. */
static APART void hear_of(struct engine *engine, struct flow *flow, const struct packet_view *packet,
        enum direction way)
{
    flow->changed = 0;
    if (way == DOWN)
        flow_note_heard(engine, flow);
    if ((packet->protocol != PROTOCOL_ICMP && packet->protocol != PROTOCOL_ICMP6) ||
            (flow->syns == 0 && !flow->silence) || flow->packets[DOWN] > 0)
        return;
    flow_note_unreachable(engine, flow);
    flow->settled = true; /* no name will be seen */
    if (flow->burst_waits)
        flow->changed |= flow_report(engine, flow);
}

static APART void follow_echo(struct engine *engine, struct flow *flow, const struct packet_view *packet,
        enum direction way)
{
    if (!flow->device_initiated)
        return;
    if (way == UP && flow->echo == NULL)
        flow->echo = calloc(1, sizeof(*flow->echo));
    if (flow->echo == NULL)
        return;
    if (way == UP ? echo_note_sent(flow->echo, packet->payload) : echo_note_answer(flow->echo, packet->payload))
        flow_learn_service(engine, flow, SERVICE_PING_TUNNEL);
}

/* Neighbours and routers are looked for by ICMPv6, too. */
static bool is_ping(const struct packet_view *packet)
{
    if (packet->protocol == PROTOCOL_ICMP)
        return packet->icmp_type == ICMP_ECHO || packet->icmp_type == ICMP_ECHO_REPLY;
    return packet->protocol == PROTOCOL_ICMP6 &&
           (packet->icmp_type == ICMP6_ECHO || packet->icmp_type == ICMP6_ECHO_REPLY);
}

/* What counts as payload of other protocols differs between hosts. */
static bool carries_messages(const struct flow *flow)
{
    return flow->protocol == PACKET_PROTOCOL_TCP || flow->protocol == PACKET_PROTOCOL_UDP;
}

/* An acknowledgement and no more, with nothing to be told before: a third of all packets. */
static bool is_idle(const struct flow *flow, const struct packet_view *packet)
{
    return packet->payload.left == 0 && !flow->burst_waits && flow->protocol == PACKET_PROTOCOL_TCP &&
           (packet->tcp_flags & (PACKET_TCP_FIN | PACKET_TCP_SYN | PACKET_TCP_RST)) == 0;
}

/* The first packet of either way. */
static APART void begin_way(struct worker *worker, struct flow *flow, const struct packet_view *packet,
        enum direction way)
{
    if (way == DOWN)
        flow_note_heard(worker->engine, flow);
    else if (!flow->device_is_first)
        flow_meet_device(worker, flow, packet);
}

void flow_packet(struct worker *worker, struct flow *flow, const struct packet_view *packet)
{
    enum direction way = packet->from_first_sender == flow->device_is_first ? UP : DOWN;
    bool messages = carries_messages(flow);

    if (packet->protocol != flow->protocol) {
        hear_of(worker->engine, flow, packet, way);
        return;
    }
    worker_sweep(worker, packet->time_us);
    flow->changed = flow->pending | CHANGED_VOLUME;
    flow->pending = 0;
    if (flow->packets[way] == 0)
        begin_way(worker, flow, packet, way);
    flow->packets[way]++;
    flow->bytes[way] += packet->bytes;
    move_clock(worker->engine, flow, packet->time_us);
    if (flow->awaits_answer)
        flow_await_answer(worker->engine, flow);
    if (flow->to_many && (flow->changed & CHANGED_AGE) != 0) /* calls are kept by the second */
        calls_note(&worker->engine->calls, flow->call, flow->last_us);
    if (messages && packet->payload.left > 0)
        read_payload(worker, flow, packet, way);
    else if (!messages && is_ping(packet))
        follow_echo(worker->engine, flow, packet, way);
    if (flow->packets[DOWN] <= 1 && flow->device_initiated &&
            (way == DOWN || (packet->tcp_flags & PACKET_TCP_SYN) != 0))
        follow_opening(worker->engine, flow, packet, way);
    else if (goes_on(flow, packet, way))
        flow_note_going_on(flow);
    if (messages && !is_idle(flow, packet))
        flow_follow_bursts(worker->engine, flow, packet, way);
    if ((flow->changed & CHANGED_BEAT) != 0)
        flow_tell_beat_state(flow);
    if (engine_judges(worker->engine))
        worker_judge(worker, flow, way, packet->tcp_flags);
}
