/* Which heuristics an event is for: those that have a handler for it and need nothing that is not so.
 *
 * Asked before a script is called, which costs more than all needs. What several heuristics need is
 * looked at once for an event. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "detect/heuristics/heuristics_internal.h"

#define NUMBER_END 18446744073709551616.0 /* of what a whole number can be */

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

/* --- is it so? --- */

/* 'true' for what is no flag: known, whatever it is. */
static bool is_any(const struct value *value)
{
    return value->type == VALUE_FLAG && value->flag;
}

/* Nearly all events are of flows and end here, so what flows need is compared as features are kept.
 * For the rest the host is asked as scripts ask it. */

static bool is_value_so(const struct listed_need *listed, const struct needs_view *view)
{
    const struct script_need *need = listed->need;
    struct value value;

    if (!view->set->host.read(view->call, need->object, need->field, &value))
        return false;
    if (is_any(&need->value) && value.type != VALUE_FLAG)
        return true;
    return need->value.type == VALUE_NUMBER
                   ? value.type == VALUE_NUMBER && value.number >= need->value.number
                   : is_same_value(&value, &need->value);
}

static bool is_number_so(const struct listed_need *listed, const struct needs_view *view)
{
    struct feature_value value;

    return listed->feature->get(view->flow, &value) && value.number >= listed->least;
}

static bool is_real_so(const struct listed_need *listed, const struct needs_view *view)
{
    struct feature_value value;

    return listed->feature->get(view->flow, &value) && value.real >= listed->need->value.number;
}

static bool is_known(const struct listed_need *listed, const struct needs_view *view)
{
    struct feature_value value;

    return listed->feature->get(view->flow, &value);
}

/* Of flags and names. */
static bool is_index_so(const struct listed_need *listed, const struct needs_view *view)
{
    struct feature_value value;

    return listed->feature->get(view->flow, &value) && value.number == listed->least;
}

static bool is_begun_so(const struct listed_need *listed, const struct needs_view *view)
{
    return view->flow->device_initiated == listed->need->value.flag;
}

static bool is_outside_so(const struct listed_need *listed, const struct needs_view *view)
{
    return view->flow->remote_is_public == listed->need->value.flag;
}

/* --- lists --- */

static void compare_number(struct listed_need *listed, const struct value *value)
{
    if (value->type != VALUE_NUMBER || value->number >= NUMBER_END)
        return;
    listed->least = value->number > 0 ? (uint64_t)ceil(value->number) : 0;
    listed->is_so = is_number_so;
}

static void compare_name(struct listed_need *listed, const struct value *value)
{
    const char *name;

    for (size_t i = 0; (name = listed->feature->value_name(i)) != NULL; i++)
        if (value->type == VALUE_TEXT && strlen(name) == value->len &&
                memcmp(name, value->text, value->len) == 0) {
            listed->least = i;
            listed->is_so = is_index_so;
        }
}

static void compare_feature(struct listed_need *listed, const struct value *value)
{
    enum feature_type type = listed->feature->type;

    if (type == FEATURE_BOOLEAN && value->type == VALUE_FLAG) {
        listed->least = value->flag;
        listed->is_so = is_index_so;
    } else if (is_any(value)) {
        listed->is_so = is_known;
    } else if (type == FEATURE_NUMBER) {
        compare_number(listed, value);
    } else if (type == FEATURE_REAL && value->type == VALUE_NUMBER) {
        listed->is_so = is_real_so;
    } else if (type == FEATURE_NAMES) {
        compare_name(listed, value);
    }
}

static struct listed_need listed_of(const struct script_need *need)
{
    struct listed_need listed = { .need = need, .choice = need->choice, .is_so = is_value_so };

    if (need->object != SCRIPT_FLOW)
        return listed;
    if (need->field < feature_count) {
        listed.feature = &features[need->field];
        compare_feature(&listed, &need->value);
    } else if (need->value.type == VALUE_FLAG) {
        if (need->field - feature_count == FLOW_INITIATED)
            listed.is_so = is_begun_so;
        else if (need->field - feature_count == FLOW_PUBLIC)
            listed.is_so = is_outside_so;
    }
    return listed;
}

static size_t count_all(const struct heuristics *set)
{
    size_t count = 0;

    for (size_t i = 0; i < set->count; i++)
        count += set->items[i].declared->need_count;
    return count;
}

