/* input.h - opens a file, pipe or standard input and unpacks it on the way.
 *
 * Compression is recognized by content: gzip, bzip2, xz, lzma, lz4, zstd, compress. A regular file
 * that is not compressed is read straight from its descriptor. A signal that interrupts the wait for a
 * pipe ends the input there (stop.h). One thread at a time. */
#ifndef TATTLER_CLI_INPUT_H
#define TATTLER_CLI_INPUT_H

#include "base/cursor.h"

#include <stdint.h>

struct archive;

/* Private to input.c, but for what input_take() does in place for each frame. */
struct input {
    struct cursor ready; /* in 'buffer', not taken yet */
    uint8_t *buffer;
    size_t buffer_bytes;
    uint64_t received;
    bool ended; /* or failed: no more is received */
    int fd;
    struct archive *archive; /* NULL: read without it */
    uint8_t *stored;         /* what it was given last */
    struct cursor block;     /* the archive's current one */
    char failure[256];
};

/* "-" is standard input. NULL on failure, with the reason (without the path) in 'reason'. */
struct input *input_open(const char *path, char *reason, size_t reason_size);
void input_close(struct input *input); /* accepts NULL */

/* What is ready to be taken: before the first byte is, 8 or more if there are as many. Borrowed until
 * the next input_take() or input_fill(). */
struct cursor input_head(const struct input *input);

/* Receives until so many bytes are ready; false: they do not come. */
bool input_fill(struct input *input, size_t bytes);

/* The next unpacked bytes, in one piece and borrowed until the next call. False: so many do not
 * come; input_failure() may tell why. */
static inline bool input_take(struct input *input, size_t bytes, struct cursor *out)
{
    return (input->ready.left >= bytes || input_fill(input, bytes)) &&
           cursor_split(&input->ready, bytes, out);
}

bool input_is_at_end(struct input *input); /* nothing is left to take */

/* "gzip"; NULL if it is not compressed. */
const char *input_compression(const struct input *input);
/* Why reading or unpacking stopped early; NULL if it did not. */
const char *input_failure(const struct input *input);
/* Bytes so far, unpacked, and stored ones that they came from. What was not taken yet counts. */
uint64_t input_received(const struct input *input);
uint64_t input_stored_received(const struct input *input);

#endif
