#include "detect/dga.h"
#include "track/nxdomain.h"
#include "track/tunnel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Messages of one device, each behind the seconds since the last one and its length. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor in = cursor_over(data, size), message;
    struct tunnel *tunnel = NULL;
    struct nxdomain nxdomain = { 0 };
    struct question question;
    uint64_t now_us = 0;
    uint16_t length;
    uint8_t seconds;
    double value;
    struct tunnel_view carried;

    while (cursor_u8(&in, &seconds) && cursor_u16be(&in, &length) &&
            cursor_split(&in, length, &message)) {
        now_us += seconds * UINT64_C(1000000);
        if (question_read(message, &question) != TATTLER_OK)
            continue;
        if (tunnel_note(&tunnel, &question, now_us, &carried) && !(carried.bits_per_s >= 0))
            __builtin_trap();
        if (dga_score(question.name, question.len, &value) && !(value >= 0 && value <= 1))
            __builtin_trap();
        nxdomain_note(&nxdomain, &question, now_us);
        (void)nxdomain_count(&nxdomain, now_us);
    }
    tunnel_free(tunnel);
    return 0;
}
