/* Alerts that come from a heuristic: another value of its parameter, for the device alone. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/grow.h"
#include "tune.h"

/* --- what alerts tell --- */

/* The finding that a rule asks for; NULL: none, or more than one, of which another may hold. */
static const char *finding_of(const struct rule *rule)
{
    const char *found = NULL;

    for (uint32_t i = 0; rule != NULL && i < rule->test_count; i++) {
        const struct rule_test *test = &rule->tests[i];

        if (test->kind != TEST_IOT || test->iot.feature->type != FEATURE_SET)
            continue;
        if (found != NULL || test->iot.negated)
            return NULL;
        found = test->iot.finding.id;
    }
    return found;
}

/* Several parameters may bound one reason, by day and by night; the first stands for all. */
static bool stands_for_all(const struct script_heuristic *declared, size_t param)
{
    const char *bounds = declared->params[param].bounds;

    for (size_t i = 0; i < param; i++)
        if (strcmp(declared->params[i].bounds, bounds) == 0)
            return false;
    return bounds[0] != '\0';
}

static void note(struct tune_history *history, const struct tune_found *found)
{
    struct tune_found *all;

    if (history->found_count == TUNE_FOUND_MAX)
        return;
    all = grow(history->found, &history->found_room, history->found_count + 1, sizeof(*all));
    if (all == NULL)
        return;
    history->found = all;
    all[history->found_count++] = *found;
}

static void take_finding(struct tune_history *history, const struct heuristic *heuristic,
        const json_t *finding, uint32_t alert)
{
    const struct script_heuristic *declared = heuristic->declared;

    for (size_t i = 0; i < declared->param_count; i++) {
        const char *bounds = declared->params[i].bounds;
        const json_t *value = strcmp(bounds, "score") == 0
                ? json_object_get(finding, "score")
                : json_object_get(json_object_get(json_object_get(finding, "why"), "number"), bounds);

        if (stands_for_all(declared, i) && json_is_number(value))
            note(history, &(struct tune_found){ alert, (uint32_t)i, heuristic,
                    json_number_value(value) });
    }
}

void tune_param_take(struct tune_history *history, struct eve_event *event, uint32_t alert)
{
    static const char word[] = "\"finding\"";
    const struct heuristic *heuristic;
    const json_t *list, *finding;
    const char *id;
    size_t i;

    if (history->heuristics == NULL || history->rules == NULL || event->iot_text.left == 0 ||
            memmem(event->iot_text.at, event->iot_text.left, word, sizeof(word) - 1) == NULL)
        return;
    id = finding_of(rule_set_find(history->rules, event->gid, event->sid));
    heuristic = id != NULL ? heuristics_find(history->heuristics, id) : NULL;
    if (heuristic == NULL)
        return;
    list = json_object_get(eve_event_iot(event), "finding");
    json_array_foreach(list, i, finding) {
        const char *name = json_string_value(json_object_get(finding, "id"));

        if (name != NULL && strcmp(name, id) == 0) {
            take_finding(history, heuristic, finding, alert);
            return;
        }
    }
}

/* --- another value --- */

/* An alert tells what it was by then, and most reasons grow: twice that, to two digits. Of scores,
 * which end at 1, the next hundredth. */
static double next_value(const char *bounds, double value)
{
    double unit = 0.01;

    if (strcmp(bounds, "score") != 0 && value > 0) {
        value *= 2;
        unit = pow(10, floor(log10(value)) - 1);
    }
    return (floor(value / unit + 1e-9) + 1) * unit;
}

static double value_now(const struct tune_history *history, const struct tune_device *device,
        const struct heuristic *heuristic, size_t param)
{
    char mac[MAC_TEXT_SIZE], address[ADDRESS_TEXT_SIZE];
    struct heuristic_target target = { .type = device->type, .address = address };
    struct value value;

    address_text(&device->address, address);
    if (device->has_mac) {
        mac_text(&device->mac, mac);
        target.mac = mac;
    }
    heuristics_param(history->heuristics, (size_t)(heuristic - heuristics_at(history->heuristics, 0)),
            param, &target, &value);
    return value.number;
}

/* Those that bound the same reason and stand lower. None may be set above its most. */
static bool choose_params(const struct tune_history *history, const struct tune_group *group,
        struct tune_param *out)
{
    const struct script_heuristic *declared = out->heuristic->declared;
    const char *bounds = declared->params[out->param].bounds;

