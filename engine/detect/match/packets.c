/* What a packet, or a piece of a stream that it ends, has rules looked at for. */
#include "detect/match/matcher_internal.h"

#include <stdlib.h>

#include "parse/packet.h"

#define CHANGED_PHASE UINT32_MAX

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
void packets_look_piece(struct matcher *matcher, unsigned way, struct cursor piece)
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

void packets_look_window(struct matcher *matcher, unsigned way)
{
    struct match_window *window = &matcher->flow->windows[way];

    matcher->flow->ready[way] = false;
    if (window->len > 0)
        packets_look_piece(matcher, way, cursor_over(window->bytes, window->len));
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

const struct match_group *const *packets_groups(struct matcher *matcher, unsigned way,
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

/* The head of a TLS record (RFC 8446 section 5.1): its type, then the version, which begins with 3. */
#define TLS_CHANGE_CIPHER 20
#define TLS_APPLICATION_DATA 23
#define TLS_MAJOR_VERSION 3

static bool begins_encryption(struct cursor payload)
{
    return payload.left > 1 && payload.at[1] == TLS_MAJOR_VERSION &&
           (payload.at[0] == TLS_APPLICATION_DATA || payload.at[0] == TLS_CHANGE_CIPHER);
}

/* Nothing is to be found behind a TLS handshake, and Suricata does not look. */
static bool is_encrypted(struct matcher *matcher, const struct match_packet *packet)
{
    struct match_flow *flow = matcher->flow;

    if (flow == NULL || packet->application != APPLICATION_TLS)
        return false;
    if (!flow->encrypted && begins_encryption(packet->payload)) {
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

void packets_look(struct matcher *matcher)
{
    const struct match_packet *packet = matcher->packet;
    struct match_flow *flow = matcher->flow;
    unsigned way = packet->to_server ? 0 : 1;
    const struct match_group *found[GROUPS_OF_FLOW];
    const struct match_group *const *groups = packets_groups(matcher, way, found);
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
        packets_look_window(matcher, way);
}
