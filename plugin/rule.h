/* rule.h - the iot conditions of one rule; shared by rule.c and group.c.
 *
 * Each rule with an iot keyword carries one hidden match with all its conditions. Suricata would
 * look at such a rule with every packet. Instead, a packet has a rule looked at only where
 * something that it asks for has changed since the packet before in that direction (or the flow's
 * phase did, see plugin.h), and a rule that alerted rests until its conditions have been false in
 * between: it alerts once, not with each packet of a flow that stays as it is.
 *
 * That goes for rules of iot keywords, addresses, ports and 'flow'. With other keywords of packets
 * (flags, dsize, flowbits ...) a rule is looked at with every packet but still alerts once. Where a
 * payload or an application protocol is matched as well, and for actions that must meet every
 * packet (pass, reject, drop in IPS mode), the conditions are a plain filter on what Suricata would
 * do. */
#ifndef TATTLER_PLUGIN_RULE_H
#define TATTLER_PLUGIN_RULE_H

#include "plugin.h"

struct TattlerRule {
    uint32_t mask; /* enum flow_change, TATTLER_CHANGED_ALWAYS */
    bool once;     /* rests while it holds; known when its group of rules is set up */
    uint32_t condition_count;
    struct condition *conditions;
};

/* The feature looked up last: rules and conditions side by side often ask for the same. All zeros
 * to begin with; good for one packet of one flow. */
struct TattlerReading {
    const struct feature *feature;
    bool known;
    struct feature_value value;
};

bool TattlerConditionsHold(const struct condition *conditions, uint32_t count,
        const struct flow *flow, struct TattlerReading *reading);

/* Should a rule whose conditions hold, or do not, be looked at? Wakes a resting one. */
bool TattlerRuleIsArmed(uint64_t id, struct TattlerFlow *state, bool holds);

/* Generator and signature id. */
uint64_t TattlerRuleId(const Signature *s);

/* The hidden match of a rule that is being loaded; NULL: it has no iot keyword. */
SigMatch *TattlerRuleMatch(const Signature *s);

/* Sets up the prefilter of one group of rules (group.c). */
int TattlerGroupSetup(DetectEngineCtx *de_ctx, SigGroupHead *sgh);

#endif
