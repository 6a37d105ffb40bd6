/* The prefilter of a group of rules, while packets are inspected. */
#include "rule.h"

#include <math.h>

#include "util-prefilter.h"

/* --- what rules that do not hold wait for --- */

#define RISING (uint32_t)(CHANGED_VOLUME | CHANGED_AGE) /* numbers that never fall in a flow */
/* Told of only now and then although the value moves in between. */
#define UNEVEN (uint32_t)(CHANGED_ENTROPY | CHANGED_SYMMETRY)
/* Changes that come all the time, of which few bring a value that a rule waits for. */
#define RESTLESS (uint32_t)(RISING | CHANGED_BEAT | CHANGED_UPLOAD)

/* Where nothing is known of this flow in this direction, all rules are to be asked. */
static bool IsNews(const struct TattlerWait *wait, const struct TattlerGroup *group)
{
    return wait->group != group || wait->version != group->version;
}

static bool IsNumber(const struct feature *feature)
{
    return feature->type == FEATURE_NUMBER || feature->type == FEATURE_REAL;
}

static double NumberOf(const struct feature *feature, const struct feature_value *value)
{
    return feature->type == FEATURE_REAL ? value->real : (double)value->number;
}

static double LowOf(const struct condition *condition)
{
    return condition->feature->type == FEATURE_REAL ? condition->real.low
                                                    : (double)condition->number.low;
}

/* NULL: there are enough. */
static struct TattlerMark *MarkOf(struct TattlerWait *wait, const struct feature *feature)
{
    uint32_t i = 0;

    while (i < wait->mark_count && wait->marks[i].feature != feature)
        i++;
    if (i == TATTLER_MARKS)
        return NULL;
    if (i == wait->mark_count) {
        wait->marks[i] = (struct TattlerMark){ .feature = feature };
        if (IsNumber(feature))
            wait->marks[i].low = INFINITY;
        wait->mark_count++;
    }
    return &wait->marks[i];
}

static void WaitForNumber(struct TattlerWait *wait, const struct feature *feature, double low)
{
    struct TattlerMark *mark = MarkOf(wait, feature);

    if (mark == NULL)
        wait->mask |= feature->changed;
    else if (low < mark->low)
        mark->low = low;
}

static void WaitForNames(struct TattlerWait *wait, const struct feature *feature, uint64_t names)
{
    struct TattlerMark *mark = MarkOf(wait, feature);

    if (mark == NULL)
        wait->mask |= feature->changed;
    else
        mark->names |= names;
}

/* Of the mask of rules that do not rest, what may have one match: those that ask for a SYN wait for one,
 * and where each packet may, all else is part of it. */
static uint32_t ChancesOf(uint32_t mask)
{
    if ((mask & TATTLER_CHANGED_SYN) != 0)
        return TATTLER_CHANGED_SYN;
    return (mask & TATTLER_CHANGED_ALWAYS) != 0 ? TATTLER_CHANGED_ALWAYS : mask;
}

/* 'reading' is of the feature that failed. A number above its range that never falls is waited for no
 * more, nor is any feature by rules that need a SYN anyway. */
static void WaitToHold(struct TattlerWait *wait, uint32_t mask, const struct condition *failed,
        const struct TattlerReading *reading)
{
    bool above;

    if (((failed->feature->changed & UNEVEN) | (mask & TATTLER_CHANGED_SYN)) != 0) {
        wait->mask |= ChancesOf(mask);
        return;
    }
    above = IsNumber(failed->feature) && reading->known &&
            NumberOf(failed->feature, &reading->value) >= LowOf(failed);
    if ((failed->feature->changed & RESTLESS) == 0 || failed->negated ||
            (above && (failed->feature->changed & RISING) == 0))
        wait->mask |= failed->feature->changed;
    else if (!IsNumber(failed->feature))
        WaitForNames(wait, failed->feature, failed->names);
    else if (!above)
        WaitForNumber(wait, failed->feature, LowOf(failed));
}

