#include "parse/packet_layers.h"

enum {
    IPV4_HEADER_MIN = 20,
    IPV4_MORE_FRAGMENTS = 0x2000, /* RFC 791 section 3.1 */
    IPV4_OFFSET_MASK = 0x1fff,
    IPV4_OPTION_END = 0,
    IPV4_OPTION_NOP = 1,

    IPV6_HEADER = 40,
    IPV6_NEXT_HEADER_AT = 6,
    IPV6_EXTENSIONS_MAX = 16,
    IPV6_HOP_BY_HOP = 0, /* RFC 8200 section 4 */
    IPV6_ROUTING = 43,
    IPV6_FRAGMENT = 44,
    IPV6_AUTHENTICATION = 51,
    IPV6_NONE = 59,
    IPV6_DESTINATION = 60,
    IPV6_MOBILITY = 135,
    IPV6_HIP = 139,
    IPV6_SHIM6 = 140,
};

/* Cuts link padding off 'rest', or notes how much of the IP packet is missing. */
static void fit(struct decoding *d, uint32_t wire_bytes)
{
    if (d->rest.left >= wire_bytes) {
        d->rest.left = wire_bytes;
        d->missing = 0;
    } else {
        d->missing = wire_bytes - (uint32_t)d->rest.left;
    }
    d->out->cut = d->missing > 0;
}

/* RFC 791 section 3.1: the options' own lengths must add up. */
static bool options_are_sound(struct cursor options)
{
    uint8_t type, len;

    while (cursor_u8(&options, &type) && type != IPV4_OPTION_END) {
        if (type == IPV4_OPTION_NOP)
            continue;
        if (!cursor_u8(&options, &len))
            return true; /* only padding is amiss */
        if (len < 2 || !cursor_skip(&options, len - 2u))
            return false;
    }
    return true;
}

struct ipv4_header {
    uint8_t header_bytes;
    uint16_t total;
    uint16_t id;
    uint16_t flags_offset;
    uint8_t src[4];
    uint8_t dst[4];
};

/* Version and length 1, service 1, total length 2, id 2, flags and offset 2, TTL 1, protocol 1,
 * checksum 2, source 4, destination 4, options. */
static enum tattler_status parse_ipv4(struct decoding *d, struct ipv4_header *h)
{
    struct cursor in = d->rest, fixed, options;
    uint8_t version_length;

    if (!cursor_peek_u8(&in, 0, &version_length))
        return TATTLER_TRUNCATED;
    if (version_length >> 4 != 4 || (version_length & 0x0f) * 4 < IPV4_HEADER_MIN)
        return TATTLER_MALFORMED;
    h->header_bytes = (uint8_t)((version_length & 0x0f) * 4);
    if (!cursor_split(&in, IPV4_HEADER_MIN, &fixed) ||
            !cursor_split(&in, h->header_bytes - (size_t)IPV4_HEADER_MIN, &options))
        return TATTLER_TRUNCATED;
    cursor_skip(&fixed, 2);
    cursor_u16be(&fixed, &h->total);
    cursor_u16be(&fixed, &h->id);
    cursor_u16be(&fixed, &h->flags_offset);
    cursor_u8(&fixed, &d->out->ttl);
    cursor_u8(&fixed, &d->out->protocol);
    cursor_skip(&fixed, 2);
    cursor_copy(&fixed, h->src, 4);
    cursor_copy(&fixed, h->dst, 4);
    if (h->total == 0) /* the capturing host left segmentation to its card: the frame tells */
        h->total = d->rest.left < UINT16_MAX ? (uint16_t)d->rest.left : UINT16_MAX;
    if (h->total < h->header_bytes || !options_are_sound(options))
        return TATTLER_MALFORMED;
    return TATTLER_OK;
}

static enum tattler_status ipv4_fragment(struct decoding *d, const struct ipv4_header *h,
        struct cursor header)
{
    d->out->kind = PACKET_FRAGMENT;
    d->out->fragment = (struct packet_fragment){
        .id = h->id,
        .offset = (uint16_t)((h->flags_offset & IPV4_OFFSET_MASK) * 8),
        .more = (h->flags_offset & IPV4_MORE_FRAGMENTS) != 0,
        .next_header = d->out->protocol,
        .next_header_at = 9,
        .header = header,
        .data = d->rest,
    };
    return TATTLER_OK;
}

enum tattler_status packet_read_ipv4(struct decoding *d)
{
    struct packet *out = d->out;
    struct ipv4_header h;
    struct cursor header;
    enum tattler_status status = parse_ipv4(d, &h);

    if (status != TATTLER_OK)
        return status;
    out->link_bytes = out->bytes - (uint32_t)d->rest.left;
    fit(d, h.total);
    if (!cursor_split(&d->rest, h.header_bytes, &header))
        return packet_short_of(d);
    out->ip_version = 4;
    out->src = address_from_v4(h.src);
    out->dst = address_from_v4(h.dst);
    /* A first fragment that the capture cut short will never be put together, but what is left of
     * it still shows who talks to whom. */
    if ((h.flags_offset & IPV4_OFFSET_MASK) != 0 ||
            ((h.flags_offset & IPV4_MORE_FRAGMENTS) != 0 && !out->cut))
        return ipv4_fragment(d, &h, header);
    return packet_read_transport(d);
}

