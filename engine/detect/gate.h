/* gate.h - in which order the conditions of a rule are asked, and one question that settles many rules.
 *
 * Of a rule's conditions the first is the one that holds most rarely, as far as it tells by itself. Rules
 * whose first conditions are on the same feature share a gate: a condition that holds wherever one of
 * theirs does. Mostly it does not, and nothing else of all these rules needs to be asked.
 *
 * Any thread; no allocation. */
#ifndef TATTLER_DETECT_GATE_H
#define TATTLER_DETECT_GATE_H

#include "detect/condition.h"

/* The order; 0: they ask the same. */
int gate_compare(const struct condition *a, const struct condition *b);

/* May this one, the first of a rule, stand for it? Not where the value moves without being told of. */
bool gate_is_possible(const struct condition *first);

/* 'gate' is on the same feature, and holds from now on wherever this one does, too. */
void gate_widen(struct condition *gate, const struct condition *condition);

/* Does 'a' hold wherever 'b' does? That it may, without being seen here, costs time only. */
bool gate_covers(const struct condition *a, const struct condition *b);

/* Does the condition not hold for the flow, and never will? Known of what is fixed when a flow opens, of
 * numbers that only grow, and of the service: once found it stays, but that TLS and QUIC may turn out to
 * be encrypted DNS. Not for hosts that call flow_renew(), with which the remote's network may change. */
bool gate_is_over(const struct condition *condition, const struct flow *flow);

#endif
