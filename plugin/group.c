/* The prefilter: one visit for a group of rules instead of one for each. */
#include "rule.h"

#include "action-globals.h"
#include "detect-engine.h"
#include "detect-engine-prefilter.h"
#include "suricata.h"
#include "util-debug.h"
#include "util-prefilter.h"

/* --- while packets are inspected --- */

struct Entry {
    const struct condition *conditions; /* of the rule, which lives as long as the group */
    uint32_t condition_count;
    uint32_t mask;
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
    struct TattlerReading reading = { 0 };

    for (; entry < end; entry++) {
        const bool holds = TattlerConditionsHold(entry->conditions, entry->condition_count,
                state->flow, &reading);

        if (TattlerRuleIsArmed(entry->id, state, holds))
            PrefilterAddSids(&det_ctx->pmq, &entry->number, 1);
    }
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

/* Does something else say when the rule is to be looked at: a payload, a protocol's fields, a
 * hook? */
static bool HasOtherEvents(const DetectEngineCtx *de_ctx, const Signature *s)
{
    const SignatureInitData *init = s->init_data;

    if (init->smlists[DETECT_SM_LIST_PMATCH] != NULL ||
            init->hook.type != SIGNATURE_HOOK_TYPE_NOT_SET)
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
    const uint16_t ours = TattlerRuleMatch(s)->type;

    for (; match != NULL; match = match->next)
        if (match->type != ours && match->type != DETECT_FLOW)
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
    group->entries[group->count++] = (struct Entry){ rule->conditions, rule->condition_count,
        rule->mask, TattlerRuleId(s), s->iid };
    s->init_data->prefilter_sm = match;
    s->flags |= SIG_FLAG_PREFILTER;
}

/* False: out of memory. */
static bool AddRule(const DetectEngineCtx *de_ctx, struct Group *group, Signature *s)
{
    SigMatch *match = TattlerRuleMatch(s);
    struct TattlerRule *rule = (struct TattlerRule *)match->ctx;
    const struct feature *searched = SearchedFeature(de_ctx, s);
    const SigMatch *chosen = s->init_data->prefilter_sm;
    const bool ours = searched != NULL || (chosen != NULL && chosen->type == match->type);

    Classify(de_ctx, s, rule);
    if (!rule->once) /* a search that skips packets would not do */
        return !ours || AddToAll(group, s->iid);
    if (searched != NULL && searched->changed == rule->mask)
        return true;
    if (ours || chosen == NULL)
        AddEntry(group, s, match, rule);
    return true;
}

/* A rule of ours in this group of rules, or NULL. */
static Signature *RuleAt(const SigGroupHead *sgh, uint32_t index)
{
    Signature *s = sgh->init->match_array[index];

    return s != NULL && TattlerRuleMatch(s) != NULL ? s : NULL;
}

/* By mask, then by the feature asked for first. */
static int CompareEntries(const void *left, const void *right)
{
    const struct Entry *a = left, *b = right;
    const struct feature *first_a = a->condition_count > 0 ? a->conditions->feature : NULL;
    const struct feature *first_b = b->condition_count > 0 ? b->conditions->feature : NULL;

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
        const uint32_t mask = group->entries[i].mask;

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

int TattlerGroupSetup(DetectEngineCtx *de_ctx, SigGroupHead *sgh)
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
