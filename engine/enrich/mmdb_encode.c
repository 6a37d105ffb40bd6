#include "enrich/mmdb_encode.h"

#include <string.h>

#include "base/grow.h"

void mmdb_put(struct mmdb_buffer *out, const void *data, size_t len)
{
    uint8_t *bytes = out->failed ? NULL : grow(out->bytes, &out->room, out->used + len, 1);

    if (bytes == NULL) {
        out->failed = true;
        return;
    }
    memcpy(bytes + out->used, data, len);
    out->bytes = bytes;
    out->used += len;
}

static void put_bytes(struct mmdb_buffer *out, uint64_t value, unsigned count)
{
    while (count-- > 0) {
        uint8_t byte = (uint8_t)(value >> 8 * count);
        mmdb_put(out, &byte, 1);
    }
}

void mmdb_put_control(struct mmdb_buffer *out, enum mmdb_type type, size_t len)
{
    size_t in_control = len < 29 ? len : len < 285 ? 29 : 30;

    put_bytes(out, (type <= MMDB_MAP ? (uint64_t)type << 5 : 0) | in_control, 1);
    if (type > MMDB_MAP)
        put_bytes(out, (uint64_t)type - MMDB_MAP, 1);
    if (in_control == 29)
        put_bytes(out, len - 29, 1);
    else if (in_control == 30)
        put_bytes(out, len - 285, 2);
}

void mmdb_put_unsigned(struct mmdb_buffer *out, enum mmdb_type type, uint64_t value)
{
    unsigned len = 0;

    while (len < 8 && value >> 8 * len != 0)
        len++;
    mmdb_put_control(out, type, len);
    put_bytes(out, value, len);
}

void mmdb_put_text(struct mmdb_buffer *out, const char *text)
{
    size_t len = strlen(text);

    mmdb_put_control(out, MMDB_TEXT, len);
    mmdb_put(out, text, len);
}

/* A pointer has 11, 19 or 27 bits, counted from where the shorter ones end, or 32 from zero. */
void mmdb_put_pointer(struct mmdb_buffer *out, uint32_t to)
{
    static const uint32_t starts[] = { 0, 2048, 526336, 0 };
    unsigned size = to < starts[1] ? 0 : to < starts[2] ? 1 : to - starts[2] < 1u << 27 ? 2 : 3;
    uint32_t value = to - starts[size];
    unsigned in_control = size < 3 ? value >> 8 * (size + 1) : 0;

    put_bytes(out, (unsigned)MMDB_POINTER << 5 | size << 3 | in_control, 1);
    put_bytes(out, value, size + 1);
}
