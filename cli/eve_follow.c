#include "eve_follow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture_look.h"
#include "eve_read_internal.h"
#include "input.h"

#define STEP_BYTES (4 * 1024 * 1024)

struct eve_follow {
    const char *source;
    struct eve_reader reader;
    struct eve_folder *folder; /* of these two the one that it is; NULL: a file */
    struct eve_stream *stream;
    int file; /* -1: none yet */
    struct eve_tail tail;
    bool told_missing;
    uint8_t buffer[EVE_TAIL_BUFFER];
};

static bool is_folder(const char *source)
{
    struct stat about;

    return stat(source, &about) == 0 && S_ISDIR(about.st_mode);
}

struct eve_follow *eve_follow_new(const char *source, const struct eve_reading *reading)
{
    struct eve_follow *follow = malloc(sizeof(*follow));
    bool redis = eve_is_redis(source), folder = !redis && is_folder(source);

    if (follow == NULL)
        return NULL;
    memset(follow, 0, offsetof(struct eve_follow, buffer));
    follow->source = source;
    follow->reader.reading = reading;
    follow->file = -1;
    if (redis)
        follow->stream = eve_stream_new(source);
    if (folder)
        follow->folder = eve_folder_new(source);
    if ((!redis || follow->stream != NULL) && (!folder || follow->folder != NULL))
        return follow;
    free(follow);
    return NULL;
}

void eve_follow_free(struct eve_follow *follow)
{
    if (follow == NULL)
        return;
    if (follow->file >= 0)
        close(follow->file);
    eve_folder_free(follow->folder);
    eve_stream_free(follow->stream);
    free(follow);
}

struct eve_counts eve_follow_counts(const struct eve_follow *follow)
{
    return follow->reader.counts;
}

/* --- the end of a file --- */

/* How many bytes of 'text' are done with: whole lines, and what nobody will read of one. */
static size_t take_lines(struct eve_reader *reader, const char *path, struct eve_tail *tail,
        struct cursor text)
{
    struct cursor rest = text, line;
    const uint8_t *end;

    while ((end = memchr(rest.at, '\n', rest.left)) != NULL) {
        cursor_split(&rest, (size_t)(end - rest.at), &line);
        cursor_skip(&rest, 1);
        tail->line++;
        if (!tail->skips && line.left > EVE_LINE_MAX)
            eve_tell_bad(reader, path, tail->line, EVE_TOO_LONG);
        else if (!tail->skips)
            eve_take_line(reader, path, tail->line, line, false);
        tail->skips = false;
    }
    if (rest.left > EVE_LINE_MAX) {
        if (!tail->skips)
            eve_tell_bad(reader, path, tail->line + 1, EVE_TOO_LONG);
        tail->skips = true;
        rest.left = 0;
    }
    return text.left - rest.left;
}

bool eve_tail_read(struct eve_reader *reader, uint8_t *buffer, int file, const char *path,
        struct eve_tail *tail)
{
    for (size_t done = 0; done < STEP_BYTES;) {
        ssize_t got = pread(file, buffer, EVE_TAIL_BUFFER, tail->offset);
        size_t used = got > 0 ? take_lines(reader, path, tail, cursor_over(buffer, (size_t)got))
                              : 0;

        if (used == 0)
            return false;
        tail->offset += (off_t)used;
        done += used;
    }
    return true;
}

/* --- one file --- */

/* NULL: it may hold lines. */
static const char *wrong_kind(const char *path)
{
    char reason[256];
    struct input *input = input_open(path, reason, sizeof(reason));
    const char *problem = NULL;

    if (input != NULL && capture_look(input_head(input)) != CAPTURE_LOOKS_OTHER)
        problem = "a capture, not EVE JSON, which 'tattler replay -o FILE' makes of it";
    else if (input != NULL && input_compression(input) != NULL)
        problem = "packed, so nothing is written to it any more: 'tattler report' reads it, or name "
                  "the folder it is in";
    input_close(input);
    return problem;
}

/* NULL: it can be followed. */
static const char *problem_of(const char *path, int file)
{
    struct stat about;

    if (file < 0 || fstat(file, &about) != 0)
        return strerror(errno);
    return S_ISREG(about.st_mode) ? wrong_kind(path) : "not a file that is being written to";
}

static bool open_file(struct eve_follow *follow)
{
    const char *problem;

    follow->file = open(follow->source, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    problem = problem_of(follow->source, follow->file);
    if (problem != NULL && !follow->told_missing)
        eve_fail(&follow->reader, "%s: %s", follow->source, problem);
    follow->told_missing = problem != NULL;
    if (problem != NULL && follow->file >= 0) {
        close(follow->file);
        follow->file = -1;
    }
    follow->tail = (struct eve_tail){ .offset = 0 };
    return problem == NULL;
}

/* At the end of what is there: is the path another file by now, or is this one cut short? The new file
 * may be there (logrotate's 'create') some time before who writes turns to it. */
static bool look_for_another(struct eve_follow *follow)
{
    struct stat now, named;

    if (fstat(follow->file, &now) != 0)
        return false;
    if (now.st_size < follow->tail.offset) {
        follow->tail = (struct eve_tail){ .offset = 0 };
        return true;
    }
    if (stat(follow->source, &named) != 0 ||
            (named.st_ino == now.st_ino && named.st_dev == now.st_dev) || named.st_size == 0)
        return false;
    while (eve_tail_read(&follow->reader, follow->buffer, follow->file, follow->source, &follow->tail))
        ;
    close(follow->file);
    return open_file(follow);
}

bool eve_follow_step(struct eve_follow *follow)
{
    if (follow->stream != NULL)
        return eve_stream_step(follow->stream, &follow->reader);
    if (follow->folder != NULL)
        return eve_folder_step(follow->folder, &follow->reader, follow->buffer);
    if (follow->file < 0 && !open_file(follow))
        return false;
    return eve_tail_read(&follow->reader, follow->buffer, follow->file, follow->source,
                   &follow->tail) ||
           look_for_another(follow);
}
