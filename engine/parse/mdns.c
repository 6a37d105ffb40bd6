#include "parse/mdns.h"

#include <stdbool.h>
#include <strings.h>

#include "parse/dns.h"

#define PRINTABLE_MAC 12 /* hexadecimal digits */

static void keep_first(struct mdns_text *out, const void *bytes, size_t length)
{
    if (out->length > 0)
        return;
    if (length > MDNS_TEXT_SIZE - 1)
        length = MDNS_TEXT_SIZE - 1;
    memcpy(out->text, bytes, length);
    out->text[length] = '\0';
    out->length = (uint8_t)length;
}

/* The length of 'name' without 'suffix' at its end, or 0 when it does not end so. */
static size_t length_before(const struct dns_name *name, size_t length, const char *suffix)
{
    size_t tail = strlen(suffix);

    if (length <= tail || strncasecmp(name->text + length - tail, suffix, tail) != 0)
        return 0;
    return length - tail;
}

/* "kitchen-plug.local": one label under the link-local domain (RFC 6762 section 3). */
static void read_host(const struct dns_record *record, struct mdns_device *device)
{
    size_t length = length_before(&record->name, record->name.length, ".local");

    if (length > 0 && memchr(record->name.text, '.', length) == NULL)
        keep_first(&device->host, record->name.text, length);
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* AirPlay speakers put their MAC before the name: "0123456789AB@Kitchen". */
static size_t mac_prefix(const char *text, size_t length)
{
    size_t digits = 0;

    while (digits < length && is_hex(text[digits]))
        digits++;
    return digits == PRINTABLE_MAC && length > digits + 1 && text[digits] == '@' ? digits + 1 : 0;
}

/* "Kitchen Plug._hap._tcp.local" is instance, service and domain (RFC 6763 section 4.1). The
 * instance may have dots inside, so it is cut off from behind. */
static void read_instance(const struct dns_name *name, struct mdns_device *device)
{
    size_t length = length_before(name, name->length, ".local"), prefix;
    size_t tcp = length_before(name, length, "._tcp");

    length = tcp > 0 ? tcp : length_before(name, length, "._udp");
    while (length > 0 && name->text[length - 1] != '.')
        length--;
    /* What is left is the instance and its dot: nothing for a bare service type, or the
     * "_services._dns-sd" of the enumeration of types. */
    if (length < 2 || name->text[length] != '_' || name->text[0] == '_')
        return;
    prefix = mac_prefix(name->text, length - 1);
    keep_first(&device->name, name->text + prefix, length - 1 - prefix);
}

/* TXT data is a row of counted strings "key=value", keys without case (RFC 6763 section 6). */
static void read_txt(struct cursor in, struct mdns_text *friendly, struct mdns_text *model)
{
    const struct {
        const char *key;
        struct mdns_text *out;
    } keys[] = { { "fn=", friendly }, { "md=", model }, { "model=", model }, { "ty=", model } };
    struct cursor string;
    uint8_t length;

    while (cursor_u8(&in, &length) && cursor_split(&in, length, &string))
        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
            size_t key = strlen(keys[i].key);

            if (string.left > key && strncasecmp((const char *)string.at, keys[i].key, key) == 0)
                keep_first(keys[i].out, string.at + key, string.left - key);
        }
}

static void read_record(const struct dns_record *record, struct mdns_device *device,
        struct mdns_text *friendly)
{
    switch (record->type) {
    case DNS_TYPE_A:
    case DNS_TYPE_AAAA:
        read_host(record, device);
        break;
    case DNS_TYPE_PTR:
        read_instance(&record->target, device);
        break;
    case DNS_TYPE_TXT:
        read_txt(record->rdata, friendly, &device->model);
        read_instance(&record->name, device);
        break;
    case DNS_TYPE_SRV:
        read_instance(&record->name, device);
        break;
    default:
        break;
    }
}

enum tattler_status mdns_read(struct cursor payload, struct mdns_device *out)
{
    struct mdns_device device = { 0 };
    struct mdns_text friendly = { 0 };
    struct dns_message message;
    struct dns_record record;
    enum tattler_status status = dns_open(payload, &message);

    if (status != TATTLER_OK)
        return status;
    if (!message.response)
        return TATTLER_UNSUPPORTED;
    while (dns_next_record(&message, &record))
        if (record.ttl_s > 0)
            read_record(&record, &device, &friendly);
    if (friendly.length > 0)
        device.name = friendly;
    *out = device;
    return TATTLER_OK;
}
