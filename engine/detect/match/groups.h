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
#include "detect/match/group.h"
#include "detect/match/patterns.h"
#include "detect/match/plan.h"

struct groups;

enum tattler_status groups_make(const struct plans *plans, struct pattern_scratch **scratch,
        struct groups **out);
void groups_free(struct groups *groups); /* NULL does nothing */
/* Of those for one packet, together; accepts NULL. */
size_t groups_runs_max(const struct groups *groups);

#define GROUPS_OF_FLOW 2

/* The groups for packets that go this way; 'port' is the server's. NULL: no rules. */
void groups_find(const struct groups *groups, uint8_t protocol, bool to_server, uint16_t port,
        const struct match_group *out[GROUPS_OF_FLOW]);

#endif