    for (size_t i = 0; i < declared->param_count; i++) {
        const struct script_param *param = &declared->params[i];

        if (strcmp(param->bounds, bounds) != 0 ||
                value_now(history, group->device, out->heuristic, i) >= out->value)
            continue;
        if (param->has_max && out->value > param->max)
            return false;
        out->changed |= UINT32_C(1) << i;
    }
    return true;
}

/* Then what the history tells was before it was set. */
static bool is_set_already(const struct tune_history *history, const struct tune_group *group,
        const struct tune_param *param)
{
    const struct script_heuristic *declared = param->heuristic->declared;

    for (size_t i = 0; i < declared->param_count; i++)
        if (strcmp(declared->params[i].bounds, declared->params[param->param].bounds) == 0 &&
                value_now(history, group->device, param->heuristic, i) < param->value)
            return false;
    return true;
}

static bool is_about(const struct tune_found *found, const struct tune_param *param)
{
    return found->heuristic == param->heuristic && found->param == param->param;
}

/* False: no alert of the group is this heuristic's. */
static bool bound_group(const struct tune_history *history, const struct tune_group *group,
        struct tune_param *out)
{
    uint64_t count = 0;
    double most = 0;

    for (size_t i = 0; i < history->found_count; i++) {
        const struct tune_found *found = &history->found[i];

        if (!is_about(found, out) || history->alerts[found->alert].group != group->index)
            continue;
        count++;
        most = found->value > most ? found->value : most;
    }
    out->value = next_value(out->heuristic->declared->params[out->param].bounds, most);
    return count > 0;
}

static void evaluate(const struct tune_history *history, const struct tune_group *group,
        struct tune_param *out)
{
    out->silenced = out->others = 0;
    for (size_t i = 0; i < history->found_count; i++) {
        const struct tune_found *found = &history->found[i];
        const struct tune_group *other = history->by_index[history->alerts[found->alert].group];

        if (!is_about(found, out) || other->device != group->device || found->value >= out->value)
            continue;
        out->silenced += other == group;
        out->others += other != group;
    }
}

bool tune_param(const struct tune_history *history, const struct tune_group *group,
        struct tune_param *out)
{
    size_t count = history->heuristics != NULL ? heuristics_count(history->heuristics) : 0;
    bool any = false;

    for (size_t h = 0; group->device != NULL && history->found_count > 0 && h < count; h++) {
        struct tune_param param = { .heuristic = heuristics_at(history->heuristics, h) };

        for (; param.param < param.heuristic->declared->param_count; param.param++) {
            if (!stands_for_all(param.heuristic->declared, param.param) ||
                    !bound_group(history, group, &param))
                continue;
            if (is_set_already(history, group, &param))
                return false;
            if (!choose_params(history, group, &param))
                continue;
            evaluate(history, group, &param);
            if (!any || param.silenced > out->silenced ||
                    (param.silenced == out->silenced && param.others < out->others))
                *out = param;
            any = true;
        }
    }
    return any;
}

/* --- in YAML --- */

static void put_device(FILE *to, const struct tune_device *device)
{
    char text[ADDRESS_TEXT_SIZE];

    if (device->has_mac)
        mac_text(&device->mac, text);
    else
        address_text(&device->address, text);
    fprintf(to, "%s: \"%s\"", device->has_mac ? "mac" : "address", text);
}

char *tune_param_yaml(const struct tune_param_item *item, size_t indent, const char *newline)
{
    const struct tune_param *param = item->param;
    const struct script_heuristic *declared = param->heuristic->declared;
    char *bytes = NULL, comment[TUNE_COMMENT_SIZE];
    size_t len;
    FILE *to = open_memstream(&bytes, &len);

    if (to == NULL)
        return NULL;
    fprintf(to, "%*s- ", (int)indent - 2, "");
    put_device(to, item->group->device);
    tune_comment(item->proposal, comment);
    fprintf(to, "%s%*s# %s%s%*sheuristics:%s%*s%s:%s", newline, (int)indent, "", comment, newline,
            (int)indent, "", newline, (int)indent + 2, "", declared->id, newline);
    for (size_t i = 0; i < declared->param_count; i++)
        if ((param->changed & UINT32_C(1) << i) != 0)
            fprintf(to, "%*s%s: %.10g%s", (int)indent + 4, "", declared->params[i].name, param->value,
                    newline);
    if (fclose(to) != 0) {
        free(bytes);
        return NULL;
    }
    return bytes;
}
