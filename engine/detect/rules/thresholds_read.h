/* thresholds_read.h - lines of threshold.config. Set-up only. */
#ifndef TATTLER_DETECT_RULES_THRESHOLDS_READ_H
#define TATTLER_DETECT_RULES_THRESHOLDS_READ_H

#include "detect/rules/header_sets.h"
#include "detect/rules/thresholds.h"

/* One line, without what continues it. False with 'error' set. */
bool thresholds_read_line(const char *line, struct header_sets *sets, struct rule_vars *vars,
        struct threshold *out, struct list_error *error);

#endif
