/* Which heuristics an event is for: those that have a handler for it and need nothing that is not so.
 *
 * Asked before a script is called, which costs more than all needs. What several heuristics need is
 * looked at once for an event. */
#include <stdlib.h>
#include <string.h>

#include "detect/heuristics/heuristics_internal.h"

#define ANSWERS_MAX 64 /* needs beyond are looked at each time */

static bool is_same_value(const struct value *left, const struct value *right)
{
    if (left->type != right->type)
        return false;
    switch (left->type) {
    case VALUE_NUMBER:
        return left->number == right->number;
    case VALUE_FLAG:
        return left->flag == right->flag;
    case VALUE_TEXT:
        return left->len == right->len && memcmp(left->text, right->text, left->len) == 0;
    default:
        return true;
    }
}

static bool is_met(const struct script_need *need, const struct value *value)
{
    return need->value.type == VALUE_NUMBER
                   ? value->type == VALUE_NUMBER && value->number >= need->value.number
                   : is_same_value(value, &need->value);
}

/* --- lists --- */

static size_t count_all(const struct heuristics *set)
{
    size_t count = 0;

    for (size_t i = 0; i < set->count; i++)
        count += set->items[i].declared->need_count;
    return count;
}

/* The same number for the same need. */
static size_t number_of(const struct heuristic_list *list, const struct script_need *need)
{
    size_t i = 0;

    while (i < list->need_count && (list->needs[i].need->field != need->field ||
                                           !is_same_value(&list->needs[i].need->value, &need->value)))
        i++;
    return i;
}

static void add(struct heuristic_list *list, size_t number, const struct script_heuristic *declared,
        enum script_event event)
{
    list->items[list->count] = (struct listed_heuristic){ number, list->need_count, 0 };
    for (size_t i = 0; i < declared->need_count; i++) {
        const struct script_need *need = &declared->needs[i];

        if ((need->events & 1u << event) == 0)
            continue;
        list->needs[list->need_count] = (struct listed_need){ need, number_of(list, need) };
        list->need_count++;
    }
    list->items[list->count].need_end = list->need_count;
    list->count++;
}

bool needs_list(struct heuristics *set)
{
    size_t need_count = count_all(set);

    for (size_t event = 0; event < SCRIPT_EVENTS; event++) {
        struct heuristic_list *list = &set->of_event[event];

        list->items = calloc(set->count + 1, sizeof(*list->items));
        list->needs = calloc(need_count + 1, sizeof(*list->needs));
        if (list->items == NULL || list->needs == NULL)
            return false;
        for (size_t i = 0; i < set->count; i++)
            if ((set->items[i].declared->events & 1u << event) != 0)
                add(list, i, set->items[i].declared, (enum script_event)event);
    }
    return true;
}

void needs_clear(struct heuristics *set)
{
    for (size_t event = 0; event < SCRIPT_EVENTS; event++) {
        free(set->of_event[event].items);
        free(set->of_event[event].needs);
    }
}

/* --- looking --- */

static bool holds(const struct heuristics *set, const struct listed_need *listed,
        struct script_call *call, struct need_answers *answers)
{
    uint64_t bit = listed->number < ANSWERS_MAX ? UINT64_C(1) << listed->number : 0;
    const struct script_need *need = listed->need;
    struct value value;

    if ((answers->known & bit) != 0)
        return (answers->hold & bit) != 0;
    answers->known |= bit;
    if (!set->host.read(call, need->object, need->field, &value) || !is_met(need, &value))
        return false;
    answers->hold |= bit;
    return true;
}

bool needs_hold(const struct heuristics *set, enum script_event event, size_t item,
        struct script_call *call, struct need_answers *answers)
{
    const struct heuristic_list *list = &set->of_event[event];
    unsigned choice = 0;
    bool met = true;

    for (size_t i = list->items[item].need_first; i < list->items[item].need_end; i++) {
        const struct listed_need *listed = &list->needs[i];

        if (listed->need->choice != choice) {
            if (met && choice > 0)
                return true;
            choice = listed->need->choice;
            met = true;
        }
        met = met && holds(set, listed, call, answers);
        if (!met && choice == 0)
            return false;
    }
    return met;
}
