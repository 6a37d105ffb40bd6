/* packet.h - one captured frame, decoded down to its transport header.
 *
 * A pure decoder: no state, no allocation, any thread. Everything a 'struct packet' points at is
 * borrowed from the frame. It agrees with Suricata 8's decoder on what is a well-formed packet, so
 * that flows, their packets and bytes are the same in every host:
 *
 *   - a flow's byte count is the sum of 'bytes': the whole frame with link header and padding, or,
 *     inside a tunnel, what the outer packet carried;
 *   - fragments belong to no flow, only the datagram rebuilt from them does (its bytes are the
 *     first fragment's 'link_bytes' and the rebuilt datagram);
 *   - 'wants_flow' names the packets that Suricata puts into flows.
 *
 * It reads more than Suricata does: packets that the capture cut short (Suricata ignores them:
 * 'cut'; a first fragment cut short counts as such a packet), IPv4 packets with a length of 0 (from
 * a host that leaves segmentation to its card), LLC/SNAP, BSD loopback in both byte orders, PPP-HDLC. */
#ifndef TATTLER_PARSE_PACKET_H
#define TATTLER_PARSE_PACKET_H

#include "base/address.h"
#include "base/cursor.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/* What a frame begins with: LINKTYPE_ numbers of capture files (linktypes.html at tcpdump.org).
 * Several mean raw IP, since libpcap hands out its platform's own. */
enum packet_link {
    PACKET_LINK_NULL = 0,
    PACKET_LINK_ETHERNET = 1,
    PACKET_LINK_PPP = 9,
    PACKET_LINK_RAW_BSD = 12,
    PACKET_LINK_RAW_OPENBSD = 14,
    PACKET_LINK_PPP_HDLC = 50,
    PACKET_LINK_RAW = 101,
    PACKET_LINK_CISCO_HDLC = 104,
    PACKET_LINK_LOOP = 108,
    PACKET_LINK_LINUX_SLL = 113,
    PACKET_LINK_IPV4 = 228,
    PACKET_LINK_IPV6 = 229,
    PACKET_LINK_LINUX_SLL2 = 276,
    /* For the insides of tunnels: what follows this EtherType (in the low 16 bits). */
    PACKET_LINK_ETHERTYPE = 0x10000,
};

/* Protocol numbers (IANA) that hosts ask for. */
enum packet_protocol {
    PACKET_PROTOCOL_ICMP = 1,
    PACKET_PROTOCOL_IPV4 = 4,
    PACKET_PROTOCOL_TCP = 6,
    PACKET_PROTOCOL_UDP = 17,
    PACKET_PROTOCOL_IPV6 = 41,
    PACKET_PROTOCOL_GRE = 47,
    PACKET_PROTOCOL_ESP = 50,
    PACKET_PROTOCOL_ICMPV6 = 58,
    PACKET_PROTOCOL_SCTP = 132,
};

enum packet_tcp_flag {
    PACKET_TCP_FIN = 0x01,
    PACKET_TCP_SYN = 0x02,
    PACKET_TCP_RST = 0x04,
    PACKET_TCP_PSH = 0x08,
    PACKET_TCP_ACK = 0x10,
    PACKET_TCP_URG = 0x20,
    PACKET_TCP_ECE = 0x40,
    PACKET_TCP_CWR = 0x80,
};

/* Which members hold something; each kind names the union member that goes with it. */
enum packet_kind {
    PACKET_OTHER,    /* neither IP nor ARP: only the link fields */
    PACKET_ARP,      /* arp; src and dst stay empty */
    PACKET_IP,       /* IP with a protocol that has no kind of its own; esp_spi for ESP */
    PACKET_FRAGMENT, /* fragment; no ports, no payload */
    PACKET_TCP,      /* tcp */
    PACKET_UDP,
    PACKET_SCTP,
    PACKET_ICMP,     /* icmp; both versions */
};

#define PACKET_VLANS_MAX 3   /* as many tags as Suricata reads */
#define PACKET_TUNNELS_MAX 8 /* a host follows 'inner' at most so often for one frame */

struct packet_tcp {
    uint32_t seq;
    uint32_t ack;
    uint16_t window; /* not scaled */
    uint8_t flags;   /* enum packet_tcp_flag */
};

