#include "dissect_records.h"

/* False: the head goes on. */
static bool take_head(struct tls_records *records, struct cursor *bytes)
{
    uint8_t byte;

    while (records->head_length < TLS_RECORD_HEAD && cursor_u8(bytes, &byte))
        records->head[records->head_length++] = byte;
    if (records->head_length < TLS_RECORD_HEAD)
        return false;
    records->head_length = 0;
    records->left = (uint16_t)(records->head[3] << 8 | records->head[4]);
    return true;
}

bool tls_records_end(struct tls_records *records, struct cursor bytes)
{
    bool ends = false;

    while (bytes.left > 0 && !records->lost) {
        if (records->left == 0 && !take_head(records, &bytes))
            break;
        size_t part = records->left < bytes.left ? records->left : bytes.left;

        cursor_skip(&bytes, part);
        records->left = (uint16_t)(records->left - part);
        ends |= records->left == 0;
    }
    return ends;
}
