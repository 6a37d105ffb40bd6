#include "defrag.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REBUILT_MAX 4

/* A sequence of packets: seconds since the one before 1 byte, length 2, raw IP packet. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor in = cursor_over(data, size), frame;
    struct defrag *defrag = defrag_new();
    uint64_t now_us = 0;
    uint8_t seconds;
    uint16_t length;

    while (defrag != NULL && cursor_u8(&in, &seconds) && cursor_u16be(&in, &length) &&
            cursor_split(&in, length, &frame)) {
        struct defrag_rebuilt rebuilt = { PACKET_LINK_RAW, frame, 0 };
        struct packet packet;

        now_us += seconds * UINT64_C(1000000);
        for (int depth = 0; depth < REBUILT_MAX; depth++) {
            if (packet_decode(rebuilt.link_type, rebuilt.datagram, &packet) != TATTLER_OK ||
                    packet.kind != PACKET_FRAGMENT ||
                    defrag_add(defrag, &packet, 0, now_us, &rebuilt) != TATTLER_OK)
                break;
            if (rebuilt.datagram.left > 40 + 65535)
                abort();
        }
    }
    defrag_free(defrag);
    return 0;
}
