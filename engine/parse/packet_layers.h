/* packet_layers.h - the layers that packet_decode() walks through; for packet*.c only.
 *
 * Each reader takes its header off 'rest' and says what comes next. One loop calls them, so the
 * number of layers is bounded in one place and nothing recurses. */
#ifndef TATTLER_PARSE_PACKET_LAYERS_H
#define TATTLER_PARSE_PACKET_LAYERS_H

#include "parse/packet.h"

#define PACKET_LAYERS_MAX 16 /* Suricata's default max-layers */

enum packet_ether_type {
    ETHER_TYPE_802_3_MAX = 1500, /* up to here it is a length and LLC follows (IEEE 802.3) */
    ETHER_TYPE_IPV4 = 0x0800,
    ETHER_TYPE_ARP = 0x0806,
    ETHER_TYPE_BRIDGE = 0x6558, /* Ethernet inside a tunnel */
    ETHER_TYPE_VLAN = 0x8100,
    ETHER_TYPE_IPV6 = 0x86dd,
    ETHER_TYPE_MPLS = 0x8847,
    ETHER_TYPE_MPLS_MULTICAST = 0x8848,
    ETHER_TYPE_PPP = 0x880b, /* in GRE */
    ETHER_TYPE_PPPOE_SESSION = 0x8864,
    ETHER_TYPE_802_1AD = 0x88a8,
    ETHER_TYPE_ERSPAN = 0x88be,
    ETHER_TYPE_802_1AH = 0x88e7,
    ETHER_TYPE_DCE = 0x8903,
    ETHER_TYPE_VNTAG = 0x8926,
    ETHER_TYPE_QINQ = 0x9100,
};

struct decoding;
typedef enum tattler_status packet_reader(struct decoding *d);

struct decoding {
    struct packet *out;
    struct cursor rest;
    packet_reader *next; /* of 'rest'; NULL as each begins: nothing more to walk through */
    uint32_t missing;    /* bytes of the IP packet that were not captured */
};

/* Of a packet_link; NULL: there is none. */
packet_reader *packet_find_reader(int link_type);

/* Why a header did not fit: the capture ends, or the packet around it does. */
static inline enum tattler_status packet_short_of(const struct decoding *d)
{
    return d->missing > 0 ? TATTLER_TRUNCATED : TATTLER_MALFORMED;
}

/* What comes next is on one of several links that the capture may hold. */
static inline void packet_enter_link(struct packet *out, uint32_t id)
{
    out->link = (out->link + id + 1) * UINT32_C(0x9e3779b1);
}

/* packet_link.c */
packet_reader packet_read_ethernet, packet_read_vlan, packet_read_vntag, packet_read_802_1ah,
        packet_read_dce, packet_read_erspan, packet_read_llc, packet_read_mpls, packet_read_arp,
        packet_read_null, packet_read_raw, packet_read_sll, packet_read_sll2;
enum tattler_status packet_next_ether_type(struct decoding *d, uint16_t type);
/* packet_ppp.c */
packet_reader packet_read_ppp, packet_read_cisco_hdlc, packet_read_pppoe;
/* packet_ip.c */
packet_reader packet_read_ipv4, packet_read_ipv6;
/* packet_transport.c; 'rest' is the IP packet's data and 'out' has addresses and protocol. */
enum tattler_status packet_read_transport(struct decoding *d);
/* packet_icmp.c */
packet_reader packet_read_icmp;
/* packet_tunnel.c; these set 'inner' where a tunnel is found and never fail. */
packet_reader packet_read_gre;
void packet_find_udp_tunnel(struct packet *out);

#endif
