/* The prefilter of a group of rules, while they are loaded: which of them it brings up itself, when,
 * and which are left to Suricata. */
#include "rule.h"

#include "action-globals.h"
#include "detect-engine.h"
#include "detect-engine-prefilter.h"
#include "suricata.h"
#include "util-debug.h"

/* --- the group --- */

static void FreeGroup(void *data)
{
    struct TattlerGroup *group = data;

    SCFree(group->searches);
    SCFree(group->runs);
    SCFree(group->entries);
    SCFree(group->all);
    TattlerPayloadFree(&group->payload);
    SCFree(group);
}

/* Ours among the engines of this group of rules; NULL: none yet. */
static struct TattlerGroup *FindGroup(const SigGroupHead *sgh)
{
    const PrefilterEngineList *engine = sgh->init->pkt_engines;

    while (engine != NULL && engine->Prefilter != TattlerGroupFilter)
        engine = engine->next;
    return engine != NULL ? engine->pectx : NULL;
}

static struct TattlerGroup *GroupOf(DetectEngineCtx *de_ctx, SigGroupHead *sgh)
{
    struct TattlerGroup *group = FindGroup(sgh);

    if (group != NULL)
        return group;
    group = SCCalloc(1, sizeof(*group));
    if (group == NULL || PrefilterAppendEngine(de_ctx, sgh, TattlerGroupFilter,
                                 SIG_MASK_REQUIRE_FLOW, SIGNATURE_HOOK_PKT_NOT_SET, group,
                                 FreeGroup, "tattler") != 0)
        FatalError("no memory for rules");
    group->version = de_ctx->version;
    return group;
}

void *TattlerWithRoom(void *array, size_t count, size_t size)
{
    array = SCRealloc(array, (count + 1) * size);
    if (array == NULL)
        FatalError("no memory for rules");
    return array;
}

int TattlerGroupAddSearch(DetectEngineCtx *de_ctx, SigGroupHead *sgh, MpmCtx *patterns,
        const DetectBufferMpmRegistry *registry, int list)
{
    struct TattlerGroup *group = GroupOf(de_ctx, sgh);
    const struct feature *feature = TattlerBufferFeature(de_ctx, list);

    group->searches = TattlerWithRoom(group->searches, group->search_count, sizeof(*group->searches));
    group->searches[group->search_count++] =
            (struct TattlerSearch){ feature, patterns, &registry->transforms, list };
    group->search_mask |= feature->changed | TATTLER_CHANGED_PHASE;
    return 0;
}

/* --- when a rule is looked at --- */

/* Fields of a protocol, which transactions bring. */
static bool HasForeignBuffers(const DetectEngineCtx *de_ctx, const Signature *s)
{
    const SignatureInitData *init = s->init_data;

    for (uint32_t i = 0; i < init->buffer_index; i++)
        if (TattlerBufferFeature(de_ctx, (int)init->buffers[i].id) == NULL)
            return true;
    return false;
}

static bool HasHook(const Signature *s)
{
    return s->init_data->hook.type != SIGNATURE_HOOK_TYPE_NOT_SET;
}

static bool HasPayload(const Signature *s)
{
    return s->init_data->smlists[DETECT_SM_LIST_PMATCH] != NULL;
}

/* Does something else say when the rule is to be looked at: a payload, a protocol's fields, a
 * hook? */
static bool HasOtherEvents(const DetectEngineCtx *de_ctx, const Signature *s)
{
    return HasPayload(s) || HasHook(s) || HasForeignBuffers(de_ctx, s);
}

/* Actions on a packet do nothing for the next one. */
static bool ActsOnEachPacket(const Signature *s)
{
    return (s->action & (ACTION_PASS | ACTION_REJECT_ANY | ACTION_ACCEPT)) != 0 ||
           ((s->action & ACTION_DROP) != 0 && EngineModeIsIPS());
}

/* Entropy and symmetry move without being told of, and what is usual is known of names. */
#define UNTOLD (uint32_t)(CHANGED_ENTROPY | CHANGED_SYMMETRY)

static bool AsksForPhase(const Signature *s, uint32_t mask)
{
    const SigMatch *match = s->init_data->smlists[DETECT_SM_LIST_MATCH];
    bool asks = s->alproto != ALPROTO_UNKNOWN || (mask & UNTOLD) != 0;

    for (; match != NULL; match = match->next)
        asks = asks || match->type == DETECT_FLOW || TattlerUsualIsKeyword(match->type);
    return asks;
}

