/* The prefilter of a group of rules, while packets are inspected. */
#include "rule.h"

#include "util-prefilter.h"

static void FilterRun(DetectEngineThreadCtx *det_ctx, const struct TattlerEntry *entry,
        const struct TattlerEntry *end, struct TattlerFlow *state, struct TattlerReading *reading)
{
    uint32_t held = 0;

    for (; entry < end; entry++) {
        if (held >= entry->fails_with) /* what it shares with the entry before held there */
            held = TattlerConditionsHeld(entry->conditions, entry->shared, entry->condition_count,
                    state->flow, reading);
        else if (state->fired_count == 0)
            continue; /* nothing to wake */
        if (TattlerRuleIsArmed(entry->id, state, held == entry->condition_count))
            PrefilterAddSids(&det_ctx->pmq, &entry->number, 1);
    }
}

static void FilterEntries(DetectEngineThreadCtx *det_ctx, const struct TattlerGroup *group,
        struct TattlerFlow *state, uint32_t changes)
{
    struct TattlerReading reading = { 0 };
    uint32_t start = 0;

    for (uint32_t i = 0; i < group->run_count; i++) {
        if ((changes & group->runs[i].mask) != 0)
            FilterRun(det_ctx, &group->entries[start], &group->entries[group->runs[i].end], state,
                    &reading);
        start = group->runs[i].end;
    }
}

static void SearchStrings(DetectEngineThreadCtx *det_ctx, const struct TattlerGroup *group,
        const struct TattlerFlow *state, uint32_t changes)
{
    for (uint32_t i = 0; i < group->search_count; i++)
        if ((changes & group->searches[i].feature->changed) != 0)
            TattlerBufferSearch(&group->searches[i], det_ctx, state);
}

void TattlerGroupFilter(DetectEngineThreadCtx *det_ctx, Packet *p, const void *data)
{
    const struct TattlerGroup *group = data;
    struct TattlerFlow *state = TattlerFlowOfPacket(p);
    uint32_t changes;

    PrefilterAddSids(&det_ctx->pmq, group->all, group->all_count);
    if (state == NULL)
        return;
    changes = TattlerFlowChanges(state, p);
    if ((changes & group->search_mask) != 0)
        SearchStrings(det_ctx, group, state, changes);
    if ((changes & group->entry_mask) != 0)
        FilterEntries(det_ctx, group, state, changes);
}