/* The rule rests until then. */
static void WaitToFail(struct TattlerWait *wait, const struct TattlerEntry *entry)
{
    for (uint32_t i = 0; i < entry->condition_count; i++) {
        const struct condition *condition = &entry->conditions[i];
        const struct feature *feature = condition->feature;

        if ((feature->changed & RISING) == 0 || feature->type != FEATURE_NUMBER || condition->negated)
            wait->mask |= feature->changed;
        else if (condition->number.high < UINT64_MAX)
            WaitForNumber(wait, feature, (double)condition->number.high + 1);
    }
}

/* 'held' and 'reading' as of TattlerConditionsHeld(). */
static void WaitFor(struct TattlerWait *wait, const struct TattlerEntry *entry, uint32_t held,
        const struct TattlerReading *reading, const struct TattlerFlow *state)
{
    if (held < entry->condition_count)
        WaitToHold(wait, entry->mask, &entry->conditions[held], reading);
    else if (TattlerFlowHasFired(state, entry->id) && (entry->mask & UNEVEN) == 0)
        WaitToFail(wait, entry);
    else
        wait->mask |= ChancesOf(entry->mask);
}

static bool IsReached(const struct TattlerMark *mark, const struct flow *flow)
{
    struct feature_value value;

    if (!mark->feature->get(flow, &value))
        return false;
    return IsNumber(mark->feature) ? NumberOf(mark->feature, &value) >= mark->low
                                   : (mark->names >> value.number & 1) != 0;
}

/* What of enum flow_change, in the masks of rules, has come that some of them wait for. */
static uint32_t WokenBy(const struct TattlerWait *wait, const struct flow *flow, uint32_t changes)
{
    uint32_t woken = changes & wait->mask;

    for (const struct TattlerMark *mark = wait->marks; mark < &wait->marks[wait->mark_count]; mark++)
        if ((changes & mark->feature->changed) != 0 && IsReached(mark, flow))
            woken |= mark->feature->changed;
    return woken;
}

/* Who waited for it is asked again, and says anew. */
static void WaitNoMore(struct TattlerWait *wait, uint32_t woken)
{
    uint32_t kept = 0;

    wait->mask &= ~woken;
    for (uint32_t i = 0; i < wait->mark_count; i++)
        if ((wait->marks[i].feature->changed & woken) == 0)
            wait->marks[kept++] = wait->marks[i];
    wait->mark_count = kept;
}

/* --- rules --- */

/* Nothing matches text that is not known. */
static bool IsKnown(const struct feature *text, const struct flow *flow)
{
    struct feature_value value;

    return text == NULL || text->get(flow, &value);
}

static void FilterRules(DetectEngineThreadCtx *det_ctx, const struct TattlerEntry *entry,
        const struct TattlerEntry *end, struct TattlerFlow *state, struct TattlerWait *wait,
        struct TattlerReading *reading)
{
    uint32_t held = 0;

    for (; entry < end; entry++) {
        if (held >= entry->fails_with) { /* what it shares with the entry before held there */
            held = TattlerConditionsHeld(entry->conditions, entry->shared, entry->condition_count,
                    state->flow, reading);
            WaitFor(wait, entry, held, reading, state);
        } else if (state->fired_count == 0) {
            continue; /* nothing to wake */
        }
        if (TattlerRuleIsArmed(entry->id, state, held == entry->condition_count) &&
                IsKnown(entry->text, state->flow))
            PrefilterAddSids(&det_ctx->pmq, &entry->number, 1);
    }
}

/* None of the rules can hold. */
static void StayClosed(const struct TattlerRun *run, const struct TattlerEntry *entry,
        const struct TattlerEntry *end, struct TattlerFlow *state, struct TattlerWait *wait,
        const struct TattlerReading *reading)
{
    for (; state->fired_count > 0 && entry < end; entry++)
        TattlerFlowClearFired(state, entry->id);
    WaitToHold(wait, run->mask, &run->gate, reading);
}

