#include "base/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

#include "base/digits.h"

#define V4_BITS 96 /* what comes before an IPv4 address in its mapped form */

bool address_parse(const char *text, struct address *out)
{
    uint8_t v4[4], v6[16];

    if (inet_pton(AF_INET, text, v4) == 1) {
        *out = address_from_v4(v4);
        return true;
    }
    if (inet_pton(AF_INET6, text, v6) == 1) {
        *out = address_from_v6(v6);
        return true;
    }
    return false;
}

static bool parse_bits(const char *text, unsigned max, unsigned *out)
{
    char *end;
    unsigned long bits;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    bits = strtoul(text, &end, 10);
    if (errno != 0 || *end != '\0' || bits > max)
        return false;
    *out = (unsigned)bits;
    return true;
}

static void clear_host_bits(struct prefix *prefix)
{
    for (unsigned bit = prefix->bits; bit < 128; bit++)
        prefix->address.bytes[bit / 8] &= (uint8_t)~(0x80u >> (bit % 8));
}

bool prefix_parse(const char *text, struct prefix *out)
{
    char host[ADDRESS_TEXT_SIZE];
    const char *slash = strchr(text, '/');
    size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
    struct prefix prefix;
    unsigned bits, offset;

    if (len >= sizeof(host))
        return false;
    memcpy(host, text, len);
    host[len] = '\0';
    if (!address_parse(host, &prefix.address))
        return false;
    offset = address_is_v4(&prefix.address) ? V4_BITS : 0;
    bits = 128 - offset;
    if (slash != NULL && !parse_bits(slash + 1, 128 - offset, &bits))
        return false;
    prefix.bits = (uint8_t)(offset + bits);
    clear_host_bits(&prefix);
    *out = prefix;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool mac_parse(const char *text, struct mac *out)
{
    struct mac mac;

    for (size_t i = 0; i < sizeof(mac.bytes); i++) {
        int high = hex_digit(text[0]);
        int low = high < 0 ? -1 : hex_digit(text[1]);
        bool last = i + 1 == sizeof(mac.bytes);

        if (low < 0 || (last ? text[2] != '\0' : text[2] != ':' && text[2] != '-'))
            return false;
        mac.bytes[i] = (uint8_t)(high << 4 | low);
        text += 3;
    }
    *out = mac;
    return true;
}

static char *put_hex(char *at, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";

    *at++ = digits[byte >> 4];
    *at++ = digits[byte & 15];
    return at;
}

static char *put_decimal(char *at, uint8_t byte)
{
    unsigned hundreds = byte / 100;

    if (byte < 10) {
        *at = (char)('0' + byte);
        return at + 1;
    }
    if (hundreds > 0)
        *at++ = (char)('0' + hundreds);
    return digits_put_two(at, byte - 100 * hundreds);
}

size_t address_text(const struct address *address, char out[ADDRESS_TEXT_SIZE])
{
    char *at = out;

    if (address_is_v4(address)) {
        for (size_t i = 12; i < 16; i++) {
            at = put_decimal(at, address->bytes[i]);
            *at++ = '.';
        }
    } else {
        for (size_t i = 0; i < 16; i += 2) {
            at = put_hex(at, address->bytes[i]);
            at = put_hex(at, address->bytes[i + 1]);
            *at++ = ':';
        }
    }
    *--at = '\0'; /* the last separator */
    return (size_t)(at - out);
}

size_t mac_text(const struct mac *mac, char out[MAC_TEXT_SIZE])
{
    char *at = out;

    for (size_t i = 0; i < sizeof(mac->bytes); i++) {
        at = put_hex(at, mac->bytes[i]);
        *at++ = ':';
    }
    *--at = '\0';
    return (size_t)(at - out);
}

/* RFC 6890 and its registries; what is not listed is public. */
#define V4(a, b, c, d, len) { UINT32_C(a) << 24 | (b) << 16 | (c) << 8 | (d), UINT32_MAX << (32 - (len)) }
static const struct {
    uint32_t network, mask;
} not_public_v4[] = {
    V4(192, 168, 0, 0, 16),  /* RFC 1918, first as homes have most of these */
    V4(10, 0, 0, 0, 8),      /* RFC 1918 */
    V4(172, 16, 0, 0, 12),   /* RFC 1918 */
    V4(0, 0, 0, 0, 8),       /* this network, RFC 791 */
    V4(100, 64, 0, 0, 10),   /* shared with carriers, RFC 6598 */
    V4(127, 0, 0, 0, 8),     /* loopback, RFC 1122 */
    V4(169, 254, 0, 0, 16),  /* link-local, RFC 3927 */
    V4(224, 0, 0, 0, 3),     /* multicast RFC 5771, reserved RFC 1112, broadcast */
};
#undef V4
static const struct prefix not_public_v6[] = {
    { { { 0 } }, 127 },      /* unspecified and loopback, RFC 4291 */
    { { { 0xfc } }, 7 },     /* unique local, RFC 4193 */
    { { { 0xfe, 0x80 } }, 9 }, /* link-local RFC 4291, site-local RFC 3879 */
    { { { 0xff } }, 8 },     /* multicast, RFC 4291 */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_public_v4(uint32_t number)
{
    for (size_t i = 0; i < COUNT(not_public_v4); i++)
        if ((number & not_public_v4[i].mask) == not_public_v4[i].network)
            return false;
    return true;
}

bool address_is_public(const struct address *address)
{
    if (address_is_v4(address))
        return is_public_v4((uint32_t)address_half(address->bytes + 8));
    for (size_t i = 0; i < COUNT(not_public_v6); i++)
        if (prefix_contains(&not_public_v6[i], address))
            return false;
    return true;
}

bool address_is_link_local(const struct address *address)
{
    if (address_is_v4(address))
        return address->bytes[12] == 169 && address->bytes[13] == 254;
    return address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80;
}
