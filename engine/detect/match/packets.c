/* What a packet, or a piece of a stream that it ends, has rules looked at for. */
#include "detect/match/matcher_internal.h"

#include <stdlib.h>
#include <string.h>

#include "parse/packet.h"

/* --- a packet --- */

/* What was found in bytes that rules are looked at with. */
struct byte_look {
    struct matcher *matcher;
    const struct look *look;
    bool is_headed; /* rules of SEARCH_HEADED may be among those that hold */
};

static void on_found(void *user, uint32_t number)
{
    struct byte_look *at = user;

    if (number == GROUP_HEADED)
        at->is_headed = true;
    else
        candidates_add_fit(at->matcher, number, at->look);
}

static const struct group_search *search_of(const struct match_group *group,
        const struct look *look, enum search_kind kind)
{
    return look->is_stream ? &group->searches->streams[kind] : &group->searches->packets[kind];
}

static void search(struct byte_look *at, const struct group_search *search)
{
    const struct look *look = at->look;
    struct cursor bytes = look->payload;

    if (search->patterns == NULL || look->packet->payload.left > search->largest ||
            !cases_hold(&search->cases, look))
        return;
    if (bytes.left > search->depth)
        bytes.left = search->depth;
    patterns_search(search->patterns, at->matcher->scratch, bytes, on_found, at);
}

static void add_of_bytes(struct matcher *matcher, const struct match_group *group,
        const struct look *look)
{
    struct byte_look at = { matcher, look, false };

    if (heads_may_find(&group->heads, look->payload))
        heads_find(&group->heads, look->payload, on_found, &at);
    candidates_add_each(matcher, &group->each_payload, look);
    if (group->searches == NULL)
        return;
    search(&at, search_of(group, look, SEARCH_FREE));
    if (at.is_headed)
        search(&at, search_of(group, look, SEARCH_HEADED));
}

static void add_of_packet(struct matcher *matcher, const struct match_group *group,
        const struct look *look, bool is_first)
{
    if (is_first) {
        candidates_add_list(matcher, &group->first);
        address_rules_find(&group->first_from, &matcher->packet->source, candidates_add, matcher);
        address_rules_find(&group->first_to, &matcher->packet->destination, candidates_add,
                matcher);
    }
    if (group_asks_each(group, look->packet->tcp_flags))
        candidates_add_each(matcher, &group->each, look);
    if (look_has_bytes(look))
        add_of_bytes(matcher, group, look);
}

static void add_of_groups(struct matcher *matcher,
        const struct match_group *const groups[GROUPS_OF_FLOW], const struct look *look,
        bool is_first)
{
    for (unsigned i = 0; i < GROUPS_OF_FLOW; i++)
        if (groups[i] != NULL)
            add_of_packet(matcher, groups[i], look, is_first);
}

static void add_marked_lists(struct matcher *matcher,
        const struct match_group *const groups[GROUPS_OF_FLOW], const struct look *look,
        const struct marks *marks)
{
    for (unsigned i = 0; i < GROUPS_OF_FLOW; i++) {
        if (groups[i] != NULL && !look->is_stream)
            candidates_add_marked(matcher, &groups[i]->each_marked, marks);
        if (groups[i] != NULL && look_has_bytes(look))
            candidates_add_marked(matcher, &groups[i]->each_payload_marked, marks);
        if (groups[i] != NULL && !look->is_stream && look->packet->flow != NULL)
            runs_add_marked(matcher, &groups[i]->features_marked, look, marks);
    }
}

static void search_marked(struct matcher *matcher, const struct match_group *group,
        const struct look *look, uint64_t marks)
{
    struct byte_look at = { matcher, look, false };
    const struct group_search *marked;

    if (group->searches == NULL)
        return;
    marked = search_of(group, look, SEARCH_MARKED);
    if ((marked->marks & marks) != 0)
        search(&at, marked);
}

/* 'fresh': marks that are set, or that candidates may set, as is known only now. */
static void add_marked_of(struct matcher *matcher,
        const struct match_group *const groups[GROUPS_OF_FLOW], const struct look *look,
        uint64_t fresh, const struct marks *marks)
{
    for (unsigned i = 0; i < GROUPS_OF_FLOW && look_has_bytes(look); i++)
        if (groups[i] != NULL)
            search_marked(matcher, groups[i], look, fresh);
    add_marked_lists(matcher, groups, look, marks);
}

/* Rules whose flowbit is set, or may be by a candidate, which is looked at before them. */
static void add_marked(struct matcher *matcher,
        const struct match_group *const groups[GROUPS_OF_FLOW],
        const struct look *const looks[CANDIDATE_LISTS])
{
    struct marks marks = { flow_bits_marks(matcher->flow->bits), candidates_make_marks(matcher) };
    uint64_t fresh = marks.set | marks.made;

    if (fresh == 0 && matcher->flow->fired_count == 0)
        return;
    do { /* once without any mark, too: who has alerted may be woken */
        uint64_t before = marks.made;

        for (int i = 0; i < CANDIDATE_LISTS; i++) {
            matcher->filled = (enum candidate_list)i;
            if (looks[i] != NULL)
                add_marked_of(matcher, groups, looks[i], fresh, &marks);
        }
        marks.made = candidates_make_marks(matcher);
        fresh = marks.made & ~before;
    } while (fresh != 0);
    matcher->filled = OF_PACKET;
}

