/* inspect_internal.h - what the files of the inspector share; no one else's. */
#ifndef TATTLER_CLI_INSPECT_INTERNAL_H
#define TATTLER_CLI_INSPECT_INTERNAL_H

#include "defrag.h"
#include "detect/match/matcher.h"
#include "dissect.h"
#include "emit/eve_alert.h"
#include "inspect.h"

/* What comes with a set of rules; all zero without. */
struct inspect_rules {
    struct matcher *matcher; /* NULL: there are no rules */
    const char **flowbits; /* owned: room for all that rules may set */
    size_t flowbit_room;
};

struct inspector {
    struct engine *engine;
    struct worker *worker;
    const struct settings *settings;
    const struct inspect_sink *sink;
    struct connections *connections;
    struct dissectors *dissectors;
    struct defrag *defrag;
    struct inspect_rules rules;
    struct match_excuse excuse;
    struct match_packet packet; /* that rules look at now */
    struct connection *connection; /* it belongs to; NULL: none */
    struct json json;
    uint64_t first_us, now_us;
    uint64_t told_us; /* the latest sight of a device that has been told */
    struct eve_tunnel root; /* the packet of the capture that the one at hand came in */
    const char *now_source; /* EVE's pkt_src of the one at hand; NULL: it is that of the capture */
    bool now_cut; /* the packet at hand was cut short by the capture */
    uint64_t packets, bytes, flows;
    uint64_t malformed, truncated, cut, unfollowed, records_lost;
};

/* --- inspect_records.c --- */

void inspect_write(struct inspector *inspector); /* the record in 'json' */
bool inspect_wants(const struct inspector *inspector, enum eve_type type);
bool inspect_has_ports(uint8_t protocol);
struct eve_head inspect_head(const struct inspector *inspector,
        const struct connection *connection, bool to_server);
struct eve_flow inspect_flow_facts(const struct connection *connection, enum connection_end why);
void inspect_write_flow(struct inspector *inspector, const struct connection *connection,
        enum connection_end why);
void inspect_write_events(struct inspector *inspector); /* what the engine noticed by itself */
void inspect_write_devices(struct inspector *inspector, uint64_t since_us); /* if they are wanted */
void inspect_write_stats(struct inspector *inspector, size_t flows_open); /* if they are wanted */

/* --- inspect_found.c --- */

extern const struct dissect_events inspect_events; /* 'user' is the inspector */

/* --- inspect_alert.c --- */

void inspect_alert(void *user, const struct match_alert *found); /* 'user' is the inspector */

/* --- inspect_rules.c --- */

/* For this inspector, which is left alone; 'set' may be NULL. False: out of memory. */
bool inspect_rules_make(struct inspector *inspector, const struct settings *settings,
        const struct rule_set *set, struct inspect_rules *out);
void inspect_rules_clear(struct inspect_rules *rules);
/* Has the dissectors find what these rules look at. False: out of memory. */
bool inspect_rules_want(struct inspector *inspector, const struct inspect_rules *rules);
struct matcher_counters inspect_rules_count(const struct inspector *inspector);
/* Where there are rules: a packet, after the engine has seen it, and before it is dissected; 'connection'
 * is NULL where it belongs to none. Behind that, to settle. */
void inspect_rules_packet(struct inspector *inspector, struct connection *connection,
        const struct packet *packet, bool to_server, bool established, bool rebuilt);
void inspect_rules_settle(struct inspector *inspector);
/* Before and after the dissector tells what was left of a flow that ends. */
void inspect_rules_ending(struct inspector *inspector, struct connection *connection);
void inspect_rules_end(struct inspector *inspector, struct connection *connection);

#endif
