/* The iot conditions of a rule: made while it is loaded, checked when it is looked at. */
#include "rule.h"

#include <stdatomic.h>

#include "detect-engine-helper.h"
#include "detect-parse.h"

/* Set once while Suricata starts: the hidden keywords. */
static uint16_t rule_keyword, fired_keyword;

static atomic_bool rules_ask; /* stays so once it is */

/* --- while packets are inspected --- */

uint64_t TattlerRuleId(const Signature *s)
{
    return (uint64_t)s->gid << 32 | s->id;
}

uint32_t TattlerConditionsHeld(const struct condition *conditions, uint32_t start, uint32_t count,
        const struct flow *flow, struct TattlerReading *reading)
{
    for (uint32_t i = start; i < count; i++) {
        if (reading->feature != conditions[i].feature) {
            reading->feature = conditions[i].feature;
            reading->known = conditions[i].feature->get(flow, &reading->value);
        }
        if (!reading->known || !condition_accepts(&conditions[i], &reading->value))
            return i;
    }
    return count;
}

static bool Holds(const struct TattlerRule *rule, const struct flow *flow)
{
    struct TattlerReading reading = { 0 };

    return TattlerConditionsHeld(rule->conditions, 0, rule->condition_count, flow, &reading) ==
           rule->condition_count;
}

static int MatchRule(DetectEngineThreadCtx *det_ctx, Packet *p, const Signature *s,
        const SigMatchCtx *ctx)
{
    const struct TattlerRule *rule = (const struct TattlerRule *)ctx;
    struct TattlerFlow *state;

    (void)det_ctx;
    if (!rule->once) {
        state = p->flow != NULL ? TattlerFlowGet(p->flow) : NULL;
        return state != NULL && Holds(rule, &state->flow);
    }
    state = TattlerFlowOfPacket(p);
    return state != NULL && (TattlerFlowChanges(state, p) & rule->mask) != 0 &&
           TattlerRuleIsArmed(TattlerRuleId(s), state, Holds(rule, &state->flow));
}

/* Runs when all of the rule has matched. */
static int NoteFired(DetectEngineThreadCtx *det_ctx, Packet *p, const Signature *s,
        const SigMatchCtx *ctx)
{
    const struct TattlerRule *rule = (const struct TattlerRule *)ctx;
    struct TattlerFlow *state = TattlerFlowOfPacket(p);

    (void)det_ctx;
    if (rule->once && state != NULL)
        TattlerFlowSetFired(state, TattlerRuleId(s));
    return 1;
}

/* --- while rules are loaded --- */

SigMatch *TattlerRuleMatch(const Signature *s)
{
    SigMatch *match = s->init_data->smlists[DETECT_SM_LIST_MATCH];

    while (match != NULL && match->type != rule_keyword)
        match = match->next;
    return match;
}

static void FreeRule(DetectEngineCtx *de_ctx, void *data)
{
    struct TattlerRule *rule = data;

    (void)de_ctx;
    SCFree(rule->conditions);
    SCFree(rule);
}

struct TattlerRule *TattlerRuleOf(DetectEngineCtx *de_ctx, Signature *s)
{
    const SigMatch *match = TattlerRuleMatch(s);
    struct TattlerRule *rule;

    if (match != NULL)
        return (struct TattlerRule *)match->ctx;
    rule = SCCalloc(1, sizeof(*rule));
    if (rule == NULL)
        return NULL;
    if (SCSigMatchAppendSMToList(de_ctx, s, fired_keyword, (SigMatchCtx *)rule,
                DETECT_SM_LIST_POSTMATCH) == NULL ||
            SCSigMatchAppendSMToList(de_ctx, s, rule_keyword, (SigMatchCtx *)rule,
                    DETECT_SM_LIST_MATCH) == NULL) {
        SCFree(rule); /* 'fired' does not free it */
        return NULL;
    }
    de_ctx->sm_types_prefilter[rule_keyword] = true;
    atomic_store(&rules_ask, true);
    return rule;
}

bool TattlerRulesAsk(void)
{
    return atomic_load_explicit(&rules_ask, memory_order_relaxed);
}

void TattlerRuleAsks(struct TattlerRule *rule, const struct feature *feature)
{
    rule->mask |= feature->changed;
}

static int CompareConditions(const void *left, const void *right)
{
    return gate_compare(left, right);
}

bool TattlerRuleAdd(struct TattlerRule *rule, const struct condition *condition)
{
    struct condition *conditions = SCRealloc(rule->conditions,
            (rule->condition_count + 1) * sizeof(*conditions));

    if (conditions == NULL)
        return false;
    rule->conditions = conditions;
    rule->conditions[rule->condition_count++] = *condition;
    qsort(conditions, rule->condition_count, sizeof(*conditions), CompareConditions);
    TattlerRuleAsks(rule, condition->feature);
    return true;
}

/* Suricata's keyword 'prefilter' wants to know; but what it would choose, is done anyway. */
static bool SupportsPrefilter(const Signature *s)
{
    (void)s;
    return true;
}

/* Without a Setup function no rule can write them. */
bool TattlerRuleRegister(void)
{
    const int rule = SCDetectHelperNewKeywordId(), fired = SCDetectHelperNewKeywordId();

    if (rule < 0 || fired < 0)
        return false;
    rule_keyword = (uint16_t)rule;
    fired_keyword = (uint16_t)fired;
    sigmatch_table[rule].name = "__iot_rule__";
    sigmatch_table[rule].desc = "internal: the iot conditions of a rule";
    sigmatch_table[rule].Match = MatchRule;
    sigmatch_table[rule].Free = FreeRule;
    sigmatch_table[rule].SupportsPrefilter = SupportsPrefilter;
    sigmatch_table[rule].SetupPrefilter = TattlerGroupSetup;
    sigmatch_table[fired].name = "__iot_fired__";
    sigmatch_table[fired].desc = "internal: a rule with iot conditions has alerted";
    sigmatch_table[fired].Match = NoteFired;
    return true;
}
