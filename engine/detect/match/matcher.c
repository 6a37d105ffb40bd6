#include "detect/match/matcher.h"

#include <stdlib.h>

#include "detect/match/matcher_internal.h"
#include "parse/packet.h"

#define WINDOWS_MAX (16u * 1024 * 1024) /* bytes of all streams together */
#define LIMITS_MAX 65536
#define XBITS_MAX 65536
#define TIDY_PACKETS 10000 /* see xbits_tidy() */
#define CHANGED_PHASE UINT32_MAX

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

/* --- features --- */

static uint32_t phase_of(const struct look *look)
{
    return (uint32_t)look->application << 1 | (look->packet->established ? 1 : 0);
}

static uint32_t note_changes(struct match_flow *flow, const struct look *look)
{
    const struct match_packet *packet = look->packet;
    unsigned way = packet->to_server ? 0 : 1;
    uint32_t changed = packet->flow->changed, phase = phase_of(look), unseen;

    unseen = flow->carried[way] | changed;
    flow->carried[way] = 0;
    flow->carried[!way] |= changed;
    if (phase != flow->phase[way] || !flow->seen[way])
        unseen = CHANGED_PHASE;
    flow->phase[way] = phase;
    return unseen | PLAN_ALWAYS;
}

static void search_texts(struct matcher *matcher, uint32_t changes)
{
    struct feature_value value;
    const struct text_search *texts = matcher->messages.texts;

    for (uint32_t i = 0; i < matcher->messages.text_count; i++)
        if ((texts[i].feature->changed & changes) != 0 &&
                texts[i].feature->get(matcher->packet->flow, &value))
            patterns_search(texts[i].patterns, matcher->scratch,
                    cursor_over((const uint8_t *)value.text, value.len), candidates_add, matcher);
}

/* 'waits' has one for each run. */
static void add_runs(struct matcher *matcher, const struct match_group *group,
        const struct look *look, uint32_t changes, uint32_t *waits)
{
    uint32_t count = (changes & ~GROUPS_OFTEN) != 0 ? group->run_count : group->often_count;

    for (uint32_t i = 0; i < count; i++)
        if (changes == CHANGED_PHASE || (waits[i] & changes) != 0)
            candidates_add_run(matcher, &group->runs[i].rules, look, &waits[i]);
}

static void add_changed(struct matcher *matcher,
        const struct match_group *const groups[GROUPS_OF_FLOW], const struct look *look)
{
    unsigned way = matcher->packet->to_server ? 0 : 1;
    uint32_t changes = note_changes(matcher->flow, look);
    uint32_t *waits = matcher->flow->waits[way];

    search_texts(matcher, changes);
    for (unsigned i = 0; i < GROUPS_OF_FLOW; i++) {
        if (groups[i] == NULL)
            continue;
        if ((groups[i]->changes & changes) != 0 && waits != NULL)
            add_runs(matcher, groups[i], look, changes, waits);
        waits = waits != NULL ? waits + groups[i]->run_count : NULL;
    }
}

/* --- a packet --- */

static void add_of_packet(struct matcher *matcher, const struct match_group *group, bool is_first,
        bool readable)
{
    if (is_first) {
        candidates_add_list(matcher, &group->first);
        address_rules_find(&group->first_from, &matcher->packet->source, candidates_add, matcher);
        address_rules_find(&group->first_to, &matcher->packet->destination, candidates_add,
                matcher);
    }
    candidates_add_list(matcher, &group->each);
    if (!readable)
        return;
    candidates_add_payload(matcher, &group->each_payload, matcher->packet->payload);
    if (group->payload != NULL)
        patterns_search(group->payload, matcher->scratch, matcher->packet->payload,
                candidates_add, matcher);
}

static void add_marked_lists(struct matcher *matcher,
        const struct match_group *const groups[GROUPS_OF_FLOW], bool of_packet, bool of_payload,
        bool all)
{
    for (unsigned i = 0; i < GROUPS_OF_FLOW; i++) {
        if (groups[i] != NULL && of_packet)
            candidates_add_marked(matcher, &groups[i]->each_marked, all);
        if (groups[i] != NULL && of_payload)
            candidates_add_marked(matcher, &groups[i]->each_payload_marked, all);
    }
}

