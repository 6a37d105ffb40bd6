#include "detect/match/matcher.h"

#include <stdlib.h>

#include "detect/match/matcher_internal.h"
#include "parse/packet.h"

#define WINDOWS_MAX (16u * 1024 * 1024) /* bytes of all streams together */
#define LIMITS_MAX 65536
#define XBITS_MAX 65536
#define TIDY_PACKETS 8192 /* see xbits_tidy(); a power of two, as each packet is counted */

void packet_turn(struct match_packet *packet, bool to_server)
{
    struct address source = packet->source;
    uint16_t port = packet->source_port;

    if (packet->to_server == to_server)
        return;
    packet->source = packet->destination;
    packet->source_port = packet->destination_port;
    packet->destination = source;
    packet->destination_port = port;
    packet->to_server = to_server;
}

/* A packet's own rules come before those of its transactions, but when its protocol is known. */
static void look_once(struct matcher *matcher)
{
    if (!matcher->looked && (matcher->flow == NULL || !matcher->flow->passed))
        packets_look(matcher);
    matcher->looked = true;
}

static struct match_flow *start_flow(struct matcher *matcher, const struct match_packet *packet)
{
    struct match_flow *flow = pool_take_zeroed(&matcher->flow_pool);

    if (flow != NULL)
        flow->protocol = packet->protocol;
    else
        matcher->counters.flows_lost++;
    return flow;
}

void matcher_packet(struct matcher *matcher, struct match_flow **flow,
        struct match_packet *packet)
{
    if (flow != NULL && *flow == NULL)
        *flow = start_flow(matcher, packet);
    matcher->packet = packet;
    matcher->flow = flow != NULL ? *flow : NULL;
    matcher->looked = false;
    matcher->known = packet->application;
    if (++matcher->packets % TIDY_PACKETS == 0)
        xbits_tidy(matcher->xbits, packet->time_us);
    packets_take_groups(matcher);
}

/* --- transactions --- */

/* Each rule is looked at with the first stage that has all it asks for. */
static bool is_of_stage(const struct plan *plan, const struct match_transaction *transaction)
{
    enum rule_application asked = plan->rule->application;

    if (asked != APPLICATION_ANY && asked != transaction->application &&
            !(asked == APPLICATION_HTTP && transaction->application == APPLICATION_HTTP1))
        return false;
    return transaction->stage == MATCH_WHOLE ||
           plan->wants_body == (transaction->stage == MATCH_BODY);
}

static void keep_stage(struct matcher *matcher, const struct match_transaction *transaction)
{
    struct plan_list *list = &matcher->candidates[OF_PACKET];
    uint32_t kept = 0;

    for (uint32_t i = 0; i < list->count; i++)
        if (is_of_stage(&matcher->plans.rules[list->numbers[i]], transaction))
            list->numbers[kept++] = list->numbers[i];
    list->count = kept;
}

/* What the end of the client's bytes leaves of a message is read before that packet is looked at, and the
 * rest of its stream with it. */
static bool is_cut_short(const struct matcher *matcher, const struct match_transaction *transaction)
{
    const struct match_packet *packet = matcher->packet;

    return packet->closing && packet->payload.left == 0 &&
           packet->to_server == transaction->to_server;
}

void matcher_transaction(struct matcher *matcher, const struct match_transaction *transaction)
{
    if (!is_cut_short(matcher, transaction))
        look_once(matcher);
    if (matcher->flow == NULL || matcher->flow->passed)
        return;
    packet_turn(matcher->packet, transaction->to_server);
    candidates_add_list(matcher, &matcher->messages.each);
    for (size_t i = 0; i < transaction->count; i++) {
        const struct match_buffer *buffer = &transaction->buffers[i];

        if (matcher->messages.by_kind[buffer->kind] != NULL)
            patterns_search(matcher->messages.by_kind[buffer->kind], matcher->scratch,
                    buffer->bytes, candidates_add, matcher);
    }
    keep_stage(matcher, transaction);
    if ((matcher->candidates[OF_PACKET].count > 0 || matcher->witness != NULL) &&
            (matcher->packet->protocol != PACKET_PROTOCOL_TCP || !pending_keep(matcher, transaction)))
        pending_look_now(matcher, transaction);
}

void matcher_excuse(struct matcher *matcher, const struct match_excuse *excuse)
{
    matcher->excuse = excuse;
}

void matcher_witness(struct matcher *matcher, const struct match_witness *witness)
{
    matcher->witness = witness;
}

uint32_t matcher_buffers(const struct matcher *matcher)
{
    return matcher->messages.kinds;
}

/* --- streams --- */

bool matcher_wants_stream(const struct matcher *matcher, const struct match_flow *flow,
        bool to_server)
{
    unsigned way = to_server ? 0 : 1;

    if (flow == NULL || flow->protocol != PACKET_PROTOCOL_TCP || flow->passed || flow->encrypted)
        return false;
    if (matcher->messages.wants_stream)
        return true;
    for (unsigned i = 0; i < GROUPS_OF_FLOW; i++)
        if (flow->groups[way][i] != NULL && flow->groups[way][i]->wants_stream)
            return true;
    return false;
}

void matcher_stream(struct matcher *matcher, bool to_server, struct cursor bytes)
{
    unsigned way = to_server ? 0 : 1;
    struct match_flow *flow = matcher->flow;

    look_once(matcher);
    if (flow == NULL || flow->passed || flow->encrypted || bytes.left == 0)
        return;
    if (!window_add(&flow->windows[way], &matcher->windows, bytes)) {
        packet_turn(matcher->packet, to_server); /* a flow's end brings the last of both ways */
        packets_look_window(matcher, way);
        packets_clear_window(matcher, way);
        packets_look_piece(matcher, way, bytes);
    }
    flow->ready[way] |= flow->windows[way].len >= MATCH_PIECE;
    flow->unread[way] += bytes.left;
}

