#include "parse/packet_layers.h"

#define TCP_HEADER_MIN 20

static void set_payload(struct decoding *d)
{
    d->out->payload = d->rest;
    d->out->payload_wire = (uint32_t)d->rest.left + d->missing;
}

static bool read_ports(struct decoding *d)
{
    return cursor_u16be(&d->rest, &d->out->src_port) && cursor_u16be(&d->rest, &d->out->dst_port);
}

/* RFC 9293 section 3.1. Options are skipped. */
static enum tattler_status read_tcp(struct decoding *d)
{
    struct packet_tcp tcp;
    uint8_t data_offset;

    if (!read_ports(d) || !cursor_u32be(&d->rest, &tcp.seq) || !cursor_u32be(&d->rest, &tcp.ack) ||
            !cursor_u8(&d->rest, &data_offset) || !cursor_u8(&d->rest, &tcp.flags) ||
            !cursor_u16be(&d->rest, &tcp.window) || !cursor_skip(&d->rest, 4))
        return packet_short_of(d);
    if ((data_offset >> 4) * 4 < TCP_HEADER_MIN)
        return TATTLER_MALFORMED;
    if (!cursor_skip(&d->rest, (data_offset >> 4) * 4u - TCP_HEADER_MIN))
        return packet_short_of(d);
    d->out->kind = PACKET_TCP;
    d->out->wants_flow = true;
    d->out->tcp = tcp;
    set_payload(d);
    return TATTLER_OK;
}

/* RFC 768. The length counts the header and may be smaller than what IP carries. */
static enum tattler_status read_udp(struct decoding *d)
{
    uint16_t length;

    if (!read_ports(d) || !cursor_u16be(&d->rest, &length) || !cursor_skip(&d->rest, 2))
        return packet_short_of(d);
    set_payload(d);
    if (length < 8 || (length - 8u > d->out->payload_wire && !d->out->cut))
        return TATTLER_MALFORMED;
    d->out->payload_wire = length - 8u;
    if (d->out->payload.left > d->out->payload_wire)
        d->out->payload.left = d->out->payload_wire;
    d->out->kind = PACKET_UDP;
    d->out->wants_flow = true;
    packet_find_udp_tunnel(d->out);
    return TATTLER_OK;
}

/* RFC 9260 section 3.1: ports, verification tag 4, checksum 4. */
static enum tattler_status read_sctp(struct decoding *d)
{
    if (!read_ports(d) || !cursor_skip(&d->rest, 8))
        return packet_short_of(d);
    d->out->kind = PACKET_SCTP;
    d->out->wants_flow = true;
    set_payload(d);
    return TATTLER_OK;
}

/* RFC 4303 section 2: security parameters index 4, sequence 4. */
static enum tattler_status read_esp(struct decoding *d)
{
    if (!cursor_u32be(&d->rest, &d->out->esp_spi) || !cursor_skip(&d->rest, 4))
        return packet_short_of(d);
    d->out->wants_flow = true;
    set_payload(d);
    return TATTLER_OK;
}

/* IP in IP (RFC 2003, RFC 2473, RFC 4213). Inside IPv6 Suricata looks at the version first. */
static enum tattler_status read_ip_in_ip(struct decoding *d)
{
    struct packet *out = d->out;
    uint8_t version;

    set_payload(d);
    if (!cursor_peek_u8(&d->rest, 0, &version))
        return packet_short_of(d);
    out->has_inner = version >> 4 == (out->protocol == PACKET_PROTOCOL_IPV4 ? 4 : 6);
    out->inner = (struct packet_inner){ PACKET_LINK_RAW, d->rest };
    out->wants_flow = out->has_inner || out->ip_version == 4;
    return TATTLER_OK;
}

static enum tattler_status read_other(struct decoding *d)
{
    set_payload(d);
    return TATTLER_OK;
}

enum tattler_status packet_read_transport(struct decoding *d)
{
    /* 'ip_version' 0: in both. */
    static const struct {
        uint8_t protocol;
        uint8_t ip_version;
        packet_reader *read;
    } transports[] = {
        { PACKET_PROTOCOL_TCP, 0, read_tcp },
        { PACKET_PROTOCOL_UDP, 0, read_udp },
        { PACKET_PROTOCOL_ICMP, 4, packet_read_icmp },
        { PACKET_PROTOCOL_ICMPV6, 6, packet_read_icmp },
        { PACKET_PROTOCOL_SCTP, 0, read_sctp },
        { PACKET_PROTOCOL_ESP, 0, read_esp },
        { PACKET_PROTOCOL_GRE, 0, packet_read_gre },
        { PACKET_PROTOCOL_IPV4, 0, read_ip_in_ip },
        { PACKET_PROTOCOL_IPV6, 0, read_ip_in_ip },
    };
    packet_reader *read = read_other;

    d->out->kind = PACKET_IP;
    for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
        if (transports[i].protocol == d->out->protocol &&
                (transports[i].ip_version == 0 || transports[i].ip_version == d->out->ip_version))
            read = transports[i].read;
    }
    return read(d);
}
