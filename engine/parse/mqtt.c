#include "parse/mqtt.h"

/* Flags of CONNECT (section 3.1.2.3). */
enum {
    FLAG_CLEAN = 0x02,
    FLAG_WILL = 0x04,
    FLAG_WILL_RETAIN = 0x20,
    FLAG_PASSWORD = 0x40,
    FLAG_USERNAME = 0x80,
};

#define VERSION_WITH_PROPERTIES 5

/* Section 1.5.5. */
static enum tattler_status read_length(struct cursor *in, uint32_t *out)
{
    struct cursor rest = *in;
    uint32_t length = 0;
    uint8_t byte;

    for (unsigned shift = 0; shift <= 21; shift += 7) {
        if (!cursor_u8(&rest, &byte))
            return TATTLER_TRUNCATED;
        length |= (uint32_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *in = rest;
            *out = length;
            return TATTLER_OK;
        }
    }
    return TATTLER_MALFORMED;
}

enum tattler_status mqtt_header_read(struct cursor *in, struct mqtt_header *out)
{
    struct cursor rest = *in;
    enum tattler_status status;
    uint32_t length;
    uint8_t first;

    if (!cursor_u8(&rest, &first))
        return TATTLER_TRUNCATED;
    status = read_length(&rest, &length);
    if (status != TATTLER_OK)
        return status;
    *in = rest;
    *out = (struct mqtt_header){ .type = first >> 4, .quality = first >> 1 & 3, .length = length,
        .retain = (first & 1) != 0, .again = (first & 8) != 0 };
    return TATTLER_OK;
}

/* A string or binary data (sections 1.5.4 and 1.5.6). */
static bool take_string(struct cursor *in, struct cursor *out)
{
    struct cursor rest = *in;
    uint16_t length;

    if (!cursor_u16be(&rest, &length) || !cursor_split(&rest, length, out))
        return false;
    *in = rest;
    return true;
}

static bool take_string_if(bool present, struct cursor *in, struct cursor *out)
{
    return !present || take_string(in, out);
}

/* Section 2.2.2. */
static bool skip_properties(struct cursor *in, bool present)
{
    uint32_t length;

    return !present || (read_length(in, &length) == TATTLER_OK && cursor_skip(in, length));
}

static void read_flags(uint8_t flags, struct mqtt_connect *out)
{
    out->clean = (flags & FLAG_CLEAN) != 0;
    out->has_will = (flags & FLAG_WILL) != 0;
    out->retains_will = (flags & FLAG_WILL_RETAIN) != 0;
    out->has_username = (flags & FLAG_USERNAME) != 0;
    out->has_password = (flags & FLAG_PASSWORD) != 0;
}

enum tattler_status mqtt_connect_read(struct cursor message, struct mqtt_connect *out)
{
    struct mqtt_connect connect = { .version = 0 };
    uint16_t keep_alive;
    uint8_t flags;
    bool will;

    if (!take_string(&message, &connect.protocol) || !cursor_u8(&message, &connect.version) ||
            !cursor_u8(&message, &flags) || !cursor_u16be(&message, &keep_alive))
        return TATTLER_TRUNCATED;
    read_flags(flags, &connect);
    will = connect.has_will;
    if (!skip_properties(&message, connect.version == VERSION_WITH_PROPERTIES) ||
            !take_string(&message, &connect.client_id) ||
            !skip_properties(&message, will && connect.version == VERSION_WITH_PROPERTIES) ||
            !take_string_if(will, &message, &connect.will_topic) ||
            !take_string_if(will, &message, &connect.will_message) ||
            !take_string_if(connect.has_username, &message, &connect.username) ||
            !take_string_if(connect.has_password, &message, &connect.password))
        return TATTLER_TRUNCATED;
    *out = connect;
    return TATTLER_OK;
}

enum tattler_status mqtt_connack_read(struct cursor message, struct mqtt_connack *out)
{
    uint8_t flags, code;

    if (!cursor_u8(&message, &flags) || !cursor_u8(&message, &code))
        return TATTLER_TRUNCATED;
    *out = (struct mqtt_connack){ (flags & 1) != 0, code };
    return TATTLER_OK;
}

enum tattler_status mqtt_publish_read(struct cursor message, uint8_t quality, uint8_t version,
        struct mqtt_publish *out)
{
    struct mqtt_publish publish = { .has_id = quality > 0 };

    if (!take_string(&message, &publish.topic) ||
            (publish.has_id && !cursor_u16be(&message, &publish.id)) ||
            !skip_properties(&message, version == VERSION_WITH_PROPERTIES))
        return TATTLER_TRUNCATED;
    publish.message = message;
    *out = publish;
    return TATTLER_OK;
}

enum tattler_status mqtt_subscribe_open(struct cursor *message, uint8_t version, uint16_t *id)
{
    struct cursor rest = *message;

    if (!cursor_u16be(&rest, id) || !skip_properties(&rest, version == VERSION_WITH_PROPERTIES))
        return TATTLER_TRUNCATED;
    *message = rest;
    return TATTLER_OK;
}

/* Behind each topic is a byte of options. */
bool mqtt_next_topic(struct cursor *message, struct cursor *topic, uint8_t *options)
{
    struct cursor rest = *message, found;

    if (!take_string(&rest, &found) || !cursor_u8(&rest, options))
        return false;
    *message = rest;
    *topic = found;
    return true;
}