static void FilterRun(DetectEngineThreadCtx *det_ctx, const struct TattlerGroup *group, uint32_t i,
        struct TattlerFlow *state, struct TattlerWait *wait, struct TattlerReading *reading)
{
    const struct TattlerRun *run = &group->runs[i];
    const struct TattlerEntry *entry = &group->entries[i > 0 ? run[-1].end : 0];
    const struct TattlerEntry *end = &group->entries[run->end];
    const uint64_t bit = UINT64_C(1) << (i < TATTLER_RUN_SETS ? i : TATTLER_RUN_SETS - 1);

    if (run->gated && TattlerConditionsHeld(&run->gate, 0, 1, state->flow, reading) == 0) {
        wait->open &= ~bit;
        StayClosed(run, entry, end, state, wait, reading);
        return;
    }
    wait->open |= bit;
    FilterRules(det_ctx, entry, end, state, wait, reading);
}

/* Sets of runs that hold something woken. */
static uint64_t RunsWoken(const struct TattlerGroup *group, uint32_t woken, uint64_t open)
{
    uint64_t runs = 0;

    for (; woken != 0; woken &= woken - 1) {
        const int bit = __builtin_ctz(woken);

        runs |= group->gates_of[bit] | (group->runs_of[bit] & open);
    }
    return runs;
}

static void FilterEntries(DetectEngineThreadCtx *det_ctx, const struct TattlerGroup *group,
        struct TattlerFlow *state, struct TattlerWait *wait, uint32_t woken)
{
    struct TattlerReading reading = { 0 };

    WaitNoMore(wait, woken);
    for (uint64_t runs = RunsWoken(group, woken, wait->open); runs != 0; runs &= runs - 1) {
        const uint32_t set = (uint32_t)__builtin_ctzll(runs);
        const uint32_t end = set < TATTLER_RUN_SETS - 1 ? set + 1 : group->run_count;

        for (uint32_t i = set; i < end; i++)
            if ((woken & group->runs[i].mask) != 0)
                FilterRun(det_ctx, group, i, state, wait, &reading);
    }
}

static void SearchStrings(DetectEngineThreadCtx *det_ctx, const struct TattlerGroup *group,
        const struct TattlerFlow *state, uint32_t changes)
{
    for (uint32_t i = 0; i < group->search_count; i++)
        if ((changes & (group->searches[i].feature->changed | TATTLER_CHANGED_PHASE)) != 0)
            TattlerBufferSearch(&group->searches[i], det_ctx, state);
}

static void FilterWoken(DetectEngineThreadCtx *det_ctx, const struct TattlerGroup *group,
        struct TattlerFlow *state, struct TattlerWait *wait, uint32_t changes)
{
    const uint32_t woken = WokenBy(wait, state->flow, changes);

    if (woken != 0)
        FilterEntries(det_ctx, group, state, wait, woken);
}

void TattlerGroupFilter(DetectEngineThreadCtx *det_ctx, Packet *p, const void *data)
{
    const struct TattlerGroup *group = data;
    struct TattlerFlow *state = TattlerFlowOfPacket(p);
    struct TattlerWait *wait;
    uint32_t changes;

    PrefilterAddSids(&det_ctx->pmq, group->all, group->all_count);
    if (state == NULL)
        return;
    wait = &state->waits[TattlerDirectionOf(p)];
    changes = TattlerFlowChanges(state, p);
    if ((changes & group->search_mask) != 0)
        SearchStrings(det_ctx, group, state, changes);
    if (IsNews(wait, group)) {
        *wait = (struct TattlerWait){ group, group->version, .mask = UINT32_MAX,
            .payload = group->payload.gate_count > 0 ? UINT32_MAX : 0 };
        changes = UINT32_MAX;
    }
    if ((changes & group->entry_mask) != 0)
        FilterWoken(det_ctx, group, state, wait, changes);
    if ((changes & wait->payload) != 0)
        wait->searched = TattlerPayloadIsOpen(&group->payload, p, state->flow, &wait->payload);
}
