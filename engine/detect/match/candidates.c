/* Rules that came up are looked at, and what follows if they match. */
#include "detect/match/matcher_internal.h"

#include <stdlib.h>

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

    if (plan->once && fired_has(matcher->flow, number))
        return;
    if (plan->event != PLAN_FEATURES &&
            (!look_tests(look, rule) || !runs_hold(plan, look->packet->flow)))
        return;
    if (!look_header(look, rule) || (plan->event == PLAN_FEATURES && !look_tests(look, rule)) ||
            !look_xbits(look, rule) || !look_buffers(look, rule) || is_excused(matcher, rule))
        return;
    if (plan->once)
        fired_add(matcher->flow, number);
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

void candidates_add_fit(struct matcher *matcher, uint32_t number, const struct look *look)
{
    const struct rule_test *gate = matcher->plans.rules[number].gate;

    if (gate == NULL || look_test(look, gate))
        candidates_add(matcher, number);
}

void candidates_add_each(struct matcher *matcher, const struct plan_list *list,
        const struct look *look)
{
    for (uint32_t i = 0; i < list->count; i++)
        candidates_add_fit(matcher, list->numbers[i], look);
}

void candidates_add_marked(struct matcher *matcher, const struct plan_list *list, uint64_t made)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct plan *plan = &matcher->plans.rules[list->numbers[i]];

        if ((plan->marks_needed & made) != 0 || flow_bits_hold(matcher->flow->bits, plan->mark))
            candidates_add(matcher, list->numbers[i]);
    }
}

uint64_t candidates_make_marks(const struct matcher *matcher)
{
    uint64_t made = 0;

    for (uint32_t i = 0; i < matcher->candidates.count; i++)
        made |= matcher->plans.rules[matcher->candidates.numbers[i]].marks_made;
    return made;
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
static void look_at_all(struct matcher *matcher, const struct look *look)
{
    struct plan_list *list = &matcher->candidates;

    if (list->count > 1)
        sort(list->numbers, list->count);
    for (uint32_t i = 0; i < list->count; i++)
        if (i == 0 || list->numbers[i] != list->numbers[i - 1])
            look_at(matcher, list->numbers[i], look);
    list->count = 0;
}

/* Mostly there are none. */
void candidates_look(struct matcher *matcher, const struct look *look)
{
    if (matcher->candidates.count > 0)
        look_at_all(matcher, look);
    if (matcher->witness != NULL)
        matcher->witness->look(matcher->witness->user, look);
}
