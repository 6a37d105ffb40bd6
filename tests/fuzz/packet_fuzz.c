#include "parse/packet.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first two bytes are the link type, the rest is a frame; what is in tunnels is decoded too. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor frame = cursor_over(data, size);
    uint16_t link_type;
    struct packet packet = { .has_inner = true };

    if (!cursor_u16be(&frame, &link_type))
        return 0;
    packet.inner = (struct packet_inner){ .link_type = link_type, .frame = frame };
    for (int depth = 0; depth < PACKET_TUNNELS_MAX && packet.has_inner; depth++) {
        struct packet_inner inner = packet.inner;

        if (packet_decode(inner.link_type, inner.frame, &packet) != TATTLER_OK)
            return 0;
        if (packet.bytes != inner.frame.left || packet.payload.left > packet.payload_wire ||
                packet.vlan_count > PACKET_VLANS_MAX)
            abort();
    }
    return 0;
}
