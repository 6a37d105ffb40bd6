#include "parse/mqtt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile size_t seen; /* so that what is found is read */

static void see(struct cursor text)
{
    for (size_t i = 0; i < text.left; i++)
        seen += text.at[i];
}

static void read_message(const struct mqtt_header *header, struct cursor message)
{
    struct mqtt_connect connect;
    struct mqtt_publish publish;
    struct mqtt_connack connack;
    struct cursor topic;
    uint8_t options;
    uint16_t id;

    if (mqtt_connack_read(message, &connack) == TATTLER_OK)
        seen += connack.code;
    if (mqtt_connect_read(message, &connect) == TATTLER_OK) {
        see(connect.protocol);
        see(connect.client_id);
        see(connect.will_topic);
        see(connect.will_message);
        see(connect.username);
        see(connect.password);
    }
    for (uint8_t version = 4; version <= 5; version++) {
        struct cursor rest = message;

        if (mqtt_publish_read(message, header->quality, version, &publish) == TATTLER_OK) {
            see(publish.topic);
            see(publish.message);
        }
        if (mqtt_subscribe_open(&rest, version, &id) == TATTLER_OK)
            while (mqtt_next_topic(&rest, &topic, &options))
                see(topic);
    }
}

/* Messages of one side. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor in = cursor_over(data, size), message;
    struct mqtt_header header;

    while (mqtt_header_read(&in, &header) == TATTLER_OK) {
        if (!cursor_split(&in, header.length, &message))
            message = in;
        read_message(&header, message);
        if (message.at == in.at)
            break;
    }
    return 0;
}
