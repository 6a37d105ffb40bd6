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
#include "detect/match/cases.h"
#include "detect/match/heads.h"
#include "detect/match/patterns.h"
#include "detect/match/plan.h"

/* Rules that look for bytes, by what else has to be there for any of them. */
enum search_kind {
    SEARCH_FREE,   /* nothing */
    SEARCH_HEADED, /* the bytes begin as one of them asks */
    SEARCH_MARKED, /* a flowbit is set */
    SEARCH_KINDS
};

/* The number of a head whose rule is searched for then. */
#define GROUP_HEADED UINT32_MAX

/* For what they look for. */
struct group_search {
    struct patterns *patterns;    /* NULL: no rules */
    uint32_t depth;               /* behind so many bytes none of them looks */
    uint64_t largest;             /* in payloads of more bytes than these */
    uint64_t marks;               /* of SEARCH_MARKED: one of these flowbits modulo 64 */
    struct search_cases cases;    /* of whom they ask it */
};

/* Of rules that look at packets, and at streams; some look at both. */
struct group_searches {
    struct group_search packets[SEARCH_KINDS], streams[SEARCH_KINDS];
};

#define GROUP_RUNS 64

/* Rules whose first conditions are on the same feature (gate.h), or those without a gate; those that are
 * asked with each packet by themselves. */
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
    uint64_t each_flags[4]; /* a bit for each set of TCP flags that one of 'each' may be after */
    struct address_rules first_from, first_to; /* those of 'first' that name one address */
    struct heads heads;            /* PLAN_HEAD, and those of SEARCH_HEADED */
    struct plan_list each_payload; /* PLAN_PACKET about the payload or stream */
    struct plan_list each_marked, each_payload_marked; /* … that need a flowbit to be set */
    struct plan_list features_marked; /* PLAN_FEATURES with each packet, likewise */
    struct feature_run *runs; /* other PLAN_FEATURES; at most GROUP_RUNS */
    uint32_t run_count;
    uint64_t runs_of[32]; /* a bit for each run that waits for this bit of a mask */
};

/* Is any of 'each' to be asked of a packet with these? */
static inline bool group_asks_each(const struct match_group *group, uint8_t tcp_flags)
{
    return (group->each_flags[tcp_flags / 64] >> tcp_flags % 64 & 1) != 0;
}

/* All rules in the list. */
enum tattler_status group_new(const struct plans *plans, const struct plan_list *rules,
        const struct group_searches *searches, struct match_group **out);
void group_free(struct match_group *group); /* NULL does nothing */

/* Of those in the list that concern packets of this protocol. */
enum tattler_status group_searches_make(const struct plans *plans, const struct plan_list *rules,
        uint8_t protocol, struct pattern_scratch **scratch, struct group_searches *out);
void group_searches_clear(struct group_searches *searches);

#endif
