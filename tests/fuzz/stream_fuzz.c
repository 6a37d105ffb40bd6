#include "stream.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FIRST (UINT32_MAX - 100) /* sequence numbers wrap soon */
#define BUDGET 4096

static bool take(void *user, struct cursor bytes)
{
    uint8_t last = 0;

    cursor_peek_u8(&bytes, bytes.left - 1, &last);
    *(size_t *)user += bytes.left;
    return last != 0xff; /* where a reader is done */
}

/* Segments: flags 1 byte (1: SYN, 2: gaps may be skipped, 4: acknowledges until there), where they start 2,
 * length 1, bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor in = cursor_over(data, size), bytes;
    struct stream_budget budget = { .max = BUDGET };
    struct stream stream = { 0 };
    size_t read = 0;
    uint8_t flags, length;
    uint16_t offset;

    while (cursor_u8(&in, &flags) && cursor_u16be(&in, &offset) && cursor_u8(&in, &length)) {
        cursor_split(&in, length < in.left ? length : in.left, &bytes);
        stream.skips_gaps = (flags & 2) != 0;
        if ((flags & 4) != 0)
            stream_acknowledge(&stream, &budget, FIRST + offset, take, &read);
        stream_add(&stream, &budget, FIRST + offset, (flags & 1) != 0, bytes, take, &read);
        if (budget.used != stream.waiting_bytes || budget.used > BUDGET || read > size)
            abort();
    }
    stream_end(&stream, &budget);
    if (budget.used != 0)
        abort();
    return 0;
}
