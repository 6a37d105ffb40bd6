/* iot.h - the 'iot' object of EVE: every known feature of a flow, walked from the feature table.
 *
 * A host hands in its own way to write JSON; the walk is the same everywhere, so both hosts' objects
 * agree by construction. Any thread that may read the flow. */
#ifndef TATTLER_EMIT_IOT_H
#define TATTLER_EMIT_IOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emit/json.h"
#include "track/flow.h"

struct iot_sink {
    void (*open)(void *to, const char *key); /* an object */
    void (*close)(void *to);
    void (*string)(void *to, const char *key, const char *text, size_t len);
    void (*number)(void *to, const char *key, uint64_t value);
    void (*real)(void *to, const char *key, double value);
    void (*boolean)(void *to, const char *key, bool value);
};

/* Writes "iot": { … } with the sink. */
void iot_emit(const struct flow *flow, const struct iot_sink *sink, void *to);

/* The sink of the stand-alone host; 'to' is a struct json. */
extern const struct iot_sink iot_json_sink;

#endif
