#include "eve_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "capture_look.h"
#include "eve_read_internal.h"
#include "input.h"

#define HEAD_SIZE 512 /* of a file, to tell what it is */
#define REDIS_SCHEME "redis://"

static void tell(const struct eve_reader *reader, const char *what)
{
    if (reader->reading->problem != NULL)
        reader->reading->problem(reader->reading->user, what);
}

void eve_fail(struct eve_reader *reader, const char *format, ...)
{
    char what[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    reader->failed = true;
    if (!reader->is_hushed)
        tell(reader, what);
}

/* --- lines --- */

void eve_tell_bad(struct eve_reader *reader, const char *file, uint64_t line, const char *why)
{
    char what[512];

    reader->failed = true;
    if (reader->counts.bad++ >= EVE_PROBLEMS_TOLD)
        return;
    snprintf(what, sizeof(what), "%s:%llu: %s", file, (unsigned long long)line, why);
    tell(reader, what);
}

static bool is_blank(struct cursor text)
{
    for (size_t i = 0; i < text.left; i++)
        if (text.at[i] != ' ' && text.at[i] != '\t' && text.at[i] != '\r')
            return false;
    return true;
}

void eve_take_line(struct eve_reader *reader, const char *file, uint64_t line, struct cursor text,
        bool cut)
{
    const struct eve_reading *reading = reader->reading;
    struct eve_event event;

    if (is_blank(text))
        return;
    if (!eve_event_read(&event, text, reading->home)) {
        eve_tell_bad(reader, file, line, cut ? "the last record is cut off" : "not a JSON object");
        return;
    }
    event.file = file;
    event.line = line;
    reader->counts.records++;
    reader->stopped = !reading->event(reading->user, &event);
    eve_event_clear(&event);
}

/* Drops the rest of a line; what was received with it and belongs to the next one stays. */
static void skip_line(struct input *input)
{
    struct cursor ready, dropped;
    const uint8_t *end;

    while (input_fill(input, 1)) {
        ready = input_head(input);
        end = memchr(ready.at, '\n', ready.left);
        input_take(input, end != NULL ? (size_t)(end - ready.at) + 1 : ready.left, &dropped);
        if (end != NULL)
            return;
    }
}

enum eve_line eve_next_line(struct input *input, struct cursor *out)
{
    size_t looked = 0;

    for (;;) {
        struct cursor ready = input_head(input), end;
        const uint8_t *found = ready.left > looked
                ? memchr(ready.at + looked, '\n', ready.left - looked) : NULL;

        if (found != NULL) {
            input_take(input, (size_t)(found - ready.at), out);
            input_take(input, 1, &end);
            return out->left > EVE_LINE_MAX ? EVE_LINE_TOO_LONG : EVE_LINE_WHOLE;
        }
        looked = ready.left;
        if (looked > EVE_LINE_MAX) {
            skip_line(input);
            return EVE_LINE_TOO_LONG;
        }
        if (!input_fill(input, looked + 1))
            break;
    }
    return input_take(input, looked, out) && looked > 0 ? EVE_LINE_CUT : EVE_LINE_NONE;
}

static void read_lines(struct eve_reader *reader, const char *path, struct input *input)
{
    struct cursor text;
    enum eve_line kind;
    uint64_t line = 0;

    while (!reader->stopped && (kind = eve_next_line(input, &text)) != EVE_LINE_NONE) {
        line++;
        if (kind == EVE_LINE_TOO_LONG)
            eve_tell_bad(reader, path, line, EVE_TOO_LONG);
        else
            eve_take_line(reader, path, line, text, kind == EVE_LINE_CUT);
    }
    if (!reader->stopped && input_failure(input) != NULL)
        eve_fail(reader, "%s: %s", path, input_failure(input));
}

/* --- sources --- */

/* A program, a capture, a database: thousands of lines without a record would be told. */
static bool is_binary(struct input *input, char *what, size_t size)
{
    struct cursor head;

    input_fill(input, HEAD_SIZE);
    head = input_head(input);
    if (head.left > HEAD_SIZE)
        head = cursor_over(head.at, HEAD_SIZE);
    if (capture_look(head) != CAPTURE_LOOKS_OTHER)
        snprintf(what, size, "it is a capture: 'tattler replay -o eve.json CAPTURE' makes EVE JSON of it");
    else if (head.left > 0 && memchr(head.at, '\0', head.left) != NULL)
        capture_describe(head, what, size);
    else
        return false;
    return true;
}

void eve_read_file(struct eve_reader *reader, const char *path)
{
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    char reason[256];
    struct input *input = input_open(path, reason, sizeof(reason));

    if (input == NULL)
        eve_fail(reader, "%s: %s", name, reason);
    else if (is_binary(input, reason, sizeof(reason)))
        eve_fail(reader, "%s: not EVE JSON: %s", name, reason);
    else
        read_lines(reader, name, input);
    input_close(input);
}

bool eve_is_redis(const char *source)
{
    return strncmp(source, REDIS_SCHEME, strlen(REDIS_SCHEME)) == 0;
}

static void read_source(struct eve_reader *reader, const char *source)
{
    struct stat st;

    if (eve_is_redis(source))
        eve_read_redis(reader, source);
    else if (strcmp(source, "-") != 0 && stat(source, &st) == 0 && S_ISDIR(st.st_mode))
        eve_read_folder(reader, source);
    else
        eve_read_file(reader, source);
}

enum tattler_status eve_read(const char *const *sources, size_t count,
        const struct eve_reading *reading, struct eve_counts *counts)
{
    struct eve_reader reader = { .reading = reading };

    for (size_t i = 0; i < count && !reader.stopped; i++)
        read_source(&reader, sources[i]);
    if (reader.counts.bad > EVE_PROBLEMS_TOLD)
        eve_fail(&reader, "and %llu more lines that hold no record",
                (unsigned long long)(reader.counts.bad - EVE_PROBLEMS_TOLD));
    if (counts != NULL)
        *counts = reader.counts;
    return reader.failed ? TATTLER_MALFORMED : TATTLER_OK;
}
