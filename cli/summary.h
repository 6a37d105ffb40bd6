/* summary.h - what 'tattler replay' tells a person at the end: each device and whom it talked to.
 *
 * Collects flows as they end and keeps a row per device and remote, named by host name where one is
 * known. Bounded: when there are too many devices or remotes, further ones are counted together and
 * the table says so. One thread. */
#ifndef TATTLER_CLI_SUMMARY_H
#define TATTLER_CLI_SUMMARY_H

#include <stdbool.h>
#include <stdio.h>

#include "detect/rules/rule.h"
#include "engine.h"
#include "track/flow.h"

struct summary;

/* 'engine' is borrowed for life: devices are held and its databases' texts pointed to. NULL: out of
 * memory. */
struct summary *summary_new(struct engine *engine);
void summary_free(struct summary *summary); /* accepts NULL */

/* A flow that ends; borrowed for the call. */
void summary_add(struct summary *summary, const struct flow *flow);

/* A rule has alerted on this flow; both are borrowed for the call. */
void summary_alert(struct summary *summary, const struct flow *flow, const struct rule *rule);

/* Devices with the most urgent alerts come first, then those that skipped DNS for more than
 * NTP, STUN and DNS, then those that sent most; at most 30 devices and 12 rows for each, in 'columns' columns
 * (80 to 160; others are taken for the nearest). 'on_terminal': in colour, unless the environment has
 * NO_COLOR (https://no-color.org/). What came from the network is printed as screen.h does. */
void summary_print(const struct summary *summary, FILE *to, int columns, bool on_terminal);

#endif
