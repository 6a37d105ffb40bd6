/* iot.h - the 'iot' object of EVE: every known feature of a flow, walked from the feature table.
 *
 * Both hosts write it with the same walk and the same JSON writer, so their objects agree by
 * construction. Any thread that may read the flow. */
#ifndef TATTLER_EMIT_IOT_H
#define TATTLER_EMIT_IOT_H

#include <stdint.h>

#include "emit/json.h"
#include "track/flow.h"

/* What is of the moment: in the record of one request or answer it says little, and costs most. */
#define IOT_MOMENTARY                                                                              \
    (CHANGED_VOLUME | CHANGED_AGE | CHANGED_ENTROPY | CHANGED_HOUR | CHANGED_SYMMETRY |            \
            CHANGED_BEAT | CHANGED_FANOUT | CHANGED_UNANSWERED | CHANGED_UPLOAD | CHANGED_RELAY |  \
            CHANGED_FINDING | CHANGED_BEAT_STATE)

/* Writes "iot": { ... }, leaving out features that change with 'without' (enum flow_change): 0 for
 * records of flows and alerts, IOT_MOMENTARY for those of transactions. */
void iot_emit(const struct flow *flow, uint32_t without, struct json *json);

/* The fields id, score and why, into the object that is open. */
void iot_put_finding(const struct finding *finding, struct json *json);

#endif
