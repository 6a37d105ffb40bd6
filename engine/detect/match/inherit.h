/* inherit.h - a matcher of other rules goes on where one is, between two packets.
 *
 * Flows keep their flowbits, which rules have alerted on them, what their streams hold and what is
 * still to be looked at; limits what they counted of rules that are in both sets and limit alike;
 * xbits stay. Rules are the same by gid and sid, bits by name. What is new is looked at with the next
 * packet of each flow, but for rules that look at first packets alone. */
#ifndef TATTLER_DETECT_MATCH_INHERIT_H
#define TATTLER_DETECT_MATCH_INHERIT_H

#include "detect/match/matcher.h"

struct inheritance;

/* 'old' and 'heir' are borrowed; only what never changes is read of them: any thread. NULL: out of
 * memory. */
struct inheritance *inheritance_new(struct matcher *old, struct matcher *heir);
void inheritance_free(struct inheritance *inheritance); /* accepts NULL */

/* First what is of no flow, then each flow; 'packet' is filled as for matcher_flow_ending(). The old
 * matcher is then of no more use than to be freed. */
void inherit_all(struct inheritance *inheritance);
void inherit_flow(struct inheritance *inheritance, struct match_flow *flow,
        struct match_packet *packet);

#endif
