#include "parse/packet_layers.h"

enum {
    GRE_CHECKSUM = 0x8000, /* RFC 1701, RFC 2784, RFC 2890 */
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_STRICT_ROUTE = 0x0800,
    GRE_RECURSION = 0x0700,
    GRE_ACK = 0x0080, /* version 1, RFC 2637 section 4.1 */
    GRE_RESERVED = 0x0078,
    GRE_VERSION = 0x0007,

    TEREDO_PORT = 3544, /* RFC 4380 */
    VXLAN_PORT = 4789,  /* RFC 7348 */
    GENEVE_PORT = 6081, /* RFC 8926 */
};

/* The protocols that Suricata looks into. */
static void set_gre_inner(struct packet *out, uint16_t protocol, bool sequence, struct cursor frame)
{
    static const uint16_t followed[] = { ETHER_TYPE_IPV4, ETHER_TYPE_IPV6, ETHER_TYPE_VLAN,
        ETHER_TYPE_ARP, ETHER_TYPE_ERSPAN, ETHER_TYPE_BRIDGE, ETHER_TYPE_PPP };
    int link_type = PACKET_LINK_ETHERTYPE | protocol;

    if (protocol == ETHER_TYPE_PPP)
        link_type = PACKET_LINK_PPP;
    else if (protocol == ETHER_TYPE_BRIDGE || (protocol == ETHER_TYPE_ERSPAN && !sequence))
        link_type = PACKET_LINK_ETHERNET; /* ERSPAN type I has no header of its own */
    for (size_t i = 0; i < sizeof(followed) / sizeof(followed[0]); i++)
        out->has_inner = out->has_inner || followed[i] == protocol;
    out->inner = (struct packet_inner){ link_type, PACKET_TUNNEL_GRE, frame };
}

/* Source route entries: family 2, offset 1, length 1, address; the last has family and length 0. */
static bool skip_gre_routes(struct cursor *in)
{
    uint16_t family;
    uint8_t length;

    do {
        if (!cursor_u16be(in, &family) || !cursor_skip(in, 1) || !cursor_u8(in, &length) ||
                !cursor_skip(in, length))
            return false;
    } while (family != 0 || length != 0);
    return true;
}

static bool skip_gre_0(struct cursor *in, uint16_t flags)
{
    if ((flags & (GRE_RECURSION | GRE_RESERVED)) != 0)
        return false;
    if ((flags & (GRE_CHECKSUM | GRE_ROUTING)) != 0 && !cursor_skip(in, 4))
        return false;
    if ((flags & GRE_KEY) != 0 && !cursor_skip(in, 4))
        return false;
    if ((flags & GRE_SEQUENCE) != 0 && !cursor_skip(in, 4))
        return false;
    return (flags & GRE_ROUTING) == 0 || skip_gre_routes(in);
}

/* PPTP: the key is payload length 2, call id 2. A packet without payload only acknowledges. */
static bool skip_gre_1(struct cursor *in, uint16_t flags, uint16_t protocol)
{
    const uint16_t forbidden = GRE_CHECKSUM | GRE_ROUTING | GRE_STRICT_ROUTE | GRE_RECURSION |
                               GRE_RESERVED;
    uint16_t payload;

    if ((flags & forbidden) != 0 || (flags & GRE_KEY) == 0 || protocol != ETHER_TYPE_PPP ||
            !cursor_u16be(in, &payload) || payload == 0 || !cursor_skip(in, 2))
        return false;
    if ((flags & GRE_SEQUENCE) != 0 && !cursor_skip(in, 4))
        return false;
    return (flags & GRE_ACK) == 0 || cursor_skip(in, 4);
}

/* Flags and version 2, protocol 2. What Suricata does not accept has no inner packet. */
enum tattler_status packet_read_gre(struct decoding *d)
{
    uint16_t flags, protocol;
    bool sound = false;

    d->out->payload = d->rest;
    d->out->payload_wire = (uint32_t)d->rest.left + d->missing;
    if (!cursor_u16be(&d->rest, &flags) || !cursor_u16be(&d->rest, &protocol))
        return packet_short_of(d);
    if ((flags & GRE_VERSION) == 0)
        sound = skip_gre_0(&d->rest, flags);
    else if ((flags & GRE_VERSION) == 1)
        sound = skip_gre_1(&d->rest, flags, protocol);
    if (sound)
        set_gre_inner(d->out, protocol, (flags & GRE_SEQUENCE) != 0, d->rest);
    return TATTLER_OK;
}

