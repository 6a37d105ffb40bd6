/* dissect_mqtt.h - finds the messages in what one side of an MQTT connection sends and tells those
 * that rules look at as transactions. One thread. */
#ifndef TATTLER_CLI_DISSECT_MQTT_H
#define TATTLER_CLI_DISSECT_MQTT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "held.h"

#define MQTT_KEPT_MAX (64 * 1024)       /* of a message: what rules look at is in front */
#define MQTT_MESSAGE_MAX (1024 * 1024)  /* Suricata's default: longer ones are passed over */
#define MQTT_TOPICS_MAX 100             /* of a SUBSCRIBE, as in Suricata */

/* One side; all zeros at the start. The fields are private. */
struct mqtt_reader {
    struct held held; /* the first bytes of a message that is not whole */
    uint32_t left;    /* of a message whose header is known */
    bool done;
};

struct dissectors;
struct dissector;

/* The side's next bytes in order. */
void mqtt_read(struct dissectors *dissectors, struct dissector *dissector, bool to_server,
        struct cursor bytes);

/* There will be no more. */
void mqtt_end(struct dissectors *dissectors, struct mqtt_reader *reader);

#endif
