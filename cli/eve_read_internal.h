/* eve_read_internal.h - between eve_read.c and the kinds of sources. */
#ifndef TATTLER_CLI_EVE_READ_INTERNAL_H
#define TATTLER_CLI_EVE_READ_INTERNAL_H

#include <sys/types.h>

#include "eve_read.h"

struct input;

struct eve_reader {
    const struct eve_reading *reading;
    struct eve_counts counts;
    bool stopped; /* by the caller */
    bool failed;  /* something could not be read */
    bool is_hushed; /* what is wrong with its source was told before */
};

/* Tells of a source that cannot be read. */
void eve_fail(struct eve_reader *reader, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* One record's text from 'file', 'line'. What is wrong with it is told; 'cut': it is the last one and
 * has no end of line. */
void eve_take_line(struct eve_reader *reader, const char *file, uint64_t line, struct cursor text,
        bool cut);

#define EVE_TOO_LONG "a line of more than a megabyte"

/* Counts a line that holds no record, and tells of the first ones. */
void eve_tell_bad(struct eve_reader *reader, const char *file, uint64_t line, const char *why);

/* The next line without its end. */
enum eve_line { EVE_LINE_WHOLE, EVE_LINE_CUT, EVE_LINE_TOO_LONG, EVE_LINE_NONE };
enum eve_line eve_next_line(struct input *input, struct cursor *out);

void eve_read_file(struct eve_reader *reader, const char *path);
void eve_read_folder(struct eve_reader *reader, const char *path);
void eve_read_redis(struct eve_reader *reader, const char *url);
bool eve_is_redis(const char *source);

/* What tells a file from others, whatever it is called and whether it is packed: a hash of its first
 * line. 'first_us' is the time of its first record; 0: none was found among the first lines. False:
 * it has no whole line yet, or cannot be read. */
struct eve_file_look {
    uint64_t identity, first_us;
    bool is_packed;
};
bool eve_look_into(const char *path, struct eve_file_look *out);
bool eve_has_name(const char *name); /* of a file with records: ".json" is in it */

#define EVE_FILES_MAX 10000 /* of a folder */

/* --- sources that grow --- */

#define EVE_TAIL_BUFFER (2 * EVE_LINE_MAX)

/* How far a file was read. All zeros: not yet. */
struct eve_tail {
    off_t offset;
    uint64_t line;
    bool skips; /* the rest of a line that was too long */
};

/* Takes whole lines from there on, some megabytes at most. 'buffer' holds EVE_TAIL_BUFFER bytes.
 * True: there may be more. */
bool eve_tail_read(struct eve_reader *reader, uint8_t *buffer, int file, const char *path,
        struct eve_tail *tail);

/* A folder and a stream. 'step' is as eve_follow_step(). */
struct eve_folder;
struct eve_folder *eve_folder_new(const char *path); /* borrowed; NULL: out of memory */
void eve_folder_free(struct eve_folder *folder);     /* accepts NULL */
bool eve_folder_step(struct eve_folder *folder, struct eve_reader *reader, uint8_t *buffer);

struct eve_stream;
struct eve_stream *eve_stream_new(const char *url); /* the same */
void eve_stream_free(struct eve_stream *stream);
bool eve_stream_step(struct eve_stream *stream, struct eve_reader *reader);

#endif