/* The same number for the same need: all of an event are of one object. */
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
    struct listed_heuristic *item = &list->items[list->count++];

    *item = (struct listed_heuristic){ .number = number, .needs = &list->needs[list->need_count] };
    for (size_t i = 0; i < declared->need_count; i++) {
        const struct script_need *need = &declared->needs[i];

        if ((need->events & 1u << event) == 0)
            continue;
        list->needs[list->need_count] = listed_of(need);
        list->needs[list->need_count].number = number_of(list, need);
        list->need_count++;
    }
    item->needs_end = &list->needs[list->need_count];
}

bool needs_list(struct heuristics *set)
{
    set->answer_count = count_all(set);
    for (size_t event = 0; event < SCRIPT_EVENTS; event++) {
        struct heuristic_list *list = &set->of_event[event];

        list->items = calloc(set->count + 1, sizeof(*list->items));
        list->needs = calloc(set->answer_count + 1, sizeof(*list->needs));
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

static bool holds(const struct listed_need *listed, const struct needs_view *view)
{
    uint8_t *answer = &view->answers[listed->number];

    if (*answer == NOT_ASKED)
        *answer = listed->is_so(listed, view) ? SO : NOT_SO;
    return *answer == SO;
}

const struct script_need *needs_missing(const struct listed_heuristic *item,
        const struct needs_view *view)
{
    const struct listed_need *need = item->needs, *end = item->needs_end, *missing = NULL;

    for (; need < end && need->choice == 0; need++)
        if (!holds(need, view))
            return need->need;
    while (need < end) {
        unsigned choice = need->choice;

        for (missing = NULL; need < end && need->choice == choice; need++)
            if (missing == NULL && !holds(need, view))
                missing = need;
        if (missing == NULL)
            return NULL;
    }
    return missing != NULL ? missing->need : NULL;
}

/* --- what can never hold --- */

static const struct feature *feature_of(const struct heuristics *set, const struct script_need *need)
{
    const struct catalogs *catalogs = &set->catalogs;

    if (need->object == SCRIPT_FLOW && need->field < feature_count)
        return &features[need->field];
    if (need->object == SCRIPT_DEVICE && need->field < catalogs->device_feature_count)
        return catalogs->device_features[need->field];
    return NULL;
}

static const char *nearest_name(const struct feature *feature, const char *text)
{
    const char *names[64];
    size_t count = 0;

    while (count < 64 && feature->value_name(count) != NULL) {
        names[count] = feature->value_name(count);
        count++;
    }
    return nearest_word(text, names, count);
}

static bool refuse_name(const struct feature *feature, const struct script_need *need, char *text,
        size_t size)
{
    const char *near;

    for (size_t i = 0; feature->value_name(i) != NULL; i++)
        if (strcmp(feature->value_name(i), need->text) == 0)
            return false;
    near = nearest_name(feature, need->text);
    snprintf(text, size, "'%s' is never '%s'%s%s%s", feature->name, need->text,
            near != NULL ? ": did you mean '" : "", near != NULL ? near : "",
            near != NULL ? "'?" : "");
    return true;
}

bool needs_refuse(const struct heuristics *set, const struct script_need *need, char *text, size_t size)
{
    static const struct {
        enum value_type type;
        const char *said;
    } kinds[] = {
        [FEATURE_STRING] = { VALUE_TEXT, "a text, or 'true' for any" },
        [FEATURE_NUMBER] = { VALUE_NUMBER, "a number, which it is at least, or 'true' for any" },
        [FEATURE_REAL] = { VALUE_NUMBER, "a number, which it is at least, or 'true' for any" },
        [FEATURE_BOOLEAN] = { VALUE_FLAG, "'true' or 'false'" },
        [FEATURE_NAMES] = { VALUE_TEXT, "a name, or 'true' for any" },
    };
    const struct feature *feature = feature_of(set, need);

    if (feature == NULL || is_any(&need->value))
        return false;
    if (need->value.type == kinds[feature->type].type)
        return feature->type == FEATURE_NAMES && refuse_name(feature, need, text, size);
    snprintf(text, size, "'%s' among 'needs' takes %s", feature->name, kinds[feature->type].said);
    return true;
}
