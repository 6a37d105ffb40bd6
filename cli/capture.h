/* capture.h - reads capture files one after the other, frame by frame.
 *
 * Formats: pcap (micro- and nanoseconds, both byte orders, Kuznetzov's record headers) and pcapng,
 * with interfaces of different link types in one file; plain or compressed with gzip, zstd, xz, lzma,
 * lz4, bzip2 or compress. A path "-" is standard input, which may be a pipe.
 *
 * Trouble with one file does not end the run: it is told, and the next call goes on with the next
 * file. Only one thread at a time may use a 'struct capture'. */
#ifndef TATTLER_CLI_CAPTURE_H
#define TATTLER_CLI_CAPTURE_H

#include "base/cursor.h"

#include <stddef.h>
#include <stdint.h>

struct capture;

struct captured {
    uint64_t time_us;   /* since 1970; times before that are 0 */
    int link_type;      /* always one that packet_link_is_read() */
    struct cursor data; /* borrowed until the next call */
    uint32_t wire_bytes; /* the frame's length on the wire, >= data.left */
};

enum capture_event {
    CAPTURE_PACKET,
    CAPTURE_TRUNCATED,  /* this file ends too early; all its whole frames were handed out */
    CAPTURE_UNREADABLE, /* this file, or some of it, could not be read */
    CAPTURE_END,        /* of the last file */
};

/* Bytes as stored on disk, compressed or not. A total of 0 means unknown (a pipe). */
struct capture_progress {
    uint64_t done_bytes;
    uint64_t total_bytes;
    uint64_t packets;
};

/* 'paths' is borrowed for the life of the capture. Opens nothing yet. NULL: out of memory. */
struct capture *capture_new(const char *const *paths, size_t count);
void capture_free(struct capture *capture); /* accepts NULL */

/* After CAPTURE_PACKET 'out' is the frame, else it is nothing. */
enum capture_event capture_next(struct capture *capture, struct captured *out);

/* After CAPTURE_TRUNCATED or CAPTURE_UNREADABLE: a line for the user that begins with the file's
 * name and has no newline. Valid until the next call. */
const char *capture_trouble(const struct capture *capture);

/* The file that the last frame or trouble came from ("-" for standard input). */
const char *capture_path(const struct capture *capture);

/* Over all files so far; cheap enough for a progress line, not for every packet. */
struct capture_progress capture_progress(const struct capture *capture);

#endif
