/* group.h - the rules that can concern packets of one kind, by what each of them is looked at for.
 *
 * Made once, then read only. */
#ifndef TATTLER_DETECT_MATCH_GROUP_H
#define TATTLER_DETECT_MATCH_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "detect/gate.h"
#include "detect/match/address_rules.h"
#include "detect/match/heads.h"
#include "detect/match/patterns.h"
#include "detect/match/plan.h"

/* For what rules look for in bytes. */
struct group_search {
    struct patterns *patterns; /* NULL: no rules */
    bool marked;               /* each of them needs a flowbit to be set */
    const struct feature *needed; /* all of them ask for it; NULL: there is none */
};

/* Of rules that look at packets, and at streams; some look at both. */
struct group_searches {
    struct group_search packets, streams;
};

#define GROUP_RUNS 64

/* Rules whose first conditions are on the same feature (gate.h), or those without a gate. */
struct feature_run {
    uint32_t mask; /* of all of them */
    bool gated;
    struct condition gate;
    struct plan_list rules;
};

struct match_group {
    const struct group_searches *searches; /* also for rules of other groups; NULL: none here */
    bool wants_stream;
    struct plan_list first, each; /* PLAN_FIRST_PACKET, PLAN_PACKET */
    struct address_rules first_from, first_to; /* those of 'first' that name one address */
    struct heads heads;            /* PLAN_HEAD */
    struct plan_list each_payload; /* PLAN_PACKET about the payload or stream */
    struct plan_list each_marked, each_payload_marked; /* … that need a flowbit to be set */
    struct plan_list features_marked; /* PLAN_FEATURES with each packet, likewise */
    struct feature_run *runs; /* other PLAN_FEATURES; at most GROUP_RUNS */
    uint32_t run_count;
    uint64_t runs_of[32]; /* a bit for each run that waits for this bit of a mask */
};

/* All rules in the list. */
enum tattler_status group_new(const struct plans *plans, const struct plan_list *rules,
        const struct group_searches *searches, struct match_group **out);
void group_free(struct match_group *group); /* NULL does nothing */

/* Of those in the list that concern packets of this protocol. */
enum tattler_status group_searches_make(const struct plans *plans, const struct plan_list *rules,
        uint8_t protocol, struct pattern_scratch **scratch, struct group_searches *out);
void group_searches_clear(struct group_searches *searches);

#endif
