/* limits.h - how often a rule that matches may alert.
 *
 * Judges by the rule's own 'threshold' or 'detection_filter' and by the lines of threshold.config,
 * with the meaning that Suricata 8 gives them (its detect-engine-threshold.c,
 * util-threshold-config.c):
 *
 * - A line for one gid and sid takes the place of what the rule says, or an earlier line; a line for
 *   many rules and a rate_filter only apply to rules that have no limit yet. 'suppress' comes before
 *   all of them.
 * - A window begins with the first match after the one before is over, and lasts 'seconds' with both
 *   ends. 'by_both' is the same in both directions.
 *
 * Two things are as they are meant, where Suricata leaves them to chance: a line for one rule holds
 * for both directions of a '<>' rule (there for one of them, as its sorting falls), and the new
 * action of a rate_filter lasts its 'timeout' (there it may be forgotten with the window).
 *
 * Time is packet time; it may step back. Counts are kept in one table of at most 'max_entries'. From
 * half full on, windows that are over make room for new ones; if there are none, the one made first
 * goes, which is counted. One thread. */
#ifndef TATTLER_DETECT_MATCH_LIMITS_H
#define TATTLER_DETECT_MATCH_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/status.h"
#include "detect/rules/rule_set.h"

struct limits;
struct limit_entry;

/* What is counted 'by_flow': kept by the flow, all zero at first, in one place until
 * limits_flow_end(). */
struct limit_flow {
    struct limit_entry *entries;
};

struct limit_packet {
    uint64_t time_us;
    const struct address *source, *destination;
    struct limit_flow *flow; /* NULL: none */
};

enum limit_verdict {
    LIMIT_NO_MATCH, /* as if the rule had not matched: no alert, no action */
    LIMIT_SILENT,   /* the action is carried out, but there is no alert */
    LIMIT_ALERT,    /* as the rule says; a pass rule passes only now */
};

struct limits_counters {
    size_t entries;   /* held now */
    uint64_t evicted; /* before their window was over, because the table was full */
    uint64_t refused; /* not kept, out of memory: each match is judged as if it were the first */
};

/* 'set' is borrowed and must not get more rules or lines. Takes time for each pair of a rule and a
 * line without a sid. TATTLER_NO_MEMORY leaves 'out' alone. */
enum tattler_status limits_new(const struct rule_set *set, size_t max_entries, struct limits **out);
void limits_free(struct limits *limits); /* NULL does nothing */

/* Asked once for each match of a rule on a packet, in the order of the rules; counts it. '*action'
 * is the rule's, or the new one of a rate_filter. 'noalert' is not looked at, and the effects on
 * bits do not depend on the verdict. */
enum limit_verdict limits_judge(struct limits *limits, const struct rule *rule,
        const struct limit_packet *packet, enum rule_action *action);

/* Forgets what a flow counted. */
void limits_flow_end(struct limits *limits, struct limit_flow *flow);

/* Takes over what 'old' counted of rules that limit alike in both: rule i of the old set is rule
 * 'of'[i], UINT32_MAX for none. Nothing is left in 'old'. */
void limits_inherit(struct limits *limits, struct limits *old, const uint32_t of[]);

struct limits_counters limits_counters(const struct limits *limits);

#endif
