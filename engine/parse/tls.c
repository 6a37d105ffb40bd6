#include "parse/tls.h"

#include <stdlib.h>

enum {
    CONTENT_HANDSHAKE = 22,
    HANDSHAKE_CLIENT_HELLO = 1,
    VERSION_MAJOR = 3,        /* SSL 3.0 and every TLS */
    RECORD_HEADER_LENGTH = 5, /* type, version, length */
    RECORD_MAX = (1 << 14) + 256, /* RFC 8446 section 5.2 */
    MESSAGE_HEADER_LENGTH = 4,
    SESSION_ID_MAX = 32,
    NAME_TYPE_HOST = 0,
    V2_RECORD = 0x80,    /* length in two bytes with the highest bit set, here less than 256 */
    V2_HEADER_COUNTED = 3, /* type and version count as part of the record */
    V2_LENGTHS = 6,
    V2_CIPHER_LENGTH = 3,
};

/* A vector with a one-byte length in front (RFC 8446 section 3.4). */
static bool split_vector8(struct cursor *in, struct cursor *part)
{
    uint8_t length;

    return cursor_u8(in, &length) && cursor_split(in, length, part);
}

static bool split_vector16(struct cursor *in, struct cursor *part)
{
    uint16_t length;

    return cursor_u16be(in, &length) && cursor_split(in, length, part);
}

/* RFC 6066 section 3. A second extension of this type is forbidden; the first one counts. Some
 * clients without a name send an empty one. */
static bool read_server_name(struct cursor body, struct tls_hello *out)
{
    struct cursor list, name;
    uint8_t type;

    if (body.left == 0)
        return true;
    if (!split_vector16(&body, &list))
        return false;
    while (list.left > 0) {
        if (!cursor_u8(&list, &type) || !split_vector16(&list, &name))
            return false;
        if (type == NAME_TYPE_HOST && out->sni_length == 0 && name.left < TLS_SNI_SIZE) {
            out->sni_length = (uint8_t)name.left;
            cursor_copy(&name, out->sni, name.left);
        }
    }
    return true;
}

static bool is_printable(struct cursor token)
{
    uint8_t byte;

    while (cursor_u8(&token, &byte))
        if (byte < ' ' || byte > '~')
            return false;
    return true;
}

/* RFC 8701 section 2: 0x0a0a, 0x1a1a, up to 0xfafa. */
static bool is_grease(struct cursor token)
{
    return token.left == 2 && (token.at[0] & 0x0f) == 0x0a && token.at[0] == token.at[1];
}

/* RFC 7301 section 3.1. */
static bool read_alpn(struct cursor body, struct tls_hello *out)
{
    struct cursor list, token;

    if (!split_vector16(&body, &list))
        return false;
    while (list.left > 0) {
        if (!split_vector8(&list, &token))
            return false;
        if (is_grease(token))
            continue;
        if (out->alpn_count < TLS_ALPN_MAX && token.left < TLS_ALPN_SIZE && is_printable(token))
            cursor_copy(&token, out->alpn[out->alpn_count++], token.left);
    }
    return true;
}

/* RFC 8446 section 4.2.1. */
static bool read_supported_versions(struct cursor body, struct tls_hello *out)
{
    struct cursor list;
    uint16_t version, highest = 0;

    if (!split_vector8(&body, &list))
        return false;
    while (list.left > 0) {
        if (!cursor_u16be(&list, &version))
            return false;
        if (version >> 8 == VERSION_MAJOR && version > highest)
            highest = version;
    }
    if (highest != 0)
        out->version = highest;
    return true;
}

static bool read_ech(struct cursor body, struct tls_hello *out)
{
    (void)body;
    out->ech = true;
    return true;
}

static const struct {
    uint16_t type;
    bool (*read)(struct cursor body, struct tls_hello *out);
} extensions[] = {
    { 0, read_server_name },
    { 16, read_alpn },
    { 43, read_supported_versions },
    { 0xfe0d, read_ech },
};

static bool read_extension(uint16_t type, struct cursor body, struct tls_hello *out)
{
    for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
        if (extensions[i].type == type)
            return extensions[i].read(body, out);
    return true;
}

