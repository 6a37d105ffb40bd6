/* connection.h - the stand-alone host's table of flows, cut as Suricata cuts them.
 *
 * Suricata keeps such a table for the plugin; here it is ours: the same key (addresses, ports,
 * protocol, VLAN ids, depth of tunnels), the same states and the default timeouts of its
 * configuration. An answer with other VLAN ids than what it answers is of the same flow nonetheless, as it is
 * in Suricata with 'vlan.use-for-tracking: false' (see tag_sets.h). Bounded: when full, the flow idle for
 * longest ends early, which is counted. One thread. */
#ifndef TATTLER_CLI_CONNECTION_H
#define TATTLER_CLI_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/hash.h"
#include "connection_key.h"
#include "detect/rules/rule.h"
#include "parse/packet.h"
#include "tcp_state.h"
#include "track/flow.h"

struct dissector;
struct exchange;
struct match_flow;

enum connection_state { CONNECTION_NEW, CONNECTION_ESTABLISHED, CONNECTION_CLOSED };

/* Why a flow ended, as EVE's flow.reason says. */
enum connection_end { END_TIMEOUT, END_REUSE, END_CROWDED, END_SHUTDOWN };

/* What each packet needs comes first, and close together. */
struct connection {
    struct connection_key key;
    uint8_t kind; /* private: which timeouts apply */
    uint8_t ip_version, vlan_count;
    bool server_was_first; /* the first packet seen was the server's SYN and ACK */
    UT_hash_handle hh;
    enum connection_state state;
    uint16_t source_port, destination_port; /* ICMP: type and code, and those of its answer */
    struct address source, destination; /* client and server: of the first packet, or the reverse */
    uint64_t last_us;
    struct connection *newer, *older; /* of the same timeout */
    struct flow *flow;                /* the engine's; NULL when it had no memory */
    struct dissector *dissector;      /* NULL: nothing to read, or done */
    struct match_flow *match;         /* the rule matcher's; NULL: none */
    struct exchange *exchange;        /* the dissectors'; NULL: none */
    bool dissected;
    uint8_t tcp_flags[2]; /* seen, by direction: 0 to the server */
    bool other_tags[2];   /* by direction: packets of other VLANs than the key's */
    struct tcp_track tcp;
    uint64_t packets[2], bytes[2];
    uint64_t first_us;
    uint64_t id;           /* EVE's flow_id */
    uint64_t transactions; /* DNS messages seen */
    const char *app_proto; /* as EVE spells it; NULL: not known */
    /* Of TCP: the client's (1) or the server's bytes (-1) show it, and the other side, which has been heard,
     * has not acknowledged them: as in Suricata no packet is of the application before. 0: it is settled. */
    int8_t app_waits;
    uint32_t app_seq; /* of these bytes */
    /* What app_proto is to rules: HTTP1, or HTTP for a later version; ANY: not known to them. */
    enum rule_application application;
    bool wants_stream[2]; /* by direction: to be set before dissecting the first bytes of it */
    bool alerted;
    uint8_t mqtt_version; /* of the CONNECT; 0: none was seen */
};

/* Called for each flow that ends, before it is freed. */
typedef void (*connection_end_fn)(void *user, struct connection *connection,
        enum connection_end why);

struct connections;

struct connections *connections_new(size_t max, connection_end_fn end, void *user);
void connections_free(struct connections *connections); /* accepts NULL; ends what is open */
void connections_end_all(struct connections *connections); /* by END_SHUTDOWN */

/* The flow of a packet, made if need be; '*is_new' tells. 'to_server': the packet goes the way of
 * the first one. NULL: out of memory. Ends flows whose time has come by 'time_us'. */
struct connection *connections_find(struct connections *connections, const struct packet *packet,
        unsigned depth, uint64_t time_us, bool *is_new, bool *to_server);

/* Ends flows whose time has come, where no packet does. */
void connections_expire(struct connections *connections, uint64_t time_us);

/* Counts the packet and moves the flow's state and timeout. */
void connections_update(struct connections *connections, struct connection *connection,
        const struct packet *packet, bool to_server, uint64_t time_us);

/* The server was taken for the client, as it is the first one seen: exchanges all that is kept of
 * both. */
void connection_turn(struct connection *connection);

/* A TCP connection of which no SYN was seen. */
bool connection_is_midstream(const struct connection *connection);

void connections_each(struct connections *connections,
        void (*visit)(void *user, struct connection *connection), void *user);

/* Flows that ended early because the table was full, and those open now. */
uint64_t connections_crowded_out(const struct connections *connections);
size_t connections_count(const struct connections *connections);

#endif
