#include "emit/iot.h"

#include <string.h>

#include "detect/features.h"

static void emit_reason(const struct finding_reason *reason, struct json *json)
{
    switch (reason->value.type) {
    case VALUE_NUMBER:
        json_decimal(json, reason->name, reason->value.number);
        break;
    case VALUE_FLAG:
        json_bool(json, reason->name, reason->value.flag);
        break;
    case VALUE_TEXT:
        json_bytes(json, reason->name, reason->value.text, reason->value.len);
        break;
    case VALUE_NONE:
        break;
    }
}

/* Heuristics are anybody's, and one's number may be another's text by the same name: each type has an
 * object of its own, so that a field of EVE has one type whoever writes. */
static void emit_reasons(const struct finding *finding, const char *key, enum value_type type,
        struct json *json)
{
    bool any = false;

    for (size_t i = 0; i < finding->reason_count; i++) {
        if (finding->reasons[i].value.type != type)
            continue;
        if (!any)
            json_open_object(json, key);
        any = true;
        emit_reason(&finding->reasons[i], json);
    }
    if (any)
        json_close_object(json);
}

void iot_put_finding(const struct finding *finding, struct json *json)
{
    json_text(json, "id", finding->id);
    json_decimal(json, "score", finding->score);
    json_open_object(json, "why");
    emit_reasons(finding, "number", VALUE_NUMBER, json);
    emit_reasons(finding, "text", VALUE_TEXT, json);
    emit_reasons(finding, "flag", VALUE_FLAG, json);
    json_close_object(json);
}

static void emit_findings(const struct findings *findings, struct json *json)
{
    for (size_t i = 0; i < findings->count; i++) {
        json_open_object(json, NULL);
        iot_put_finding(findings->items[i], json);
        json_close_object(json);
    }
    json_close_array(json);
}

static void emit_value(const struct feature *feature, const struct feature_value *value, char *at,
        struct json *json)
{
    switch (feature->type) {
    case FEATURE_STRING:
        json_put_bytes(json, at, value->text, value->len);
        break;
    case FEATURE_NUMBER:
        json_put_unsigned(json, at, value->number);
        break;
    case FEATURE_REAL:
        json_put_decimal(json, at, value->real);
        break;
    case FEATURE_BOOLEAN:
        json_put_bool(json, at, value->number != 0);
        break;
    case FEATURE_NAMES:
        json_put_word(json, at, feature->value_name((size_t)value->number));
        break;
    case FEATURE_SET:
        json_put_scope(json, at, '[');
        emit_findings(value->findings, json);
        break;
    }
}

/* Rows of one section, which is a nested object, stand together in the table. */
static void change_section(const char *from, const char *to, struct json *json)
{
    if (from != NULL && to != NULL && strcmp(from, to) == 0)
        return;
    if (from != NULL)
        json_close_object(json);
    if (to != NULL)
        json_open_object(json, to);
}

static void emit_feature(const struct feature *feature, const struct feature_value *value,
        struct json *json)
{
    char *at = json_begin(json, NULL, sizeof(feature->key));

    if (at == NULL)
        return;
    memcpy(at, feature->key, sizeof(feature->key));
    emit_value(feature, value, at + feature->key_len, json);
}

void iot_emit(const struct flow *flow, uint32_t without, struct json *json)
{
    const char *section = NULL;
    struct feature_value value;

    json_open_object(json, "iot");
    for (const struct feature *feature = features; feature < features + feature_count; feature++) {
        if ((feature->changed & without) != 0 || !feature->get(flow, &value))
            continue;
        if (feature->section != section) { /* by address: mostly it is the same literal */
            change_section(section, feature->section, json);
            section = feature->section;
        }
        emit_feature(feature, &value, json);
    }
    change_section(section, NULL, json);
    json_close_object(json);
}
