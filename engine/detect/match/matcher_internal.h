/* matcher_internal.h - what the files of the matcher share; no one else's. */
#ifndef TATTLER_DETECT_MATCH_MATCHER_INTERNAL_H
#define TATTLER_DETECT_MATCH_MATCHER_INTERNAL_H

#include "base/pool.h"
#include "detect/match/bits.h"
#include "detect/match/groups.h"
#include "detect/match/limits.h"
#include "detect/match/look.h"
#include "detect/match/matcher.h"
#include "detect/match/messages.h"
#include "detect/match/steps.h"
#include "detect/match/wait.h"
#include "detect/match/window.h"

/* A message of a TCP stream and the rules that it brought up: looked at with the next packet of its
 * direction behind one of the other, as Suricata does, when the features know of it, too. */
struct match_pending {
    struct match_pending *prev, *next;
    size_t size; /* charged to the matcher's windows */
    struct match_transaction transaction;
    struct plan_list rules;
};

#define UNREAD_MAX (16 * MATCH_PIECE) /* of a stream that nobody acknowledges */
#define PHASE_NONE 0 /* of a flow, before its first packet */

/* What one side of SSH sends before it is encrypted. */
struct ssh_side {
    uint32_t left; /* bytes of a message that goes on in the next packet */
    bool has_keys; /* what comes next is encrypted */
};

struct match_flow {
    uint8_t protocol;
    struct match_pending *pending[2]; /* by direction, oldest first */
    bool found[2], seen[2], passed, encrypted; /* by direction: 0 to the server */
    /* TLS: something encrypted has come; SSH: … from here on, and from the other side before. */
    bool sealed[2];
    struct ssh_side ssh[2];
    const struct match_group *groups[2][GROUPS_OF_FLOW];
    struct match_window windows[2];
    bool ready[2]; /* the window is to be looked at with the next packet of its direction */
    /* Bytes that came since something did the other way: Suricata reads what is acknowledged. A message
     * counts as a piece and itself. */
    size_t unread[2];
    struct flow_bits *bits;
    struct limit_flow limits;
    /* What has changed with packets of the other direction, so that a rule for one does not miss what
     * the other brought; enum flow_change. */
    uint32_t carried[2];
    struct match_wait *waits[2]; /* for the runs of both groups; NULL: none. Owned. */
    uint32_t phase[2]; /* of the flow, as it was with the packet before in that direction */
    /* Numbers of rules that have alerted and still hold; at most one for each rule. */
    uint32_t *fired;
    uint32_t fired_count, fired_room;
};

/* The message that rules matched, until their alerts are told. */
struct match_kept {
    struct match_kept *next;
    struct match_message message; /* its bytes follow */
};

/* A rule that matched and is to be told. */
struct match_found {
    uint32_t number;
    bool to_server, of_transaction, of_stream;
    enum rule_application application;   /* of the transaction; ANY: it was none */
    const struct match_message *message; /* of 'kept'; NULL: none */
};

/* Rules that came up: with the packet itself or with a message, and with the piece of its stream. */
enum candidate_list { OF_PACKET, OF_PIECE, CANDIDATE_LISTS };

struct matcher {
    const struct rule_set *set;
    size_t max_alerts;
    struct plans plans;
    struct groups *groups;
    struct messages messages;
    struct pattern_scratch *scratch;
    struct steps *steps;
    struct limits *limits;
    struct xbits *xbits;
    uint64_t packets;
    struct window_budget windows;
    struct pool flow_pool, wait_pool; /* of struct match_flow, match_wait */
    match_alert_fn alert;
    void *user;
    const struct match_witness *witness; /* NULL: none */
    const struct match_excuse *excuse;   /* NULL: nothing is usual */
    struct matcher_counters counters;

    /* Of the packet at hand. */
    struct match_packet *packet;
    struct match_flow *flow;
    /* Of its direction; those of a packet that is not of its flow are found anew. */
    const struct match_group *const *groups_here;
    const struct match_group *other_groups[GROUPS_OF_FLOW];
    enum rule_application known; /* before the packet's bytes were read */
    bool looked; /* its own rules have been */
    struct plan_list candidates[CANDIDATE_LISTS];
    enum candidate_list filled; /* by what comes up now */
    struct match_found *found;
    size_t found_count, found_room;
    struct match_kept *kept;
};

/* Turns the packet that rules look at to fit a direction: a message or a stream may end with a
 * packet of the other one. */
void packet_turn(struct match_packet *packet, bool to_server);

/* --- packets.c: of the packet at hand --- */

