#include "parse/dns.h"

#define HEADER_SIZE 12 /* RFC 1035 section 4.1.1 */
#define TEXT_MAX 253   /* 255 octets on the wire: a length octet in front, the root behind */

/* Labels and pointers to read in one message. Many records may point to one long name or chain of
 * pointers, so without this the work could grow with the square of the bytes. Small records with
 * two names of a few labels each stay below; the constant is for messages about ip6.arpa. */
#define STEPS_MAX(bytes) (2 * (bytes) + 256)

#define CLASS_INTERNET 1
#define CLASS_MASK 0x7fff /* RFC 6762 uses the top bit */
#define TTL_MAX 0x7fffffffu

/* SvcParamKeys, RFC 9460 section 14.3.2 and RFC 9848 */
#define SVC_IPV4HINT 4
#define SVC_ECH 5
#define SVC_IPV6HINT 6

enum tattler_status dns_open(struct cursor payload, struct dns_message *out)
{
    struct dns_message message = { .whole = payload, .steps = STEPS_MAX(payload.left) };

    if (!cursor_u16be(&payload, &message.id) || !cursor_u16be(&payload, &message.flags))
        return TATTLER_TRUNCATED;
    for (size_t i = 0; i < DNS_SECTIONS; i++)
        if (!cursor_u16be(&payload, &message.counts[i]))
            return TATTLER_TRUNCATED;
    message.response = (message.flags & 0x8000) != 0;
    message.opcode = message.flags >> 11 & 0x0f;
    message.truncated = (message.flags & 0x0200) != 0;
    message.rcode = message.flags & 0x0f;
    message.rest = payload;
    memcpy(message.left, message.counts, sizeof(message.left));
    *out = message;
    return TATTLER_OK;
}

static bool append_label(struct dns_name *name, struct cursor label)
{
    size_t dot = name->length > 0 ? 1 : 0;

    if (name->length + dot + label.left > TEXT_MAX)
        return false;
    if (dot != 0)
        name->text[name->length++] = '.';
    memcpy(name->text + name->length, label.at, label.left);
    name->length = (uint8_t)(name->length + label.left);
    return true;
}

/* Follows a compression pointer whose first byte was 'high' (RFC 1035 section 4.1.4). It has to
 * lead before 'start', where the labels being read began: so each jump goes further back. */
static enum tattler_status follow(struct cursor whole, uint8_t high, struct cursor *at,
        size_t *start, struct cursor *target)
{
    uint8_t low;
    size_t offset;

    if (!cursor_u8(at, &low))
        return TATTLER_TRUNCATED;
    offset = (size_t)(high & 0x3f) << 8 | low;
    if (offset < HEADER_SIZE || offset >= *start || !cursor_skip(&whole, offset))
        return TATTLER_MALFORMED;
    *start = offset;
    *target = whole;
    return TATTLER_OK;
}

/* Moves 'in', a part of the message, behind the name. On failure both may have moved on. */
static enum tattler_status read_name(struct dns_message *message, struct cursor *in,
        struct dns_name *out)
{
    struct cursor at = *in, label;
    size_t start = (size_t)(in->at - message->whole.at);
    struct cursor *end = in; /* to be moved where the name ends here; NULL once that is done */
    uint8_t length;

    for (out->length = 0; message->steps > 0; message->steps--) {
        if (!cursor_u8(&at, &length))
            return TATTLER_TRUNCATED;
        if (length >= 0xc0) {
            struct cursor target;
            enum tattler_status status = follow(message->whole, length, &at, &start, &target);

            if (status != TATTLER_OK)
                return status;
            if (end != NULL)
                *end = at;
            end = NULL;
            at = target;
            continue;
        }
        if (length > 63)
            return TATTLER_MALFORMED;
        if (!cursor_split(&at, length, &label))
            return TATTLER_TRUNCATED;
        if (length > 0 && !append_label(out, label))
            return TATTLER_MALFORMED;
        if (length > 0)
            continue;
        if (end != NULL)
            *end = at;
        out->text[out->length] = '\0';
        return TATTLER_OK;
    }
    return TATTLER_MALFORMED;
}

/* Ends the iteration for good. */
static bool give_up(struct dns_message *message, enum tattler_status status)
{
    message->status = status;
    memset(message->left, 0, sizeof(message->left));
    return false;
}

bool dns_next_question(struct dns_message *message, struct dns_question *out)
{
    enum tattler_status status;

    if (message->left[DNS_QUESTION] == 0)
        return false;
    status = read_name(message, &message->rest, &out->name);
    if (status != TATTLER_OK)
        return give_up(message, status);
    if (!cursor_u16be(&message->rest, &out->type) || !cursor_u16be(&message->rest, &out->class))
        return give_up(message, TATTLER_TRUNCATED);
    out->class &= CLASS_MASK;
    message->left[DNS_QUESTION]--;
    return true;
}

/* The decoders read a record's data and return false when it does not fit the type. */

static bool read_v4(struct cursor *in, struct address *out)
{
    uint8_t bytes[4];

    if (!cursor_copy(in, bytes, sizeof(bytes)))
        return false;
    *out = address_from_v4(bytes);
    return true;
}

static bool read_v6(struct cursor *in, struct address *out)
{
    uint8_t bytes[16];

    if (!cursor_copy(in, bytes, sizeof(bytes)))
        return false;
    *out = address_from_v6(bytes);
    return true;
}

