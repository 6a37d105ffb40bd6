/* The iot conditions of one rule, and when it is looked at.
 *
 * Each rule with an iot keyword carries one hidden match with all its conditions. Suricata would
 * look at such a rule with every packet. Instead, a packet has a rule looked at only where
 * something that it asks for has changed since the packet before in that direction (or the flow's
 * phase did, see plugin.h), and a rule that alerted rests until its conditions have been false in
 * between: it alerts once, not with each packet of a flow that stays as it is.
 *
 * That goes for rules of iot keywords, addresses, ports and 'flow'. With other keywords of packets
 * (flags, dsize, flowbits …) a rule is looked at with every packet but still alerts once. Where a
 * payload or an application protocol is matched as well, and for actions that must meet every
 * packet (pass, reject, drop in IPS mode), the conditions are a plain filter on what Suricata would
 * do. */
#include "plugin.h"

#include "action-globals.h"
#include "detect-engine.h"
#include "detect-engine-helper.h"
#include "detect-engine-prefilter.h"
#include "detect-parse.h"
#include "suricata.h"
#include "util-debug.h"
#include "util-prefilter.h"

#define CHANGED_OFTEN (CHANGED_VOLUME | CHANGED_AGE | CHANGED_ENTROPY)

struct TattlerRule {
    uint32_t mask; /* enum flow_change, TATTLER_CHANGED_ALWAYS */
    bool once;     /* rests while it holds; known when its rule group is set up */
    uint32_t condition_count;
    struct condition *conditions;
};

/* Set once while Suricata starts: the hidden keywords. */
static uint16_t rule_keyword, fired_keyword;

/* --- while packets are inspected --- */

static uint64_t IdOf(const Signature *s)
{
    return (uint64_t)s->gid << 32 | s->id;
}

/* The feature looked up last: neighbours in a group often ask for the same. */
struct Reading {
    const struct feature *feature;
    bool known;
    struct feature_value value;
};

static bool HoldsReading(const struct TattlerRule *rule, const struct flow *flow,
        struct Reading *reading)
{
    for (uint32_t i = 0; i < rule->condition_count; i++) {
        const struct condition *condition = &rule->conditions[i];

        if (reading->feature != condition->feature) {
            reading->feature = condition->feature;
            reading->known = condition->feature->get(flow, &reading->value);
        }
        if (!reading->known || !condition_accepts(condition, &reading->value))
            return false;
    }
    return true;
}

static bool Holds(const struct TattlerRule *rule, const struct flow *flow)
{
    struct Reading reading = { 0 };

    return HoldsReading(rule, flow, &reading);
}

/* Should a rule whose conditions hold, or do not, be looked at? */
static bool IsArmed(uint64_t id, struct TattlerFlow *state, bool holds)
{
    if (state->fired_count == 0)
        return holds;
    if (holds)
        return !TattlerFlowHasFired(state, id);
    TattlerFlowClearFired(state, id);
    return false;
}

static int MatchRule(DetectEngineThreadCtx *det_ctx, Packet *p, const Signature *s,
        const SigMatchCtx *ctx)
{
    const struct TattlerRule *rule = (const struct TattlerRule *)ctx;
    struct TattlerFlow *state;

    (void)det_ctx;
    if (!rule->once) {
        state = p->flow != NULL ? TattlerFlowGet(p->flow) : NULL;
        return state != NULL && Holds(rule, state->flow);
    }
    state = TattlerFlowOfPacket(p);
    return state != NULL && (TattlerFlowChanges(state, p) & rule->mask) != 0 &&
           IsArmed(IdOf(s), state, Holds(rule, state->flow));
}

/* Runs when all of the rule has matched. */
static int NoteFired(DetectEngineThreadCtx *det_ctx, Packet *p, const Signature *s,
        const SigMatchCtx *ctx)
{
    const struct TattlerRule *rule = (const struct TattlerRule *)ctx;
    struct TattlerFlow *state = TattlerFlowOfPacket(p);

    (void)det_ctx;
    if (rule->once && state != NULL)
        TattlerFlowSetFired(state, IdOf(s));
    return 1;
}

/* --- the prefilter: one for each group of rules, instead of one visit for each rule --- */

struct Entry {
    const struct TattlerRule *rule; /* owned by its signature, which lives as long as the group */
    uint64_t id;
    SigIntId number;
};

/* Entries with one mask stand together. */
struct Run {
    uint32_t mask;
    uint32_t end; /* index of the first entry behind */
};

