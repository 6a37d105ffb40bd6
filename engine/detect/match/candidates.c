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

static bool look_at(struct matcher *matcher, uint32_t number, const struct look *look)
{
    const struct plan *plan = &matcher->plans.rules[number];
    const struct rule *rule = plan->rule;

    if (plan->once && fired_has(matcher->flow, number))
        return false;
    if (plan->event != PLAN_FEATURES &&
            (!look_tests(look, rule) || !runs_hold(plan, look->packet->flow)))
        return false;
    if (!look_header(look, rule) || (plan->event == PLAN_FEATURES && !look_tests(look, rule)) ||
            !look_xbits(look, rule) || !look_buffers(look, rule) || is_excused(matcher, rule))
        return false;
    if (plan->once)
        fired_add(matcher->flow, number);
    apply_effects(matcher, rule);
    found_note(matcher, number, look);
    if (look_twice(look, rule))
        found_note(matcher, number, look);
    return true;
}

/* --- candidates --- */

void candidates_add(void *user, uint32_t number)
{
    struct matcher *matcher = user;

    if (!plan_list_append(&matcher->candidates[matcher->filled], number))
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

void candidates_add_marked(struct matcher *matcher, const struct plan_list *list,
        const struct marks *marks)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct plan *plan = &matcher->plans.rules[list->numbers[i]];

        if ((plan->marks_needed & marks->made) != 0 ||
                ((plan->marks_needed & marks->set) != 0 &&
                        flow_bits_hold(matcher->flow->bits, plan->mark)))
            candidates_add(matcher, list->numbers[i]);
    }
}

uint64_t candidates_make_marks(const struct matcher *matcher)
{
    uint64_t made = 0;

    for (int list = 0; list < CANDIDATE_LISTS; list++)
        for (uint32_t i = 0; i < matcher->candidates[list].count; i++)
            made |= matcher->plans.rules[matcher->candidates[list].numbers[i]].marks_made;
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

/* A sorted list, from its first number on that has not been taken. */
struct taking {
    const struct plan_list *list;
    uint32_t at;
};

static uint32_t next_of(const struct taking *from)
{
    return from->at < from->list->count ? from->list->numbers[from->at] : UINT32_MAX;
}

/* However often it is there. */
static bool take(struct taking *from, uint32_t number)
{
    uint32_t before = from->at;

    while (next_of(from) == number)
        from->at++;
    return from->at > before;
}

/* In the order of rules, each once. */
static void look_at_all(struct matcher *matcher, const struct look *const looks[CANDIDATE_LISTS])
{
    struct taking packet = { &matcher->candidates[OF_PACKET], 0 };
    struct taking piece = { &matcher->candidates[OF_PIECE], 0 };

    for (;;) {
        uint32_t a = next_of(&packet), b = next_of(&piece), number = a < b ? a : b;
        bool of_packet, of_piece;

        if (number == UINT32_MAX)
            return;
        of_packet = take(&packet, number);
        of_piece = take(&piece, number);
        if (!(of_piece && look_at(matcher, number, looks[OF_PIECE])) && of_packet)
            look_at(matcher, number, looks[OF_PACKET]);
    }
}

/* Mostly there are none. */
void candidates_look(struct matcher *matcher, const struct look *const looks[CANDIDATE_LISTS])
{
    struct plan_list *lists = matcher->candidates;

    if (candidates_any(matcher)) {
        for (int i = 0; i < CANDIDATE_LISTS; i++)
            if (lists[i].count > 1)
                sort(lists[i].numbers, lists[i].count);
        look_at_all(matcher, looks);
        lists[OF_PACKET].count = lists[OF_PIECE].count = 0;
    }
    for (int i = 0; i < CANDIDATE_LISTS && matcher->witness != NULL; i++)
        if (looks[i] != NULL)
            matcher->witness->look(matcher->witness->user, looks[i]);
}
