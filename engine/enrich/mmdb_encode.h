/* mmdb_encode.h - values of the MaxMind DB data section as bytes ("Data Field Format" of the
 * specification): a part of mmdb_writer. Set-up only, one thread at a time. */
#ifndef TATTLER_ENRICH_MMDB_ENCODE_H
#define TATTLER_ENRICH_MMDB_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mmdb_type {
    MMDB_POINTER = 1,
    MMDB_TEXT = 2,
    MMDB_U16 = 5,
    MMDB_U32 = 6,
    MMDB_MAP = 7,
    MMDB_U64 = 9,
    MMDB_LIST = 11,
    MMDB_BOOLEAN = 14,
};

/* Starts zeroed; free(bytes) at the end. */
struct mmdb_buffer {
    uint8_t *bytes;
    size_t used, room;
    bool failed; /* out of memory: what follows was dropped */
};

void mmdb_put(struct mmdb_buffer *out, const void *data, size_t len);
/* What stands before a text, map or list of 'len' items; a boolean is only this, 'len' 0 or 1. */
void mmdb_put_control(struct mmdb_buffer *out, enum mmdb_type type, size_t len);
void mmdb_put_unsigned(struct mmdb_buffer *out, enum mmdb_type type, uint64_t value);
void mmdb_put_text(struct mmdb_buffer *out, const char *text);
void mmdb_put_pointer(struct mmdb_buffer *out, uint32_t to);

#endif
