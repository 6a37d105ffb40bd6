/* plan.h - when each rule of a set is looked at, and in which order, as Suricata would.
 *
 * A rule that looks for bytes is looked at where the rarest of them were found, or where the bytes
 * begin as it asks; one that asks for features where one of these has changed; one about addresses
 * and ports alone with the first packet of a flow in each direction; what is left with each packet.
 * Made once, then read only. */
#ifndef TATTLER_DETECT_MATCH_PLAN_H
#define TATTLER_DETECT_MATCH_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "detect/match/patterns.h"
#include "detect/rules/rule_set.h"

enum plan_event {
    PLAN_FIRST_PACKET, /* of a flow, each way */
    PLAN_HEAD,         /* packet or stream has 'head' in its place */
    PLAN_PAYLOAD,      /* 'fast' was found in a packet or stream, and 'head' in its place */
    PLAN_TEXT,         /* 'fast' was found in a feature that changed */
    PLAN_FEATURES,     /* features changed: 'mask' */
    PLAN_PACKET,       /* each */
    PLAN_MESSAGE,      /* 'fast' was found in a buffer of a transaction, or there is no 'fast' */
};

/* In 'mask', above every enum flow_change: with each packet; with another protocol or state of the
 * flow; with each packet that has one of LOOK_FLAGS_OF_ENDS; with each that has SYN. */
#define PLAN_ALWAYS (UINT32_C(1) << 31)
#define PLAN_PHASE (UINT32_C(1) << 30)
#define PLAN_ENDS (UINT32_C(1) << 29)
#define PLAN_SYN (UINT32_C(1) << 28)
/* Of them those that are of packets, whatever has changed; a rule has one at most. */
#define PLAN_PACKETS (PLAN_ALWAYS | PLAN_ENDS | PLAN_SYN)

struct plan {
    const struct rule *rule;
    enum plan_event event;
    /* Of rules that features bring up: one that alerted rests on its flow until its conditions have
     * been false in between. */
    bool once;
    bool wants_body; /* of PLAN_MESSAGE: can be judged only when the request's body is there */
    uint32_t mask;   /* enum flow_change, PLAN_PHASE, one of PLAN_PACKETS */
    const struct rule_test *gate; /* to be asked before all else; NULL: none */
    const struct rule_flowbit *mark; /* without it the rule cannot match; NULL: none is needed */
    uint64_t marks_needed, marks_made; /* flowbits modulo 64: of 'mark'; that it may set */
    const struct condition **conditions; /* on features, in the order of gate.h */
    uint32_t condition_count;
    const struct rule_buffer *buffer; /* that 'fast' is looked for in */
    const struct rule_content *fast;
    /* That payload or stream must begin with, or have in one place close behind; NULL: none. */
    const struct rule_content *head;
};

struct plans {
    const struct condition **conditions; /* of all */
    struct plan *rules; /* in the order in which they are looked at with one packet */
    size_t count;
};

/* The rules are borrowed. */
enum tattler_status plans_make(const struct rule_set *set, struct plans *out);
void plans_clear(struct plans *plans);

/* Of two struct plan, for qsort(): which is looked at first, as Suricata orders rules. */
int plan_compare(const void *left, const void *right);

/* Numbers of plans, in their order. */
struct plan_list {
    uint32_t *numbers;
    uint32_t count, room;
};

bool plan_list_append(struct plan_list *list, uint32_t number); /* false: out of memory */

/* Does it look at payload or stream? */
bool plan_has_payload(const struct plan *plan);

/* Can it find something in the payload of such packets, or in streams? */
bool plan_reads_packets(const struct plan *plan, uint8_t protocol);
bool plan_reads_streams(const struct plan *plan, uint8_t protocol);

/* One search for what to look for before these rules, as far as they have 'fast'. '*out' stays as it
 * is where none has. */
enum tattler_status plans_search(const struct plans *plans, const struct plan_list *rules,
        struct pattern_scratch **scratch, struct patterns **out);

#endif
