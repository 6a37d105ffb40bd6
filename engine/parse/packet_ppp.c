#include "parse/packet_layers.h"

enum {
    PPP_IPV4 = 0x21,
    PPP_IPV6 = 0x57,
};

/* RFC 1661 section 2: the protocol has two bytes, or one if that one is odd (section 6.5). */
static enum tattler_status read_protocol(struct decoding *d)
{
    uint8_t high = 0, low;

    if (!cursor_u8(&d->rest, &low))
        return TATTLER_TRUNCATED;
    if ((low & 1) == 0) {
        high = low;
        if (!cursor_u8(&d->rest, &low))
            return TATTLER_TRUNCATED;
    }
    if (high == 0 && low == PPP_IPV4)
        return packet_next_ether_type(d, ETHER_TYPE_IPV4);
    if (high == 0 && low == PPP_IPV6)
        return packet_next_ether_type(d, ETHER_TYPE_IPV6);
    return TATTLER_OK;
}

/* Address 1, control 1, EtherType (RFC 1547 section 4.3.1). */
enum tattler_status packet_read_cisco_hdlc(struct decoding *d)
{
    uint16_t type;

    if (!cursor_skip(&d->rest, 2) || !cursor_u16be(&d->rest, &type))
        return TATTLER_TRUNCATED;
    return packet_next_ether_type(d, type);
}

/* Address ff and control 03 may be left out (RFC 1662 section 3.2). An address of Cisco HDLC, which
 * is no protocol of PPP, tells that it is that (linktypes.html, LINKTYPE_PPP_HDLC). */
enum tattler_status packet_read_ppp(struct decoding *d)
{
    if (cursor_starts_with(&d->rest, "\x0f", 1) || cursor_starts_with(&d->rest, "\x8f", 1))
        return packet_read_cisco_hdlc(d);
    if (cursor_starts_with(&d->rest, "\xff", 1) && !cursor_skip(&d->rest, 2))
        return TATTLER_TRUNCATED;
    return read_protocol(d);
}

/* RFC 2516 section 4: version and type 1, code 1, session 2, length 2. */
enum tattler_status packet_read_pppoe(struct decoding *d)
{
    uint16_t session, length;

    if (!cursor_skip(&d->rest, 2) || !cursor_u16be(&d->rest, &session) || !cursor_u16be(&d->rest, &length))
        return TATTLER_TRUNCATED;
    packet_enter_link(d->out, session);
    return length > 0 ? read_protocol(d) : TATTLER_OK;
}
