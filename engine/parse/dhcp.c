#include "parse/dhcp.h"

#include <stddef.h>

#include "base/hash.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* RFC 2131 section 2 and RFC 2132 */
#define BOOT_REQUEST 1
#define BOOT_REPLY 2
#define ETHERNET 1 /* IANA hardware type */
#define SERVER_NAME_SIZE 64
#define FILE_NAME_SIZE 128
#define MAGIC_COOKIE 0x63825363

enum option {
    OPTION_PAD = 0,
    OPTION_ROUTERS = 3,
    OPTION_RESOLVERS = 6,
    OPTION_HOST_NAME = 12,
    OPTION_REQUESTED_ADDRESS = 50,
    OPTION_OVERLOAD = 52,
    OPTION_MESSAGE_TYPE = 53,
    OPTION_SERVER = 54,
    OPTION_LEASE_TIME = 51,
    OPTION_PARAMETER_LIST = 55,
    OPTION_RENEWAL_TIME = 58,
    OPTION_REBINDING_TIME = 59,
    OPTION_VENDOR_CLASS = 60,
    OPTION_CLIENT_ID = 61,
    OPTION_FQDN = 81,
    OPTION_RELAY_AGENT = 82,
    OPTION_ROUTES = 121,           /* RFC 3442 */
    OPTION_ROUTES_MICROSOFT = 249, /* the same; MS-DHCPE section 2.2.9 */
    OPTION_PROXY = 252,            /* where to find the file that tells it (WPAD) */
    OPTION_END = 255
};

#define OVERLOAD_FILE 1 /* section 9.3: these fields hold more options */
#define OVERLOAD_SERVER_NAME 2

#define FQDN_ENCODED 0x04 /* the E flag of RFC 4702 section 2.1: labels as in DNS */

static void append(struct dhcp_text *text, struct cursor part)
{
    size_t room = DHCP_TEXT_SIZE - 1u - text->length;
    size_t length = part.left < room ? part.left : room;

    if (length == 0)
        return;
    memcpy(text->text + text->length, part.at, length);
    text->length = (uint8_t)(text->length + length);
    text->text[text->length] = '\0';
}

/* Labels as in DNS, without compression; a partial name lacks the root (RFC 4704 section 4.2). */
static void append_labels(struct dhcp_text *text, struct cursor in)
{
    struct cursor label, dot = cursor_over(".", 1);
    uint8_t length;

    while (cursor_u8(&in, &length) && length > 0 && length <= 63 &&
            cursor_split(&in, length, &label)) {
        if (text->length > 0)
            append(text, dot);
        append(text, label);
    }
}

static void set_address(struct address *address, struct cursor in)
{
    uint8_t bytes[4];

    if (in.left == sizeof(bytes) && cursor_copy(&in, bytes, sizeof(bytes)))
        *address = address_from_v4(bytes);
}

static void add_resolver(struct dhcp_resolvers *resolvers, struct address address)
{
    if (resolvers->count < DHCP_RESOLVERS_MAX)
        resolvers->items[resolvers->count++] = address;
}

static void add_resolvers(struct dhcp_resolvers *resolvers, struct cursor in)
{
    uint8_t bytes[4];

    while (cursor_copy(&in, bytes, sizeof(bytes)))
        add_resolver(resolvers, address_from_v4(bytes));
}

static void set_byte(uint8_t *byte, struct cursor in)
{
    if (in.left == 1)
        (void)cursor_u8(&in, byte);
}

/* Does it say something of the network, not of this server, its message, the client or the lease? */
static bool is_term(uint8_t code)
{
    static const uint8_t others[] = { OPTION_HOST_NAME, OPTION_REQUESTED_ADDRESS, OPTION_LEASE_TIME,
        OPTION_OVERLOAD, OPTION_MESSAGE_TYPE, OPTION_SERVER, OPTION_RENEWAL_TIME, OPTION_REBINDING_TIME,
        OPTION_CLIENT_ID, OPTION_FQDN, OPTION_RELAY_AGENT };

    return memchr(others, code, sizeof(others)) == NULL;
}

