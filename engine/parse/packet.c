#include "parse/packet.h"

#include "parse/packet_layers.h"

/* The frequent ones first: it is searched from the front. */
static const struct {
    int link_type;
    packet_reader *read;
} layers[] = {
    { PACKET_LINK_ETHERNET, packet_read_ethernet },
    { PACKET_LINK_ETHERTYPE | ETHER_TYPE_IPV4, packet_read_ipv4 },
    { PACKET_LINK_ETHERTYPE | ETHER_TYPE_IPV6, packet_read_ipv6 },
    { PACKET_LINK_ETHERTYPE | ETHER_TYPE_ARP, packet_read_arp },
    { PACKET_LINK_ETHERTYPE | ETHER_TYPE_VLAN, packet_read_vlan },
    { PACKET_LINK_LINUX_SLL, packet_read_sll },
    { PACKET_LINK_LINUX_SLL2, packet_read_sll2 },
    { PACKET_LINK_RAW, packet_read_raw },
    { PACKET_LINK_RAW_BSD, packet_read_raw },
    { PACKET_LINK_RAW_OPENBSD, packet_read_raw },
    { PACKET_LINK_IPV4, packet_read_ipv4 },
    { PACKET_LINK_IPV6, packet_read_ipv6 },
    { PACKET_LINK_NULL, packet_read_null },
    { PACKET_LINK_LOOP, packet_read_null },
    { PACKET_LINK_PPP, packet_read_ppp },
    { PACKET_LINK_PPP_HDLC, packet_read_ppp },
    { PACKET_LINK_CISCO_HDLC, packet_read_cisco_hdlc },
    { PACKET_LINK_ETHERTYPE | ETHER_TYPE_802_1AD, packet_read_vlan },
    { PACKET_LINK_ETHERTYPE | ETHER_TYPE_QINQ, packet_read_vlan },
    { PACKET_LINK_ETHERTYPE | ETHER_TYPE_PPPOE_SESSION, packet_read_pppoe },
    { PACKET_LINK_ETHERTYPE | ETHER_TYPE_MPLS, packet_read_mpls },
    { PACKET_LINK_ETHERTYPE | ETHER_TYPE_MPLS_MULTICAST, packet_read_mpls },
    { PACKET_LINK_ETHERTYPE | ETHER_TYPE_802_1AH, packet_read_802_1ah },
    { PACKET_LINK_ETHERTYPE | ETHER_TYPE_VNTAG, packet_read_vntag },
    { PACKET_LINK_ETHERTYPE | ETHER_TYPE_DCE, packet_read_dce },
    { PACKET_LINK_ETHERTYPE | ETHER_TYPE_ERSPAN, packet_read_erspan },
};

packet_reader *packet_find_reader(int link_type)
{
    for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
        if (layers[i].link_type == link_type)
            return layers[i].read;
    }
    return NULL;
}

bool packet_link_is_read(int link_type)
{
    return link_type >= 0 && link_type < PACKET_LINK_ETHERTYPE && packet_find_reader(link_type) != NULL;
}

enum tattler_status packet_decode(int link_type, struct cursor frame, struct packet *out)
{
    static const struct packet nothing; /* copied, since clearing so many bytes takes longer */
    struct decoding d = { .out = out, .rest = frame, .next = packet_find_reader(link_type) };
    enum tattler_status status = TATTLER_OK;

    if (d.next == NULL && link_type < PACKET_LINK_ETHERTYPE)
        return TATTLER_UNSUPPORTED;
    memcpy(out, &nothing, offsetof(struct packet, inner));
    out->bytes = (uint32_t)frame.left;
    for (int layer = 0; d.next != NULL && status == TATTLER_OK; layer++) {
        packet_reader *read = d.next;

        d.next = NULL;
        status = layer < PACKET_LAYERS_MAX ? read(&d) : TATTLER_MALFORMED;
    }
    return status;
}
