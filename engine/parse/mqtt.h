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
enum mqtt_type { MQTT_CONNECT = 1, MQTT_CONNACK = 2, MQTT_PUBLISH = 3, MQTT_SUBSCRIBE = 8 };

struct mqtt_header {
    uint8_t type;    /* enum mqtt_type or one of the others */
    uint8_t quality; /* of service, 0 to 3: of which 3 is not allowed */
    bool retain, again; /* for later subscribers, too; sent before */
    uint32_t length; /* of the message behind the header, below 256 MiB */
};

/* Reads a message's fixed header and moves 'in' behind it. TRUNCATED: it goes on; MALFORMED: a
 * length of more than four bytes. Both leave 'in' alone. */
enum tattler_status mqtt_header_read(struct cursor *in, struct mqtt_header *out);

/* Strings that are absent have no 'at'. */
struct mqtt_connect {
    uint8_t version; /* 3: 3.1; 4: 3.1.1; 5 */
    bool clean, has_will, retains_will, has_username, has_password;
    struct cursor protocol; /* "MQTT", in 3.1 "MQIsdp" */
    struct cursor client_id, will_topic, will_message, username, password;
};

struct mqtt_connack {
    bool present; /* the session */
    uint8_t code; /* 0: accepted (sections 3.2.2.2, and 3.2.2.3 of 3.1.1) */
};

struct mqtt_publish {
    struct cursor topic, message;
    bool has_id;
    uint16_t id;
};

/* Each reads what is behind the header. TRUNCATED: a length in it reaches over its end; 'out' stays
 * as it is. 'version': that of the connection, 0 if its CONNECT was not seen. */
enum tattler_status mqtt_connect_read(struct cursor message, struct mqtt_connect *out);
enum tattler_status mqtt_connack_read(struct cursor message, struct mqtt_connack *out);
enum tattler_status mqtt_publish_read(struct cursor message, uint8_t quality, uint8_t version,
        struct mqtt_publish *out);

/* Moves to the first topic of a SUBSCRIBE; its id comes before. */
enum tattler_status mqtt_subscribe_open(struct cursor *message, uint8_t version, uint16_t *id);

/* The next topic and its options, of which the lowest two bits are the quality of service; false when
 * there is none that is whole. */
bool mqtt_next_topic(struct cursor *message, struct cursor *topic, uint8_t *options);

#endif
