#include "detect/match/wait.h"

#define RISING (uint32_t)(CHANGED_VOLUME | CHANGED_AGE) /* integers that never fall in a flow */
/* Told of only now and then although the value moves in between. */
#define UNEVEN (uint32_t)(CHANGED_ENTROPY | CHANGED_SYMMETRY)

/* --- what has come --- */

static const struct feature *feature_of(const struct wait_mark *mark)
{
    return &features[mark->feature];
}

static bool is_rising(const struct feature *feature)
{
    return (feature->changed & RISING) != 0;
}

static float number_of(const struct feature *feature, const struct feature_value *value)
{
    return feature->type == FEATURE_REAL ? (float)value->real : (float)value->number;
}

static bool is_reached(const struct wait_mark *mark, const struct flow *flow)
{
    struct feature_value value;

    return feature_of(mark)->get(flow, &value) &&
           number_of(feature_of(mark), &value) >= mark->low;
}

uint32_t wait_take_risen(struct match_wait *wait, const struct flow *flow, uint32_t changes,
        bool told)
{
    uint32_t risen = 0, kept = 0;

    if ((wait->marked & changes) == 0)
        return 0;
    for (uint32_t i = 0; i < wait->mark_count; i++) {
        const struct wait_mark *mark = &wait->marks[i];

        if ((mark->changed & changes & ~risen) != 0 &&
                ((told && (mark->changed & RISING) == 0) || is_reached(mark, flow)))
            risen |= mark->changed;
    }
    if (risen == 0)
        return 0;
    wait->marked = 0;
    for (uint32_t i = 0; i < wait->mark_count; i++)
        if ((wait->marks[i].changed & risen) == 0) {
            wait->marked |= wait->marks[i].changed;
            wait->marks[kept++] = wait->marks[i];
        }
    wait->mark_count = kept;
    return risen;
}

/* --- what to wait for --- */

static void add_mask(struct match_wait *wait, size_t run, uint32_t mask)
{
    wait->runs[run] |= mask;
    wait->mask |= mask;
}

static void add_mark(struct match_wait *wait, size_t run, const struct feature *feature,
        float low)
{
    uint16_t index = (uint16_t)(feature - features);
    uint32_t i = 0;

    while (i < wait->mark_count && wait->marks[i].feature != index)
        i++;
    wait->marked |= feature->changed;
    if (i == WAIT_MARKS)
        add_mask(wait, run, feature->changed);
    else if (i == wait->mark_count)
        wait->marks[wait->mark_count++] = (struct wait_mark){ feature->changed, low, index };
    else if (low < wait->marks[i].low)
        wait->marks[i].low = low;
}

static bool is_number(const struct condition *condition)
{
    return (condition->feature->type == FEATURE_NUMBER || condition->feature->type == FEATURE_REAL) &&
           !condition->negated;
}

/* A number above its range that never falls is waited for no more. */
static void wait_for_number(struct match_wait *wait, size_t run, const struct condition *failed,
        const struct feature_value *value)
{
    const struct feature *feature = failed->feature;
    float low = feature->type == FEATURE_REAL ? (float)failed->real.low : (float)failed->number.low;

    if (number_of(feature, value) < low)
        add_mark(wait, run, feature, low);
    else if (!is_rising(feature) || value->number < failed->number.low)
        add_mask(wait, run, feature->changed);
}

void wait_to_hold(struct match_wait *wait, size_t run, uint32_t mask,
        const struct condition *failed, const struct feature_value *value)
{
    if ((failed->feature->changed & UNEVEN) != 0)
        add_mask(wait, run, mask);
    else if (value != NULL && is_number(failed))
        wait_for_number(wait, run, failed, value);
    else
        add_mask(wait, run, failed->feature->changed);
}

/* A number that only grows, and has no upper end, holds for good. */
void wait_to_fail(struct match_wait *wait, size_t run, const struct plan *plan, bool told)
{
    if ((plan->mask & UNEVEN) != 0 || !told) {
        add_mask(wait, run, plan->mask);
        return;
    }
    for (uint32_t i = 0; i < plan->condition_count; i++) {
        const struct condition *condition = plan->conditions[i];

        if (!is_number(condition) || !is_rising(condition->feature))
            add_mask(wait, run, condition->feature->changed);
        else if (condition->number.high < UINT64_MAX)
            add_mark(wait, run, condition->feature, (float)(condition->number.high + 1));
    }
}
