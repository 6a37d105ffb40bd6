/* address.h - IP addresses, MAC addresses and prefixes as plain values.
 *
 * An IPv4 address is kept in its IPv4-mapped form (::ffff:a.b.c.d, RFC 4291 section 2.5.5.2), so
 * both versions compare, hash and match prefixes in one way. Any thread; no allocation. */
#ifndef TATTLER_BASE_ADDRESS_H
#define TATTLER_BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct address {
    uint8_t bytes[16]; /* network order */
};

struct mac {
    uint8_t bytes[6];
};

/* 'bits' counts from the start of the 16 bytes: an IPv4 /24 has 96 + 24. */
struct prefix {
    struct address address;
    uint8_t bits;
};

#define ADDRESS_TEXT_SIZE 46 /* the longest textual IPv6 address with its NUL (RFC 4291) */
#define MAC_TEXT_SIZE 18     /* aa:bb:cc:dd:ee:ff with its NUL */

/* From 4 or 16 bytes in network order; they are copied. */
static inline struct address address_from_v4(const uint8_t bytes[4])
{
    return (struct address){ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, bytes[0], bytes[1], bytes[2],
            bytes[3] } };
}

static inline struct address address_from_v6(const uint8_t bytes[16])
{
    struct address address;

    memcpy(address.bytes, bytes, sizeof(address.bytes));
    return address;
}

/* IPv4 dotted quad or IPv6; false leaves 'out' alone. */
bool address_parse(const char *text, struct address *out);
/* "10.0.0.0/8", "fd00::/8", or a bare address; bits below the length are cleared. */
bool prefix_parse(const char *text, struct prefix *out);
bool mac_parse(const char *text, struct mac *out);

/* Writes a NUL-terminated text as Suricata's EVE does: IPv6 whole, in lower case, no "::"
 * shortening, and returns its length. */
size_t address_text(const struct address *address, char out[ADDRESS_TEXT_SIZE]);
size_t mac_text(const struct mac *mac, char out[MAC_TEXT_SIZE]);

/* Asked several times for each flow: not memcmp(), as below. */
static inline bool address_is_v4(const struct address *address)
{
    static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
    uint64_t high;
    uint32_t low, low_mapped;

    memcpy(&high, address->bytes, sizeof(high));
    memcpy(&low, address->bytes + 8, sizeof(low));
    memcpy(&low_mapped, mapped + 8, sizeof(low_mapped));
    return high == 0 && low == low_mapped;
}

/* Private: eight bytes in network order. */
static inline uint64_t address_half(const uint8_t bytes[8])
{
    return (uint64_t)bytes[0] << 56 | (uint64_t)bytes[1] << 48 | (uint64_t)bytes[2] << 40 |
           (uint64_t)bytes[3] << 32 | (uint64_t)bytes[4] << 24 | (uint64_t)bytes[5] << 16 |
           (uint64_t)bytes[6] << 8 | bytes[7];
}

/* The order of memcmp(). */
static inline bool address_precedes(const struct address *a, const struct address *b)
{
    uint64_t high_a = address_half(a->bytes), high_b = address_half(b->bytes);

    return high_a != high_b ? high_a < high_b
                            : address_half(a->bytes + 8) < address_half(b->bytes + 8);
}

/* Asked for each network of a list, as each flow opens. */
static inline bool prefix_contains(const struct prefix *prefix, const struct address *address)
{
    uint64_t high = address_half(prefix->address.bytes) ^ address_half(address->bytes);
    uint64_t low = address_half(prefix->address.bytes + 8) ^ address_half(address->bytes + 8);

    if (prefix->bits <= 64)
        return prefix->bits == 0 || high >> (64 - prefix->bits) == 0;
    return high == 0 && low >> (128 - prefix->bits) == 0;
}

/* Could this be a host on the Internet? False for unspecified, loopback, link-local, private
 * (RFC 1918, fc00::/7), shared (RFC 6598), multicast, broadcast and reserved class E addresses.
 * Documentation ranges (RFC 5737, RFC 3849) count as public, so that captures made in a lab with
 * them mean what they show. */
bool address_is_public(const struct address *address);
bool address_is_link_local(const struct address *address);

/* Asked several times for each packet: not memcmp(), which compilers call for so many bytes. */
static inline bool address_equal(const struct address *a, const struct address *b)
{
    uint64_t halves_a[2], halves_b[2];

    memcpy(halves_a, a->bytes, sizeof(halves_a));
    memcpy(halves_b, b->bytes, sizeof(halves_b));
    return ((halves_a[0] ^ halves_b[0]) | (halves_a[1] ^ halves_b[1])) == 0;
}

/* Names one host: not unspecified, multicast or the IPv4 broadcast address. Asked for each burst. */
static inline bool address_is_unicast(const struct address *address)
{
    static const struct address unspecified;
    uint32_t number = (uint32_t)address_half(address->bytes + 8);

    if (!address_is_v4(address))
        return address->bytes[0] != 0xff && !address_equal(address, &unspecified);
    return number >> 28 != 0xe && number != UINT32_MAX && number >> 24 != 0;
}

static inline bool mac_equal(const struct mac *a, const struct mac *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static inline bool mac_is_zero(const struct mac *mac)
{
    static const struct mac zero;
    return mac_equal(mac, &zero);
}

#endif
