#include "emit/eve_dns_data.h"

#include <ctype.h>
#include <stdio.h>

/* By type (IANA registry). The host's log knows no SVCB (64), among others. */
static const char *const names[] = {
    [1] = "A",       [2] = "NS",       [3] = "MD",       [4] = "MF",      [5] = "CNAME",
    [6] = "SOA",     [7] = "MB",       [8] = "MG",       [9] = "MR",      [10] = "NULL",
    [11] = "WKS",    [12] = "PTR",     [13] = "HINFO",   [14] = "MINFO",  [15] = "MX",
    [16] = "TXT",    [17] = "RP",      [18] = "AFSDB",   [19] = "X25",    [20] = "ISDN",
    [21] = "RT",     [22] = "NSAP",    [23] = "NSAPPTR", [24] = "SIG",    [25] = "KEY",
    [26] = "PX",     [27] = "GPOS",    [28] = "AAAA",    [29] = "LOC",    [30] = "NXT",
    [33] = "SRV",    [34] = "ATMA",    [35] = "NAPTR",   [36] = "KX",     [37] = "CERT",
    [38] = "A6",     [39] = "DNAME",   [41] = "OPT",     [42] = "APL",    [43] = "DS",
    [44] = "SSHFP",  [45] = "IPSECKEY", [46] = "RRSIG",  [47] = "NSEC",   [48] = "DNSKEY",
    [49] = "DHCID",  [50] = "NSEC3",   [51] = "NSEC3PARAM", [52] = "TLSA", [55] = "HIP",
    [59] = "CDS",    [60] = "CDNSKEY", [65] = "HTTPS",   [99] = "SPF",    [249] = "TKEY",
    [250] = "TSIG",  [254] = "MAILA",  [255] = "ANY",    [256] = "URI",
};

static const enum eve_dns_shape shapes[EVE_DNS_SHAPED_TYPES] = {
    [1] = EVE_DNS_ADDRESS, [2] = EVE_DNS_NAME,      [5] = EVE_DNS_NAME,   [6] = EVE_DNS_SOA,
    [10] = EVE_DNS_BYTES,  [12] = EVE_DNS_NAME,     [15] = EVE_DNS_EXCHANGE,
    [16] = EVE_DNS_STRINGS, [28] = EVE_DNS_ADDRESS, [33] = EVE_DNS_SERVICE,
    [41] = EVE_DNS_OPTIONS, [44] = EVE_DNS_SSHFP,
};

static enum eve_dns_shape shape_of(uint16_t type)
{
    return type < EVE_DNS_SHAPED_TYPES ? shapes[type] : EVE_DNS_OPAQUE;
}

bool eve_dns_type_is_known(uint16_t type)
{
    return type < sizeof(names) / sizeof(names[0]) && names[type] != NULL;
}

