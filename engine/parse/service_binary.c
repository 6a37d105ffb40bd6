#include <stddef.h>

#include "base/status.h"
#include "parse/dns.h"
#include "parse/service_match.h"

/* TLS records, RFC 8446 section 5.1: from a hello, or from the middle of a session. */

#define TLS_RECORD_MAX (16384 + 2048) /* RFC 5246 section 6.2.3 */
#define TLS_TAG 16                    /* encrypted content has at least this much on top */

enum tls_content { TLS_CHANGE_CIPHER = 20, TLS_ALERT = 21, TLS_HANDSHAKE = 22, TLS_DATA = 23 };

/* A ClientHello or ServerHello is long enough for its random, and starts with a version. */
static bool is_tls_hello(struct cursor in)
{
    uint8_t type, version = 0;
    uint32_t length;

    if (!cursor_u8(&in, &type) || (type != 1 && type != 2))
        return false;
    if (!cursor_u24be(&in, &length))
        return true; /* the segment ends here: so far it fits */
    return length >= 38 && length <= 0xffff && (!cursor_u8(&in, &version) || version == 3);
}

bool service_is_tls(struct cursor payload)
{
    uint8_t type, major, minor;
    uint16_t length;

    if (!cursor_u8(&payload, &type) || !cursor_u8(&payload, &major) ||
            !cursor_u8(&payload, &minor) || !cursor_u16be(&payload, &length) || major != 3 ||
            minor > 4 || length == 0 || length > TLS_RECORD_MAX)
        return false;
    switch (type) {
    case TLS_HANDSHAKE:
        return is_tls_hello(payload);
    case TLS_DATA:
        return minor > 0 && length > TLS_TAG && payload.left > 0;
    case TLS_ALERT:
        if (length == 2)
            return payload.left >= 2 && (payload.at[0] == 1 || payload.at[0] == 2);
        return minor > 0 && length > TLS_TAG && length <= 64; /* encrypted */
    case TLS_CHANGE_CIPHER:
        return length == 1 && payload.left >= 1 && payload.at[0] == 1;
    default:
        return false;
    }
}

/* QUIC */

#define QUIC_LONG 0x80
#define QUIC_FIXED 0x40
#define QUIC_ID_MAX 20

static const struct {
    uint32_t value, mask;
} quic_versions[] = {
    { 0x00000001, 0xffffffff }, /* RFC 9000 */
    { 0x6b3343cf, 0xffffffff }, /* RFC 9369 */
    { 0xff000000, 0xffffffc0 }, /* drafts of the IETF */
    { 0xfaceb000, 0xfffffff0 }, /* mvfst */
    { 0x51303530, 0xffffffff }, /* "Q050" */
    { 0x54303530, 0xfffffffe }, /* "T050", "T051" */
    { 0x0a0a0a0a, 0x0f0f0f0f }, /* provokes version negotiation, RFC 9000 section 15 */
};

static bool skip_connection_ids(struct cursor *in)
{
    uint8_t length;

    for (int i = 0; i < 2; i++)
        if (!cursor_u8(in, &length) || length > QUIC_ID_MAX || !cursor_skip(in, length))
            return false;
    return true;
}

/* Google's QUIC up to Q043 has its own header: flags, 8 bytes of connection id, version. Q046
 * comes as a long header, but with other connection ids. */
static bool is_gquic(struct cursor in, uint8_t flags)
{
    if ((flags & (QUIC_LONG | QUIC_FIXED)) == (QUIC_LONG | QUIC_FIXED))
        return cursor_starts_with(&in, "Q046", 4);
    return (flags & 0xc9) == 0x09 && cursor_skip(&in, 8) && in.left > 4 &&
           cursor_starts_with(&in, "Q0", 2) && in.at[2] >= '2' && in.at[2] <= '4' &&
           in.at[3] >= '0' && in.at[3] <= '9';
}

