/* matcher.h - runs rules over packets, as Suricata 8 would.
 *
 * A host that has no rule engine of its own makes one matcher from a set of rules and hands in each
 * packet, in this order:
 *
 *   matcher_packet()        the packet, after the engine has seen it (flow_packet())
 *   matcher_transaction()   what its bytes completed, matcher_stream() the bytes in order
 *   matcher_settle()        tells what matched, with the most urgent rule first
 *
 * What was found in streams is told with a later packet of that direction, or when the flow ends:
 * as in Suricata, streams are searched piece by piece (MATCH_PIECE), where a message in them ends
 * (matcher_message_end()), once something came from the other side, which acknowledges it, and when the
 * connection closes.
 *
 * Bounded: the pieces of all streams together (counted when one is searched early for lack of
 * room), the tables of limits.h and bits.h, the alerts of one packet. One thread. */
#ifndef TATTLER_DETECT_MATCH_MATCHER_H
#define TATTLER_DETECT_MATCH_MATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/cursor.h"
#include "base/status.h"
#include "detect/match/limits.h"
#include "detect/match/transaction.h"
#include "detect/rules/rule_set.h"
#include "track/flow.h"

#define MATCH_PIECE 2560    /* Suricata's stream.reassembly.toserver-chunk-size */

struct matcher;
struct match_flow; /* what is kept of a flow; the host's connection holds it */

/* Borrowed for as long as rules look at it. */
struct match_packet {
    uint64_t time_us;
    struct address source, destination;
    uint16_t source_port, destination_port; /* 0 where the protocol has none */
    uint8_t protocol;                       /* IP protocol number */
    uint8_t ip_version, ttl, tcp_flags;
    bool is_icmp, is_fragment, is_rebuilt; /* rebuilt: from fragments */
    uint8_t icmp_type, icmp_code;
    struct cursor payload;
    /* Of its flow. */
    bool has_flow;
    bool to_server, established; /* without a flow: to the server, not established */
    bool closing;   /* TCP: what is left of its streams is looked at with this packet */
    bool unstarted; /* TCP: nobody has answered the SYN; what comes so is of no stream */
    uint64_t flow_id, first_us;
    uint64_t packets[2], bytes[2]; /* with this one; 0: to the server */
    enum rule_application application; /* as far as it is known */
    const struct flow *flow; /* for features; NULL: none */
};

struct match_alert {
    const struct rule *rule;
    enum rule_action action;
    const struct match_packet *packet;
    bool of_transaction, of_stream;
    enum rule_application application; /* of the transaction: the flow may have another by now */
    const struct match_message *message; /* of the transaction; NULL: none, or no memory for it */
    unsigned about_packet; /* rules on a protocol that matched the packet itself before, told or not */
};

typedef void (*match_alert_fn)(void *user, const struct match_alert *alert);

struct look; /* look.h */

/* Sees what rules are looked at with, for tools that tell why one does not match. */
struct match_witness {
    /* With each packet, message and piece of a stream, whether any rule came up or not, once those
     * that did have been looked at. */
    void (*look)(void *user, const struct look *look);
    /* A rule matched, whatever its limits make of that. */
    void (*match)(void *user, const struct match_packet *packet, const struct rule *rule,
            enum limit_verdict verdict);
    void *user;
};

/* Knows what is usual, for rules with 'iot.unusual': all else of the rule holds for this flow; is that
 * usual? If not, it will be told, and may be so next time. */
struct match_excuse {
    bool (*is_usual)(void *user, const struct flow *flow, const struct rule *rule);
    void *user;
};

struct matcher_counters {
    uint64_t alerts, suppressed; /* told; held back by thresholds */
    uint64_t discarded;          /* more than are told with one packet */
    uint64_t pieces_cut;         /* of streams, and messages, looked at early for lack of room */
    uint64_t searches_cut;       /* ended at a limit on the work; see steps_cut() */
    uint64_t limits_lost, xbits_lost, flowbits_refused; /* for lack of room */
    uint64_t flows_lost;         /* on which rules, or those on features, are not looked at */
};

/* 'set' is borrowed for life. 'max_alerts': of one packet; Suricata's packet-alert-max. */
enum tattler_status matcher_new(const struct rule_set *set, size_t max_alerts,
        match_alert_fn alert, void *user, struct matcher **out);
void matcher_free(struct matcher *matcher); /* every flow must have ended; accepts NULL */

/* To be borrowed for life, before the first packet. */
void matcher_witness(struct matcher *matcher, const struct match_witness *witness);

void matcher_excuse(struct matcher *matcher, const struct match_excuse *excuse);

/* The buffers that rules look at: one bit (1 << enum rule_buffer_kind) for each. All, where rules look
 * at streams: where messages end, pieces do, whether rules ask for the messages or not. */
uint32_t matcher_buffers(const struct matcher *matcher);

/* '*flow' is NULL with its first packet, and made if rules can concern it; a packet without a flow
 * has none. The packet must stay until matcher_settle(). */
void matcher_packet(struct matcher *matcher, struct match_flow **flow,
        struct match_packet *packet);

/* Do rules look at the stream of this direction? */
bool matcher_wants_stream(const struct matcher *matcher, const struct match_flow *flow,
        bool to_server);

/* Of the packet handed in last, whose 'application' the host has set by now. */
void matcher_transaction(struct matcher *matcher, const struct match_transaction *transaction);
void matcher_stream(struct matcher *matcher, bool to_server, struct cursor bytes);
/* In the bytes that were handed in last. */
void matcher_message_end(struct matcher *matcher, bool to_server);
void matcher_settle(struct matcher *matcher);

/* Who was taken for its client is its server: what is kept of both directions is exchanged, flowbits
 * and all that rules have told stay. To be called before the packet that shows it. */
void matcher_flow_turn(struct matcher *matcher, struct match_flow *flow);

/* The flow has no more packets: transactions and streams handed in now are its last. 'packet' has no
 * payload, and is turned to fit each direction. */
void matcher_flow_ending(struct matcher *matcher, struct match_flow **flow,
        struct match_packet *packet);
/* Looks at what is left of its streams, tells alerts and frees it. */
void matcher_flow_end(struct matcher *matcher, struct match_flow **flow);

/* The names of the flowbits that are set on a flow, at most 'max'; how many. */
size_t matcher_flowbits(const struct matcher *matcher, const struct match_flow *flow,
        const char **names, size_t max);

struct matcher_counters matcher_count(const struct matcher *matcher);

#endif
