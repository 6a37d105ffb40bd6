/* steps.h - does what a rule looks for in a buffer hold in these bytes?
 *
 * Steps are taken in the order of the rule, each from where the match before ended. If one fails
 * and a match before it says 'retry' (rule.h), the next occurrence of that match is tried, as
 * Suricata 8 does (its detect-engine-content-inspection.c), with Suricata's own limit on the steps
 * taken and one on the bytes searched, so that time is bounded whatever the rule and the bytes. */
#ifndef TATTLER_DETECT_MATCH_STEPS_H
#define TATTLER_DETECT_MATCH_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "detect/rules/rule_set.h"

/* Room to work in, for one thread. Nothing of a call is left for the next. */
struct steps;

/* 'set' is borrowed. NULL: out of memory. */
struct steps *steps_new(const struct rule_set *set);
void steps_free(struct steps *steps); /* NULL does nothing */

/* 'bytes' are one instance of the buffer, or a part of it that begins 'start' bytes behind its
 * start; depth, and a 'within' that follows no match, then count from there. Suricata gives 0 for
 * payload and stream, and not for bodies that it inspects in parts. A buffer that is empty is not
 * one that is absent: of the latter nothing holds, and this is not to be asked.
 *
 * A 'dataset' step that sets or unsets a value does so at once. */
bool steps_hold(struct steps *steps, const struct rule_buffer *buffer, struct cursor bytes,
        uint64_t start);

/* How many calls ended at a limit on the work, of this module or of PCRE2: what came behind it was
 * not looked for. */
uint64_t steps_cut(const struct steps *steps);

#endif
