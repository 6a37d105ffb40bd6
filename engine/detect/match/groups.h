/* groups.h - which rules can concern the packets of a flow, by protocol, direction and port.
 *
 * A rule that names few ports belongs to the groups of these, all others to one group for any port:
 * a flow has two groups each way. What a group leaves open (addresses, the other port) is checked
 * where a rule comes up. Made once, then read only. */
#ifndef TATTLER_DETECT_MATCH_GROUPS_H
#define TATTLER_DETECT_MATCH_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "detect/match/address_rules.h"
#include "detect/match/patterns.h"
#include "detect/match/plan.h"

/* What changes with most packets. */
#define GROUPS_OFTEN (CHANGED_VOLUME | CHANGED_AGE | PLAN_ALWAYS)

/* Rules that wait for the same changes. */
struct feature_run {
    uint32_t mask;
    struct plan_list rules;
};

struct match_group {
    const struct patterns *payload; /* also of rules for other ports; NULL: none */
    bool wants_stream;
    struct plan_list first, each; /* PLAN_FIRST_PACKET, PLAN_PACKET */
    struct address_rules first_from, first_to; /* those of 'first' that name one address */
    struct plan_list each_payload; /* … about the payload or stream */
    struct plan_list each_marked, each_payload_marked; /* … that need a flowbit to be set */
    struct feature_run *runs; /* those that wait for what changes with each packet come first */
    uint32_t run_count, often_count;
    uint32_t changes; /* of all runs */
};

struct groups;

enum tattler_status groups_make(const struct plans *plans, struct pattern_scratch **scratch,
        struct groups **out);
void groups_free(struct groups *groups); /* NULL does nothing */

#define GROUPS_OF_FLOW 2

/* The groups for packets that go this way; 'port' is the server's. NULL: no rules. */
void groups_find(const struct groups *groups, uint8_t protocol, bool to_server, uint16_t port,
        const struct match_group *out[GROUPS_OF_FLOW]);

#endif
