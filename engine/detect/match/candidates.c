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

/* Is the rule to be looked at? Wakes one that rests. */
static bool is_armed(struct match_flow *flow, uint32_t number, bool holds)
{
    uint32_t i = find_fired(flow, number);

    if (i == flow->fired_count)
        return holds;
    if (!holds)
        flow->fired[i] = flow->fired[--flow->fired_count];
    return false;
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

static void look_at(struct matcher *matcher, uint32_t number, const struct look *look)
{
    const struct plan *plan = &matcher->plans.rules[number];
    const struct rule *rule = plan->rule;
    bool holds;

    if (!look_header(look, rule))
        return;
    holds = look_features(look, rule);
    if (plan->once ? !is_armed(matcher->flow, number, holds) : !holds)
        return;
    if (!look_tests(look, rule) || !look_buffers(look, rule))
        return;
    if (plan->once)
        set_fired(matcher->flow, number);
    apply_effects(matcher, rule);
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

static int compare_numbers(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    return (a > b) - (a < b);
}

/* In the order of rules, each once. */
void candidates_look(struct matcher *matcher, const struct look *look)
{
    struct plan_list *list = &matcher->candidates;

    if (list->count > 1)
        qsort(list->numbers, list->count, sizeof(*list->numbers), compare_numbers);
    for (uint32_t i = 0; i < list->count; i++)
        if (i == 0 || list->numbers[i] != list->numbers[i - 1])
            look_at(matcher, list->numbers[i], look);
    list->count = 0;
}

struct look candidates_look_of(struct matcher *matcher)
{
    return (struct look){
        .packet = matcher->packet,
        .flow_bits = matcher->flow != NULL ? matcher->flow->bits : NULL,
        .xbits = matcher->xbits,
        .steps = matcher->steps,
        .payload = matcher->packet->payload,
    };
}
