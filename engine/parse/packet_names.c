#include "parse/packet.h"

/* https://www.tcpdump.org/linktypes.html */
static const struct {
    int link_type;
    const char *name;
} names[] = {
    { PACKET_LINK_NULL, "BSD loopback" },
    { PACKET_LINK_ETHERNET, "Ethernet" },
    { 3, "AX.25" },
    { 6, "IEEE 802.5 Token Ring" },
    { 7, "ARCNET" },
    { 8, "SLIP" },
    { PACKET_LINK_PPP, "PPP" },
    { 10, "FDDI" },
    { 11, "ATM" },
    { PACKET_LINK_RAW_BSD, "raw IP" },
    { PACKET_LINK_RAW_OPENBSD, "raw IP" },
    { PACKET_LINK_PPP_HDLC, "PPP in HDLC framing" },
    { 51, "PPPoE" },
    { 100, "ATM" },
    { PACKET_LINK_RAW, "raw IP" },
    { PACKET_LINK_CISCO_HDLC, "Cisco HDLC" },
    { 105, "IEEE 802.11" },
    { 107, "Frame Relay" },
    { PACKET_LINK_LOOP, "OpenBSD loopback" },
    { PACKET_LINK_LINUX_SLL, "Linux cooked (SLL)" },
    { 117, "OpenBSD pflog" },
    { 119, "IEEE 802.11 with Prism header" },
    { 127, "IEEE 802.11 with radiotap header" },
    { 163, "IEEE 802.11 with AVS header" },
    { 187, "Bluetooth HCI" },
    { 189, "Linux USB" },
    { 192, "PPI" },
    { 195, "IEEE 802.15.4" },
    { 201, "Bluetooth HCI" },
    { 204, "PPP with direction" },
    { 220, "Linux USB" },
    { 227, "CAN bus" },
    { PACKET_LINK_IPV4, "raw IPv4" },
    { PACKET_LINK_IPV6, "raw IPv6" },
    { 230, "IEEE 802.15.4" },
    { 239, "Linux netfilter log" },
    { 249, "Windows USB" },
    { 251, "Bluetooth LE" },
    { 253, "Linux netlink" },
    { 256, "Bluetooth LE" },
    { 270, "LoRaTap" },
    { PACKET_LINK_LINUX_SLL2, "Linux cooked (SLL2)" },
    { 283, "IEEE 802.15.4" },
};

const char *packet_link_name(int link_type)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].link_type == link_type)
            return names[i].name;
    }
    return "unknown";
}

const char *packet_links_read(void)
{
    return "Ethernet, Linux cooked (SLL, SLL2), raw IP, BSD and OpenBSD loopback, PPP, "
           "PPP in HDLC framing, Cisco HDLC";
}