/* Sets the groups of its direction. */
void packets_find_groups(struct matcher *matcher);
/* The same; with most packets they are there. */
static inline void packets_take_groups(struct matcher *matcher)
{
    unsigned way = matcher->packet->to_server ? 0 : 1;

    if (matcher->flow != NULL && matcher->flow->found[way] &&
            matcher->flow->protocol == matcher->packet->protocol)
        matcher->groups_here = matcher->flow->groups[way];
    else
        packets_find_groups(matcher);
}
/* They are to be found anew: all rules of theirs are asked again. */
void packets_lose_groups(struct match_flow *flow, unsigned way);
void packets_look(struct matcher *matcher);
/* The piece of the stream of a direction, which stays; or these bytes instead. */
void packets_look_window(struct matcher *matcher, unsigned way);
void packets_look_piece(struct matcher *matcher, unsigned way, struct cursor piece);
void packets_clear_window(struct matcher *matcher, unsigned way);

/* --- pending.c --- */

/* Keeps a copy, with the candidates there are. False: no room. */
bool pending_keep(struct matcher *matcher, const struct match_transaction *transaction);
void pending_look(struct matcher *matcher, unsigned way);
void pending_drop(struct matcher *matcher, struct match_flow *flow);
/* Looks at the candidates with a transaction. */
void pending_look_now(struct matcher *matcher, const struct match_transaction *transaction);

/* --- candidates.c: rules that came up, to be looked at in their order, each once --- */

void candidates_add(void *matcher, uint32_t number); /* as patterns_search() tells them */
void candidates_add_list(struct matcher *matcher, const struct plan_list *list);
/* Those that the packet itself does not rule out. */
void candidates_add_fit(struct matcher *matcher, uint32_t number, const struct look *look);
void candidates_add_each(struct matcher *matcher, const struct plan_list *list,
        const struct look *look);
/* Flowbits modulo 64: those of the flow, and those that candidates may set. */
struct marks {
    uint64_t set, made;
};

/* Those whose flowbit is set, or may be. */
void candidates_add_marked(struct matcher *matcher, const struct plan_list *list,
        const struct marks *marks);
uint64_t candidates_make_marks(const struct matcher *matcher); /* that they may set */
static inline bool candidates_any(const struct matcher *matcher)
{
    return matcher->candidates[OF_PACKET].count + matcher->candidates[OF_PIECE].count > 0;
}
/* Each rule with the look of its list, where both have it with the piece first: what holds there is not
 * looked at again. NULL: nothing has come up with it. */
void candidates_look(struct matcher *matcher, const struct look *const looks[CANDIDATE_LISTS]);
/* With the packet at hand. Most packets are looked at: to be made in place. */
static inline struct look candidates_look_of(const struct matcher *matcher)
{
    return (struct look){
        .packet = matcher->packet,
        .application = matcher->packet->application,
        .flow_bits = matcher->flow != NULL ? &matcher->flow->bits : NULL,
        .xbits = matcher->xbits,
        .steps = matcher->steps,
        .payload = matcher->packet->payload,
    };
}

/* --- runs.c: rules on features --- */

/* Do all conditions of the rule? */
bool runs_hold(const struct plan *plan, const struct flow *flow);
/* Those that hold now and whose flowbit may be set. */
void runs_add_marked(struct matcher *matcher, const struct plan_list *rules,
        const struct look *look, const struct marks *marks);
#define RUNS_ALL UINT32_MAX /* has changed: nothing was known before */

/* Once with each packet of the flow: what has changed since the one before in its direction. 0: nothing
 * that any of its rules waits for. */
uint32_t runs_note(struct matcher *matcher, enum rule_application application);
/* Those of the flow that waited for something of this, and hold now. */
void runs_add_changed(struct matcher *matcher,
        const struct match_group *const groups[GROUPS_OF_FLOW], const struct look *look,
        uint32_t changes);

/* --- fired.c: rules that have alerted on a flow --- */

bool fired_has(const struct match_flow *flow, uint32_t number);
/* Without memory the rule may alert again on this flow. */
void fired_add(struct match_flow *flow, uint32_t number);
/* Its conditions do not hold any more; or those of all these. */
void fired_wake(struct match_flow *flow, uint32_t number);
void fired_wake_all(struct match_flow *flow, const struct plan_list *rules);

/* --- encryption.c: where a flow of TLS or SSH can be read no more --- */

/* With this packet, if what both sides sent before was handed in, too. */
bool encryption_begins(struct match_flow *flow, const struct match_packet *packet, unsigned way);

/* --- found.c: what matched with the packet at hand is told --- */

void found_note(struct matcher *matcher, uint32_t number, const struct look *look);
/* Keeps a copy of the message that all matched from the one of this index on. */
void found_keep_message(struct matcher *matcher, size_t from, const struct match_message *message);
void found_tell(struct matcher *matcher);

#endif
