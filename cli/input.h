/* input.h - opens a file, pipe or standard input and unpacks it on the way.
 *
 * Compression is recognized by content: gzip, bzip2, xz, lzma, lz4, zstd, compress. A regular file
 * that is not compressed is read straight from its descriptor. One thread at a time. */
#ifndef TATTLER_CLI_INPUT_H
#define TATTLER_CLI_INPUT_H

#include "base/cursor.h"

#include <stdint.h>
#include <stdio.h>

struct input;

/* "-" is standard input. NULL on failure, with the reason (without the path) in 'reason'. */
struct input *input_open(const char *path, char *reason, size_t reason_size);
/* The stream of input_file() must have been closed before. Accepts NULL. */
void input_close(struct input *input);

/* The unpacked bytes. To be called once; the caller closes it. NULL: out of memory. */
FILE *input_file(struct input *input);

/* The first unpacked bytes, 8 or more if there are as many. Borrowed from 'input'. */
struct cursor input_head(const struct input *input);
/* "gzip"; NULL if it is not compressed. */
const char *input_compression(const struct input *input);
/* Why unpacking stopped early; NULL if it did not. */
const char *input_failure(const struct input *input);
/* Unpacked bytes handed to the stream so far, and stored bytes they came from. */
uint64_t input_position(const struct input *input);
uint64_t input_stored_position(const struct input *input);

#endif