void eve_dns_type_text(uint16_t type, bool lower, char out[EVE_DNS_TYPE_SIZE])
{
    if (!eve_dns_type_is_known(type))
        snprintf(out, EVE_DNS_TYPE_SIZE, "%u", type);
    else
        snprintf(out, EVE_DNS_TYPE_SIZE, "%s", names[type]);
    for (char *at = out; lower && *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
}

const char *eve_dns_rcode_name(uint8_t rcode)
{
    static const char *const rcodes[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",
        "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE" };

    return rcode < sizeof(rcodes) / sizeof(rcodes[0]) ? rcodes[rcode] : NULL;
}

/* --- reading --- */

bool eve_dns_next_string(struct cursor *rest, struct cursor *string)
{
    uint8_t length;

    return cursor_u8(rest, &length) && cursor_split(rest, length, string);
}

/* RFC 6891 section 6.1.2 */
static bool next_option(struct cursor *in, uint16_t *code, struct cursor *value)
{
    uint16_t length;

    return cursor_u16be(in, code) && cursor_u16be(in, &length) &&
           cursor_split(in, length, value);
}

static bool strings_fit(struct cursor in)
{
    struct cursor string;

    while (in.left > 0)
        if (!eve_dns_next_string(&in, &string))
            return false;
    return true;
}

static bool options_fit(struct cursor in)
{
    struct cursor value;
    uint16_t code;

    while (in.left > 0)
        if (!next_option(&in, &code, &value))
            return false;
    return true;
}

static bool read_u16s(struct cursor *in, size_t count, struct eve_dns_data *out)
{
    uint16_t number;

    for (size_t i = 0; i < count; i++) {
        if (!cursor_u16be(in, &number))
            return false;
        out->numbers[i] = number;
    }
    return true;
}

/* RFC 1035 section 3.3.13 */
static bool read_soa(struct dns_message *message, struct cursor in, struct eve_dns_data *out)
{
    if (!dns_read_name(message, &in, &out->names[0]) ||
            !dns_read_name(message, &in, &out->names[1]))
        return false;
    for (size_t i = 0; i < 5; i++)
        if (!cursor_u32be(&in, &out->numbers[i]))
            return false;
    return true;
}

/* RFC 4255 section 3.1 */
static bool read_sshfp(struct eve_dns_data *out)
{
    uint8_t algorithm, type;

    if (!cursor_u8(&out->rest, &algorithm) || !cursor_u8(&out->rest, &type))
        return false;
    out->numbers[0] = algorithm;
    out->numbers[1] = type;
    return true;
}

bool eve_dns_data_read(struct dns_message *message, const struct dns_record *record,
        struct eve_dns_data *out)
{
    struct cursor in = record->rdata;

    out->shape = shape_of(record->type);
    out->rest = in;
    out->names[0].length = 0;
    switch (out->shape) {
    case EVE_DNS_NAME: /* absent in the updates of RFC 2136 section 2.5 */
        return in.left == 0 || dns_read_name(message, &in, &out->names[0]);
    case EVE_DNS_EXCHANGE:
        return read_u16s(&in, 1, out) && dns_read_name(message, &in, &out->names[0]);
    case EVE_DNS_SERVICE:
        return read_u16s(&in, 3, out) && dns_read_name(message, &in, &out->names[0]);
    case EVE_DNS_SOA:
        return read_soa(message, in, out);
    case EVE_DNS_SSHFP:
        return read_sshfp(out);
    case EVE_DNS_STRINGS:
        return strings_fit(in);
    case EVE_DNS_OPTIONS:
        return options_fit(in);
    case EVE_DNS_OPAQUE:
    case EVE_DNS_ADDRESS:
    case EVE_DNS_BYTES:
        break;
    }
    return true;
}

/* --- writing --- */

static void put_bytes(struct json *json, const char *key, struct cursor bytes)
{
    json_bytes(json, key, (const char *)bytes.at, bytes.left);
}

static void put_name(struct json *json, const char *key, const struct dns_name *name)
{
    json_bytes(json, key, name->text, name->length);
}

/* By length alone; whatever is no address is empty. Not address_text(): it shortens IPv4-mapped
 * addresses. */
static void put_address(struct json *json, const char *key, struct cursor in)
{
    char text[ADDRESS_TEXT_SIZE] = "";
    uint8_t b[4];
    uint16_t group;

    if (in.left == sizeof(b) && cursor_copy(&in, b, sizeof(b)))
        snprintf(text, sizeof(text), "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
    if (in.left == 16)
        for (size_t len = 0; cursor_u16be(&in, &group); len += 5)
            snprintf(text + len, sizeof(text) - len, in.left > 0 ? "%04x:" : "%04x", group);
    json_text(json, key, text);
}

static void put_strings(struct json *json, const char *key, struct cursor rest)
{
    struct cursor string;

    json_open_array(json, key);
    while (eve_dns_next_string(&rest, &string))
        put_bytes(json, NULL, string);
    json_close_array(json);
}

static void put_options(struct json *json, const char *key, struct cursor rest)
{
    struct cursor value;
    uint16_t code;

    json_open_array(json, key);
    while (next_option(&rest, &code, &value)) {
        json_open_object(json, NULL);
        json_unsigned(json, "code", code);
        json_hex(json, "data", value.at, value.left, '\0');
        json_close_object(json);
    }
    json_close_array(json);
}

static void put_numbers(struct json *json, const char *const keys[], size_t count,
        const struct eve_dns_data *data)
{
    for (size_t i = 0; i < count; i++)
        json_unsigned(json, keys[i], data->numbers[i]);
}

static void put_soa(struct json *json, const char *key, const struct eve_dns_data *data)
{
    static const char *const keys[] = { "serial", "refresh", "retry", "expire", "minimum" };

    json_open_object(json, key);
    put_name(json, "mname", &data->names[0]);
    put_name(json, "rname", &data->names[1]);
    put_numbers(json, keys, 5, data);
    json_close_object(json);
}

static void put_sshfp(struct json *json, const char *key, const struct eve_dns_data *data)
{
    static const char *const keys[] = { "algo", "type" };

    json_open_object(json, key);
    json_hex(json, "fingerprint", data->rest.at, data->rest.left, ':');
    put_numbers(json, keys, 2, data);
    json_close_object(json);
}

static void put_service(struct json *json, const char *key, const struct eve_dns_data *data)
{
    static const char *const keys[] = { "priority", "weight", "port" };

    json_open_object(json, key);
    put_numbers(json, keys, 3, data);
    put_name(json, "name", &data->names[0]);
    json_close_object(json);
}

void eve_dns_data_put(struct json *json, const char *key, const struct eve_dns_data *data)
{
    switch (data->shape) {
    case EVE_DNS_OPAQUE:
    case EVE_DNS_BYTES:
        put_bytes(json, key, data->rest);
        break;
    case EVE_DNS_ADDRESS:
        put_address(json, key, data->rest);
        break;
    case EVE_DNS_NAME:
    case EVE_DNS_EXCHANGE:
        put_name(json, key, &data->names[0]);
        break;
    case EVE_DNS_STRINGS:
        put_strings(json, key, data->rest);
        break;
    case EVE_DNS_OPTIONS:
        put_options(json, key, data->rest);
        break;
    case EVE_DNS_SOA:
        put_soa(json, key, data);
        break;
    case EVE_DNS_SSHFP:
        put_sshfp(json, key, data);
        break;
    case EVE_DNS_SERVICE:
        put_service(json, key, data);
        break;
    }
}
