/* Single addresses and ports, networks and ranges. */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "detect/rules/number.h"
#include "detect/rules/vars_internal.h"

#define MAPPED_BITS 96 /* in front of an IPv4 address in its mapped form */

static const struct address v4_first = { { [10] = 0xff, [11] = 0xff } };

struct address_range list_everything(enum vars_kind kind, enum family family)
{
    struct address_range range = { { { 0 } }, { { 0 } } };

    if (kind == VARS_PORTS) {
        memset(range.last.bytes + sizeof(range.last.bytes) - 2, 0xff, 2);
    } else if (family == FAMILY_V4) {
        range.first = range.last = v4_first;
        memset(range.last.bytes + MAPPED_BITS / 8, 0xff, 4);
    } else {
        memset(range.last.bytes, 0xff, sizeof(range.last.bytes));
    }
    return range;
}

static bool read_host(const char *text, enum family family, struct address *out)
{
    *out = v4_first;
    return family == FAMILY_V4 ? inet_pton(AF_INET, text, out->bytes + MAPPED_BITS / 8) == 1
                               : inet_pton(AF_INET6, text, out->bytes) == 1;
}

/* "24", or for IPv4 also "255.255.255.0". */
static bool read_mask(const char *text, enum family family, unsigned *bits)
{
    uint64_t number;
    struct in_addr mask;

    if (family == FAMILY_V4 && strchr(text, '.') != NULL) {
        uint32_t host;

        if (inet_pton(AF_INET, text, &mask) != 1)
            return false;
        host = ~ntohl(mask.s_addr);
        *bits = 32 - (unsigned)__builtin_popcount(host);
        return (host & (host + 1)) == 0;
    }
    /* Behind that of IPv6 Suricata lets anything stand. */
    if (family == FAMILY_V4 && text[strspn(text, "0123456789")] != '\0')
        return false;
    if (!number_unsigned(text, 10, false, family == FAMILY_V4 ? 32 : 128, &number))
        return false;
    *bits = (unsigned)number;
    return true;
}

static void set_network(struct address_range *range, unsigned bits)
{
    range->last = range->first;
    for (unsigned i = 0; i < 16; i++) {
        unsigned kept = bits <= 8 * i ? 0 : bits - 8 * i;
        uint8_t host = (uint8_t)(kept >= 8 ? 0 : 0xff >> kept);

        range->first.bytes[i] &= (uint8_t)~host;
        range->last.bytes[i] |= host;
    }
}

static bool read_network(char *text, char *mask, struct list_address *out)
{
    bool is_v4 = out->family == FAMILY_V4;
    uint64_t number;
    unsigned bits;

    if (!read_mask(mask, out->family, &bits) || !read_host(text, out->family, &out->range.first))
        return false;
    out->loose = !is_v4 && !number_unsigned(mask, 10, true, bits, &number);
    set_network(&out->range, is_v4 ? bits + MAPPED_BITS : bits);
    return true;
}

static bool read_span(char *first, char *last, struct list_address *out)
{
    struct address_range *range = &out->range;

    out->has_span = out->family == FAMILY_V6;
    return read_host(first, out->family, &range->first) && read_host(last, out->family, &range->last) &&
           memcmp(&range->first, &range->last, sizeof(range->first)) <= 0;
}

bool list_read_address(char *text, struct list_address *out)
{
    char *slash = strchr(text, '/'), *dash = strchr(text, '-');

    *out = (struct list_address){ .family = strchr(text, ':') != NULL ? FAMILY_V6 : FAMILY_V4 };
    if (slash != NULL) {
        *slash = '\0';
        return read_network(text, slash + 1, out);
    }
    if (dash != NULL) {
        *dash = '\0';
        return read_span(text, dash + 1, out);
    }
    if (!read_host(text, out->family, &out->range.first))
        return false;
    out->range.last = out->range.first;
    return true;
}

/* --- ports --- */

#define PORT_TEXT_MAX 15 /* characters, as in Suricata */

static bool read_port_number(const char *text, struct address *out)
{
    uint64_t port;

    *out = (struct address){ { 0 } };
    if (!number_unsigned(text, 10, true, UINT16_MAX, &port))
        return false;
    out->bytes[14] = (uint8_t)(port >> 8);
    out->bytes[15] = (uint8_t)port;
    return true;
}

bool list_read_port(char *text, struct address_range *out)
{
    char *colon = strchr(text, ':');

    if (strlen(text) > PORT_TEXT_MAX)
        return false;
    *out = list_everything(VARS_PORTS, FAMILY_V4);
    if (strcasecmp(text, "any") == 0)
        return true;
    if (colon == NULL) {
        if (!read_port_number(text, &out->first))
            return false;
        out->last = out->first;
        return true;
    }
    *colon = '\0';
    if ((text[0] != '\0' && !read_port_number(text, &out->first)) ||
            (colon[1] != '\0' && !read_port_number(colon + 1, &out->last)))
        return false;
    return memcmp(&out->first, &out->last, sizeof(out->first)) <= 0;
}
