#include "parse/mqtt.h"

/* Flags of CONNECT (section 3.1.2.3). */
enum { FLAG_WILL = 0x04, FLAG_PASSWORD = 0x40, FLAG_USERNAME = 0x80 };

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
    *out = (struct mqtt_header){ first >> 4, first >> 1 & 3, length };
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

enum tattler_status mqtt_connect_read(struct cursor message, struct mqtt_connect *out)
{
    struct mqtt_connect connect = { .version = 0 };
    struct cursor part;
    uint16_t keep_alive;
    uint8_t flags;
    bool has_will;

    if (!take_string(&message, &part) || !cursor_u8(&message, &connect.version) ||
            !cursor_u8(&message, &flags) || !cursor_u16be(&message, &keep_alive))
        return TATTLER_TRUNCATED;
    has_will = (flags & FLAG_WILL) != 0;
    if (!skip_properties(&message, connect.version == VERSION_WITH_PROPERTIES) ||
            !take_string(&message, &connect.client_id) ||
            !skip_properties(&message, has_will && connect.version == VERSION_WITH_PROPERTIES) ||
            !take_string_if(has_will, &message, &part) ||
            !take_string_if(has_will, &message, &part) ||
            !take_string_if((flags & FLAG_USERNAME) != 0, &message, &connect.username) ||
            !take_string_if((flags & FLAG_PASSWORD) != 0, &message, &connect.password))
        return TATTLER_TRUNCATED;
    *out = connect;
    return TATTLER_OK;
}

enum tattler_status mqtt_publish_read(struct cursor message, uint8_t quality, uint8_t version,
        struct cursor *topic)
{
    struct cursor found;

    if (!take_string(&message, &found) || (quality > 0 && !cursor_skip(&message, 2)) ||
            !skip_properties(&message, version == VERSION_WITH_PROPERTIES))
        return TATTLER_TRUNCATED;
    *topic = found;
    return TATTLER_OK;
}

enum tattler_status mqtt_subscribe_open(struct cursor *message, uint8_t version)
{
    struct cursor rest = *message;

    if (!cursor_skip(&rest, 2) || !skip_properties(&rest, version == VERSION_WITH_PROPERTIES))
        return TATTLER_TRUNCATED;
    *message = rest;
    return TATTLER_OK;
}

/* Behind each topic is a byte of options. */
bool mqtt_next_topic(struct cursor *message, struct cursor *topic)
{
    struct cursor rest = *message, found;

    if (!take_string(&rest, &found) || !cursor_skip(&rest, 1))
        return false;
    *message = rest;
    *topic = found;
    return true;
}