/* RFC 4380 section 5.1.1: an IPv6 packet, after an origin indication of 8 bytes or nothing. There
 * is no mark to know it by, so its length has to fit and its hop limit not to be 0. */
static bool find_teredo(const struct packet *udp, struct packet_inner *inner)
{
    struct cursor in = udp->payload, header;
    uint8_t version, next, hop_limit;
    uint16_t length;

    if (cursor_starts_with(&in, "\0\0", 2) && !cursor_skip(&in, 8))
        return false;
    header = in;
    if (!cursor_u8(&header, &version) || version >> 4 != 6 || !cursor_skip(&header, 3) ||
            !cursor_u16be(&header, &length) || !cursor_u8(&header, &next) ||
            !cursor_u8(&header, &hop_limit) || !cursor_skip(&header, 32))
        return false;
    if (hop_limit == 0 || (next == 0 && length < 8) || header.left != length)
        return false;
    *inner = (struct packet_inner){ PACKET_LINK_ETHERTYPE | ETHER_TYPE_IPV6, PACKET_TUNNEL_TEREDO, in };
    return true;
}

/* RFC 8926 section 3.5: class 2, type 1, 3 reserved bits and the length in 4 byte units 5 bits. */
static bool geneve_options_fit(struct cursor options)
{
    uint8_t length;

    while (options.left > 0) {
        if (!cursor_skip(&options, 3) || !cursor_u8(&options, &length) ||
                !cursor_skip(&options, (length & 0x1f) * 4u))
            return false;
    }
    return true;
}

/* RFC 8926 section 3.4: version 2 bits and option length 6 bits, flags 1, protocol 2, network 3,
 * reserved 1, options. */
static bool find_geneve(const struct packet *udp, struct packet_inner *inner)
{
    struct cursor in = udp->payload, options;
    uint8_t version_length, flags, reserved;
    uint16_t protocol;

    if (!cursor_u8(&in, &version_length) || !cursor_u8(&in, &flags) ||
            !cursor_u16be(&in, &protocol) || !cursor_skip(&in, 3) || !cursor_u8(&in, &reserved) ||
            !cursor_split(&in, (version_length & 0x3f) * 4u, &options))
        return false;
    if (version_length >> 6 != 0 || (flags & 0x3f) != 0 || reserved != 0 ||
            !geneve_options_fit(options))
        return false;
    *inner = (struct packet_inner){ PACKET_LINK_ETHERTYPE | protocol, PACKET_TUNNEL_GENEVE, in };
    if (protocol == ETHER_TYPE_BRIDGE)
        inner->link_type = PACKET_LINK_ETHERNET;
    return protocol == ETHER_TYPE_BRIDGE || protocol == ETHER_TYPE_IPV4 ||
           protocol == ETHER_TYPE_IPV6;
}

/* RFC 7348 section 5: flags 1 (bit 3 set), reserved 3, network 3, reserved 1, an Ethernet frame.
 * As in Suricata the inner packet begins after the frame's addresses and type. */
static bool find_vxlan(const struct packet *udp, struct packet_inner *inner)
{
    struct cursor in = udp->payload;
    uint8_t flags, reserved;
    uint16_t type;

    if (!cursor_u8(&in, &flags) || !cursor_skip(&in, 6) || !cursor_u8(&in, &reserved) ||
            !cursor_skip(&in, 12) || !cursor_u16be(&in, &type))
        return false;
    *inner = (struct packet_inner){ PACKET_LINK_ETHERTYPE | type, PACKET_TUNNEL_VXLAN, in };
    return (flags & 0x08) != 0 && reserved == 0 &&
           (type == ETHER_TYPE_IPV4 || type == ETHER_TYPE_IPV6 || type == ETHER_TYPE_VLAN ||
                   type == ETHER_TYPE_802_1AD || type == ETHER_TYPE_QINQ);
}

void packet_find_udp_tunnel(struct packet *out)
{
    /* Suricata's default ports; VXLAN goes by the destination alone. */
    static const struct {
        uint16_t port;
        bool either;
        bool (*find)(const struct packet *udp, struct packet_inner *inner);
    } tunnels[] = {
        { TEREDO_PORT, true, find_teredo },
        { GENEVE_PORT, true, find_geneve },
        { VXLAN_PORT, false, find_vxlan },
    };

    for (size_t i = 0; i < sizeof(tunnels) / sizeof(tunnels[0]) && !out->has_inner; i++) {
        if (out->dst_port == tunnels[i].port ||
                (tunnels[i].either && out->src_port == tunnels[i].port))
            out->has_inner = tunnels[i].find(out, &out->inner);
    }
}