bool service_is_quic(struct cursor payload)
{
    uint8_t flags;
    uint32_t version;

    if (!cursor_u8(&payload, &flags))
        return false;
    if (is_gquic(payload, flags))
        return true;
    if ((flags & QUIC_LONG) == 0 || !cursor_u32be(&payload, &version) ||
            !skip_connection_ids(&payload))
        return false;
    if (version == 0) /* version negotiation, RFC 9000 section 17.2.1 */
        return payload.left >= 4 && payload.left % 4 == 0;
    for (size_t i = 0; i < sizeof(quic_versions) / sizeof(quic_versions[0]); i++)
        if ((version & quic_versions[i].mask) == quic_versions[i].value)
            return (flags & QUIC_FIXED) != 0 && payload.left >= 16; /* a tag at least */
    return false;
}

/* DNS */

static bool is_dns_class(uint16_t class)
{
    return class == 1 || class == 3 || class == 4 || class == 254 || class == 255;
}

bool service_is_dns(struct cursor payload)
{
    struct dns_message message;
    struct dns_question question;
    struct dns_record record;

    if (dns_open(payload, &message) != TATTLER_OK || message.opcode > 5)
        return false;
    if (message.counts[DNS_QUESTION] > 0)
        return dns_next_question(&message, &question) && is_dns_class(question.class);
    return dns_next_record(&message, &record);
}

#define NETBIOS_NAME 32   /* record types of RFC 1002, in messages that look like DNS */
#define NETBIOS_STATUS 33 /* the same number as SRV */

bool service_is_dns_query(struct cursor payload)
{
    struct dns_message message;
    struct dns_question question;
    struct dns_record record;

    if (dns_open(payload, &message) != TATTLER_OK || message.opcode != 0 ||
            message.counts[DNS_QUESTION] != 1 || !dns_next_question(&message, &question) ||
            question.class != 1 || question.type == 0 || question.type == NETBIOS_NAME ||
            question.type == NETBIOS_STATUS || question.name.length == 0)
        return false;
    for (size_t i = 0; i < question.name.length; i++)
        if (question.name.text[i] <= ' ' || question.name.text[i] > '~')
            return false;
    while (dns_next_record(&message, &record))
        ;
    return message.status == TATTLER_OK;
}

/* Of a message that has only begun: a query or answer of one question, as far as it can be seen. */
static bool begins_dns(struct cursor message)
{
    uint8_t flags, high = 0, low = 1;
    bool has_flags = cursor_peek_u8(&message, 2, &flags);

    cursor_peek_u8(&message, 4, &high);
    cursor_peek_u8(&message, 5, &low);
    return (!has_flags || (flags >> 3 & 0x0f) == 0) && high == 0 && low == 1;
}

#define DNS_HEADER 12
#define DNS_FIRST_MAX 512 /* what asks first is short; only answers outgrow it */

/* Some clients send the length by itself, and the network may cut anywhere. */
bool service_is_dns_stream(struct cursor payload)
{
    uint16_t length;

    if (payload.left == 1)
        return payload.at[0] < DNS_FIRST_MAX >> 8;
    if (!cursor_u16be(&payload, &length) || length <= DNS_HEADER)
        return false;
    return service_is_dns(payload) ||
           (payload.left < length && length <= DNS_FIRST_MAX && begins_dns(payload));
}

/* NTP: RFC 5905 section 7.3 */

#define NTP_CONTROL 6 /* mode, RFC 9327 section 2 */
#define NTP_PRIVATE 7 /* of ntpd: include/ntp_request.h */

/* Sequence, status, association, offset, count; then so many bytes, padding and perhaps a MAC. */
static bool is_ntp_control(struct cursor in)
{
    uint16_t count;

    return cursor_skip(&in, 8) && cursor_u16be(&in, &count) && cursor_skip(&in, count) &&
           in.left < 4 + 64;
}

/* Implementation, request, number of items and their size, four bits of flags above each. */
static bool is_ntp_private(struct cursor in)
{
    uint8_t implementation, request;
    uint16_t items, size;

    return cursor_u8(&in, &implementation) && cursor_u8(&in, &request) &&
           cursor_u16be(&in, &items) && cursor_u16be(&in, &size) && implementation <= 3 &&
           (size & 0xf000) == 0 && (size_t)(items & 0x0fff) * size <= in.left;
}

