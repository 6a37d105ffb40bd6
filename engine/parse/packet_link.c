#include "parse/packet_layers.h"

#define ETHERNET_HEADER (6 + 6 + 2)

enum tattler_status packet_next_ether_type(struct decoding *d, uint16_t type)
{
    if (type == ETHER_TYPE_IPV4) /* most are */
        d->next = packet_read_ipv4;
    else
        d->next = type <= ETHER_TYPE_802_3_MAX ? packet_read_llc
                                               : packet_find_reader(PACKET_LINK_ETHERTYPE | type);
    return TATTLER_OK;
}

/* Link headers come before the IP packet's own length, so a short one is the capture's end. */

/* Destination 6, source 6, EtherType 2. */
enum tattler_status packet_read_ethernet(struct decoding *d)
{
    struct packet *out = d->out;
    struct cursor header;
    uint16_t type;

    if (!cursor_split(&d->rest, ETHERNET_HEADER, &header))
        return TATTLER_TRUNCATED;
    cursor_copy(&header, out->dst_mac.bytes, sizeof(out->dst_mac.bytes));
    cursor_copy(&header, out->src_mac.bytes, sizeof(out->src_mac.bytes));
    cursor_u16be(&header, &type);
    out->has_dst_mac = out->has_src_mac = true;
    return packet_next_ether_type(d, type);
}

/* IEEE 802.1Q and 802.1ad: priority 4 bits, VLAN id 12 bits, EtherType. */
enum tattler_status packet_read_vlan(struct decoding *d)
{
    struct packet *out = d->out;
    uint16_t tag, type;

    if (out->vlan_count == PACKET_VLANS_MAX)
        return TATTLER_OK;
    if (!cursor_u16be(&d->rest, &tag) || !cursor_u16be(&d->rest, &type))
        return TATTLER_TRUNCATED;
    out->vlans[out->vlan_count++] = tag & 0x0fff;
    if ((tag & 0x0fff) != 0) /* else it has a priority and no VLAN: hosts take it as if it had no tag */
        packet_enter_link(out, tag & 0x0fff);
    return packet_next_ether_type(d, type);
}

static enum tattler_status skip_to_ether_type(struct decoding *d, size_t tag_bytes)
{
    uint16_t type;

    if (!cursor_skip(&d->rest, tag_bytes) || !cursor_u16be(&d->rest, &type))
        return TATTLER_TRUNCATED;
    return packet_next_ether_type(d, type);
}

/* IEEE 802.1BR: 4 bytes of tag, EtherType. */
enum tattler_status packet_read_vntag(struct decoding *d)
{
    return skip_to_ether_type(d, 4);
}

/* IEEE 802.1ah: flags and service id 4 bytes, customer addresses, EtherType. */
enum tattler_status packet_read_802_1ah(struct decoding *d)
{
    return skip_to_ether_type(d, 4 + 6 + 6);
}

/* Data center Ethernet (Cisco FabricPath): a 2 byte tag and an Ethernet frame. */
enum tattler_status packet_read_dce(struct decoding *d)
{
    if (!cursor_skip(&d->rest, 2))
        return TATTLER_TRUNCATED;
    d->next = packet_read_ethernet;
    return TATTLER_OK;
}

/* ERSPAN type II: version 4 bits (1), VLAN id 12 bits, 6 bytes of session; an Ethernet frame. */
enum tattler_status packet_read_erspan(struct decoding *d)
{
    struct packet *out = d->out;
    uint16_t version_vlan;

    if (!cursor_u16be(&d->rest, &version_vlan) || !cursor_skip(&d->rest, 6))
        return TATTLER_TRUNCATED;
    d->next = version_vlan >> 12 == 1 ? packet_read_ethernet : NULL;
    if ((version_vlan & 0x0fff) != 0 && out->vlan_count < PACKET_VLANS_MAX)
        out->vlans[out->vlan_count++] = version_vlan & 0x0fff;
    return TATTLER_OK;
}

/* IEEE 802.2 with SNAP (RFC 1042; 00:00:f8 is 802.1H) or the service access point of IP. */
enum tattler_status packet_read_llc(struct decoding *d)
{
    static const uint8_t snap_ethernet[] = { 0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00 };
    static const uint8_t snap_bridge[] = { 0xaa, 0xaa, 0x03, 0x00, 0x00, 0xf8 };
    static const uint8_t sap_ip[] = { 0x06, 0x06, 0x03 };

    if (cursor_starts_with(&d->rest, snap_ethernet, sizeof(snap_ethernet)) ||
            cursor_starts_with(&d->rest, snap_bridge, sizeof(snap_bridge)))
        return skip_to_ether_type(d, sizeof(snap_ethernet));
    if (cursor_starts_with(&d->rest, sap_ip, sizeof(sap_ip))) {
        cursor_skip(&d->rest, sizeof(sap_ip));
        return packet_next_ether_type(d, ETHER_TYPE_IPV4);
    }
    return TATTLER_OK;
}

/* RFC 3032: label 20 bits, class 3, bottom of stack 1, TTL 8. What lies under the bottom is not
 * said, unless by a reserved label; else the first nibble tells, 0 being a pseudowire's control
 * word before an Ethernet frame (RFC 4385). */
enum tattler_status packet_read_mpls(struct decoding *d)
{
    uint32_t shim;
    uint8_t first;