/* Rules whose flowbit is set. If a candidate may set one then all, as it is looked at before them. */
static void add_marked(struct matcher *matcher,
        const struct match_group *const groups[GROUPS_OF_FLOW], bool of_packet, bool of_payload)
{
    bool all = candidates_make_marks(matcher);

    if (matcher->flow == NULL || (matcher->flow->bits == NULL && !all))
        return;
    add_marked_lists(matcher, groups, of_packet, of_payload, all);
    if (!all && candidates_make_marks(matcher))
        add_marked_lists(matcher, groups, of_packet, of_payload, true);
}

/* A piece of the stream that the packet at hand belongs to. */
static void look_at_piece(struct matcher *matcher, unsigned way, struct cursor piece)
{
    struct look look = candidates_look_of(matcher);

    look.payload = piece;
    look.is_stream = true;
    for (unsigned i = 0; i < GROUPS_OF_FLOW; i++) {
        const struct match_group *group = matcher->flow->groups[way][i];

        if (group == NULL || !group->wants_stream)
            continue;
        candidates_add_payload(matcher, &group->each_payload, piece);
        if (group->payload != NULL)
            patterns_search(group->payload, matcher->scratch, piece, candidates_add, matcher);
    }
    add_marked(matcher, matcher->flow->groups[way], false, true);
    candidates_look(matcher, &look);
}

static void look_at_window(struct matcher *matcher, unsigned way)
{
    struct match_window *window = &matcher->flow->windows[way];

    matcher->flow->ready[way] = false;
    if (window->len > 0)
        look_at_piece(matcher, way, cursor_over(window->bytes, window->len));
    window_clear(window, &matcher->windows);
}

/* NULL: out of memory, or no rules on features: then none is looked at. */
static uint32_t *make_waits(const struct match_group *const groups[GROUPS_OF_FLOW])
{
    size_t runs = 0;

    for (unsigned i = 0; i < GROUPS_OF_FLOW; i++)
        runs += groups[i] != NULL ? groups[i]->run_count : 0;
    return runs > 0 ? calloc(runs, sizeof(uint32_t)) : NULL;
}

static const struct match_group *const *groups_of_packet(struct matcher *matcher, unsigned way,
        const struct match_group *found[GROUPS_OF_FLOW])
{
    const struct match_packet *packet = matcher->packet;
    struct match_flow *flow = matcher->flow;
    uint16_t port = way == 0 ? packet->destination_port : packet->source_port;

    if (flow == NULL || packet->protocol != flow->protocol) { /* such as ICMP about it */
        groups_find(matcher->groups, packet->protocol, way == 0, port, found);
        return found;
    }
    if (!flow->found[way]) {
        groups_find(matcher->groups, packet->protocol, way == 0, port, flow->groups[way]);
        flow->waits[way] = make_waits(flow->groups[way]);
    }
    flow->found[way] = true;
    return flow->groups[way];
}

#define TLS_CHANGE_CIPHER 20 /* RFC 8446 section 5.1: the type of a record, its first byte */
#define TLS_APPLICATION_DATA 23

/* Nothing is to be found behind a TLS handshake, and Suricata does not look. */
static bool is_encrypted(struct matcher *matcher, const struct match_packet *packet)
{
    struct match_flow *flow = matcher->flow;

    if (flow == NULL || packet->application != APPLICATION_TLS)
        return false;
    if (!flow->encrypted && packet->payload.left > 0 &&
            (packet->payload.at[0] == TLS_APPLICATION_DATA ||
                    packet->payload.at[0] == TLS_CHANGE_CIPHER)) {
        flow->encrypted = true;
        window_clear(&flow->windows[0], &matcher->windows);
        window_clear(&flow->windows[1], &matcher->windows);
    }
    return flow->encrypted;
}

/* What a TCP stream carries is known one packet later than what a datagram does: Suricata reads
 * streams as they are acknowledged. */
static struct look look_of_packet(struct matcher *matcher)
{
    struct look look = candidates_look_of(matcher);

    if (matcher->packet->protocol == PACKET_PROTOCOL_TCP)
        look.application = matcher->known;
    return look;
}