/* Does it tell the client whom to send its packets or questions to? */
static bool leads(uint8_t code)
{
    static const uint8_t ways[] = { OPTION_ROUTERS, OPTION_RESOLVERS, OPTION_ROUTES, OPTION_ROUTES_MICROSOFT,
        OPTION_PROXY };

    return memchr(ways, code, sizeof(ways)) != NULL;
}

/* A sum: servers put them in any order. */
static void add_term(struct dhcp_message *message, uint8_t code, struct cursor value)
{
    uint8_t option[1 + UINT8_MAX] = { code };

    memcpy(option + 1, value.at, value.left);
    message->terms += hash_bytes(option, 1 + value.left);
}

/* One value; 'fqdn' is kept raw, since it may come in parts. */
static void read_option(uint8_t code, struct cursor value, struct dhcp_message *message,
        uint8_t *overload)
{
    const struct {
        uint8_t code;
        struct dhcp_text *text;
    } texts[] = {
        { OPTION_HOST_NAME, &message->host },
        { OPTION_PARAMETER_LIST, &message->wanted },
        { OPTION_VENDOR_CLASS, &message->vendor },
        { OPTION_FQDN, &message->fqdn },
    };

    for (size_t i = 0; i < COUNT(texts); i++)
        if (texts[i].code == code)
            append(texts[i].text, value);
    if (message->from_server && is_term(code))
        add_term(message, code, value);
    message->leads |= message->from_server && leads(code);
    if (code == OPTION_MESSAGE_TYPE)
        set_byte(&message->type, value);
    else if (code == OPTION_OVERLOAD)
        set_byte(overload, value);
    else if (code == OPTION_REQUESTED_ADDRESS)
        set_address(&message->requested, value);
    else if (code == OPTION_SERVER)
        set_address(&message->server, value);
    else if (code == OPTION_RESOLVERS)
        add_resolvers(&message->resolvers, value);
}

static void read_options(struct cursor in, struct dhcp_message *message, uint8_t *overload)
{
    struct cursor value;
    uint8_t code, length;

    while (cursor_u8(&in, &code) && code != OPTION_END) {
        if (code == OPTION_PAD)
            continue;
        if (!cursor_u8(&in, &length) || !cursor_split(&in, length, &value))
            return;
        read_option(code, value, message, overload);
    }
}

/* Flags and two bytes without meaning, then the name in one of two encodings. */
static void decode_fqdn(struct dhcp_text *fqdn)
{
    struct dhcp_text raw = *fqdn;
    struct cursor in = cursor_over(raw.text, raw.length);
    uint8_t flags;

    memset(fqdn, 0, sizeof(*fqdn));
    if (!cursor_u8(&in, &flags) || !cursor_skip(&in, 2))
        return;
    if ((flags & FQDN_ENCODED) != 0)
        append_labels(fqdn, in);
    else
        append(fqdn, in);
}

/* The part of the fixed fields that names the client; 'in' moves behind all of them. */
static enum tattler_status read_fixed(struct cursor *in, struct dhcp_message *message,
        struct cursor *server_name, struct cursor *file_name)
{
    uint8_t operation, hardware, hardware_length;
    struct cursor client, assigned;
    uint32_t relay, cookie;

    if (!cursor_u8(in, &operation) || !cursor_u8(in, &hardware) ||
            !cursor_u8(in, &hardware_length) || !cursor_skip(in, 1) ||
            !cursor_u32be(in, &message->transaction) || !cursor_skip(in, 2 + 2) ||
            !cursor_split(in, 4, &client) || !cursor_split(in, 4, &assigned) ||
            !cursor_skip(in, 4) || !cursor_u32be(in, &relay) || !cursor_copy(in, message->mac.bytes, 6) ||
            !cursor_skip(in, 10) || !cursor_split(in, SERVER_NAME_SIZE, server_name) ||
            !cursor_split(in, FILE_NAME_SIZE, file_name) || !cursor_u32be(in, &cookie))
        return TATTLER_TRUNCATED;
    if (operation != BOOT_REQUEST && operation != BOOT_REPLY)
        return TATTLER_MALFORMED;
    if (cookie != MAGIC_COOKIE || hardware != ETHERNET || hardware_length != 6)
        return TATTLER_UNSUPPORTED;
    message->from_server = operation == BOOT_REPLY;
    message->relayed = relay != 0;
    set_address(&message->client, client);
    set_address(&message->assigned, assigned);
    return TATTLER_OK;
}