bool service_is_ntp(struct cursor payload)
{
    uint8_t first, second;
    size_t length = payload.left;
    unsigned version, mode;

    if (!cursor_u8(&payload, &first) || !cursor_u8(&payload, &second))
        return false;
    version = first >> 3 & 7;
    mode = first & 7;
    if (version < 1 || version > 4 || mode == 0)
        return false;
    if (mode == NTP_CONTROL)
        return is_ntp_control(payload);
    if (mode == NTP_PRIVATE)
        return is_ntp_private(payload);
    return length >= 48 && length % 4 == 0 && second <= 16; /* the stratum */
}

/* STUN, RFC 8489 section 5: the message fills a datagram; over TCP more may follow. */

#define STUN_COOKIE 0x2112a442

static bool read_stun_header(struct cursor *in, uint16_t *type, uint16_t *length, uint32_t *cookie)
{
    return cursor_u16be(in, type) && cursor_u16be(in, length) && cursor_u32be(in, cookie) &&
           cursor_skip(in, 12) && (*type & 0xc000) == 0;
}

/* Before RFC 5389 there was no cookie: then the type is one of the few of RFC 3489 section 11.1,
 * and the attributes have to add up. */
static bool is_classic_stun(struct cursor in, uint16_t type)
{
    uint16_t attribute, length;

    if ((type & 0xfeef) != 1 && (type & 0xfeef) != 2)
        return false;
    while (in.left > 0)
        if (!cursor_u16be(&in, &attribute) || !cursor_u16be(&in, &length) ||
                !cursor_skip(&in, length))
            return false;
    return true;
}

bool service_is_stun(struct cursor payload)
{
    uint16_t type, length;
    uint32_t cookie;

    if (!read_stun_header(&payload, &type, &length, &cookie) || length != payload.left)
        return false;
    return cookie == STUN_COOKIE || is_classic_stun(payload, type);
}

/* ICE over TCP puts a length in front (RFC 4571, RFC 6544 section 3). */
bool service_is_stun_stream(struct cursor payload)
{
    struct cursor framed = payload;
    uint16_t type, length, frame;
    uint32_t cookie;

    if (read_stun_header(&payload, &type, &length, &cookie) && cookie == STUN_COOKIE)
        return true;
    return cursor_u16be(&framed, &frame) && read_stun_header(&framed, &type, &length, &cookie) &&
           cookie == STUN_COOKIE && frame == length + 20;
}

/* RFC 8656 section 12.4; padding to four bytes is optional over UDP. */
bool service_is_turn_channel(struct cursor payload)
{
    uint16_t channel, length;

    return cursor_u16be(&payload, &channel) && cursor_u16be(&payload, &length) &&
           channel >= 0x4000 && channel <= 0x4fff && payload.left >= length &&
           payload.left - length < 4;
}

/* SOCKS: nothing may follow the greeting until it is answered, so it fills the payload. */

/* RFC 1928 section 3, with methods that IANA has assigned. */
static bool is_socks5(struct cursor in)
{
    uint8_t count, method;

    if (!cursor_u8(&in, &count) || count == 0 || count != in.left)
        return false;
    while (cursor_u8(&in, &method))
        if (method > 9)
            return false;
    return true;
}

static bool skip_text(struct cursor *in)
{
    uint8_t byte;

    while (cursor_u8(in, &byte)) {
        if (byte == 0)
            return true;
        if (byte < ' ' || byte > '~')
            return false;
    }
    return false;
}

/* CONNECT or BIND, port, address, user; SOCKS4A has 0.0.0.x and a host name behind. */
static bool is_socks4(struct cursor in)
{
    uint8_t command;
    uint16_t port;
    uint32_t address;

    if (!cursor_u8(&in, &command) || (command != 1 && command != 2) || !cursor_u16be(&in, &port) ||
            !cursor_u32be(&in, &address) || port == 0 || address == 0 || !skip_text(&in))
        return false;
    if (address <= 0xff && (in.left < 2 || !skip_text(&in)))
        return false;
    return in.left == 0;
}

bool service_is_socks(struct cursor payload)
{
    uint8_t version;

    return cursor_u8(&payload, &version) &&
           ((version == 5 && is_socks5(payload)) || (version == 4 && is_socks4(payload)));
}