void matcher_message_end(struct matcher *matcher, bool to_server)
{
    look_once(matcher);
    if (matcher->flow != NULL)
        matcher->flow->ready[to_server ? 0 : 1] = true;
}

void matcher_settle(struct matcher *matcher)
{
    look_once(matcher);
    if (matcher->found_count > 0)
        found_tell(matcher);
}

/* --- life --- */

#define EXCHANGE(type, pair)                                                                       \
    do {                                                                                           \
        type first = (pair)[0];                                                                    \
                                                                                                   \
        (pair)[0] = (pair)[1];                                                                     \
        (pair)[1] = first;                                                                         \
    } while (0)

void matcher_flow_turn(struct matcher *matcher, struct match_flow *flow)
{
    EXCHANGE(struct match_pending *, flow->pending);
    EXCHANGE(bool, flow->seen);
    EXCHANGE(bool, flow->sealed);
    EXCHANGE(struct match_window, flow->windows);
    EXCHANGE(bool, flow->ready);
    EXCHANGE(size_t, flow->unread);
    EXCHANGE(uint32_t, flow->carried);
    for (unsigned way = 0; way < 2; way++)
        packets_lose_groups(flow, way);
    if (matcher->flow == flow)
        matcher->flow = NULL; /* the packet before is of no matter now */
}

void matcher_flow_ending(struct matcher *matcher, struct match_flow **flow,
        struct match_packet *packet)
{
    matcher->packet = packet;
    matcher->flow = *flow;
    matcher->looked = true; /* it is no real packet */
}

void matcher_flow_end(struct matcher *matcher, struct match_flow **flow)
{
    struct match_flow *ending = *flow;

    for (unsigned way = 0; way < 2; way++) {
        packet_turn(matcher->packet, way == 0);
        if (!ending->passed) {
            packets_look_window(matcher, way);
            pending_look(matcher, way);
        }
        matcher_settle(matcher);
        window_clear(&ending->windows[way], &matcher->windows);
    }
    for (unsigned way = 0; way < 2; way++) /* what either way told may have passed the flow */
        pool_give(&matcher->wait_pool, ending->waits[way]);
    pending_drop(matcher, ending);
    flow_bits_free(ending->bits);
    limits_flow_end(matcher->limits, &ending->limits);
    free(ending->fired);
    pool_give(&matcher->flow_pool, ending);
    *flow = matcher->flow = NULL;
}

enum tattler_status matcher_new(const struct rule_set *set, size_t max_alerts,
        match_alert_fn alert, void *user, struct matcher **out)
{
    struct matcher *matcher = calloc(1, sizeof(*matcher));
    enum tattler_status status;

    if (matcher == NULL)
        return TATTLER_NO_MEMORY;
    matcher->set = set;
    matcher->max_alerts = max_alerts;
    matcher->alert = alert;
    matcher->user = user;
    matcher->windows.max = WINDOWS_MAX;
    matcher->steps = steps_new(set);
    matcher->xbits = xbits_new(XBITS_MAX);
    status = matcher->steps != NULL && matcher->xbits != NULL
                     ? limits_new(set, LIMITS_MAX, &matcher->limits)
                     : TATTLER_NO_MEMORY;
    if (status == TATTLER_OK)
        status = plans_make(set, &matcher->plans);
    if (status == TATTLER_OK)
        status = groups_make(&matcher->plans, &matcher->scratch, &matcher->groups);
    pool_init(&matcher->flow_pool, sizeof(struct match_flow));
    pool_init(&matcher->wait_pool, wait_size(groups_runs_max(matcher->groups)));
    if (status == TATTLER_OK)
        status = messages_make(&matcher->plans, &matcher->scratch, &matcher->messages);
    if (status == TATTLER_OK)
        *out = matcher;
    else
        matcher_free(matcher);
    return status;
}

void matcher_free(struct matcher *matcher)
{
    if (matcher == NULL)
        return;
    messages_clear(&matcher->messages);
    groups_free(matcher->groups);
    plans_clear(&matcher->plans);
    pattern_scratch_free(matcher->scratch);
    steps_free(matcher->steps);
    limits_free(matcher->limits);
    xbits_free(matcher->xbits);
    pool_destroy(&matcher->flow_pool);
    pool_destroy(&matcher->wait_pool);
    for (int i = 0; i < CANDIDATE_LISTS; i++)
        free(matcher->candidates[i].numbers);
    free(matcher->found);
    free(matcher);
}

size_t matcher_flowbits(const struct matcher *matcher, const struct match_flow *flow,
        const char **names, size_t max)
{
    uint32_t bit = 0;
    size_t count = 0;

    while (count < max && flow_bits_next(flow->bits, &bit))
        names[count++] = rule_set_bit_name(matcher->set, false, bit++);
    return count;
}

struct matcher_counters matcher_count(const struct matcher *matcher)
{
    struct matcher_counters counters = matcher->counters;
    struct limits_counters limits = limits_counters(matcher->limits);
    struct xbits_counters xbits = xbits_counters(matcher->xbits);

    counters.pieces_cut = matcher->windows.refused;
    counters.limits_lost = limits.evicted + limits.refused;
    counters.searches_cut = steps_cut(matcher->steps);
    counters.xbits_lost = xbits.evicted + xbits.refused;
    return counters;
}
