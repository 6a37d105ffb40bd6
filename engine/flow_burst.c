/* Bursts of a flow: the beats within it, and when its device is told of them. */
#include <stdlib.h>

#include "base/apart.h"
#include "engine.h"
#include "engine_internal.h"
#include "parse/packet.h"

/* Datagrams of the device that are told one by one. */
#define BRIEF_PACKETS 4
/* By then a name would have been seen: a hello or request, its answer, and one more. */
#define PAYLOADS_BEFORE_NAME 3

static enum burst_kind kind_of(const struct flow *flow, const struct packet_view *packet)
{
    if (packet->protocol != PACKET_PROTOCOL_TCP)
        return flow->to_many ? BURST_CALL : BURST_DATAGRAM;
    return (packet->tcp_flags & (PACKET_TCP_SYN | PACKET_TCP_ACK)) == PACKET_TCP_SYN ? BURST_SYN
                                                                                     : BURST_SEGMENT;
}

/* Which name to file the flow's bursts under is known late in connections that tell one. */
static bool is_settled(const struct flow *flow, const struct packet_view *packet)
{
    if (flow->payloads_seen[UP] + flow->payloads_seen[DOWN] >= PAYLOADS_BEFORE_NAME ||
            flow->name_source > NAME_DNS)
        return true;
    if (flow->protocol != PACKET_PROTOCOL_TCP)
        return flow->service != SERVICE_QUIC;
    return flow->silence || (packet->tcp_flags & (PACKET_TCP_FIN | PACKET_TCP_RST)) != 0;
}

/* Of a flow with a second burst: with what the first has told. */
static struct beat *make_beat(const struct flow *flow)
{
    struct beat *beat = calloc(1, sizeof(*beat));
    struct beat_report report;

    if (beat == NULL)
        return NULL;
    beat->may_be_poll = flow->protocol != PACKET_PROTOCOL_TCP;
    beat_note(beat, flow->burst_us, &report);
    beat_add(beat, flow->burst_us, flow->burst_total, &report);
    return beat;
}

/* While the beat with the remote as a whole is sure, or this very one, it adds nothing. */
static bool may_beat(const struct flow *flow)
{
    return flow->outlook.series.state != BEAT_STEADY && !flow->alone &&
           (flow->beat != NULL || flow->burst_us != 0);
}

static void follow_beat(struct flow *flow, uint64_t time_us)
{
    struct beat_view before, after;
    struct beat_report report;

    if (flow->beat == NULL && !may_beat(flow))
        return;
    flow_beat(flow, &before);
    if (!may_beat(flow)) {
        free(flow->beat);
        flow->beat = NULL;
    } else if (flow->beat == NULL) {
        flow->beat = make_beat(flow);
    }
    if (flow->beat != NULL)
        beat_note(flow->beat, time_us, &report);
    flow_beat(flow, &after);
    if (!flow_same_beat(&before, &after))
        flow->changed |= CHANGED_BEAT;
}

/* What a beat carries is what its last ones did, but of one that has just grown all that came so far. */
static APART void add_to_beat(struct flow *flow, uint64_t time_us, uint64_t bytes)
{
    struct beat_report report;

    if (beat_add(flow->beat, time_us, bytes, &report) || flow->beat->size_count == 0)
        flow->changed |= CHANGED_BEAT;
}

static APART void begin_burst(struct engine *engine, struct flow *flow, uint64_t time_us)
{
    if (flow->burst_waits) { /* a flow that pauses before its name is known */
        flow->settled = true;
        flow->changed |= flow_report(engine, flow);
    }
    follow_beat(flow, time_us);
    flow->tail_us = flow->burst_us;
    flow->tail_bytes = flow->burst_bytes;
    flow->burst_us = time_us;
    flow->burst_bytes = flow->burst_total = 0;
    flow->burst_waits = true;
}

/* Hosts end flows when it suits them, so what a short one has to tell must not wait for that. */
static bool may_be_last(struct flow *flow, const struct packet_view *packet, enum direction way)
{
    bool ends = packet->protocol == PACKET_PROTOCOL_TCP && !flow->ending &&
                (packet->tcp_flags & (PACKET_TCP_FIN | PACKET_TCP_RST)) != 0;

    flow->ending |= ends;
    return ends || (packet->protocol != PACKET_PROTOCOL_TCP && way == UP &&
                           flow->packets[UP] <= BRIEF_PACKETS);
}

/* A burst that goes on and on is told of now and then, as each of its slots begins. */
static bool is_overdue(const struct flow *flow, const struct packet_view *packet)
{
    return (flow->changed & CHANGED_SYMMETRY) != 0 && !flow->to_many &&
           packet->time_us >= flow->reported_us + SYMMETRY_SLOT_US;
}

void flow_follow_bursts(struct engine *engine, struct flow *flow,
        const struct packet_view *packet, enum direction way)
{
    struct burst_news news;

    if (burst_packet(&flow->burst, packet->time_us, kind_of(flow, packet), way,
                (uint32_t)packet->payload.left, &news)) {
        if (news.began)
            begin_burst(engine, flow, packet->time_us);
        flow->burst_bytes += news.bytes[UP];
        flow->burst_total += news.bytes[UP];
        if (flow->beat != NULL)
            add_to_beat(flow, packet->time_us, news.bytes[UP]);
    }
    if (!flow->settled && flow->burst_waits)
        flow->settled = is_settled(flow, packet);
    if (flow->settled && (may_be_last(flow, packet, way) || flow->burst_waits ||
                                 is_overdue(flow, packet)))
        flow->changed |= flow_report(engine, flow);
}

APART void flow_tell_beat_state(struct flow *flow)
{
    struct beat_view beat;

    flow_beat(flow, &beat);
    if (beat.state == flow->beat_state)
        return;
    flow->beat_state = beat.state;
    flow->changed |= CHANGED_BEAT_STATE;
}
