#include "parse/quic.h"

#include "../unit/quic_seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SEALED = 0x80 };

/* Datagrams of one flow, each behind two bytes: a kind and a length. Those of the kind SEALED are
 * frames that go into a well-protected Initial, so that the fuzzer gets behind the encryption. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor in = cursor_over(data, size), part;
    struct quic_stream *stream = NULL;
    struct tls_hello hello;
    enum tattler_status status = TATTLER_TRUNCATED;
    uint8_t packet[UINT8_MAX + SEAL_OVERHEAD], kind, length;

    while (status == TATTLER_TRUNCATED && cursor_u8(&in, &kind) && cursor_u8(&in, &length)) {
        cursor_split(&in, length < in.left ? length : in.left, &part);
        if ((kind & SEALED) != 0)
            part = cursor_over(packet, seal_packet(&rfc_9001, 0, part.at, part.left, packet));
        status = quic_read(&stream, part, &hello);
    }
    quic_free(stream);
    return 0;
}
