/* Groups and proposals as one JSON document, for programs. */
#include <stdio.h>

#include "tune.h"

#define FEATURES_TOLD 16

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text[0] != '\0')
        json_object_set_new(object, key, json_stringn_nocheck(text, strlen(text)));
}

static json_t *device_json(const struct tune_device *device)
{
    json_t *object = json_object();

    set_text(object, "key", device->key);
    set_text(object, "name", device->name);
    set_text(object, "type", device->type);
    return object;
}

static json_t *remote_json(const struct tune_group *group)
{
    json_t *object = json_object();
    char text[ADDRESS_TEXT_SIZE];

    set_text(object, "what", group->key.remote);
    set_text(object, "domain", group->domain);
    set_text(object, "name", group->name);
    set_text(object, "as_org", group->as_org);
    if (group->asn != 0)
        json_object_set_new(object, "asn", json_integer(group->asn));
    if (tune_has_one_remote(group)) {
        address_text(&group->remotes[0], text);
        set_text(object, "address", text);
    }
    return object;
}

static json_t *spread_json(const struct spread *spread)
{
    return json_pack("{s:f, s:f, s:f}", "low", spread->low, "middle", spread->middle, "high",
            spread->high);
}

static json_t *numbers_json(const struct tune_group *group, const struct rule_set *rules)
{
    size_t told[FEATURES_TOLD], count = tune_features(group, rules, told, FEATURES_TOLD);
    json_t *object = json_object();
    struct spread spread;

    for (size_t i = 0; i < count; i++) {
        json_t *one = json_object();

        if (numbers_spread(&group->numbers, told[i], &spread))
            json_object_set_new(one, "alerts", spread_json(&spread));
        if (group->device != NULL && numbers_spread(&group->device->usual, told[i], &spread))
            json_object_set_new(one, "flows", spread_json(&spread));
        json_object_set_new(object, features[told[i]].name, one);
    }
    return object;
}

json_t *tune_json_group(const struct tune_history *history, const struct tune_group *group,
        size_t number, const struct rule_set *rules)
{
    json_t *object = json_object(), *sids = json_array();
    char text[32];

    (void)history;
    json_object_set_new(object, "number", json_integer((json_int_t)number));
    json_object_set_new(object, "alerts", json_integer((json_int_t)group->count));
    set_text(object, "detects", group->key.detects);
    json_object_set_new(object, "priority", json_integer(group->priority));
    tune_time_text(group->first_us, text);
    set_text(object, "first", text);
    tune_time_text(group->last_us, text);
    set_text(object, "last", text);
    set_text(object, "message", group->message);
    for (size_t i = 0; i < group->sid_count; i++)
        json_array_append_new(sids, json_integer(group->sids[i]));
    json_object_set_new(object, "sids", sids);
    if (group->device != NULL)
        json_object_set_new(object, "device", device_json(group->device));
    json_object_set_new(object, "remote", remote_json(group));
    json_object_set_new(object, "numbers", numbers_json(group, rules));
    return object;
}

void tune_json_proposal(json_t *object, const struct proposal *proposal, const char *lines)
{
    json_t *one = json_object();

    set_text(one, "id", proposal->id);
    set_text(one, "text", lines);
    set_text(one, "expires", proposal->expires);
    json_object_set_new(one, "silences", json_integer((json_int_t)proposal->silenced));
    json_object_set_new(one, "of_other_groups", json_integer((json_int_t)proposal->others));
    json_object_set_new(one, "other_groups", json_integer((json_int_t)proposal->other_groups));
    json_object_set_new(object, "proposal", one);
}

void tune_json_limit(json_t *object, const struct tune_limit *limit, const char *lines)
{
    json_object_set_new(object, "limit", json_pack("{s:s, s:I, s:I, s:I}", "text", lines, "leaves",
            (json_int_t)limit->left, "of_other_groups", (json_int_t)limit->others,
            "leaves_of_other_groups", (json_int_t)limit->others_left));
}

void tune_json_param(json_t *object, const struct tune_param *param, const char *lines)
{
    json_object_set_new(object, "parameter", json_pack("{s:s, s:s, s:f, s:I, s:I}", "text", lines,
            "heuristic", param->heuristic->declared->id, "value", param->value, "silences",
            (json_int_t)param->silenced, "of_other_groups", (json_int_t)param->others));
}
