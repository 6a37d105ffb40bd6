#include "emit/iot.h"

#include <string.h>

#include "detect/features.h"

#define SECTION_SIZE 32 /* longest first part of a dotted name */

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

static void emit_findings(const char *key, const struct findings *findings, struct json *json)
{
    json_open_array(json, key);
    for (size_t i = 0; i < findings->count; i++) {
        json_open_object(json, NULL);
        iot_put_finding(findings->items[i], json);
        json_close_object(json);
    }
    json_close_array(json);
}

static void emit_value(const struct feature *feature, const char *key,
        const struct feature_value *value, struct json *json)
{
    switch (feature->type) {
    case FEATURE_STRING:
        json_bytes(json, key, value->text, value->len);
        break;
    case FEATURE_NUMBER:
        json_unsigned(json, key, value->number);
        break;
    case FEATURE_REAL:
        json_decimal(json, key, value->real);
        break;
    case FEATURE_BOOLEAN:
        json_bool(json, key, value->number != 0);
        break;
    case FEATURE_NAMES:
        json_text(json, key, feature->value_name((size_t)value->number));
        break;
    case FEATURE_SET:
        emit_findings(key, value->findings, json);
        break;
    }
}

/* The nested object that is open: the first part of a dotted name. */
struct section {
    const char *name; /* a feature's, not NUL-terminated */
    size_t len;       /* 0: none */
};

/* Rows of one section stand together in the table. */
static void enter_section(struct section *section, const char *name, size_t len, struct json *json)
{
    char key[SECTION_SIZE];

    if (section->len == len && memcmp(section->name, name, len) == 0)
        return;
    if (section->len > 0)
        json_close_object(json);
    *section = (struct section){ name, len };
    if (len == 0)
        return;
    if (len >= sizeof(key))
        len = sizeof(key) - 1;
    memcpy(key, name, len);
    key[len] = '\0';
    json_open_object(json, key);
}

static void emit_feature(const struct feature *feature, const struct feature_value *value,
        struct section *section, struct json *json)
{
    const char *dot = strchr(feature->name, '.');

    if (dot != NULL || section->len > 0)
        enter_section(section, feature->name, dot != NULL ? (size_t)(dot - feature->name) : 0,
                json);
    emit_value(feature, dot != NULL ? dot + 1 : feature->name, value, json);
}

void iot_emit(const struct flow *flow, uint32_t without, struct json *json)
{
    struct section section = { "", 0 };
    struct feature_value value;

    json_open_object(json, "iot");
    for (size_t i = 0; i < feature_count; i++)
        if ((features[i].changed & without) == 0 && features[i].get(flow, &value))
            emit_feature(&features[i], &value, &section, json);
    enter_section(&section, "", 0, json);
    json_close_object(json);
}
