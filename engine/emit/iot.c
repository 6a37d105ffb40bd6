#include "emit/iot.h"

#include <string.h>

#include "detect/features.h"

#define SECTION_SIZE 32 /* longest first part of a dotted name */

static void emit_value(const struct feature *feature, const char *key,
        const struct feature_value *value, const struct iot_sink *sink, void *to)
{
    const char *name;

    switch (feature->type) {
    case FEATURE_STRING:
        sink->string(to, key, value->text, value->len);
        break;
    case FEATURE_NUMBER:
        sink->number(to, key, value->number);
        break;
    case FEATURE_REAL:
        sink->real(to, key, value->real);
        break;
    case FEATURE_BOOLEAN:
        sink->boolean(to, key, value->number != 0);
        break;
    case FEATURE_NAMES:
        name = feature->value_name((size_t)value->number);
        sink->string(to, key, name, strlen(name));
        break;
    }
}

/* Opens and closes nested objects: rows of one section stand together in the table. */
static void enter_section(char section[SECTION_SIZE], const char *name, size_t len,
        const struct iot_sink *sink, void *to)
{
    if (strlen(section) == len && memcmp(section, name, len) == 0)
        return;
    if (section[0] != '\0')
        sink->close(to);
    if (len >= SECTION_SIZE)
        len = SECTION_SIZE - 1;
    memcpy(section, name, len);
    section[len] = '\0';
    if (len > 0)
        sink->open(to, section);
}

void iot_emit(const struct flow *flow, const struct iot_sink *sink, void *to)
{
    char section[SECTION_SIZE] = "";
    struct feature_value value;

    sink->open(to, "iot");
    for (size_t i = 0; i < feature_count; i++) {
        const char *dot = strchr(features[i].name, '.');
        size_t len = dot != NULL ? (size_t)(dot - features[i].name) : 0;

        if (!features[i].get(flow, &value))
            continue;
        enter_section(section, features[i].name, len, sink, to);
        emit_value(&features[i], dot != NULL ? dot + 1 : features[i].name, &value, sink, to);
    }
    enter_section(section, "", 0, sink, to);
    sink->close(to);
}

/* --- the stand-alone host's sink --- */

static void open_object(void *to, const char *key)
{
    json_open_object(to, key);
}

static void close_object(void *to)
{
    json_close_object(to);
}

static void put_string(void *to, const char *key, const char *text, size_t len)
{
    json_bytes(to, key, text, len);
}

static void put_number(void *to, const char *key, uint64_t value)
{
    json_unsigned(to, key, value);
}

static void put_real(void *to, const char *key, double value)
{
    json_decimal(to, key, value);
}

static void put_boolean(void *to, const char *key, bool value)
{
    json_bool(to, key, value);
}

const struct iot_sink iot_json_sink = {
    open_object, close_object, put_string, put_number, put_real, put_boolean,
};
