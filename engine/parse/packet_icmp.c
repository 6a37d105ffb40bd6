#include "parse/packet_layers.h"

enum {
    ICMPV6_NEIGHBOUR_SOLICITATION = 135, /* RFC 4861 section 4.3 */
    ICMPV6_NEIGHBOUR_ADVERTISEMENT = 136,
    ICMPV6_HOP_LIMIT = 255, /* RFC 4861 section 7.1: it comes from this very link */
};

/* Types that quote a packet: RFC 792, RFC 4443 section 2.1. */
static bool is_error(uint8_t ip_version, uint8_t type)
{
    if (ip_version == 6)
        return type >= 1 && type <= 4;
    return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static bool read_quoted_ipv4(struct cursor *in, struct packet_icmp *icmp)
{
    uint8_t version_length, src[4], dst[4];

    if (!cursor_u8(in, &version_length) || version_length >> 4 != 4 ||
            (version_length & 0x0f) < 5 || !cursor_skip(in, 8) ||
            !cursor_u8(in, &icmp->quoted_protocol) || !cursor_skip(in, 2) ||
            !cursor_copy(in, src, sizeof(src)) || !cursor_copy(in, dst, sizeof(dst)) ||
            !cursor_skip(in, (version_length & 0x0f) * 4u - 20))
        return false;
    icmp->quoted_src = address_from_v4(src);
    icmp->quoted_dst = address_from_v4(dst);
    return true;
}

/* A quote with extension headers keeps the first one's number as its protocol. */
static bool read_quoted_ipv6(struct cursor *in, struct packet_icmp *icmp)
{
    uint8_t version, src[16], dst[16];

    if (!cursor_u8(in, &version) || version >> 4 != 6 || !cursor_skip(in, 5) ||
            !cursor_u8(in, &icmp->quoted_protocol) || !cursor_skip(in, 1) ||
            !cursor_copy(in, src, sizeof(src)) || !cursor_copy(in, dst, sizeof(dst)))
        return false;
    icmp->quoted_src = address_from_v6(src);
    icmp->quoted_dst = address_from_v6(dst);
    return true;
}

static bool has_ports(uint8_t protocol)
{
    return protocol == PACKET_PROTOCOL_TCP || protocol == PACKET_PROTOCOL_UDP ||
           protocol == PACKET_PROTOCOL_SCTP;
}

static void read_quote(struct cursor in, uint8_t ip_version, struct packet_icmp *icmp)
{
    struct packet_icmp quoted = *icmp;

    if (!(ip_version == 6 ? read_quoted_ipv6(&in, &quoted) : read_quoted_ipv4(&in, &quoted)))
        return;
    quoted.quotes = true;
    if (has_ports(quoted.quoted_protocol) && in.left >= 4) {
        cursor_u16be(&in, &quoted.quoted_src_port);
        cursor_u16be(&in, &quoted.quoted_dst_port);
    }
    *icmp = quoted;
}

static void read_target(struct cursor in, struct packet_icmp *icmp)
{
    uint8_t target[16];

    icmp->has_target = cursor_copy(&in, target, sizeof(target));
    if (icmp->has_target)
        icmp->target = address_from_v6(target);
}

/* Type 1, code 1, checksum 2, and 4 bytes that depend on the type. */
enum tattler_status packet_read_icmp(struct decoding *d)
{
    struct packet *out = d->out;
    struct packet_icmp icmp = { 0 };

    if (!cursor_u8(&d->rest, &icmp.type) || !cursor_u8(&d->rest, &icmp.code) ||
            !cursor_skip(&d->rest, 2) || !cursor_u32be(&d->rest, &icmp.rest))
        return packet_short_of(d);
    if (is_error(out->ip_version, icmp.type))
        read_quote(d->rest, out->ip_version, &icmp);
    else if (out->ip_version == 6 && out->ttl == ICMPV6_HOP_LIMIT &&
             (icmp.type == ICMPV6_NEIGHBOUR_SOLICITATION ||
                     icmp.type == ICMPV6_NEIGHBOUR_ADVERTISEMENT))
        read_target(d->rest, &icmp);
    out->kind = PACKET_ICMP;
    out->wants_flow = true;
    out->icmp = icmp;
    out->payload = d->rest;
    out->payload_wire = (uint32_t)d->rest.left + d->missing;
    return TATTLER_OK;
}
