/* bounds.h - where in its buffer a content can be, from what the contents before it say.
 *
 * Suricata derives this to search less, but it shows: from a negated content it counts as from one
 * that was found, and it bounds what a negative 'distance' leaves without an end. */
#ifndef TATTLER_DETECT_RULES_BOUNDS_H
#define TATTLER_DETECT_RULES_BOUNDS_H

#include "detect/rules/rule.h"

/* Sets 'relative', 'begin' and 'end' of the contents among the steps of one buffer. */
void bounds_derive(struct rule_step *steps, size_t count);

#endif