static bool read_extensions(struct cursor list, struct tls_hello *out)
{
    struct cursor body;
    uint16_t type;

    while (list.left > 0)
        if (!cursor_u16be(&list, &type) || !split_vector16(&list, &body) ||
                !read_extension(type, body, out))
            return false;
    return true;
}

/* Everything in front of the extensions, which SSL 3.0 to TLS 1.2 may leave out. */
static bool read_body(struct cursor body, struct tls_hello *out)
{
    struct cursor random, session_id, cipher_suites, compressions, list;

    if (!cursor_u16be(&body, &out->version) || out->version >> 8 != VERSION_MAJOR ||
            !cursor_split(&body, 32, &random) || !split_vector8(&body, &session_id) ||
            session_id.left > SESSION_ID_MAX || !split_vector16(&body, &cipher_suites) ||
            !split_vector8(&body, &compressions))
        return false;
    return body.left == 0 || (split_vector16(&body, &list) && read_extensions(list, out));
}

enum tattler_status tls_hello_parse(struct cursor message, struct tls_hello *out)
{
    struct tls_hello hello = { .version = 0 };
    struct cursor body;
    uint32_t length;
    uint8_t type;

    if (!cursor_u8(&message, &type))
        return TATTLER_TRUNCATED;
    if (type != HANDSHAKE_CLIENT_HELLO)
        return TATTLER_UNSUPPORTED;
    if (!cursor_u24be(&message, &length))
        return TATTLER_TRUNCATED;
    if (length > TLS_MESSAGE_MAX - MESSAGE_HEADER_LENGTH)
        return TATTLER_FULL;
    if (!cursor_split(&message, length, &body))
        return TATTLER_TRUNCATED;
    if (!read_body(body, &hello))
        return TATTLER_MALFORMED;
    *out = hello;
    return TATTLER_OK;
}

/* RFC 5246 appendix E.2: type, version and three lengths; cipher specs, session and challenge. 'body'
 * begins with the lengths. Older clients may send a session of 16 bytes (RFC 2246 appendix E). */
static enum tattler_status read_v2_body(const struct tls_stream *stream, struct cursor body,
        struct tls_hello *out)
{
    size_t length = (size_t)stream->header[1] - V2_HEADER_COUNTED;
    uint16_t ciphers, session, challenge;

    if (!cursor_u16be(&body, &ciphers) || !cursor_u16be(&body, &session) ||
            !cursor_u16be(&body, &challenge))
        return TATTLER_TRUNCATED;
    if (ciphers == 0 || ciphers % V2_CIPHER_LENGTH != 0 || (session != 0 && session != 16) ||
            challenge < 16 || challenge > 32 ||
            (size_t)V2_LENGTHS + ciphers + session + challenge != length)
        return TATTLER_MALFORMED;
    if (body.left < length - V2_LENGTHS)
        return TATTLER_TRUNCATED;
    *out = (struct tls_hello){
        .version = (uint16_t)(stream->header[3] << 8 | stream->header[4]),
    };
    return TATTLER_OK;
}

static bool is_v2(const struct tls_stream *stream)
{
    return stream->header[0] == V2_RECORD && stream->message == NULL &&
           (stream->header_length < 3 || stream->header[2] == HANDSHAKE_CLIENT_HELLO) &&
           (stream->header_length < 4 || stream->header[3] == VERSION_MAJOR);
}

/* Is what is there of a record header that of a handshake record? The first record decides whether
 * this is TLS at all; what SSLv2 frames starts with its length instead. */
static enum tattler_status check_header(const struct tls_stream *stream)
{
    if (is_v2(stream))
        return TATTLER_OK;
    if (stream->header[0] != CONTENT_HANDSHAKE ||
            (stream->header_length > 1 && stream->header[1] != VERSION_MAJOR))
        return stream->message == NULL ? TATTLER_UNSUPPORTED : TATTLER_MALFORMED;
    return TATTLER_OK;
}

