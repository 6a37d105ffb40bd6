/* Parameters as the configuration sets them, for all devices, a type of devices or one device. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "detect/heuristics/heuristics_internal.h"

struct reading {
    struct heuristics *set;
    const struct heuristics_source *source;
    bool is_whole, malformed;
};

static bool refuse(struct reading *reading, const struct param_setting *setting, const char *what)
{
    char text[512];

    snprintf(text, sizeof(text), "parameter %s.%s: %s", setting->heuristic, setting->name, what);
    reading->source->problem(reading->source->user,
            setting->path != NULL ? setting->path : "heuristics", setting->line, setting->column,
            text);
    reading->malformed = true;
    reading->set->is_param_wrong = reading->is_whole;
    return false;
}

static bool find_param(struct reading *reading, const struct param_setting *setting,
        struct param_set *out)
{
    const struct heuristics *set = reading->set;
    const struct heuristic *heuristic = heuristics_find(set, setting->heuristic);
    const char *names[SCRIPT_PARAMS_MAX], *near;
    char what[256];

    if (heuristic == NULL && reading->source->is_part)
        return false;
    if (heuristic == NULL) {
        near = heuristics_nearest(set, setting->heuristic);
        snprintf(what, sizeof(what), "no such heuristic is loaded%s%s%s",
                near != NULL ? ": did you mean '" : "", near != NULL ? near : "",
                near != NULL ? "'?" : "");
        return refuse(reading, setting, what);
    }
    out->heuristic = (size_t)(heuristic - set->items);
    for (out->param = 0; out->param < heuristic->declared->param_count; out->param++) {
        names[out->param] = heuristic->declared->params[out->param].name;
        if (strcmp(names[out->param], setting->name) == 0)
            return true;
    }
    near = nearest_word(setting->name, names, out->param);
    snprintf(what, sizeof(what), "it has no such parameter%s%s%s",
            near != NULL ? ": did you mean '" : "", near != NULL ? near : "",
            near != NULL ? "'?" : "");
    return refuse(reading, setting, what);
}

static bool read_number(const struct script_param *param, const char *text, struct value *out)
{
    char *end;

    *out = value_of_number(strtod(text, &end));
    return end != text && *end == '\0' && isfinite(out->number) &&
           (!param->has_min || out->number >= param->min) &&
           (!param->has_max || out->number <= param->max);
}

static bool read_flag(const char *text, struct value *out)
{
    bool yes = strcmp(text, "true") == 0 || strcmp(text, "yes") == 0;

    *out = value_of_flag(yes);
    return yes || strcmp(text, "false") == 0 || strcmp(text, "no") == 0;
}

static bool read_value(struct reading *reading, const struct param_setting *setting,
        struct param_set *out)
{
    const struct script_param *param =
            &reading->set->items[out->heuristic].declared->params[out->param];
    char what[256];

    switch (param->def.type) {
    case VALUE_NUMBER:
        if (read_number(param, setting->value, &out->value))
            return true;
        snprintf(what, sizeof(what), "'%.64s' is not a number%s", setting->value,
                param->has_min || param->has_max ? " within its bounds" : "");
        if (param->has_min && param->has_max)
            snprintf(what, sizeof(what), "'%.64s' is not a number from %g to %g", setting->value,
                    param->min, param->max);
        return refuse(reading, setting, what);
    case VALUE_FLAG:
        return read_flag(setting->value, &out->value) ||
               refuse(reading, setting, "write true or false");
    default:
        out->text = strdup(setting->value);
        if (out->text != NULL)
            out->value = value_of_text(out->text, strlen(out->text));
        return out->text != NULL;
    }
}

/* Whom the setting is for. */
static bool read_target(const struct settings *settings, const struct param_setting *setting,
        struct param_set *out)
{
    const struct device_setting *device;
    char text[ADDRESS_TEXT_SIZE > MAC_TEXT_SIZE ? ADDRESS_TEXT_SIZE : MAC_TEXT_SIZE];

    if (setting->type == NULL && setting->device == PARAM_ALL_DEVICES)
        return true;
    out->rank = setting->type != NULL ? 1 : 2;
    if (setting->type != NULL) {
        out->target_text = strdup(setting->type);
    } else {
        device = &settings->devices[setting->device];
        if (device->has_mac)
            mac_text(&device->mac, text);
        else
            address_text(&device->address, text);
        out->target_text = strdup(text);
    }
    out->target = out->target_text;
    return out->target != NULL;
}

bool params_read(struct heuristics *heuristics, const struct heuristics_source *source,
        bool is_whole)
{
    const struct settings *settings = source->settings;
    struct reading reading = { heuristics, source, is_whole, false };

    heuristics->params = calloc(settings->param_count + 1, sizeof(*heuristics->params));
    for (size_t i = 0; heuristics->params != NULL && i < settings->param_count; i++) {
        struct param_set set = { .rank = 0 };
        const struct param_setting *setting = &settings->params[i];

        if (find_param(&reading, setting, &set) && read_value(&reading, setting, &set) &&
                read_target(settings, setting, &set))
            heuristics->params[heuristics->param_count++] = set;
    }
    return heuristics->params != NULL && !reading.malformed;
}

void params_clear(struct heuristics *heuristics)
{
    for (size_t i = 0; i < heuristics->param_count; i++) {
        free(heuristics->params[i].target_text);
        free(heuristics->params[i].text);
    }
    free(heuristics->params);
}

static bool is_meant(const struct param_set *set, const struct heuristic_target *target)
{
    if (set->rank == 0)
        return true;
    if (set->rank == 1)
        return target->type != NULL && strcmp(set->target, target->type) == 0;
    return (target->mac != NULL && strcmp(set->target, target->mac) == 0) ||
           (target->address != NULL && strcmp(set->target, target->address) == 0);
}

void heuristics_param(const struct heuristics *heuristics, size_t heuristic, size_t param,
        const struct heuristic_target *target, struct value *out)
{
    int rank = -1;

    *out = heuristics->items[heuristic].declared->params[param].def;
    for (size_t i = 0; i < heuristics->param_count; i++) {
        const struct param_set *set = &heuristics->params[i];

        if (set->heuristic == heuristic && set->param == param && set->rank >= rank &&
                is_meant(set, target)) {
            *out = set->value;
            rank = set->rank;
        }
    }
}