static void Classify(const DetectEngineCtx *de_ctx, const SigGroupHead *sgh, const Signature *s,
        struct TattlerRule *rule)
{
    rule->once = !HasOtherEvents(de_ctx, s) && !ActsOnEachPacket(s);
    rule->mask |= TattlerOthersMask(sgh, s) | (AsksForPhase(s, rule->mask) ? TATTLER_CHANGED_PHASE : 0);
}

/* The feature whose buffer Suricata's multi-pattern matcher searches for this rule, which the group
 * has it do only with packets that changed the feature. */
static const struct feature *SearchedFeature(const DetectEngineCtx *de_ctx, const Signature *s)
{
    const SignatureInitData *init = s->init_data;

    return init->mpm_sm != NULL && (s->flags & SIG_FLAG_MPM_NEG) == 0
                   ? TattlerBufferFeature(de_ctx, init->mpm_sm_list)
                   : NULL;
}

static void AddToAll(struct TattlerGroup *group, SigIntId number)
{
    group->all = TattlerWithRoom(group->all, group->all_count, sizeof(*group->all));
    group->all[group->all_count++] = number;
}

/* Is the rule one that Suricata leaves to its group? */
static bool IsOurs(const DetectEngineCtx *de_ctx, const Signature *s)
{
    const SigMatch *chosen = s->init_data->prefilter_sm;

    return SearchedFeature(de_ctx, s) != NULL ||
           (chosen != NULL && chosen->type == TattlerRuleMatch(s)->type);
}

static bool IsOnPayload(const DetectEngineCtx *de_ctx, const Signature *s)
{
    return HasPayload(s) && !HasHook(s) && !HasForeignBuffers(de_ctx, s);
}

/* A rule that asks for more than changes of features: a search that skips packets would not do. */
static void AddFiltered(const DetectEngineCtx *de_ctx, const SigGroupHead *sgh,
        struct TattlerGroup *group, const Signature *s)
{
    if (IsOnPayload(de_ctx, s))
        TattlerPayloadAdd(sgh, &group->payload, s);
    else
        AddToAll(group, s->iid);
}

/* From now on Suricata leaves it to this group to bring the rule up. */
static void AddEntry(struct TattlerGroup *group, Signature *s, SigMatch *match,
        const struct feature *text)
{
    const struct TattlerRule *rule = (const struct TattlerRule *)match->ctx;

    group->entries = TattlerWithRoom(group->entries, group->entry_count, sizeof(*group->entries));
    group->entries[group->entry_count++] = (struct TattlerEntry){
        .conditions = rule->conditions,
        .condition_count = rule->condition_count,
        .mask = rule->mask,
        .number = s->iid,
        .id = TattlerRuleId(s),
        .text = text,
    };
    s->init_data->prefilter_sm = match;
    s->flags |= SIG_FLAG_PREFILTER;
}

static void AddRule(DetectEngineCtx *de_ctx, SigGroupHead *sgh, Signature *s)
{
    SigMatch *match = TattlerRuleMatch(s);
    struct TattlerRule *rule = (struct TattlerRule *)match->ctx;
    const struct feature *searched = SearchedFeature(de_ctx, s);
    const bool ours = IsOurs(de_ctx, s);

    Classify(de_ctx, sgh, s, rule);
    if (!rule->once) {
        if (ours)
            AddFiltered(de_ctx, sgh, GroupOf(de_ctx, sgh), s);
        return;
    }
    if (searched != NULL && searched->changed == (rule->mask & ~TATTLER_CHANGED_PHASE))
        return;
    if (ours || s->init_data->prefilter_sm == NULL)
        AddEntry(GroupOf(de_ctx, sgh), s, match, searched);
}

/* --- the order of rules --- */

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static uint32_t Smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* How many conditions two rules begin with alike. */
static uint32_t CountShared(const struct TattlerEntry *a, const struct TattlerEntry *b)
{
    const uint32_t most = Smaller(a->condition_count, b->condition_count);
    uint32_t n = 0;

    while (n < most && gate_compare(&a->conditions[n], &b->conditions[n]) == 0)
        n++;
    return n;
}

/* NULL: it can have no gate. */
static const struct feature *GateOf(const struct TattlerEntry *entry)
{
    const bool possible = entry->condition_count > 0 && gate_is_possible(&entry->conditions[0]);

    return possible ? entry->conditions[0].feature : NULL;
}

static int CompareRuns(const struct TattlerEntry *a, const struct TattlerEntry *b)
{
    const uint32_t packets =
            TATTLER_CHANGED_ALWAYS | TATTLER_CHANGED_SYN | TATTLER_CHANGED_BITS;
    const int order = COMPARE(a->mask & packets, b->mask & packets);

    return order != 0 ? order : COMPARE(GateOf(a), GateOf(b));
}