    do {
        if (!cursor_u32be(&d->rest, &shim))
            return TATTLER_TRUNCATED;
    } while ((shim >> 8 & 1) == 0);

    if (shim >> 12 == 0)
        return packet_next_ether_type(d, ETHER_TYPE_IPV4);
    if (shim >> 12 == 2)
        return packet_next_ether_type(d, ETHER_TYPE_IPV6);
    if (shim >> 12 < 15) /* reserved labels (RFC 3032 section 2.1) */
        return TATTLER_OK;
    if (!cursor_peek_u8(&d->rest, 0, &first))
        return TATTLER_TRUNCATED;
    if (first >> 4 == 4)
        return packet_next_ether_type(d, ETHER_TYPE_IPV4);
    if (first >> 4 == 6)
        return packet_next_ether_type(d, ETHER_TYPE_IPV6);
    if (first >> 4 == 0 && cursor_skip(&d->rest, 4))
        d->next = packet_read_ethernet;
    return TATTLER_OK;
}

/* RFC 826. Other hardware or protocols are not of interest. */
enum tattler_status packet_read_arp(struct decoding *d)
{
    static const uint8_t ethernet_ipv4[] = { 0, 1, 0x08, 0x00, 6, 4 };
    struct packet_arp *arp = &d->out->arp;
    uint8_t sender[4], target[4];

    if (d->rest.left < sizeof(ethernet_ipv4))
        return TATTLER_TRUNCATED;
    if (!cursor_starts_with(&d->rest, ethernet_ipv4, sizeof(ethernet_ipv4)))
        return TATTLER_OK;
    cursor_skip(&d->rest, sizeof(ethernet_ipv4));
    if (!cursor_u16be(&d->rest, &arp->operation) ||
            !cursor_copy(&d->rest, arp->sender_mac.bytes, sizeof(arp->sender_mac.bytes)) ||
            !cursor_copy(&d->rest, sender, sizeof(sender)) || !cursor_skip(&d->rest, 6) ||
            !cursor_copy(&d->rest, target, sizeof(target)))
        return TATTLER_TRUNCATED;
    arp->sender = address_from_v4(sender);
    arp->target = address_from_v4(target);
    d->out->kind = PACKET_ARP;
    return TATTLER_OK;
}

/* BSD loopback: the address family in the capturing host's byte order, or in network order (LOOP).
 * IPv6 has another number on each system. */
enum tattler_status packet_read_null(struct decoding *d)
{
    static const uint8_t ipv6_families[] = { 30, 24, 28, 10, 23, 26 };
    uint32_t family;

    if (!cursor_u32be(&d->rest, &family))
        return TATTLER_TRUNCATED;
    if (family > 0xffff)
        family = family >> 24; /* families are small: it was little-endian */
    if (family == 2)
        return packet_next_ether_type(d, ETHER_TYPE_IPV4);
    for (size_t i = 0; i < sizeof(ipv6_families); i++) {
        if (family == ipv6_families[i])
            return packet_next_ether_type(d, ETHER_TYPE_IPV6);
    }
    return TATTLER_OK;
}

enum tattler_status packet_read_raw(struct decoding *d)
{
    uint8_t version;

    if (!cursor_peek_u8(&d->rest, 0, &version))
        return TATTLER_TRUNCATED;
    d->next = version >> 4 == 6 ? packet_read_ipv6 : packet_read_ipv4;
    return TATTLER_OK;
}

static void set_source(struct packet *out, uint16_t address_len, struct cursor address)
{
    if (address_len == sizeof(out->src_mac.bytes))
        out->has_src_mac = cursor_copy(&address, out->src_mac.bytes, sizeof(out->src_mac.bytes));
}

/* What follows a Linux cooked header; numbers below EtherTypes are the kernel's own ETH_P_, where
 * 4 is 802.2 (linktypes.html, LINKTYPE_LINUX_SLL). */
static enum tattler_status next_cooked(struct decoding *d, uint16_t protocol)
{
    packet_next_ether_type(d, protocol);
    if (d->next == packet_read_llc && protocol != 4)
        d->next = NULL;
    return TATTLER_OK;
}

/* Packet type 2, hardware 2, address length 2, address 8, protocol 2. */
enum tattler_status packet_read_sll(struct decoding *d)
{
    struct cursor address;
    uint16_t address_len, protocol;

    if (!cursor_skip(&d->rest, 4) || !cursor_u16be(&d->rest, &address_len) ||
            !cursor_split(&d->rest, 8, &address) || !cursor_u16be(&d->rest, &protocol))
        return TATTLER_TRUNCATED;
    set_source(d->out, address_len, address);
    return next_cooked(d, protocol);
}

/* Protocol 2, reserved 2, interface 4, hardware 2, packet type 1, address length 1, address 8. */
enum tattler_status packet_read_sll2(struct decoding *d)
{
    struct cursor address;
    uint32_t interface;
    uint16_t protocol;
    uint8_t address_len;

    if (!cursor_u16be(&d->rest, &protocol) || !cursor_skip(&d->rest, 2) ||
            !cursor_u32be(&d->rest, &interface) || !cursor_skip(&d->rest, 2 + 1) ||
            !cursor_u8(&d->rest, &address_len) || !cursor_split(&d->rest, 8, &address))
        return TATTLER_TRUNCATED;
    packet_enter_link(d->out, interface);
    set_source(d->out, address_len, address);
    return next_cooked(d, protocol);
}
