/* mqtt.h - reads the messages of MQTT 3.1, 3.1.1 and 5.0 that say who a client is and what it
 * speaks of (sections below are those of the OASIS standard, version 5.0).
 *
 * All cursors of results borrow from the input. Any thread; no allocation, no state. */
#ifndef TATTLER_PARSE_MQTT_H
#define TATTLER_PARSE_MQTT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/status.h"

#define MQTT_HEADER_MAX 5

/* Section 2.1.2; the others are not read. */
enum mqtt_type { MQTT_CONNECT = 1, MQTT_PUBLISH = 3, MQTT_SUBSCRIBE = 8 };

struct mqtt_header {
    uint8_t type;    /* enum mqtt_type or one of the others */
    uint8_t quality; /* of service, 0 to 3: of which 3 is not allowed */
    uint32_t length; /* of the message behind the header, below 256 MiB */
};

/* Reads a message's fixed header and moves 'in' behind it. TRUNCATED: it goes on; MALFORMED: a
 * length of more than four bytes. Both leave 'in' alone. */
enum tattler_status mqtt_header_read(struct cursor *in, struct mqtt_header *out);

/* Strings that are absent have no 'at'. */
struct mqtt_connect {
    uint8_t version; /* 3: 3.1; 4: 3.1.1; 5 */
    struct cursor client_id, username, password;
};

/* Each reads what is behind the header. TRUNCATED: a length in it reaches over its end; 'out' stays
 * as it is. 'version': that of the connection, 0 if its CONNECT was not seen. */
enum tattler_status mqtt_connect_read(struct cursor message, struct mqtt_connect *out);
enum tattler_status mqtt_publish_read(struct cursor message, uint8_t quality, uint8_t version,
        struct cursor *topic);

/* Moves to the first topic of a SUBSCRIBE. */
enum tattler_status mqtt_subscribe_open(struct cursor *message, uint8_t version);

/* The next topic; false when there is none that is whole. */
bool mqtt_next_topic(struct cursor *message, struct cursor *topic);

#endif
