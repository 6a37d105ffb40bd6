/* findings.h - advice on rules that are loaded: what costs time, and what is missing. Set-up
 * only. */
#ifndef TATTLER_DETECT_RULES_FINDINGS_H
#define TATTLER_DETECT_RULES_FINDINGS_H

#include "detect/rules/rule_set.h"

/* 'text' is borrowed for the call. */
typedef void (*finding_fn)(void *user, const struct rule *rule, const char *text);

void findings_tell(const struct rule_set *set, finding_fn finding, void *user);

#endif
