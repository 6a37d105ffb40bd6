/* The object "mqtt" (Suricata's rust/src/mqtt/logger.rs, without properties). */
#include <stdio.h>
#include <string.h>

#include "emit/eve_common.h"
#include "emit/eve_message.h"
#include "parse/mqtt.h"

#define TEXT_MAX 1024 /* of one text, and of all topics of a SUBSCRIBE together; Suricata's default */
#define QUALITY_MASK 3

/* What is too long is cut between two characters of UTF-8. */
static void put_limited(struct json *json, const char *key, struct cursor text, size_t max)
{
    char out[TEXT_MAX + sizeof("[truncated 4294967295 additional bytes]")];
    size_t kept = max;
    int more;

    if (text.left <= max) {
        json_bytes(json, key, (const char *)text.at, text.left);
        return;
    }
    while (kept > 0 && kept + 4 > max && (text.at[kept] & 0xc0) == 0x80)
        kept--;
    memcpy(out, text.at, kept);
    more = snprintf(out + kept, sizeof(out) - kept, "[truncated %zu additional byte%s]",
            text.left - max, text.left - max != 1 ? "s" : "");
    json_bytes(json, key, out, kept + (size_t)more);
}

static void put_text(struct json *json, const char *key, struct cursor text)
{
    put_limited(json, key, text, TEXT_MAX);
}

static void open_message(struct json *json, const char *key, const struct mqtt_header *header)
{
    json_open_object(json, key);
    json_unsigned(json, "qos", header->quality);
    json_bool(json, "retain", header->retain);
    json_bool(json, "dup", header->again);
}

static void put_will(struct json *json, const struct mqtt_connect *connect)
{
    json_open_object(json, "will");
    put_text(json, "topic", connect->will_topic);
    put_text(json, "message", connect->will_message);
    json_close_object(json);
}

static void put_connect(struct json *json, const struct mqtt_header *header, struct cursor message)
{
    struct mqtt_connect connect;

    if (mqtt_connect_read(message, &connect) != TATTLER_OK)
        return;
    open_message(json, "connect", header);
    put_text(json, "protocol_string", connect.protocol);
    json_unsigned(json, "protocol_version", connect.version);
    put_text(json, "client_id", connect.client_id);
    json_open_object(json, "flags");
    json_bool(json, "username", connect.has_username);
    json_bool(json, "password", connect.has_password);
    json_bool(json, "will_retain", connect.retains_will);
    json_bool(json, "will", connect.has_will);
    json_bool(json, "clean_session", connect.clean);
    json_close_object(json);
    if (connect.has_username)
        put_text(json, "username", connect.username);
    if (connect.has_password)
        json_bytes(json, "password", (const char *)connect.password.at, connect.password.left);
    if (connect.has_will)
        put_will(json, &connect);
    json_close_object(json);
}

static void put_connack(struct json *json, struct cursor message)
{
    struct mqtt_connack connack;
    struct mqtt_header header;

    if (mqtt_header_read(&message, &header) != TATTLER_OK || header.type != MQTT_CONNACK ||
            mqtt_connack_read(message, &connack) != TATTLER_OK)
        return;
    open_message(json, "connack", &header);
    json_bool(json, "session_present", connack.present);
    json_unsigned(json, "return_code", connack.code);
    json_close_object(json);
}

static void put_publish(struct json *json, const struct mqtt_header *header, struct cursor message,
        uint8_t version)
{
    struct mqtt_publish publish;

    if (mqtt_publish_read(message, header->quality, version, &publish) != TATTLER_OK)
        return;
    open_message(json, "publish", header);
    put_text(json, "topic", publish.topic);
    if (publish.has_id)
        json_unsigned(json, "message_id", publish.id);
    put_text(json, "message", publish.message);
    json_close_object(json);
}

/* The last topic told is the one that reaches over the limit. */
static void put_topics(struct json *json, struct cursor message)
{
    struct cursor topic;
    uint8_t options;
    size_t room = TEXT_MAX;
    bool full = false;

    json_open_array(json, "topics");
    while (!full && mqtt_next_topic(&message, &topic, &options)) {
        full = topic.left > room || (topic.left > TEXT_MAX && room < TEXT_MAX);
        json_open_object(json, NULL);
        put_limited(json, "topic", topic, room);
        json_unsigned(json, "qos", options & QUALITY_MASK);
        json_close_object(json);
        room -= topic.left < room ? topic.left : room;
    }
    json_close_array(json);
}

static void put_subscribe(struct json *json, const struct mqtt_header *header,
        struct cursor message, uint8_t version)
{
    uint16_t id;

    if (mqtt_subscribe_open(&message, version, &id) != TATTLER_OK)
        return;
    open_message(json, "subscribe", header);
    json_unsigned(json, "message_id", id);
    put_topics(json, message);
    json_close_object(json);
}

void eve_put_mqtt(struct json *json, const struct eve_message *message)
{
    struct cursor rest = message->request;
    struct mqtt_header header;

    if (mqtt_header_read(&rest, &header) != TATTLER_OK)
        return;
    json_open_object(json, "mqtt");
    if (header.type == MQTT_CONNECT) {
        put_connect(json, &header, rest);
        put_connack(json, message->response);
    } else if (header.type == MQTT_PUBLISH) {
        put_publish(json, &header, rest, message->mqtt_version);
    } else if (header.type == MQTT_SUBSCRIBE) {
        put_subscribe(json, &header, rest, message->mqtt_version);
    }
    json_close_object(json);
}
