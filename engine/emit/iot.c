#include "emit/iot.h"

#include <string.h>

#include "detect/features.h"

#define SECTION_SIZE 32 /* longest first part of a dotted name */

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
    }
}

/* Opens and closes nested objects: rows of one section stand together in the table. */
static void enter_section(char section[SECTION_SIZE], const char *name, size_t len,
        struct json *json)
{
    if (strlen(section) == len && memcmp(section, name, len) == 0)
        return;
    if (section[0] != '\0')
        json_close_object(json);
    if (len >= SECTION_SIZE)
        len = SECTION_SIZE - 1;
    memcpy(section, name, len);
    section[len] = '\0';
    if (len > 0)
        json_open_object(json, section);
}

void iot_emit(const struct flow *flow, uint32_t without, struct json *json)
{
    char section[SECTION_SIZE] = "";
    struct feature_value value;

    json_open_object(json, "iot");
    for (size_t i = 0; i < feature_count; i++) {
        const struct feature *feature = &features[i];
        const char *dot;

        if ((feature->changed & without) != 0 || !feature->get(flow, &value))
            continue;
        dot = strchr(feature->name, '.');
        enter_section(section, feature->name, dot != NULL ? (size_t)(dot - feature->name) : 0,
                json);
        emit_value(feature, dot != NULL ? dot + 1 : feature->name, &value, json);
    }
    enter_section(section, "", 0, json);
    json_close_object(json);
}
