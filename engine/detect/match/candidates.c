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

/* What a condition has found. */
struct sight {
    bool known;
    struct feature_value value;
};

/* The first condition on features, from this one on, that does not hold; NULL: all do. */
static const struct condition *find_failed(const struct plan *plan, uint32_t from,
        const struct flow *flow, struct sight *seen)
{
    for (uint32_t i = from; i < plan->condition_count; i++) {
        const struct condition *condition = plan->conditions[i];

        seen->known = flow != NULL && condition->feature->get(flow, &seen->value);
        if (!seen->known || !condition_accepts(condition, &seen->value))
            return condition;
    }
    return NULL;
}

static bool all_hold(const struct plan *plan, const struct flow *flow)
{
    struct sight seen;

    return find_failed(plan, 0, flow, &seen) == NULL;
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

    if (plan->once && has_fired(matcher->flow, number))
        return;
    if (plan->event != PLAN_FEATURES &&
            (!look_tests(look, rule) || !all_hold(plan, look->packet->flow)))
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

/* It does not hold now. */
static void note_failed(struct matcher *matcher, uint32_t number)
{
    if (matcher->flow->fired_count > 0)
        wake_fired(matcher->flow, number);
}

/* It holds: has it not been told? */
static bool is_news(const struct matcher *matcher, uint32_t number, const struct look *look)
{
    return !has_fired(matcher->flow, number) &&
           look_header(look, matcher->plans.rules[number].rule);
}

void candidates_add_features(struct matcher *matcher, const struct plan_list *rules,
        const struct look *look)
{
    for (uint32_t i = 0; i < rules->count; i++) {
        uint32_t number = rules->numbers[i];

        if (!all_hold(&matcher->plans.rules[number], look->packet->flow))
            note_failed(matcher, number);
        else if (is_news(matcher, number, look))
            candidates_add_fit(matcher, number, look);
    }
}

/* Whose runs are asked. */
struct asking {
    const struct look *look;
    struct match_wait *wait;
    size_t run;
};

/* 'failed' does not hold; 'value': of its feature, NULL: unknown. */
static void settle_failed(struct matcher *matcher, const struct asking *asking, uint32_t number,
        const struct condition *failed, const struct feature_value *value)
{
    note_failed(matcher, number);
    wait_to_hold(asking->wait, asking->run, matcher->plans.rules[number].mask, failed, value);
}

/* All its conditions do. What is no news although it has not been told never is in this phase of the
 * flow. */
static void settle_holding(struct matcher *matcher, const struct asking *asking, uint32_t number)
{
    bool news = is_news(matcher, number, asking->look);

    if (news || has_fired(matcher->flow, number))
        wait_to_fail(asking->wait, asking->run, &matcher->plans.rules[number], !news);
    if (news)
        candidates_add_fit(matcher, number, asking->look);
}

/* From this condition on. */
static void ask_rule(struct matcher *matcher, const struct asking *asking, uint32_t number,
        uint32_t from)
{
    struct sight seen;
    const struct condition *failed = find_failed(&matcher->plans.rules[number], from,
            asking->look->packet->flow, &seen);

    if (failed != NULL)
        settle_failed(matcher, asking, number, failed, seen.known ? &seen.value : NULL);
    else
        settle_holding(matcher, asking, number);
}

/* None of its rules can hold. */
static void stay_closed(struct matcher *matcher, const struct feature_run *run,
        const struct asking *asking, const struct feature_value *value)
{
    for (uint32_t i = 0; matcher->flow->fired_count > 0 && i < run->rules.count; i++)
        wake_fired(matcher->flow, run->rules.numbers[i]);
    wait_to_hold(asking->wait, asking->run, run->mask, &run->gate, value);
}

/* Their first conditions are on the gate's feature, whose value goes for all. */
static void ask_gated(struct matcher *matcher, const struct feature_run *run,
        const struct asking *asking)
{
    struct feature_value value;

    if (!run->gate.feature->get(asking->look->packet->flow, &value)) {
        stay_closed(matcher, run, asking, NULL);
        return;
    }
    if (!condition_accepts(&run->gate, &value)) {
        stay_closed(matcher, run, asking, &value);
        return;
    }
    for (uint32_t i = 0; i < run->rules.count; i++) {
        uint32_t number = run->rules.numbers[i];
        const struct condition *first = matcher->plans.rules[number].conditions[0];

        if (condition_accepts(first, &value))
            ask_rule(matcher, asking, number, 1);
        else
            settle_failed(matcher, asking, number, first, &value);
    }
}

void candidates_add_run(struct matcher *matcher, const struct feature_run *run,
        const struct look *look, struct match_wait *wait, size_t index)
{
    const struct asking asking = { look, wait, index };

    wait->runs[index] = 0;
    if (run->gated) {
        ask_gated(matcher, run, &asking);
        return;
    }
    for (uint32_t i = 0; i < run->rules.count; i++)
        ask_rule(matcher, &asking, run->rules.numbers[i], 0);
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