struct Group {
    uint32_t mask; /* of all its entries */
    uint32_t run_count;
    struct Run *runs;
    uint32_t count;
    uint32_t all_count; /* rules to be looked at with each packet, by Suricata itself */
    SigIntId *all;
    struct Entry entries[];
};

static void FilterRun(DetectEngineThreadCtx *det_ctx, const struct Entry *entry,
        const struct Entry *end, struct TattlerFlow *state)
{
    struct Reading reading = { 0 };

    for (; entry < end; entry++)
        if (IsArmed(entry->id, state, HoldsReading(entry->rule, state->flow, &reading)))
            PrefilterAddSids(&det_ctx->pmq, &entry->number, 1);
}

static void FilterPacket(DetectEngineThreadCtx *det_ctx, Packet *p, const void *data)
{
    const struct Group *group = data;
    struct TattlerFlow *state = TattlerFlowOfPacket(p);
    uint32_t changes, start = 0;

    PrefilterAddSids(&det_ctx->pmq, group->all, group->all_count);
    if (state == NULL)
        return;
    changes = TattlerFlowChanges(state, p);
    if ((changes & group->mask) == 0)
        return;
    for (uint32_t i = 0; i < group->run_count; i++) {
        if ((changes & group->runs[i].mask) != 0)
            FilterRun(det_ctx, &group->entries[start], &group->entries[group->runs[i].end],
                    state);
        start = group->runs[i].end;
    }
}

static void FreeGroup(void *data)
{
    struct Group *group = data;

    SCFree(group->runs);
    SCFree(group->all);
    SCFree(group);
}

/* --- while rules are loaded --- */

static SigMatch *FindMatch(const Signature *s)
{
    SigMatch *match = s->init_data->smlists[DETECT_SM_LIST_MATCH];

    while (match != NULL && match->type != rule_keyword)
        match = match->next;
    return match;
}

/* Does something else say when the rule is to be looked at: a payload, a protocol's fields? */
static bool HasOtherEvents(const DetectEngineCtx *de_ctx, const Signature *s)
{
    const SignatureInitData *init = s->init_data;

    if (init->smlists[DETECT_SM_LIST_PMATCH] != NULL || init->hook.type == SIGNATURE_HOOK_TYPE_APP)
        return true;
    for (uint32_t i = 0; i < init->buffer_index; i++)
        if (TattlerBufferFeature(de_ctx, (int)init->buffers[i].id) == NULL)
            return true;
    return false;
}

/* 'flow' is covered by the phases of a flow. */
static bool HasOtherKeywords(const Signature *s)
{
    const SigMatch *match = s->init_data->smlists[DETECT_SM_LIST_MATCH];

    for (; match != NULL; match = match->next)
        if (match->type != rule_keyword && match->type != DETECT_FLOW)
            return true;
    return false;
}

/* Actions on a packet do nothing for the next one. */
static bool ActsOnEachPacket(const Signature *s)
{
    return (s->action & (ACTION_PASS | ACTION_REJECT_ANY | ACTION_ACCEPT)) != 0 ||
           ((s->action & ACTION_DROP) != 0 && EngineModeIsIPS());
}

static void Classify(const DetectEngineCtx *de_ctx, const Signature *s, struct TattlerRule *rule)
{
    rule->once = !HasOtherEvents(de_ctx, s) && !ActsOnEachPacket(s);
    if (HasOtherKeywords(s))
        rule->mask |= TATTLER_CHANGED_ALWAYS;
}

/* The feature whose buffer Suricata's multi-pattern matcher searches for this rule, which it does
 * only with packets that changed the feature (see buffers.c). */
static const struct feature *SearchedFeature(const DetectEngineCtx *de_ctx, const Signature *s)
{
    const SignatureInitData *init = s->init_data;

    return init->mpm_sm != NULL && (s->flags & SIG_FLAG_MPM_NEG) == 0
                   ? TattlerBufferFeature(de_ctx, init->mpm_sm_list)
                   : NULL;
}

static bool AddToAll(struct Group *group, SigIntId number)
{
    SigIntId *all = SCRealloc(group->all, (group->all_count + 1) * sizeof(*all));

    if (all == NULL)
        return false;
    group->all = all;
    group->all[group->all_count++] = number;
    return true;
}

/* From now on Suricata leaves it to this group to bring the rule up. */
static void AddEntry(struct Group *group, Signature *s, SigMatch *match,
        const struct TattlerRule *rule)
{
    group->entries[group->count++] = (struct Entry){ rule, IdOf(s), s->iid };
    s->init_data->prefilter_sm = match;
    s->flags |= SIG_FLAG_PREFILTER;
}

