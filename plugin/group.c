/* The prefilter of a group of rules, while packets are inspected. */
#include "rule.h"

#include "util-prefilter.h"

#include "base/apart.h"

/* Where nothing is known of this flow in this direction, all rules are to be asked. */
static bool IsNews(const struct TattlerWait *wait, const struct TattlerGroup *group)
{
    return wait->group != group || wait->version != group->version;
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
                    &state->flow, reading);
            TattlerWaitFor(wait, entry, held, reading, state);
        } else if (state->fired_count == 0) {
            continue; /* nothing to wake */
        }
        if (TattlerRuleIsArmed(entry->id, state, held == entry->condition_count) &&
                IsKnown(entry->text, &state->flow))
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
    if (run->opens != 0)
        wait->mask |= run->opens;
    else
        TattlerWaitToHold(wait, run->mask, &run->gate, reading);
}

static bool IsOpen(const struct TattlerRun *run, const struct flow *flow,
        struct TattlerReading *reading)
{
    if (!run->gated)
        return true;
    reading->feature = run->gate.feature;
    reading->known = run->gate.feature->get(flow, &reading->value);
    return reading->known && condition_accepts(&run->gate, &reading->value);
}

static void FilterRun(DetectEngineThreadCtx *det_ctx, const struct TattlerGroup *group, uint32_t i,
        struct TattlerFlow *state, struct TattlerWait *wait, struct TattlerReading *reading)
{
    const struct TattlerRun *run = &group->runs[i];
    const struct TattlerEntry *entry = &group->entries[i > 0 ? run[-1].end : 0];
    const struct TattlerEntry *end = &group->entries[run->end];
    const uint64_t bit = UINT64_C(1) << (i < TATTLER_RUN_SETS ? i : TATTLER_RUN_SETS - 1);

    if (!IsOpen(run, &state->flow, reading)) {
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

    for (woken &= group->entry_mask; woken != 0; woken &= woken - 1) {
        const int bit = __builtin_ctz(woken);

        runs |= group->gates_of[bit] | (group->runs_of[bit] & open);
    }
    return runs;
}

static void FilterEntries(DetectEngineThreadCtx *det_ctx, const struct TattlerGroup *group,
        struct TattlerFlow *state, struct TattlerWait *wait, uint32_t woken)
{
    struct TattlerReading reading = { 0 };

    TattlerWaitNoMore(wait, woken);
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

/* Something has come that somebody waits for, or nobody has said yet. */
static APART void Look(DetectEngineThreadCtx *det_ctx, const Packet *p, const struct TattlerGroup *group,
        struct TattlerFlow *state, struct TattlerWait *wait, uint32_t changes)
{
    uint32_t woken, asked;

    if ((changes & group->search_mask) != 0)
        SearchStrings(det_ctx, group, state, changes);
    if (IsNews(wait, group)) {
        *wait = (struct TattlerWait){ group, group->version, .mask = UINT32_MAX,
            .payload = TATTLER_NO_CHANCE };
        wait->payload.mask = group->payload.gate_count > 0 ? UINT32_MAX : 0;
        changes = UINT32_MAX;
    }
    woken = TattlerWaitWoken(wait, &state->flow, changes);
    asked = TattlerChanceOf(&wait->payload, &state->flow, changes) & wait->payload.mask;
    if (woken != 0)
        FilterEntries(det_ctx, group, state, wait, woken);
    if (asked != 0)
        wait->searched = TattlerPayloadIsOpen(&group->payload, p, &state->flow, &wait->payload);
    if ((woken | asked | (changes & TATTLER_RISING)) != 0)
        TattlerWaitSumUp(wait, &state->flow, group->search_mask);
}

void TattlerGroupBitsMayBe(DetectEngineThreadCtx *det_ctx, const Packet *p,
        const struct TattlerGroup *group)
{
    struct TattlerFlow *state = TattlerFlowOfPacket(p);
    struct TattlerWait *wait;

    if (state == NULL || p->flow->flowvar != NULL)
        return;
    wait = &state->waits[TattlerDirectionOf(p)];
    if ((wait->mask & TATTLER_CHANGED_BITS) == 0)
        return;
    FilterEntries(det_ctx, group, state, wait, TATTLER_CHANGED_BITS);
    TattlerWaitSumUp(wait, &state->flow, group->search_mask);
}

void TattlerGroupFilter(DetectEngineThreadCtx *det_ctx, Packet *p, const void *data)
{
    const struct TattlerGroup *group = data;
    struct TattlerFlow *state = TattlerFlowOfPacket(p);
    struct TattlerWait *wait;
    uint32_t changes;

    if (group->all_count > 0)
        PrefilterAddSids(&det_ctx->pmq, group->all, group->all_count);
    if (state == NULL)
        return;
    wait = &state->waits[TattlerDirectionOf(p)];
    changes = TattlerChanceOf(&wait->any, &state->flow, TattlerFlowChanges(state, p));
    if ((changes & wait->any.mask) != 0 || IsNews(wait, group))
        Look(det_ctx, p, group, state, wait, changes);
}
