/* stream.h - one direction of a TCP connection as bytes in order, as far as parsers need them.
 *
 * Bytes that were delivered once are never delivered again. Of overlapping segments that wait, the
 * one that starts first wins, of those that start together the first seen: the policy of BSD.
 * Segments that run ahead wait, up to STREAM_WAITING_MAX bytes, STREAM_SEGMENTS_MAX pieces and a
 * budget that all streams share; when more come, the stream ends or, if it skips gaps, goes on
 * behind the missing bytes. It ends when its reader says it is done. One thread. */
#ifndef TATTLER_CLI_STREAM_H
#define TATTLER_CLI_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

#define STREAM_WAITING_MAX (64 * 1024)
#define STREAM_SEGMENTS_MAX 64

/* Bytes that wait in all streams together, and what their readers hold of messages not yet
 * whole. */
struct stream_budget {
    size_t used, max;
    uint64_t refused; /* streams that ended because there was no room */
    uint64_t gaps;    /* skipped */
};

/* A buffer that was charged with 'before' bytes now has 'after'. False, counted and nothing
 * charged: there is no room for more. */
bool stream_charge(struct stream_budget *budget, size_t before, size_t after);

struct stream_segment;

/* All zeros at the start. */
struct stream {
    bool started, delivered, ended;
    bool skips_gaps; /* to be set by who reads it */
    uint32_t next;   /* sequence number of the next byte to deliver */
    uint64_t offset; /* of the bytes being read; those of gaps count */
    uint32_t waiting_bytes;
    uint16_t waiting_count;
    struct stream_segment *waiting; /* by sequence number */
};

/* Takes the next bytes in order; false: wants no more. */
typedef bool (*stream_read_fn)(void *user, struct cursor bytes);

/* One segment. 'syn': its sequence number is the one before the first byte; a client that tries
 * again may send several. Without a SYN the stream starts with the first bytes seen. */
void stream_add(struct stream *stream, struct stream_budget *budget, uint32_t seq, bool syn,
        struct cursor bytes, stream_read_fn read, void *user);

/* The other side has all bytes up to 'ack': those that are missing below will not come. For a
 * stream that skips gaps. */
void stream_acknowledge(struct stream *stream, struct stream_budget *budget, uint32_t ack,
        stream_read_fn read, void *user);

/* Frees what waits; safe on a zeroed one. */
void stream_end(struct stream *stream, struct stream_budget *budget);

#endif