/* --- a piece of the stream that the packet at hand belongs to --- */

static struct look look_of_piece(const struct matcher *matcher, struct cursor piece)
{
    struct look look = candidates_look_of(matcher);

    look.payload = piece;
    look.is_stream = true;
    return look;
}

static void add_of_piece(struct matcher *matcher,
        const struct match_group *const groups[GROUPS_OF_FLOW], const struct look *look)
{
    matcher->filled = OF_PIECE;
    for (unsigned i = 0; i < GROUPS_OF_FLOW; i++)
        if (groups[i] != NULL && groups[i]->wants_stream)
            add_of_bytes(matcher, groups[i], look);
    matcher->filled = OF_PACKET;
}

void packets_look_piece(struct matcher *matcher, unsigned way, struct cursor piece)
{
    const struct match_group *const *groups = matcher->flow->groups[way];
    struct look look = look_of_piece(matcher, piece);
    const struct look *looks[CANDIDATE_LISTS] = { [OF_PIECE] = &look };

    add_of_piece(matcher, groups, &look);
    add_marked(matcher, groups, looks);
    candidates_look(matcher, looks);
}

static struct cursor window_bytes(const struct matcher *matcher, unsigned way)
{
    const struct match_window *window = &matcher->flow->windows[way];

    return cursor_over(window->bytes, window->len);
}

void packets_look_window(struct matcher *matcher, unsigned way)
{
    if (matcher->flow->windows[way].len > 0)
        packets_look_piece(matcher, way, window_bytes(matcher, way));
}

void packets_clear_window(struct matcher *matcher, unsigned way)
{
    matcher->flow->ready[way] = false;
    window_clear(&matcher->flow->windows[way], &matcher->windows);
}

/* NULL: no rules on features, or out of memory: then none is looked at. */
static struct match_wait *make_wait(struct matcher *matcher,
        const struct match_group *const groups[GROUPS_OF_FLOW])
{
    struct match_wait *wait;
    size_t runs = 0;

    for (unsigned i = 0; i < GROUPS_OF_FLOW; i++)
        runs += groups[i] != NULL ? groups[i]->run_count : 0;
    if (runs == 0)
        return NULL;
    wait = pool_take_zeroed(&matcher->wait_pool);
    matcher->counters.flows_lost += wait == NULL;
    return wait;
}

static void find_groups(struct matcher *matcher, unsigned way,
        const struct match_group *out[GROUPS_OF_FLOW])
{
    const struct match_packet *packet = matcher->packet;
    uint16_t port = way == 0 ? packet->destination_port : packet->source_port;

    groups_find(matcher->groups, packet->protocol, way == 0, port, out);
    matcher->groups_here = out;
}

void packets_find_groups(struct matcher *matcher)
{
    struct match_flow *flow = matcher->flow;
    unsigned way = matcher->packet->to_server ? 0 : 1;

    if (flow == NULL || matcher->packet->protocol != flow->protocol) { /* such as ICMP about it */
        find_groups(matcher, way, matcher->other_groups);
    } else if (flow->found[way] || flow->passed) {
        matcher->groups_here = flow->groups[way];
    } else {
        find_groups(matcher, way, flow->groups[way]);
        flow->waits[way] = make_wait(matcher, flow->groups[way]);
        flow->found[way] = true;
    }
}

void packets_lose_groups(struct match_flow *flow, unsigned way)
{
    free(flow->waits[way]);
    flow->waits[way] = NULL;
    flow->found[way] = false;
    memset(flow->groups[way], 0, sizeof(flow->groups[way]));
    flow->phase[way] = PHASE_NONE;
}

/* Suricata drops what it has of a stream of TLS, and looks at what it has of SSH. */
static void end_windows(struct matcher *matcher)
{
    bool to_server = matcher->packet->to_server;

    for (unsigned way = 0; way < 2; way++) {
        packet_turn(matcher->packet, way == 0);
        if (matcher->packet->application == APPLICATION_SSH)
            packets_look_window(matcher, way);
        packets_clear_window(matcher, way);
    }
    packet_turn(matcher->packet, to_server);
}

/* Nothing is to be found behind the handshake of TLS or SSH, and Suricata does not look, once it has read
 * where encryption begins: when the other side has acknowledged it. */
static void note_encryption(struct matcher *matcher, unsigned way)
{
    struct match_flow *flow = matcher->flow;

    if (!flow->sealed[1 - way]) {
        flow->sealed[way] |= encryption_begins(flow, matcher->packet, way);
        return;
    }
    end_windows(matcher);
    flow->encrypted = true;
}

/* Of no stream, Suricata looks at it by itself. */
static bool is_outside_stream(const struct match_packet *packet)
{
    return packet->unstarted && packet->payload.left > 0;
}