enum tattler_status dhcp_read(struct cursor payload, struct dhcp_message *out)
{
    static const uint8_t none[4];
    struct dhcp_message message = {
        .requested = address_from_v4(none),
        .server = address_from_v4(none),
    };
    struct cursor server_name, file_name;
    uint8_t overload = 0, ignored;
    enum tattler_status status = read_fixed(&payload, &message, &server_name, &file_name);

    if (status != TATTLER_OK)
        return status;
    read_options(payload, &message, &overload);
    if ((overload & OVERLOAD_FILE) != 0)
        read_options(file_name, &message, &ignored);
    if ((overload & OVERLOAD_SERVER_NAME) != 0)
        read_options(server_name, &message, &ignored);
    if (message.type == 0)
        return TATTLER_MALFORMED;
    decode_fqdn(&message.fqdn);
    *out = message;
    return TATTLER_OK;
}

/* RFC 8415 */
#define DHCP6_TYPE_MAX 11 /* INFORMATION-REQUEST; 12 and 13 are relays */
#define DUID_LINK_LAYER_TIME 1
#define DUID_LINK_LAYER 3

enum option6 {
    OPTION6_CLIENT_ID = 1,
    OPTION6_VENDOR_CLASS = 16,
    OPTION6_RESOLVERS = 23,
    OPTION6_FQDN = 39
};

/* Section 11.2 and 11.4: type, hardware, with type 1 a time, address. */
static void read_duid(struct cursor in, struct dhcp6_message *message)
{
    uint16_t type, hardware;

    if (!cursor_u16be(&in, &type) || !cursor_u16be(&in, &hardware) || hardware != ETHERNET ||
            (type != DUID_LINK_LAYER_TIME && type != DUID_LINK_LAYER) ||
            (type == DUID_LINK_LAYER_TIME && !cursor_skip(&in, 4)) ||
            in.left != sizeof(message->mac.bytes))
        return;
    message->has_mac = cursor_copy(&in, message->mac.bytes, sizeof(message->mac.bytes));
}

/* Section 21.16: an enterprise number, then items of a length and bytes. */
static void read_vendor_class(struct cursor in, struct dhcp6_message *message)
{
    uint16_t length;
    struct cursor item;

    if (message->vendor.length == 0 && cursor_skip(&in, 4) && cursor_u16be(&in, &length) &&
            cursor_split(&in, length, &item))
        append(&message->vendor, item);
}

/* RFC 4704 section 4: flags and a name. */
static void read_fqdn(struct cursor in, struct dhcp6_message *message)
{
    if (message->fqdn.length == 0 && cursor_skip(&in, 1))
        append_labels(&message->fqdn, in);
}

static void read_resolvers(struct cursor in, struct dhcp6_message *message)
{
    uint8_t bytes[16];

    while (cursor_copy(&in, bytes, sizeof(bytes)))
        add_resolver(&message->resolvers, address_from_v6(bytes));
}

static const struct {
    uint16_t code;
    void (*read)(struct cursor value, struct dhcp6_message *message);
} options6[] = {
    { OPTION6_CLIENT_ID, read_duid },
    { OPTION6_VENDOR_CLASS, read_vendor_class },
    { OPTION6_RESOLVERS, read_resolvers },
    { OPTION6_FQDN, read_fqdn },
};

enum tattler_status dhcp6_read(struct cursor payload, struct dhcp6_message *out)
{
    struct dhcp6_message message = { 0 };
    struct cursor value;
    uint16_t code, length;

    if (!cursor_u8(&payload, &message.type) || !cursor_u24be(&payload, &message.transaction))
        return TATTLER_TRUNCATED;
    if (message.type == 0 || message.type > DHCP6_TYPE_MAX)
        return TATTLER_UNSUPPORTED;
    while (cursor_u16be(&payload, &code) && cursor_u16be(&payload, &length) &&
            cursor_split(&payload, length, &value))
        for (size_t i = 0; i < COUNT(options6); i++)
            if (options6[i].code == code)
                options6[i].read(value, &message);
    *out = message;
    return TATTLER_OK;
}