/* Between records: takes bytes of the next header. OK: the record's fragment is next. */
static enum tattler_status read_header(struct tls_stream *stream, struct cursor *bytes)
{
    size_t missing = RECORD_HEADER_LENGTH - (size_t)stream->header_length;
    size_t n = bytes->left < missing ? bytes->left : missing;
    enum tattler_status status;

    if (stream->record_left > 0)
        return TATTLER_OK;
    cursor_copy(bytes, stream->header + stream->header_length, n);
    stream->header_length = (uint8_t)(stream->header_length + n);
    status = check_header(stream);
    if (status != TATTLER_OK)
        return status;
    if (n < missing)
        return TATTLER_TRUNCATED;
    stream->is_v2 = is_v2(stream);
    stream->header_length = 0;
    if (stream->is_v2 && stream->header[1] < V2_HEADER_COUNTED + V2_LENGTHS)
        return TATTLER_MALFORMED;
    stream->record_left = stream->is_v2 ? (uint16_t)(stream->header[1] - V2_HEADER_COUNTED)
                                        : (uint16_t)(stream->header[3] << 8 | stream->header[4]);
    if (stream->record_left == 0 || stream->record_left > RECORD_MAX)
        return TATTLER_MALFORMED;
    return TATTLER_OK;
}

/* At least doubles, so that many small segments do not copy over and over. */
static bool reserve(struct tls_stream *stream, size_t needed)
{
    size_t doubled = (size_t)stream->capacity * 2;
    size_t capacity = doubled > needed ? doubled : needed;
    uint8_t *grown;

    if (needed <= stream->capacity)
        return true;
    grown = realloc(stream->message, capacity);
    if (grown == NULL)
        return false;
    stream->message = grown;
    stream->capacity = (uint32_t)capacity;
    return true;
}

/* What exceeds TLS_MESSAGE_MAX cannot belong to a message tls_hello_parse() takes. */
static bool join(struct tls_stream *stream, struct cursor fragment)
{
    size_t room = TLS_MESSAGE_MAX - (size_t)stream->length;
    size_t n = fragment.left < room ? fragment.left : room;

    if (!reserve(stream, stream->length + n))
        return false;
    cursor_copy(&fragment, stream->message + stream->length, n);
    stream->length += (uint32_t)n;
    return true;
}

static enum tattler_status read_message(const struct tls_stream *stream, struct cursor message,
        struct tls_hello *out)
{
    return stream->is_v2 ? read_v2_body(stream, message, out) : tls_hello_parse(message, out);
}

static enum tattler_status read_fragment(struct tls_stream *stream, struct cursor fragment,
        struct tls_hello *out)
{
    if (stream->length == 0) {
        enum tattler_status status = read_message(stream, fragment, out);

        if (status != TATTLER_TRUNCATED)
            return status;
    }
    if (!join(stream, fragment))
        return TATTLER_NO_MEMORY;
    return read_message(stream, cursor_over(stream->message, stream->length), out);
}

static enum tattler_status read_records(struct tls_stream *stream, struct cursor bytes,
        struct tls_hello *out)
{
    enum tattler_status status = TATTLER_TRUNCATED;

    while (bytes.left > 0 && status == TATTLER_TRUNCATED) {
        struct cursor fragment;
        size_t n;

        status = read_header(stream, &bytes);
        if (status != TATTLER_OK)
            return status;
        n = bytes.left < stream->record_left ? bytes.left : stream->record_left;
        cursor_split(&bytes, n, &fragment);
        stream->record_left = (uint16_t)(stream->record_left - n);
        status = n > 0 ? read_fragment(stream, fragment, out) : TATTLER_TRUNCATED;
    }
    return status;
}

enum tattler_status tls_stream_read(struct tls_stream *stream, struct cursor bytes,
        struct tls_hello *out)
{
    enum tattler_status status = read_records(stream, bytes, out);

    if (status != TATTLER_TRUNCATED)
        tls_stream_clear(stream);
    return status;
}

void tls_stream_clear(struct tls_stream *stream)
{
    free(stream->message);
    *stream = (struct tls_stream){ .message = NULL };
}
