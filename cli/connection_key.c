#include "connection_key.h"

#include <string.h>

/* The type of ICMP message that answers this one; messages without an answer stand alone. */
static uint8_t icmp_answer(uint8_t protocol, uint8_t type)
{
    static const uint8_t v4[][2] = { { 8, 0 }, { 13, 14 }, { 15, 16 }, { 10, 9 }, { 17, 18 } };
    static const uint8_t v6[][2] = { { 128, 129 }, { 135, 136 }, { 133, 134 }, { 130, 131 },
        { 139, 140 }, { 144, 145 }, { 146, 147 }, { 148, 149 }, { 151, 152 }, { 157, 158 } };
    const uint8_t(*pairs)[2] = protocol == PACKET_PROTOCOL_ICMP ? v4 : v6;
    size_t n = protocol == PACKET_PROTOCOL_ICMP ? sizeof(v4) / 2 : sizeof(v6) / 2;

    for (size_t i = 0; i < n; i++) {
        if (pairs[i][0] == type)
            return pairs[i][1];
        if (pairs[i][1] == type)
            return pairs[i][0];
    }
    return 0xff;
}

#define ICMP_UNREACHABLE 3

bool connection_is_icmp_error(const struct packet *packet)
{
    static const uint8_t types[] = { ICMP_UNREACHABLE, 4, 5, 11, 12 };

    return packet->kind == PACKET_ICMP && packet->protocol == PACKET_PROTOCOL_ICMP &&
           memchr(types, packet->icmp.type, sizeof(types)) != NULL;
}

void connection_read_ends(const struct packet *packet, struct connection_ends *out)
{
    const struct packet_icmp *icmp = &packet->icmp;

    out->source = packet->src;
    out->destination = packet->dst;
    out->source_port = packet->src_port;
    out->destination_port = packet->dst_port;
    out->protocol = packet->protocol;
    if (packet->kind != PACKET_ICMP)
        return;
    /* An IPv4 'unreachable' belongs to the flow that it is about, and comes against its way. */
    if (packet->protocol == PACKET_PROTOCOL_ICMP && icmp->type == ICMP_UNREACHABLE &&
            icmp->quotes && icmp->quoted_src_port != 0) {
        *out = (struct connection_ends){ icmp->quoted_dst, icmp->quoted_src, icmp->quoted_dst_port,
            icmp->quoted_src_port, icmp->quoted_protocol };
        return;
    }
    out->source_port = (uint16_t)(icmp->type << 8 | icmp->code);
    out->destination_port =
            (uint16_t)(icmp_answer(packet->protocol, icmp->type) << 8 | icmp->code);
}

/* Any order will do. */
static bool comes_first(const struct address *a, const struct address *b)
{
    uint64_t halves_a[2], halves_b[2];

    memcpy(halves_a, a, sizeof(halves_a));
    memcpy(halves_b, b, sizeof(halves_b));
    return halves_a[1] != halves_b[1] ? halves_a[1] < halves_b[1] : halves_a[0] < halves_b[0];
}

void connection_make_key(const struct packet *packet, const struct connection_ends *ends,
        unsigned depth, struct connection_key *key)
{
    bool swap = address_equal(&ends->source, &ends->destination)
                        ? ends->source_port > ends->destination_port
                        : comes_first(&ends->destination, &ends->source);

    key->low = swap ? ends->destination : ends->source;
    key->high = swap ? ends->source : ends->destination;
    key->low_port = swap ? ends->destination_port : ends->source_port;
    key->high_port = swap ? ends->source_port : ends->destination_port;
    for (size_t i = 0; i < PACKET_VLANS_MAX; i++)
        key->vlans[i] = i < packet->vlan_count ? packet->vlans[i] : 0;
    key->protocol = ends->protocol;
    key->depth = (uint8_t)depth;
}