static bool AddRule(const DetectEngineCtx *de_ctx, struct Group *group, Signature *s)
{
    SigMatch *match = FindMatch(s);
    const SigMatch *chosen = s->init_data->prefilter_sm;
    const struct feature *searched;
    struct TattlerRule *rule;

    rule = (struct TattlerRule *)match->ctx;
    searched = SearchedFeature(de_ctx, s);
    Classify(de_ctx, s, rule);
    if (!rule->once) { /* a search that skips packets would not do */
        const bool ours = searched != NULL || (chosen != NULL && chosen->type == rule_keyword);

        return !ours || AddToAll(group, s->iid);
    }
    if (searched != NULL && searched->changed == rule->mask)
        return true;
    if (chosen == NULL || chosen->type == rule_keyword)
        AddEntry(group, s, match, rule);
    return true;
}

/* A rule of ours in this group of rules, or NULL. */
static Signature *RuleAt(const SigGroupHead *sgh, uint32_t index)
{
    Signature *s = sgh->init->match_array[index];

    return s != NULL && FindMatch(s) != NULL ? s : NULL;
}

/* By mask, then by the feature asked for first. */
static int CompareEntries(const void *left, const void *right)
{
    const struct TattlerRule *a = ((const struct Entry *)left)->rule;
    const struct TattlerRule *b = ((const struct Entry *)right)->rule;
    const struct feature *first_a = a->condition_count > 0 ? a->conditions[0].feature : NULL;
    const struct feature *first_b = b->condition_count > 0 ? b->conditions[0].feature : NULL;

    if (a->mask != b->mask)
        return a->mask < b->mask ? -1 : 1;
    return (first_a > first_b) - (first_a < first_b);
}

/* False: out of memory. */
static bool SortGroup(struct Group *group)
{
    qsort(group->entries, group->count, sizeof(group->entries[0]), CompareEntries);
    group->runs = SCCalloc((size_t)group->count + 1, sizeof(*group->runs));
    if (group->runs == NULL)
        return false;
    for (uint32_t i = 0; i < group->count; i++) {
        const uint32_t mask = group->entries[i].rule->mask;

        if (group->run_count == 0 || group->runs[group->run_count - 1].mask != mask)
            group->runs[group->run_count++].mask = mask;
        group->runs[group->run_count - 1].end = i + 1;
        group->mask |= mask;
    }
    return true;
}

static struct Group *MakeGroup(const DetectEngineCtx *de_ctx, const SigGroupHead *sgh)
{
    struct Group *group;
    size_t rules = 0;

    for (uint32_t i = 0; i < sgh->init->sig_cnt; i++)
        rules += RuleAt(sgh, i) != NULL;
    group = SCCalloc(1, sizeof(*group) + rules * sizeof(group->entries[0]));
    for (uint32_t i = 0; i < sgh->init->sig_cnt && group != NULL; i++)
        if (RuleAt(sgh, i) != NULL && !AddRule(de_ctx, group, RuleAt(sgh, i)))
            FatalError("no memory for rules");
    return group;
}

static int SetupGroup(DetectEngineCtx *de_ctx, SigGroupHead *sgh)
{
    struct Group *group = MakeGroup(de_ctx, sgh);

    if (group == NULL || !SortGroup(group))
        FatalError("no memory for rules");
    if (group->count == 0 && group->all_count == 0) {
        FreeGroup(group);
        return 0;
    }
    return PrefilterAppendEngine(de_ctx, sgh, FilterPacket, SIG_MASK_REQUIRE_FLOW,
            SIGNATURE_HOOK_PKT_NOT_SET, group, FreeGroup, "tattler");
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
    const SigMatch *match = FindMatch(s);
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
    return rule;
}

void TattlerRuleAsks(struct TattlerRule *rule, const struct feature *feature)
{
    rule->mask |= feature->changed;
}

/* What changes with each packet stands last, so that the others may settle it before. */
static int CompareConditions(const void *left, const void *right)
{
    const struct feature *a = ((const struct condition *)left)->feature;
    const struct feature *b = ((const struct condition *)right)->feature;
    const bool often_a = (a->changed & CHANGED_OFTEN) != 0;
    const bool often_b = (b->changed & CHANGED_OFTEN) != 0;

    return often_a != often_b ? often_a - often_b : (a > b) - (a < b);
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
    sigmatch_table[rule].SetupPrefilter = SetupGroup;
    sigmatch_table[fired].name = "__iot_fired__";
    sigmatch_table[fired].desc = "internal: a rule with iot conditions has alerted";
    sigmatch_table[fired].Match = NoteFired;
    return true;
}