static bool is_read(const struct matcher *matcher, unsigned way)
{
    size_t unread = matcher->flow->unread[way];

    return unread == 0 || unread >= UNREAD_MAX || matcher->packet->closing;
}

static bool may_end_piece(const struct matcher *matcher, unsigned way)
{
    return (matcher->flow->ready[way] && is_read(matcher, way)) || matcher->packet->closing;
}

/* The piece of its stream that is looked at with a packet of the flow; no bytes: none. */
static struct cursor find_piece(const struct matcher *matcher, unsigned way)
{
    const struct match_packet *packet = matcher->packet;

    if (is_outside_stream(packet))
        return packet->payload;
    return may_end_piece(matcher, way) ? window_bytes(matcher, way) : (struct cursor){ NULL, 0 };
}

/* As Suricata does, rules on packet and stream by turns, and those on messages behind all of them: what
 * one marks, the next may ask for. */
static void look_at_own(struct matcher *matcher, unsigned way, struct look *look, uint32_t changes)
{
    const struct match_group *const *groups = matcher->groups_here;
    struct match_flow *flow = matcher->flow;
    struct cursor bytes = find_piece(matcher, way);
    const struct look *looks[CANDIDATE_LISTS] = { [OF_PACKET] = look };
    struct look piece;

    if (bytes.left > 0) {
        piece = look_of_piece(matcher, bytes);
        looks[OF_PIECE] = &piece;
        look->has_piece = !is_outside_stream(matcher->packet);
    }
    add_of_groups(matcher, groups, look, !flow->seen[way]);
    if (looks[OF_PIECE] != NULL)
        add_of_piece(matcher, groups, looks[OF_PIECE]);
    if (changes != 0)
        runs_add_changed(matcher, groups, look, changes);
    if (flow->bits != NULL || candidates_any(matcher))
        add_marked(matcher, groups, looks);
    if (candidates_any(matcher) || matcher->witness != NULL)
        candidates_look(matcher, looks);
    flow->seen[way] = true;
    if (!is_read(matcher, way))
        return;
    pending_look(matcher, way);
    if (may_end_piece(matcher, way))
        packets_clear_window(matcher, way);
    flow->unread[way] = 0;
}

static bool ask_each(const struct match_group *const groups[GROUPS_OF_FLOW], uint8_t tcp_flags)
{
    for (unsigned i = 0; i < GROUPS_OF_FLOW; i++)
        if (groups[i] != NULL && group_asks_each(groups[i], tcp_flags))
            return true;
    return false;
}

/* A packet of the flow that changes nothing rules wait for: has it nothing else for them to look at? Most
 * packets do not, as their bytes are encrypted. */
static bool is_idle(const struct matcher *matcher, unsigned way, bool unreadable)
{
    const struct match_packet *packet = matcher->packet;
    const struct match_flow *flow = matcher->flow;

    return (packet->payload.left == 0 || unreadable) && flow->seen[way] && !flow->ready[way] &&
           !packet->closing && !packet->unstarted && flow->bits == NULL &&
           flow->pending[way] == NULL && matcher->witness == NULL &&
           !ask_each(matcher->groups_here, packet->tcp_flags);
}

/* Of no flow, or about one, such as ICMP. */
static void look_at_other(struct matcher *matcher, struct look *look)
{
    const struct look *looks[CANDIDATE_LISTS] = { [OF_PACKET] = look };

    add_of_groups(matcher, matcher->groups_here, look, matcher->flow == NULL);
    if (matcher->flow != NULL && (matcher->flow->bits != NULL || candidates_any(matcher)))
        add_marked(matcher, matcher->groups_here, looks);
    if (candidates_any(matcher) || matcher->witness != NULL)
        candidates_look(matcher, looks);
}

/* What a TCP stream carries is known one packet later than what a datagram does: Suricata reads streams
 * as they are acknowledged. */
static enum rule_application application_of(const struct matcher *matcher)
{
    return matcher->packet->protocol == PACKET_PROTOCOL_TCP ? matcher->known
                                                            : matcher->packet->application;
}

void packets_look(struct matcher *matcher)
{
    const struct match_packet *packet = matcher->packet;
    const struct match_flow *flow = matcher->flow;
    bool is_own = flow != NULL && flow->protocol == packet->protocol;
    bool unreadable = flow != NULL && flow->encrypted;
    enum rule_application application = application_of(matcher);
    uint32_t changes = is_own && packet->flow != NULL ? runs_note(matcher, application) : 0;
    unsigned way = packet->to_server ? 0 : 1;

    if (is_own)
        matcher->flow->unread[1 - way] = 0;
    if (!is_own || changes != 0 || !is_idle(matcher, way, unreadable)) {
        struct look look = candidates_look_of(matcher);

        look.application = application;
        look.unreadable = unreadable;
        if (is_own)
            look_at_own(matcher, way, &look, changes);
        else
            look_at_other(matcher, &look);
    }
    if (is_own && !unreadable &&
            (packet->application == APPLICATION_TLS || packet->application == APPLICATION_SSH))
        note_encryption(matcher, way);
}
