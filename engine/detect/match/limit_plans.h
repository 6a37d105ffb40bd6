/* limit_plans.h - which limit applies to which rule: the rule's own, or one of threshold.config.
 *
 * Made once for a rule set; then any thread may read it. */
#ifndef TATTLER_DETECT_MATCH_LIMIT_PLANS_H
#define TATTLER_DETECT_MATCH_LIMIT_PLANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "detect/rules/rule_set.h"

struct suppression {
    const struct threshold *line;
    const struct suppression *next;
};

struct limit_plan {
    struct rule_limit limit;
    /* Of LIMIT_RATE. */
    enum threshold_action action;
    uint32_t timeout_s;
    bool is_silent;                         /* suppressed whatever the addresses */
    const struct suppression *suppressions; /* by address, of this rule alone */
};

struct limit_plans {
    struct limit_plan *rules;       /* by rule.index */
    struct suppression *all;        /* room for one a line */
    const struct suppression *wide; /* by address, of all rules with the line's gid, or of all */
};

/* TATTLER_NO_MEMORY leaves nothing to be cleared. */
enum tattler_status limit_plans_make(struct limit_plans *plans, const struct rule_set *set);
void limit_plans_clear(struct limit_plans *plans);

bool limit_plans_suppress(const struct limit_plans *plans, const struct rule *rule,
        const struct address *source, const struct address *destination);

#endif