/* By run, then so that those which begin alike stand together. */
static int CompareEntries(const void *left, const void *right)
{
    const struct TattlerEntry *a = left, *b = right;
    const uint32_t shared = CountShared(a, b);
    const int order = CompareRuns(a, b);

    if (order != 0)
        return order;
    if (shared == Smaller(a->condition_count, b->condition_count))
        return COMPARE(a->condition_count, b->condition_count);
    return gate_compare(&a->conditions[shared], &b->conditions[shared]);
}

static void Chain(const struct TattlerEntry *before, struct TattlerEntry *entry)
{
    const uint32_t shared = CountShared(before, entry);

    entry->shared = entry->fails_with = shared;
    if (shared < Smaller(before->condition_count, entry->condition_count) &&
            gate_covers(&before->conditions[shared], &entry->conditions[shared]))
        entry->fails_with++;
}

static struct TattlerRun *BeginRun(struct TattlerGroup *group, const struct TattlerEntry *first)
{
    struct TattlerRun *run;

    group->runs = TattlerWithRoom(group->runs, group->run_count, sizeof(*group->runs));
    run = &group->runs[group->run_count++];
    *run = (struct TattlerRun){ .gated = GateOf(first) != NULL };
    if (run->gated)
        run->gate = first->conditions[0];
    return run;
}

static void SortEntries(struct TattlerGroup *group)
{
    struct TattlerRun *run = NULL;

    qsort(group->entries, group->entry_count, sizeof(*group->entries), CompareEntries);
    for (uint32_t i = 0; i < group->entry_count; i++) {
        struct TattlerEntry *entry = &group->entries[i];

        if (i == 0 || CompareRuns(&entry[-1], entry) != 0)
            run = BeginRun(group, entry);
        else
            Chain(entry - 1, entry);
        if (run->gated)
            gate_widen(&run->gate, &entry->conditions[0]);
        run->mask |= entry->mask;
        run->end = i + 1;
        group->entry_mask |= entry->mask;
    }
}

/* A rule that needs a SYN anyway waits for that alone; numbers that come all the time, for a value. */
static uint32_t OpensOf(const struct TattlerRun *run)
{
    const struct condition *gate = &run->gate;

    if (!run->gated)
        return 0;
    if ((run->mask & TATTLER_CHANGED_SYN) != 0)
        return TATTLER_CHANGED_SYN;
    return (gate->feature->changed & TATTLER_RESTLESS) == 0 || gate->negated ? gate->feature->changed : 0;
}

static void IndexRun(uint64_t runs_of[32], uint32_t run, uint32_t mask)
{
    for (; mask != 0; mask &= mask - 1)
        runs_of[__builtin_ctz(mask)] |= UINT64_C(1) << Smaller(run, TATTLER_RUN_SETS - 1);
}

/* So that a packet that concerns few of the runs does not walk them all. */
static void IndexRuns(struct TattlerGroup *group)
{
    for (uint32_t i = 0; i < group->run_count; i++) {
        struct TattlerRun *run = &group->runs[i];
        const bool shuts = run->gated && i < TATTLER_RUN_SETS - 1;

        run->opens = OpensOf(run);
        IndexRun(group->runs_of, i, run->mask);
        IndexRun(group->gates_of, i,
                shuts ? run->gate.feature->changed | (run->mask & TATTLER_CHANGED_SYN)
                      : run->mask);
    }
}

static void AddContents(const DetectEngineCtx *de_ctx, const SigGroupHead *sgh, struct TattlerGroup *group)
{
    for (const Signature *s = de_ctx->sig_list; s != NULL; s = s->next)
        if (TattlerRuleMatch(s) != NULL && IsOurs(de_ctx, s) && IsOnPayload(de_ctx, s))
            TattlerPayloadAddContent(de_ctx, sgh, &group->payload, s);
}

int TattlerGroupSetup(DetectEngineCtx *de_ctx, SigGroupHead *sgh)
{
    const struct SigGroupHeadInitData_ *init = sgh->init;
    struct TattlerGroup *group;

    for (uint32_t i = 0; i < init->sig_cnt; i++) {
        Signature *s = init->match_array[i];

        if (s != NULL && TattlerRuleMatch(s) != NULL)
            AddRule(de_ctx, sgh, s);
    }
    group = FindGroup(sgh);
    if (group != NULL) {
        SortEntries(group);
        IndexRuns(group);
        AddContents(de_ctx, sgh, group);
        TattlerPayloadPrepare(de_ctx, sgh, group);
    }
    return 0;
}
