#include "parse/packet_layers.h"

#define TCP_HEADER_MIN 20
#define UDP_HEADER 8
#define SCTP_HEADER 12

static void set_payload(struct decoding *d)
{
    d->out->payload = d->rest;
    d->out->payload_wire = (uint32_t)d->rest.left + d->missing;
}

/* All these protocols begin with them. */
static void read_ports(struct cursor *header, struct packet *out)
{
    cursor_u16be(header, &out->src_port);
    cursor_u16be(header, &out->dst_port);
}

/* RFC 9293 section 3.1: ports, sequence number 4, acknowledgement 4, data offset 1, flags 1, window 2,
 * checksum 2, urgent pointer 2, options, which are skipped. */
static enum tattler_status read_tcp(struct decoding *d)
{
    struct packet_tcp *tcp = &d->out->tcp;
    struct cursor header;
    uint8_t data_offset = 0;

    if (!cursor_split(&d->rest, TCP_HEADER_MIN, &header))
        return packet_short_of(d);
    read_ports(&header, d->out);
    cursor_u32be(&header, &tcp->seq);
    cursor_u32be(&header, &tcp->ack);
    cursor_u8(&header, &data_offset);
    cursor_u8(&header, &tcp->flags);
    cursor_u16be(&header, &tcp->window);
    if ((data_offset >> 4) * 4 < TCP_HEADER_MIN)
        return TATTLER_MALFORMED;
    if (!cursor_skip(&d->rest, (data_offset >> 4) * 4u - TCP_HEADER_MIN))
        return packet_short_of(d);
    d->out->kind = PACKET_TCP;
    d->out->wants_flow = true;
    set_payload(d);
    return TATTLER_OK;
}

/* RFC 768: ports, length 2, checksum 2. The length counts the header and may be smaller than what IP
 * carries. */
static enum tattler_status read_udp(struct decoding *d)
{
    struct cursor header;
    uint16_t length = 0;

    if (!cursor_split(&d->rest, UDP_HEADER, &header))
        return packet_short_of(d);
    read_ports(&header, d->out);
    cursor_u16be(&header, &length);
    set_payload(d);
    if (length < UDP_HEADER ||
            ((uint32_t)length - UDP_HEADER > d->out->payload_wire && !d->out->cut))
        return TATTLER_MALFORMED;
    d->out->payload_wire = (uint32_t)length - UDP_HEADER;
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
    struct cursor header;

    if (!cursor_split(&d->rest, SCTP_HEADER, &header))
        return packet_short_of(d);
    read_ports(&header, d->out);
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
    out->inner = (struct packet_inner){ PACKET_LINK_RAW, PACKET_TUNNEL_IP, d->rest };
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

    d->out->kind = PACKET_IP;
    for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
        if (transports[i].protocol == d->out->protocol &&
                (transports[i].ip_version == 0 || transports[i].ip_version == d->out->ip_version))
            return transports[i].read(d);
    }
    return read_other(d);
}
