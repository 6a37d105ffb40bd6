#include <stddef.h>

#include "parse/service_match.h"

/* MQTT 3.1, 3.1.1 and 5: a byte of type and flags, a length of 7 bits a byte, the rest. */

static bool read_mqtt_header(struct cursor *in, uint8_t *first, uint32_t *length)
{
    uint8_t byte;

    *length = 0;
    if (!cursor_u8(in, first))
        return false;
    for (unsigned shift = 0; shift < 28; shift += 7) {
        if (!cursor_u8(in, &byte))
            return false;
        *length |= (uint32_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return true;
    }
    return false;
}

bool service_is_mqtt_connect(struct cursor payload)
{
    static const uint8_t name[] = { 0, 4, 'M', 'Q', 'T', 'T' };
    static const uint8_t old_name[] = { 0, 6, 'M', 'Q', 'I', 's', 'd', 'p' };
    uint8_t first, level, flags;
    uint32_t length;

    if (!read_mqtt_header(&payload, &first, &length) || first != 0x10 || length < 12)
        return false;
    if (cursor_starts_with(&payload, name, sizeof(name)))
        (void)cursor_skip(&payload, sizeof(name));
    else if (cursor_starts_with(&payload, old_name, sizeof(old_name)))
        (void)cursor_skip(&payload, sizeof(old_name));
    else
        return false;
    /* A bridge sets the level's top bit (mosquitto). The lowest flag is reserved. */
    return cursor_u8(&payload, &level) && cursor_u8(&payload, &flags) && (level & 0x7f) >= 3 &&
           (level & 0x7f) <= 5 && (flags & 1) == 0;
}

bool service_is_mqtt(struct cursor payload)
{
    uint8_t first;
    uint32_t length;

    if (payload.left == 0)
        return false;
    while (payload.left > 0) {
        unsigned type, flags;

        if (!read_mqtt_header(&payload, &first, &length) || !cursor_skip(&payload, length))
            return false;
        type = first >> 4;
        flags = first & 0x0f;
        /* MQTT 5 section 2.1.3: PUBLISH has flags of its own, three others a fixed one. */
        if (type == 0 || (type == 3 && (flags & 6) == 6) ||
                (type != 3 && flags != (type == 6 || type == 8 || type == 10 ? 2u : 0u)))
            return false;
    }
    return true;
}

/* CoAP, RFC 7252 section 3 */

#define COAP_OPTION_URI_PATH 11

/* Section 3.1: 13 and 14 announce one or two more bytes, 15 is reserved. */
static bool extend(struct cursor *in, unsigned *value)
{
    uint8_t one;
    uint16_t two;

    if (*value == 13 && cursor_u8(in, &one))
        *value = 13u + one;
    else if (*value == 14 && cursor_u16be(in, &two))
        *value = 269u + two;
    else
        return *value < 13;
    return true;
}

/* Do the options end well? 'paths' counts those of a resource's path that are text. */
static bool walk_coap_options(struct cursor in, unsigned *paths)
{
    unsigned number = 0;
    uint8_t byte;

    while (cursor_u8(&in, &byte)) {
        unsigned delta = byte >> 4, length = byte & 0x0f;
        struct cursor value;

        if (byte == 0xff)
            return in.left > 0;
        if (!extend(&in, &delta) || !extend(&in, &length) || !cursor_split(&in, length, &value))
            return false;
        number += delta;
        if (number == COAP_OPTION_URI_PATH && value.left > 0) {
            if (!service_is_printable(value))
                return false;
            (*paths)++;
        }
    }
    return true;
}

static bool read_coap(struct cursor in, uint8_t *code, unsigned *paths)
{
    uint8_t first;
    uint16_t id;
    unsigned token;

    *paths = 0;
    if (!cursor_u8(&in, &first) || !cursor_u8(&in, code) || !cursor_u16be(&in, &id))
        return false;
    token = first & 0x0f;
    if (first >> 6 != 1 || token > 8)
        return false;
    if (*code == 0) /* empty: acknowledgement, reset or ping */
        return token == 0 && in.left == 0;
    return cursor_skip(&in, token) && walk_coap_options(in, paths);
}

/* Codes are a class of three bits and a detail of five; methods up to iPATCH (RFC 8132). */
static bool is_coap_method(uint8_t code)
{
    return code >= 1 && code <= 7;
}

bool service_is_coap_request(struct cursor payload)
{
    uint8_t code;
    unsigned paths;

    return read_coap(payload, &code, &paths) && is_coap_method(code) && paths > 0;
}

bool service_is_coap(struct cursor payload)
{
    uint8_t code;
    unsigned paths;

    if (!read_coap(payload, &code, &paths))
        return false;
    return is_coap_method(code) || code == 0 || code >> 5 == 2 || code >> 5 == 4 || code >> 5 == 5;
}