static void look_at_packet(struct matcher *matcher)
{
    const struct match_packet *packet = matcher->packet;
    struct match_flow *flow = matcher->flow;
    unsigned way = packet->to_server ? 0 : 1;
    const struct match_group *found[GROUPS_OF_FLOW];
    const struct match_group *const *groups = groups_of_packet(matcher, way, found);
    bool is_own = flow != NULL && flow->protocol == packet->protocol;
    bool is_first = flow == NULL || (is_own && !flow->seen[way]);
    struct look look = look_of_packet(matcher);
    bool readable;

    look.unreadable = is_encrypted(matcher, packet);
    look.has_piece = is_own && flow->windows[way].len > 0 && (flow->ready[way] || packet->closing);
    readable = packet->payload.left > 0 && !look.unreadable;
    for (unsigned i = 0; i < GROUPS_OF_FLOW; i++)
        if (groups[i] != NULL)
            add_of_packet(matcher, groups[i], is_first, readable);
    if (is_own && packet->flow != NULL)
        add_changed(matcher, groups, &look);
    add_marked(matcher, groups, true, readable);
    if (is_own)
        flow->seen[way] = true;
    candidates_look(matcher, &look);
    if (is_own)
        pending_look(matcher, way);
    if (is_own && (flow->ready[way] || packet->closing))
        look_at_window(matcher, way);
}

/* A packet's own rules come before those of its transactions, but when its protocol is known. */
static void look_once(struct matcher *matcher)
{
    if (!matcher->looked && (matcher->flow == NULL || !matcher->flow->passed))
        look_at_packet(matcher);
    matcher->looked = true;
}

void matcher_packet(struct matcher *matcher, struct match_flow **flow,
        struct match_packet *packet)
{
    if (flow != NULL && *flow == NULL && (*flow = calloc(1, sizeof(**flow))) != NULL)
        (*flow)->protocol = packet->protocol;
    matcher->packet = packet;
    matcher->flow = flow != NULL ? *flow : NULL;
    matcher->looked = false;
    matcher->known = packet->application;
    if (++matcher->packets % TIDY_PACKETS == 0)
        xbits_tidy(matcher->xbits, packet->time_us);
    if (matcher->flow != NULL) {
        const struct match_group *found[GROUPS_OF_FLOW];

        groups_of_packet(matcher, packet->to_server ? 0 : 1, found);
    }
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
    struct plan_list *list = &matcher->candidates;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < list->count; i++)
        if (is_of_stage(&matcher->plans.rules[list->numbers[i]], transaction))
            list->numbers[kept++] = list->numbers[i];
    list->count = kept;
}

void matcher_transaction(struct matcher *matcher, const struct match_transaction *transaction)
{
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
    if ((matcher->candidates.count > 0 || matcher->witness != NULL) &&
            (matcher->packet->protocol != PACKET_PROTOCOL_TCP || !pending_keep(matcher, transaction)))
        pending_look_now(matcher, transaction);
    matcher->flow->ready[transaction->to_server ? 0 : 1] = true;
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

    if (flow != NULL && matcher->messages.wants_stream)
        return true;
    for (unsigned i = 0; flow != NULL && i < GROUPS_OF_FLOW; i++)
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
        look_at_window(matcher, way);
        look_at_piece(matcher, way, bytes);
    }
    flow->ready[way] |= flow->windows[way].len >= MATCH_PIECE;
}

void matcher_settle(struct matcher *matcher)
{
    look_once(matcher);
    found_tell(matcher);
}

/* --- life --- */

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
        if (!ending->passed)
            pending_look(matcher, way);
        if (!ending->passed)
            look_at_window(matcher, way);
        matcher_settle(matcher);
        window_clear(&ending->windows[way], &matcher->windows);
        free(ending->waits[way]);
    }
    pending_drop(matcher, ending);
    flow_bits_free(ending->bits);
    limits_flow_end(matcher->limits, &ending->limits);
    free(ending->fired);
    free(ending);
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
    free(matcher->candidates.numbers);
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
    counters.xbits_lost = xbits.evicted + xbits.refused;
    return counters;
}
