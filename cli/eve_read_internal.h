/* eve_read_internal.h - between eve_read.c and the kinds of sources. */
#ifndef TATTLER_CLI_EVE_READ_INTERNAL_H
#define TATTLER_CLI_EVE_READ_INTERNAL_H

#include "eve_read.h"

struct input;

struct eve_reader {
    const struct eve_reading *reading;
    struct eve_counts counts;
    bool stopped; /* by the caller */
    bool failed;  /* something could not be read */
};

/* Tells of a source that cannot be read. */
void eve_fail(struct eve_reader *reader, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* One record's text from 'file', 'line'. What is wrong with it is told; 'cut': it is the last one and
 * has no end of line. */
void eve_take_line(struct eve_reader *reader, const char *file, uint64_t line, struct cursor text,
        bool cut);

/* The next line without its end. */
enum eve_line { EVE_LINE_WHOLE, EVE_LINE_CUT, EVE_LINE_TOO_LONG, EVE_LINE_NONE };
enum eve_line eve_next_line(struct input *input, struct cursor *out);

void eve_read_file(struct eve_reader *reader, const char *path);
void eve_read_folder(struct eve_reader *reader, const char *path);
void eve_read_redis(struct eve_reader *reader, const char *url);

#endif
