#include "parse/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A client's stream in segments, each behind a byte that says its length. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor in = cursor_over(data, size), segment;
    struct tls_stream stream = { .message = NULL };
    struct tls_hello hello;
    enum tattler_status status = TATTLER_TRUNCATED;
    uint8_t length;

    while (status == TATTLER_TRUNCATED && cursor_u8(&in, &length)) {
        cursor_split(&in, length < in.left ? length : in.left, &segment);
        status = tls_stream_read(&stream, segment, &hello);
    }
    tls_stream_clear(&stream);
    return 0;
}
