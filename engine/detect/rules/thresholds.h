/* thresholds.h - the lines of threshold.config, which change rules without editing them. */
#ifndef TATTLER_DETECT_RULES_THRESHOLDS_H
#define TATTLER_DETECT_RULES_THRESHOLDS_H

#include <stdint.h>

#include "detect/rules/rule.h"

enum threshold_action { THRESHOLD_ALERT, THRESHOLD_DROP, THRESHOLD_PASS, THRESHOLD_REJECT,
    THRESHOLD_LOG };

/* One line. 'sid' 0 means every rule of the gid, and of every gid if that is 0, too. */
struct threshold {
    uint32_t gid, sid;
    struct rule_limit limit;              /* LIMIT_SUPPRESS, LIMIT_RATE or one of a rule */
    const struct address_set *suppressed; /* of LIMIT_SUPPRESS with a track other than TRACK_RULE */
    enum threshold_action action;         /* of LIMIT_RATE: what the rule does then … */
    uint32_t timeout_s;                   /* … and how long */
};

#endif
