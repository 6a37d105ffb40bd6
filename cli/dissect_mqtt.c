#include "dissect_mqtt.h"

#include "dissect_internal.h"
#include "parse/mqtt.h"

#define CONNECT_NUMBER 0 /* a connection has one */

/* A reader at work. */
struct mqtt_reading {
    struct dissectors *dissectors;
    struct dissector *dissector;
    struct mqtt_reader *reader;
    bool to_server;
    struct cursor message; /* at hand, with its header */
};

void mqtt_end(struct dissectors *dissectors, struct mqtt_reader *reader)
{
    held_drop(&reader->held, &dissectors->budget);
    reader->done = true;
}

static void tell(const struct mqtt_reading *reading, const struct match_buffer *buffers,
        size_t count)
{
    struct match_transaction transaction = { APPLICATION_MQTT, reading->to_server, MATCH_WHOLE,
        buffers, count, { .request = reading->message } };

    reading->dissectors->events->transaction(reading->dissectors->user,
            reading->dissector->connection, &transaction);
}

/* --- messages: false when one is not as it should be --- */

/* What is empty is as good as absent. */
static void tell_connect(const struct mqtt_reading *reading, const struct mqtt_connect *connect)
{
    const struct match_buffer parts[] = {
        { BUFFER_MQTT_CLIENT_ID, connect->client_id },
        { BUFFER_MQTT_USERNAME, connect->username },
        { BUFFER_MQTT_PASSWORD, connect->password },
    };
    struct match_buffer buffers[sizeof(parts) / sizeof(parts[0])];
    size_t count = 0;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (parts[i].bytes.left > 0)
            buffers[count++] = parts[i];
    tell(reading, buffers, count);
}

static bool read_connect(const struct mqtt_reading *reading, struct cursor message)
{
    struct connection *connection = reading->dissector->connection;
    struct mqtt_connect connect;

    if (mqtt_connect_read(message, &connect) != TATTLER_OK)
        return false;
    connection->mqtt_version = connect.version;
    exchange_ask(&connection->exchange, &reading->dissectors->told, CONNECT_NUMBER,
            (struct cursor){ NULL, 0 });
    tell_connect(reading, &connect);
    return true;
}

static bool read_publish(const struct mqtt_reading *reading, uint8_t quality, struct cursor message)
{
    struct match_buffer topic = { .kind = BUFFER_MQTT_PUBLISH_TOPIC };
    struct mqtt_publish publish;

    if (mqtt_publish_read(message, quality, reading->dissector->connection->mqtt_version,
                &publish) != TATTLER_OK)
        return false;
    topic.bytes = publish.topic;
    tell(reading, &topic, topic.bytes.left > 0);
    return true;
}

static bool read_subscribe(const struct mqtt_reading *reading, struct cursor message)
{
    struct match_buffer topics[MQTT_TOPICS_MAX];
    struct cursor topic;
    size_t count = 0;
    uint8_t options;
    uint16_t id;

    if (mqtt_subscribe_open(&message, reading->dissector->connection->mqtt_version, &id) !=
            TATTLER_OK)
        return false;
    while (count < MQTT_TOPICS_MAX && mqtt_next_topic(&message, &topic, &options))
        topics[count++] = (struct match_buffer){ BUFFER_MQTT_SUBSCRIBE_TOPIC, topic };
    if (count > 0)
        tell(reading, topics, count);
    return count > 0;
}

/* One message from its header on; of a long one only what is kept. */
static void read_message(struct mqtt_reading *reading, struct cursor message)
{
    struct mqtt_header header;
    bool good = true;

    reading->message = message;
    dissect_tell_end(reading->dissectors, reading->dissector->connection, reading->to_server);
    if (mqtt_header_read(&message, &header) != TATTLER_OK)
        return;
    if (header.length > MQTT_MESSAGE_MAX)
        return;
    if (header.type == MQTT_CONNECT)
        good = read_connect(reading, message);
    else if (header.type == MQTT_PUBLISH)
        good = read_publish(reading, header.quality, message);
    else if (header.type == MQTT_SUBSCRIBE)
        good = read_subscribe(reading, message);
    else if (header.type == MQTT_CONNACK)
        exchange_answer(reading->dissector->connection->exchange, &reading->dissectors->told,
                CONNECT_NUMBER, reading->message);
    if (!good && header.length == message.left)
        mqtt_end(reading->dissectors, reading->reader);
}

/* --- messages out of bytes --- */

/* Keeps what there is of a message. */
static void hold(const struct mqtt_reading *reading, struct cursor part)
{
    struct held *held = &reading->reader->held;
    size_t room = MQTT_KEPT_MAX - held->len;

    if (part.left > room)
        part.left = room;
    if (!held_add(held, &reading->dissectors->budget, part, MQTT_KEPT_MAX))
        mqtt_end(reading->dissectors, reading->reader);
}

static void read_held(struct mqtt_reading *reading)
{
    struct held *held = &reading->reader->held;

    read_message(reading, cursor_over(held->bytes, held->len));
    held_drop(held, &reading->dissectors->budget);
}

/* Goes on with a message whose header is known. */
static void go_on(struct mqtt_reading *reading, struct cursor *in)
{
    struct mqtt_reader *reader = reading->reader;
    struct cursor part = { in->at, in->left < reader->left ? in->left : reader->left };

    cursor_skip(in, part.left);
    reader->left -= (uint32_t)part.left;
    hold(reading, part);
    if (reader->left == 0 && !reader->done)
        read_held(reading);
}

/* A header that is cut grows by one byte at a time. */
static void begin(struct mqtt_reading *reading, struct cursor *in)
{
    struct mqtt_reader *reader = reading->reader;
    bool cut = reader->held.len > 0;
    struct cursor rest = *in, part;
    struct mqtt_header header;
    enum tattler_status status;

    if (cut) {
        cursor_split(in, 1, &part);
        hold(reading, part);
        rest = cursor_over(reader->held.bytes, reader->held.len);
    }
    status = mqtt_header_read(&rest, &header);
    if (status == TATTLER_TRUNCATED && !cut) {
        hold(reading, *in);
        cursor_skip(in, in->left);
    } else if (status == TATTLER_MALFORMED) {
        mqtt_end(reading->dissectors, reader);
    } else if (status == TATTLER_OK && !cut && header.length <= rest.left) {
        cursor_split(in, in->left - rest.left + header.length, &part);
        read_message(reading, part);
    } else if (status == TATTLER_OK) {
        reader->left = header.length;
        if (!cut) {
            cursor_split(in, in->left - rest.left, &part);
            hold(reading, part);
        }
        if (reader->left == 0)
            read_held(reading);
    }
}

void mqtt_read(struct dissectors *dissectors, struct dissector *dissector, bool to_server,
        struct cursor bytes)
{
    struct mqtt_reader *reader = &dissector->sides[to_server ? 0 : 1].mqtt;
    struct mqtt_reading reading = { dissectors, dissector, reader, to_server, { NULL, 0 } };

    while (bytes.left > 0 && !reader->done) {
        if (reader->left > 0)
            go_on(&reading, &bytes);
        else
            begin(&reading, &bytes);
    }
}
