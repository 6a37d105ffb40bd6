/* Rules that came up are looked at, and what follows if they match. */
#include "detect/match/matcher_internal.h"

#include <stdlib.h>

#define FIRED_ROOM 4 /* rules that alert on one flow, to begin with */

/* --- rules that have alerted on a flow --- */

static uint32_t find_fired(const struct match_flow *flow, uint32_t number)
{
    uint32_t i = 0;

    while (i < flow->fired_count && flow->fired[i] != number)
        i++;
    return i;
}

static bool has_fired(const struct match_flow *flow, uint32_t number)
{
    return find_fired(flow, number) < flow->fired_count;
}

/* Without memory the rule may alert again on this flow. */
static void set_fired(struct match_flow *flow, uint32_t number)
{
    if (flow->fired_count == flow->fired_room) {
        uint32_t room = flow->fired_room > 0 ? flow->fired_room * 2 : FIRED_ROOM;
        uint32_t *fired = realloc(flow->fired, room * sizeof(*fired));

        if (fired == NULL)
            return;
        flow->fired = fired;
        flow->fired_room = room;
    }
    flow->fired[flow->fired_count++] = number;
}

/* Its conditions do not hold any more. */
static void wake_fired(struct match_flow *flow, uint32_t number)
{
    uint32_t i = find_fired(flow, number);

    if (i < flow->fired_count)
        flow->fired[i] = flow->fired[--flow->fired_count];
}

/* --- one rule --- */

static void apply_effects(struct matcher *matcher, const struct rule *rule)
{
    const struct match_packet *packet = matcher->packet;
    const struct xbit_packet seen = { packet->time_us, &packet->source, &packet->destination };

    for (uint32_t i = 0; i < rule->effect_count; i++) {
        const struct rule_effect *effect = &rule->effects[i];

        if (effect->is_xbit)
            xbits_apply(matcher->xbits, effect, &seen);
        else if (matcher->flow != NULL)
            matcher->counters.flowbits_refused +=
                    flow_bits_apply(&matcher->flow->bits, effect) != TATTLER_OK;
    }
}

/* Told of only now and then although the value moves in between. */
#define UNEVEN (uint32_t)(CHANGED_ENTROPY | CHANGED_SYMMETRY | CHANGED_BEAT)

/* Does all hold that the rule asks of features? If not, it cannot before the first that did not has
 * changed. */
static bool conditions_hold(struct matcher *matcher, const struct plan *plan, uint32_t *waits_for)
{
    const struct flow *flow = matcher->packet->flow;

    *waits_for = plan->mask;
    for (uint32_t i = 0; i < plan->condition_count; i++) {
        const struct condition *condition = plan->conditions[i];

        if (flow != NULL && condition_holds(condition, flow))
            continue;
        if ((condition->feature->changed & UNEVEN) == 0)
            *waits_for = condition->feature->changed;
        return false;
    }
    return true;
}

static bool is_excused(const struct matcher *matcher, const struct rule *rule)
{
    const struct match_excuse *excuse = matcher->excuse;
    const struct flow *flow = matcher->packet->flow;

    return rule->unless_usual && excuse != NULL && flow != NULL &&
           excuse->is_usual(excuse->user, flow, rule);
}

static void look_at(struct matcher *matcher, uint32_t number, const struct look *look)
{
    const struct plan *plan = &matcher->plans.rules[number];
    const struct rule *rule = plan->rule;
    uint32_t waits_for;

    if (plan->once && has_fired(matcher->flow, number))
        return;
    if (plan->event != PLAN_FEATURES &&
            (!look_tests(look, rule) || !conditions_hold(matcher, plan, &waits_for)))
        return;
    if (!look_header(look, rule) || (plan->event == PLAN_FEATURES && !look_tests(look, rule)) ||
            !look_xbits(look, rule) || !look_buffers(look, rule) || is_excused(matcher, rule))
        return;
    if (plan->once)
        set_fired(matcher->flow, number);
    apply_effects(matcher, rule);
    found_note(matcher, number, look);
    if (look_twice(look, rule))
        found_note(matcher, number, look);
}

/* --- candidates --- */

void candidates_add(void *user, uint32_t number)
{
    struct matcher *matcher = user;

    if (!plan_list_append(&matcher->candidates, number))
        matcher->counters.discarded++;
}

void candidates_add_list(struct matcher *matcher, const struct plan_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        candidates_add(matcher, list->numbers[i]);
}

void candidates_add_payload(struct matcher *matcher, const struct plan_list *list,
        struct cursor bytes)
{
    for (uint32_t i = 0; i < list->count; i++) {
        int first = matcher->plans.rules[list->numbers[i]].first;

        if (first < 0 || first == bytes.at[0])
            candidates_add(matcher, list->numbers[i]);
    }
}

void candidates_add_marked(struct matcher *matcher, const struct plan_list *list, bool all)
{
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t number = list->numbers[i];

        if (all || flow_bits_hold(matcher->flow->bits, matcher->plans.rules[number].mark))
            candidates_add(matcher, number);
    }
}

bool candidates_make_marks(const struct matcher *matcher)
{
    for (uint32_t i = 0; i < matcher->candidates.count; i++)
        if (matcher->plans.rules[matcher->candidates.numbers[i]].makes_mark)
            return true;
    return false;
}

void candidates_add_run(struct matcher *matcher, const struct plan_list *rules,
        const struct look *look, uint32_t *waits)
{
    *waits = 0;
    for (uint32_t i = 0; i < rules->count; i++) {
        uint32_t number = rules->numbers[i], waits_for;
        const struct plan *plan = &matcher->plans.rules[number];
        bool holds = conditions_hold(matcher, plan, &waits_for);

        if (!holds)
            wake_fired(matcher->flow, number);
        else if (!has_fired(matcher->flow, number) && !look_header(look, plan->rule))
            continue; /* never in this phase of the flow */
        else if (!has_fired(matcher->flow, number))
            candidates_add(matcher, number);
        *waits |= waits_for;
    }
}

static int compare_numbers(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    return (a > b) - (a < b);
}

#define FEW 16 /* numbers that are sorted quicker one by one */

/* Mostly a few lists, each in order. */
static void sort(uint32_t *numbers, uint32_t count)
{
    uint32_t sorted = 1;

    while (sorted < count && numbers[sorted - 1] <= numbers[sorted])
        sorted++;
    if (sorted < count && count > FEW) {
        qsort(numbers, count, sizeof(*numbers), compare_numbers);
        return;
    }
    for (uint32_t i = sorted; i < count; i++) {
        uint32_t number = numbers[i], at = i;

        for (; at > 0 && numbers[at - 1] > number; at--)
            numbers[at] = numbers[at - 1];
        numbers[at] = number;
    }
}

/* In the order of rules, each once. */
void candidates_look(struct matcher *matcher, const struct look *look)
{
    struct plan_list *list = &matcher->candidates;

    sort(list->numbers, list->count);
    for (uint32_t i = 0; i < list->count; i++)
        if (i == 0 || list->numbers[i] != list->numbers[i - 1])
            look_at(matcher, list->numbers[i], look);
    list->count = 0;
    if (matcher->witness != NULL)
        matcher->witness->look(matcher->witness->user, look);
}

struct look candidates_look_of(struct matcher *matcher)
{
    return (struct look){
        .packet = matcher->packet,
        .application = matcher->packet->application,
        .flow_bits = matcher->flow != NULL ? &matcher->flow->bits : NULL,
        .xbits = matcher->xbits,
        .steps = matcher->steps,
        .payload = matcher->packet->payload,
    };
}