static bool decode_a(struct dns_message *message, struct dns_record *record)
{
    struct cursor in = record->rdata;

    (void)message;
    return read_v4(&in, &record->address) && in.left == 0;
}

static bool decode_aaaa(struct dns_message *message, struct dns_record *record)
{
    struct cursor in = record->rdata;

    (void)message;
    return read_v6(&in, &record->address) && in.left == 0;
}

static bool decode_name(struct dns_message *message, struct dns_record *record)
{
    struct cursor in = record->rdata;

    return read_name(message, &in, &record->target) == TATTLER_OK && in.left == 0;
}

static bool read_hints(struct cursor in, bool (*read)(struct cursor *, struct address *),
        struct dns_record *record)
{
    struct address hint;

    while (in.left > 0) {
        if (!read(&in, &hint))
            return false;
        if (record->hint_count < DNS_HINTS_MAX)
            record->hints[record->hint_count++] = hint;
    }
    return true;
}

/* RFC 9460 section 2.2: priority, target, then parameters of key, length, value. */
static bool decode_service(struct dns_message *message, struct dns_record *record)
{
    struct cursor in = record->rdata, value;
    uint16_t key, length;

    if (!cursor_u16be(&in, &record->priority) ||
            read_name(message, &in, &record->target) != TATTLER_OK)
        return false;
    while (in.left > 0) {
        if (!cursor_u16be(&in, &key) || !cursor_u16be(&in, &length) ||
                !cursor_split(&in, length, &value))
            return false;
        if (key == SVC_ECH)
            record->ech = true;
        else if (key == SVC_IPV4HINT && !read_hints(value, read_v4, record))
            return false;
        else if (key == SVC_IPV6HINT && !read_hints(value, read_v6, record))
            return false;
    }
    return true;
}

static const struct {
    uint16_t type;
    bool (*decode)(struct dns_message *message, struct dns_record *record);
} decoders[] = {
    { DNS_TYPE_A, decode_a },
    { DNS_TYPE_NS, decode_name },
    { DNS_TYPE_CNAME, decode_name },
    { DNS_TYPE_PTR, decode_name },
    { DNS_TYPE_AAAA, decode_aaaa },
    { DNS_TYPE_SVCB, decode_service },
    { DNS_TYPE_HTTPS, decode_service },
};

static bool decode(struct dns_message *message, struct dns_record *record)
{
    if (record->type == DNS_TYPE_OPT)
        return true;
    record->class &= CLASS_MASK;
    if (record->ttl_s > TTL_MAX)
        record->ttl_s = 0;
    if (record->class != CLASS_INTERNET)
        return false;
    for (size_t i = 0; i < sizeof(decoders) / sizeof(decoders[0]); i++)
        if (decoders[i].type == record->type)
            return decoders[i].decode(message, record);
    return true;
}

static enum tattler_status read_record(struct dns_message *message, struct dns_record *record)
{
    struct cursor *in = &message->rest;
    uint16_t length;
    enum tattler_status status = read_name(message, in, &record->name);

    if (status != TATTLER_OK)
        return status;
    if (!cursor_u16be(in, &record->type) || !cursor_u16be(in, &record->class) ||
            !cursor_u32be(in, &record->ttl_s) || !cursor_u16be(in, &length) ||
            !cursor_split(in, length, &record->rdata))
        return TATTLER_TRUNCATED;
    return TATTLER_OK;
}

static bool take_section(struct dns_message *message, enum dns_section *out)
{
    for (enum dns_section section = DNS_ANSWER; section < DNS_SECTIONS; section++) {
        if (message->left[section] == 0)
            continue;
        message->left[section]--;
        *out = section;
        return true;
    }
    return false;
}

/* What its type may leave empty. */
static void clear_data(struct dns_record *record)
{
    record->address = (struct address){ { 0 } };
    record->target.text[0] = '\0';
    record->target.length = 0;
    record->priority = 0;
    record->ech = false;
    record->hint_count = 0;
}

bool dns_next_raw(struct dns_message *message, struct dns_record *out)
{
    struct dns_question passed;
    enum tattler_status status;

    while (dns_next_question(message, &passed))
        ;
    if (!take_section(message, &out->section))
        return false;
    clear_data(out);
    status = read_record(message, out);
    return status == TATTLER_OK || give_up(message, status);
}

bool dns_next_record(struct dns_message *message, struct dns_record *out)
{
    while (dns_next_raw(message, out))
        if (decode(message, out))
            return true;
    return false;
}

bool dns_read_name(struct dns_message *message, struct cursor *rdata, struct dns_name *out)
{
    struct cursor in = *rdata;
    struct dns_name name;

    if (read_name(message, &in, &name) != TATTLER_OK)
        return false;
    *rdata = in;
    *out = name;
    return true;
}

enum tattler_status dns_tcp_split(struct cursor *stream, struct cursor *message)
{
    struct cursor in = *stream, body;
    uint16_t length;

    if (!cursor_u16be(&in, &length))
        return TATTLER_TRUNCATED;
    if (length < HEADER_SIZE)
        return TATTLER_MALFORMED;
    if (!cursor_split(&in, length, &body))
        return TATTLER_TRUNCATED;
    *stream = in;
    *message = body;
    return TATTLER_OK;
}
