/* rule.h - the iot conditions of one rule; shared by rule.c and group.c.
 *
 * Each rule with an iot keyword carries one hidden match with all its conditions. Suricata would
 * look at such a rule with every packet. Instead, a packet has a rule looked at only where
 * something that it asks for has changed since the packet before in that direction (or the flow's
 * phase did, see plugin.h), and a rule that alerted rests until its conditions have been false in
 * between: it alerts once, not with each packet of a flow that stays as it is.
 *
 * That goes for rules of iot keywords, addresses, ports and 'flow'. With other keywords of packets
 * (flags, dsize, flowbits ...) a rule is looked at with every packet but still alerts once; one that wants
 * a flowbit only where there are some, or a payload may bring one. Where a
 * payload or an application protocol is matched as well, and for actions that must meet every
 * packet (pass, reject, drop in IPS mode), the conditions are a plain filter on what Suricata would
 * do. But payloads are not even searched for the contents of such rules where none of them can hold:
 * what is encrypted, or stays at home, costs nothing (payload.c). */
#ifndef TATTLER_PLUGIN_RULE_H
#define TATTLER_PLUGIN_RULE_H

#include "plugin.h"

#include "detect/gate.h"

struct TattlerRule {
    uint32_t mask; /* enum flow_change, TATTLER_CHANGED_* */
    bool once;     /* rests while it holds; known when its group of rules is set up */
    uint32_t condition_count;
    struct condition *conditions; /* in the order of gate.h */
};

/* The feature looked up last: rules and conditions side by side often ask for the same. All zeros
 * to begin with; good for one packet of one flow. */
struct TattlerReading {
    const struct feature *feature;
    bool known;
    struct feature_value value;
};

/* The index of the first condition from 'start' on that does not hold, else 'count'. */
uint32_t TattlerConditionsHeld(const struct condition *conditions, uint32_t start, uint32_t count,
        const struct flow *flow, struct TattlerReading *reading);

/* Should a rule whose conditions hold, or do not, be looked at? Wakes a resting one. */
static inline bool TattlerRuleIsArmed(uint64_t id, struct TattlerFlow *state, bool holds)
{
    if (state->fired_count == 0)
        return holds;
    if (holds)
        return !TattlerFlowHasFired(state, id);
    TattlerFlowClearFired(state, id);
    return false;
}

/* Generator and signature id. */
uint64_t TattlerRuleId(const Signature *s);

/* The hidden match of a rule that is being loaded; NULL: it has no iot keyword. */
SigMatch *TattlerRuleMatch(const Signature *s);

/* Room for one more element of an array of a group; does not return without. */
void *TattlerWithRoom(void *array, size_t count, size_t size);

/* --- the prefilter of one group of rules: group_setup.c makes it, group.c runs it --- */

/* One search for the patterns of all rules of the group on one string. */
struct TattlerSearch {
    const struct feature *feature;
    const MpmCtx *patterns;
    const DetectEngineTransforms *transforms;
    int list; /* Suricata's number of the buffer */
};

struct TattlerEntry {
    const struct condition *conditions; /* of the rule, which lives as long as the group */
    uint32_t condition_count;
    uint32_t shared; /* so many of the first are also those of the entry before */
    uint32_t fails_with; /* where the entry before fails at an index below, so does this one */
    uint32_t mask;
    SigIntId number;
    uint64_t id;
    const struct feature *text; /* that the rule matches as well, NULL: none */
};

/* Entries whose first conditions are on the same feature, and those without a gate; apart from each
 * other those that each packet concerns, those that each SYN does, and the others. */
struct TattlerRun {
    uint32_t mask; /* of all of them */
    uint32_t end; /* index of the first entry behind */
    bool gated;
    struct condition gate;
    uint32_t opens; /* what may have a gate that is closed hold; 0: that depends on its value */
};

#define TATTLER_RISING (uint32_t)(CHANGED_VOLUME | CHANGED_AGE) /* of numbers that never fall in a flow */
/* Changes that come all the time, of which few bring a value that a rule waits for. */
#define TATTLER_RESTLESS (TATTLER_RISING | (uint32_t)(CHANGED_BEAT | CHANGED_UPLOAD))

#define TATTLER_RUN_SETS 64 /* the last one stands for all runs from there on */

/* What a payload rule asks of a flow. Groups hold rules on ports that a packet has not. */
struct TattlerGate {
    const struct TattlerRule *rule;
    DetectPort *from, *to; /* of the rule; NULL: any */
};

/* The payload rules of a group: one search for a content of each, where some rule's conditions hold. */
struct TattlerPayload {
    uint32_t gate_count;
    struct TattlerGate *gates; /* of those that ask for the same or for more one */
    uint32_t bare_count;
    SigIntId *bare; /* rules without a content to search for: each packet is theirs */
    bool in_packets, in_streams; /* it has others, which look at these */
    MpmCtx *packets, *streams; /* NULL: none are searched */
    uint32_t stream_count; /* rules that look at streams whatever their protocol */
    bool alone; /* no other rule of the group looks at streams whose protocol Suricata does not know */
};