/* Where the chain of IPv6 extension headers stands. */
struct chain {
    struct cursor start; /* the IPv6 header, 'rest' began after it */
    uint8_t next;        /* what comes now */
    size_t next_at;      /* where the header before said so, from 'start' */
    bool atomic;         /* a fragment header was seen that says 'first and last' */
};

static bool is_extension(uint8_t header)
{
    static const uint8_t extensions[] = { IPV6_HOP_BY_HOP, IPV6_ROUTING, IPV6_DESTINATION,
        IPV6_AUTHENTICATION, IPV6_MOBILITY, IPV6_HIP, IPV6_SHIM6 };

    return memchr(extensions, header, sizeof(extensions)) != NULL;
}

/* Next header 1, length 1 in 8 byte units without the first; the authentication header counts in 4
 * byte units without the first two (RFC 4302 section 2.2). */
static enum tattler_status skip_extension(struct decoding *d, struct chain *chain)
{
    size_t at = chain->start.left - d->rest.left;
    uint8_t next, length;
    size_t bytes;

    if (!cursor_peek_u8(&d->rest, 0, &next) || !cursor_peek_u8(&d->rest, 1, &length))
        return packet_short_of(d);
    bytes = chain->next == IPV6_AUTHENTICATION ? (length + 2u) * 4 : (length + 1u) * 8;
    if (!cursor_skip(&d->rest, bytes))
        return packet_short_of(d);
    chain->next = next;
    chain->next_at = at;
    return TATTLER_OK;
}

/* Next header 1, reserved 1, offset in 8 byte units 13 bits, more 1 bit, id 4. A header that says
 * 'first and last' is skipped (an atomic fragment, RFC 6946), and as in Suricata so are others
 * after it. */
static enum tattler_status read_fragment_header(struct decoding *d, struct chain *chain)
{
    size_t at = chain->start.left - d->rest.left;
    uint16_t offset_more;
    uint32_t id;
    uint8_t next;

    if (!cursor_u8(&d->rest, &next) || !cursor_skip(&d->rest, 1) ||
            !cursor_u16be(&d->rest, &offset_more) || !cursor_u32be(&d->rest, &id))
        return packet_short_of(d);
    if ((offset_more & 0xfff9) == 0 || chain->atomic) {
        chain->atomic = true;
        chain->next = next;
        chain->next_at = at;
        return TATTLER_OK;
    }
    d->out->kind = PACKET_FRAGMENT;
    d->out->fragment = (struct packet_fragment){
        .id = id,
        .offset = offset_more & 0xfff8,
        .more = (offset_more & 1) != 0,
        .next_header = next,
        .next_header_at = (uint16_t)chain->next_at,
        .header = { chain->start.at, at },
        .data = d->rest,
    };
    return TATTLER_OK;
}

static enum tattler_status walk_extensions(struct decoding *d, struct chain *chain)
{
    for (int i = 0; i < IPV6_EXTENSIONS_MAX; i++) {
        enum tattler_status status;

        if (chain->next != IPV6_FRAGMENT && !is_extension(chain->next))
            return TATTLER_OK;
        status = chain->next == IPV6_FRAGMENT ? read_fragment_header(d, chain)
                                              : skip_extension(d, chain);
        if (status != TATTLER_OK || d->out->kind == PACKET_FRAGMENT)
            return status;
    }
    return TATTLER_MALFORMED;
}

enum tattler_status packet_read_ipv6(struct decoding *d)
{
    struct packet *out = d->out;
    struct chain chain = { .start = d->rest, .next_at = IPV6_NEXT_HEADER_AT };
    uint8_t version, src[16], dst[16];
    uint16_t payload;
    enum tattler_status status;

    if (!cursor_u8(&d->rest, &version))
        return TATTLER_TRUNCATED;
    if (version >> 4 != 6)
        return TATTLER_MALFORMED;
    if (!cursor_skip(&d->rest, 3) || !cursor_u16be(&d->rest, &payload) ||
            !cursor_u8(&d->rest, &chain.next) || !cursor_u8(&d->rest, &out->ttl) ||
            !cursor_copy(&d->rest, src, sizeof(src)) || !cursor_copy(&d->rest, dst, sizeof(dst)))
        return TATTLER_TRUNCATED;
    out->link_bytes = out->bytes - (uint32_t)chain.start.left;
    fit(d, payload);
    chain.start.left = IPV6_HEADER + d->rest.left;
    out->ip_version = 6;
    out->src = address_from_v6(src);
    out->dst = address_from_v6(dst);
    status = walk_extensions(d, &chain);
    out->protocol = chain.next;
    if (status != TATTLER_OK || out->kind == PACKET_FRAGMENT)
        return status;
    return packet_read_transport(d);
}