struct packet_icmp {
    uint8_t type;
    uint8_t code;
    uint32_t rest; /* of the header, which depends on the type (RFC 792, RFC 4443) */
    /* An error message quotes the packet it is about (RFC 792, RFC 4443). Its ports are 0 where
     * the quoted protocol has none or the quote ends before them. */
    bool quotes;
    uint8_t quoted_protocol;
    uint16_t quoted_src_port;
    uint16_t quoted_dst_port;
    struct address quoted_src;
    struct address quoted_dst;
    /* Neighbour solicitation (135) and advertisement (136), RFC 4861: a solicitation from :: is a
     * duplicate address probe, the sender is about to claim the target (RFC 4862 section 5.4). */
    bool has_target;
    struct address target;
};

/* ARP for IPv4 over Ethernet (RFC 826). A request from 0.0.0.0 probes the target address, one for
 * the sender's own address announces it (RFC 5227). */
struct packet_arp {
    uint16_t operation; /* 1 request, 2 reply */
    struct mac sender_mac;
    struct address sender;
    struct address target;
};

/* What a defragmenter needs (RFC 791 section 3.2, RFC 8200 section 4.5). */
struct packet_fragment {
    uint32_t id;
    uint16_t offset; /* bytes, a multiple of 8 */
    bool more;
    uint8_t next_header;     /* of the whole datagram's data */
    uint16_t next_header_at; /* where in 'header' that number belongs after reassembly */
    struct cursor header;    /* IP header and, for IPv6, what comes before the fragment header */
    struct cursor data;
};

enum packet_tunnel { PACKET_TUNNEL_IP, PACKET_TUNNEL_GRE, PACKET_TUNNEL_TEREDO, PACKET_TUNNEL_GENEVE,
    PACKET_TUNNEL_VXLAN };

/* The packet inside a tunnel; decode it with packet_decode(link_type, frame, …). */
struct packet_inner {
    int link_type;
    enum packet_tunnel tunnel;
    struct cursor frame;
};

struct packet {
    enum packet_kind kind;
    uint32_t bytes;      /* the size of the frame given to packet_decode() */
    uint32_t link_bytes; /* what of it came before the IP header */

    bool has_src_mac; /* Ethernet, and Linux cooked captures of it */
    bool has_dst_mac; /* Ethernet */
    struct mac src_mac;
    struct mac dst_mac;
    uint8_t vlan_count;
    uint16_t vlans[PACKET_VLANS_MAX]; /* outermost first, without priority bits */
    uint32_t link; /* the same for the same VLANs, PPPoE session and interface (SLL2); 0: none is told */

    uint8_t ip_version; /* 4, 6; 0: not IP */
    uint8_t ttl;        /* hop limit */
    uint8_t protocol;   /* after IPv6 extension headers */
    bool cut;           /* the IP packet is longer than what was captured of it */
    bool wants_flow;
    bool has_inner; /* a tunnel: 'inner' is the packet to look at, not 'payload' */
    struct address src;
    struct address dst;
    uint16_t src_port; /* TCP, UDP, SCTP */
    uint16_t dst_port;
    struct cursor payload; /* after the transport header, as far as it was captured */
    uint32_t payload_wire; /* its length by the headers */

    /* From here on there is something only where 'has_inner' or 'kind' says so. */
    struct packet_inner inner;
    union {
        struct packet_tcp tcp;
        struct packet_icmp icmp;
        struct packet_arp arp;
        struct packet_fragment fragment;
        uint32_t esp_spi;
    };
};

/* Decodes one frame. TATTLER_OK, which includes frames that are not IP: 'out' is what it says. After
 * any other status 'out' may hold anything. TATTLER_TRUNCATED: cut before the end of a header that is needed.
 * TATTLER_MALFORMED: a header contradicts itself or the one around it. TATTLER_UNSUPPORTED: link type not
 * read here. */
enum tattler_status packet_decode(int link_type, struct cursor frame, struct packet *out);

/* Does packet_decode() read this link type? */
bool packet_link_is_read(int link_type);
/* "Ethernet", "IEEE 802.11 with radiotap"; "unknown" where this page has no name for it. */
const char *packet_link_name(int link_type);
/* The names of all that is read, for messages: "Ethernet, Linux cooked, raw IP, …". */
const char *packet_links_read(void);

#endif