struct TattlerGroup {
    uint32_t version; /* of the rules loaded: another group may get this one's address later */
    uint32_t search_mask, entry_mask; /* of all of them */
    uint32_t search_count, run_count, entry_count;
    uint32_t all_count; /* rules to be looked at with each packet, by Suricata itself */
    struct TattlerSearch *searches;
    struct TattlerRun *runs;
    /* By bit of enum flow_change: the runs that it concerns, a bit each; and those that it concerns
     * although their gate is closed. */
    uint64_t runs_of[32], gates_of[32];
    struct TattlerEntry *entries;
    SigIntId *all;
    struct TattlerPayload payload;
};

/* --- wait.c --- */

/* Without changes of volume and age that are no chance yet. */
static inline uint32_t TattlerChanceOf(const struct TattlerChance *chance, const struct flow *flow,
        uint32_t changes)
{
    if (flow->bytes[UP] < chance->volume[UP] && flow->bytes[DOWN] < chance->volume[DOWN])
        changes &= ~(uint32_t)CHANGED_VOLUME;
    if (flow->last_us < chance->time_us)
        changes &= ~(uint32_t)CHANGED_AGE;
    return changes;
}

/* What CHANGED_VOLUME or CHANGED_AGE tell of, and gets to this number, or has got there and leaves it. */
void TattlerChanceRises(struct TattlerChance *chance, const struct flow *flow,
        const struct feature *feature, uint64_t number);
/* All that these tell of. */
void TattlerChanceAdd(struct TattlerChance *chance, uint32_t mask);

/* A rule with this mask, or several, wait until the condition holds; 'reading' is of its feature. A number
 * above its range that never falls is waited for no more, nor is any feature by rules that need a SYN
 * anyway. */
void TattlerWaitToHold(struct TattlerWait *wait, uint32_t mask, const struct condition *failed,
        const struct TattlerReading *reading);
/* A rule that was asked waits to be asked again. 'held' and 'reading' as of TattlerConditionsHeld(). */
void TattlerWaitFor(struct TattlerWait *wait, const struct TattlerEntry *entry, uint32_t held,
        const struct TattlerReading *reading, const struct TattlerFlow *state);
/* What of enum flow_change, in the masks of rules, has come that some of them wait for. */
uint32_t TattlerWaitWoken(const struct TattlerWait *wait, const struct flow *flow, uint32_t changes);
/* Who waited for it is asked again, and says anew. */
void TattlerWaitNoMore(struct TattlerWait *wait, uint32_t woken);
/* Makes 'any' of all that is waited for, and of these. */
void TattlerWaitSumUp(struct TattlerWait *wait, const struct flow *flow, uint32_t others);

/* --- group.c, group_setup.c --- */

/* One visit with each packet of a flow, instead of one for each rule and each string. */
void TattlerGroupFilter(DetectEngineThreadCtx *det_ctx, Packet *p, const void *group);

/* With each payload, when it is known which other rules may match: one of them may set a flowbit that is
 * waited for. */
void TattlerGroupBitsMayBe(DetectEngineThreadCtx *det_ctx, const Packet *p,
        const struct TattlerGroup *group);

/* Suricata has collected the patterns of rules on one of our buffers, and then the rules. */
int TattlerGroupAddSearch(DetectEngineCtx *de_ctx, SigGroupHead *sgh, MpmCtx *patterns,
        const DetectBufferMpmRegistry *registry, int list);
int TattlerGroupSetup(DetectEngineCtx *de_ctx, SigGroupHead *sgh);

/* --- others.c --- */

/* While rules are loaded: of TATTLER_CHANGED_*, with what packets the keywords of packets beside ours may
 * come to hold; 0: there are none. 'flow' is covered by the phases of a flow. A flowbit that rules of the
 * group set only for what a payload holds is waited for where the flow bears flowbits, or a payload may
 * bring one. */
uint32_t TattlerOthersMask(const SigGroupHead *sgh, const Signature *s);

/* --- payload.c --- */

/* While rules are loaded. Takes a rule over that matches a payload and no protocol's fields. */
void TattlerPayloadAdd(const SigGroupHead *sgh, struct TattlerPayload *payload, const Signature *s);
/* Once all of the group's are: any rule of that kind that has been loaded. Groups of one protocol and
 * direction then search for the same, which Suricata prepares once: for the pack 7 databases of patterns in
 * place of 26. Of what is found, it looks at the ports first. */
void TattlerPayloadAddContent(const DetectEngineCtx *de_ctx, const SigGroupHead *sgh,
        struct TattlerPayload *payload, const Signature *s);
/* At last. */
void TattlerPayloadPrepare(DetectEngineCtx *de_ctx, SigGroupHead *sgh, struct TattlerGroup *group);
void TattlerPayloadFree(struct TattlerPayload *payload);

/* May one of the rules match a payload of this flow, in the packet's direction? Where none ever will, and
 * nobody else asks for it, Suricata no longer puts the packet's stream together; nor for rules that are
 * loaded later. 'chance' becomes what may alter the answer. */
bool TattlerPayloadIsOpen(const struct TattlerPayload *payload, const Packet *p,
        const struct flow *flow, struct TattlerChance *chance);

/* Searches one string of a flow (buffers.c); rules found are brought up. */
void TattlerBufferSearch(const struct TattlerSearch *search, DetectEngineThreadCtx *det_ctx,
        const struct TattlerFlow *state);

#endif
