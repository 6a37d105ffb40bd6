/* wait.c - what rules that do not hold wait for, so that they are left alone until then. */
#include "rule.h"

#include <math.h>

#include "base/time.h"
#include "detect/feature_get.h"

/* Told of only now and then although the value moves in between. */
#define UNEVEN (uint32_t)(CHANGED_ENTROPY | CHANGED_SYMMETRY)
#define FAR 9e18 /* what is above is not reached by any flow; below, it fits a uint64_t */

/* --- chances --- */

static uint64_t Sum(uint64_t a, uint64_t b)
{
    return a < UINT64_MAX - b ? a + b : UINT64_MAX;
}

static uint64_t Smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Does it count what goes one way? Each packet has bytes: where packets are counted, at least as many bytes
 * come. */
static bool Counts(const struct feature *feature, enum direction *way)
{
    *way = feature->get == get_bytes_up || feature->get == get_pkts_up ? UP : DOWN;
    return *way == UP || feature->get == get_bytes_down || feature->get == get_pkts_down;
}

void TattlerChanceRises(struct TattlerChance *chance, const struct flow *flow,
        const struct feature *feature, uint64_t number)
{
    struct feature_value value = { 0 };
    enum direction way;

    chance->mask |= feature->changed;
    feature->get(flow, &value);
    if (Counts(feature, &way))
        chance->volume[way] = Smaller(chance->volume[way],
                Sum(flow->bytes[way], value.number < number ? number - value.number : 0));
    else if (feature->get == get_age_s)
        chance->time_us = Smaller(chance->time_us,
                Sum(flow->first_us, number < UINT64_MAX / US_PER_S ? number * US_PER_S : UINT64_MAX));
    else
        TattlerChanceAdd(chance, feature->changed);
}

void TattlerChanceAdd(struct TattlerChance *chance, uint32_t mask)
{
    chance->mask |= mask;
    if ((mask & CHANGED_VOLUME) != 0)
        chance->volume[UP] = chance->volume[DOWN] = 0;
    if ((mask & CHANGED_AGE) != 0)
        chance->time_us = 0;
}

/* --- what the rules of one group wait for --- */

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

/* Of the mask of rules that do not rest, what may have one match: those that ask for a SYN or a flowbit
 * wait for one, and where each packet may, all else is part of it. */
static uint32_t ChancesOf(uint32_t mask)
{
    if ((mask & TATTLER_CHANGED_SYN) != 0)
        return TATTLER_CHANGED_SYN;
    if ((mask & TATTLER_CHANGED_ALWAYS) != 0)
        return TATTLER_CHANGED_ALWAYS;
    return (mask & TATTLER_CHANGED_BITS) != 0 ? TATTLER_CHANGED_BITS : mask;
}

void TattlerWaitToHold(struct TattlerWait *wait, uint32_t mask, const struct condition *failed,
        const struct TattlerReading *reading)
{
    bool above;

    if (((failed->feature->changed & UNEVEN) | (mask & TATTLER_CHANGED_SYN)) != 0) {
        wait->mask |= ChancesOf(mask);
        return;
    }
    above = IsNumber(failed->feature) && reading->known &&
            NumberOf(failed->feature, &reading->value) >= LowOf(failed);
    if ((failed->feature->changed & TATTLER_RESTLESS) == 0 || failed->negated ||
            (above && (failed->feature->changed & TATTLER_RISING) == 0))
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

        if ((feature->changed & TATTLER_RISING) == 0 || feature->type != FEATURE_NUMBER || condition->negated)
            wait->mask |= feature->changed;
        else if (condition->number.high < UINT64_MAX)
            WaitForNumber(wait, feature, (double)condition->number.high + 1);
    }
}

void TattlerWaitFor(struct TattlerWait *wait, const struct TattlerEntry *entry, uint32_t held,
        const struct TattlerReading *reading, const struct TattlerFlow *state)
{
    if (held < entry->condition_count)
        TattlerWaitToHold(wait, entry->mask, &entry->conditions[held], reading);
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

uint32_t TattlerWaitWoken(const struct TattlerWait *wait, const struct flow *flow, uint32_t changes)
{
    uint32_t woken = changes & wait->mask;

    for (const struct TattlerMark *mark = wait->marks; mark < &wait->marks[wait->mark_count]; mark++)
        if ((changes & mark->feature->changed) != 0 && IsReached(mark, flow))
            woken |= mark->feature->changed;
    return woken;
}

void TattlerWaitNoMore(struct TattlerWait *wait, uint32_t woken)
{
    uint32_t kept = 0;

    wait->mask &= ~woken;
    for (uint32_t i = 0; i < wait->mark_count; i++)
        if ((wait->marks[i].feature->changed & woken) == 0)
            wait->marks[kept++] = wait->marks[i];
    wait->mark_count = kept;
}

void TattlerWaitSumUp(struct TattlerWait *wait, const struct flow *flow, uint32_t others)
{
    wait->any = wait->payload;
    TattlerChanceAdd(&wait->any, wait->mask | others);
    for (const struct TattlerMark *mark = wait->marks; mark < &wait->marks[wait->mark_count]; mark++)
        if ((mark->feature->changed & TATTLER_RISING) != 0)
            TattlerChanceRises(&wait->any, flow, mark->feature,
                    mark->low < FAR ? (uint64_t)mark->low : UINT64_MAX);
        else
            wait->any.mask |= mark->feature->changed;
}
