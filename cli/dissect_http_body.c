#include <string.h>

#include "dissect_http_internal.h"

/* The head again, now with the body. */
void http_tell_body(const struct http_reading *reading)
{
    struct http_reader *reader = reading->reader;
    struct cursor body = cursor_over(reader->held.bytes, reader->held.len), head;
    struct http_request request;

    if (reader->told || reader->head_length == 0 ||
            !cursor_split(&body, reader->head_length, &head) || body.left == 0)
        return;
    reader->told = true;
    if (http_request_read(head, reading->dissectors->work, &request) == TATTLER_OK)
        http_tell(reading, &request, head, MATCH_BODY, body);
}

void http_add_body(const struct http_reading *reading, struct cursor bytes)
{
    struct http_reader *reader = reading->reader;
    size_t max = reader->head_length + HTTP_BODY_MAX;

    if (reader->told || reader->head_length == 0)
        return;
    if (bytes.left > max - reader->held.len)
        bytes.left = max - reader->held.len;
    if (!held_add(&reader->held, &reading->dissectors->budget, bytes, max) ||
            reader->held.len == max) {
        http_tell_body(reading);
        held_drop(&reader->held, &reading->dissectors->budget);
    }
}

static void complete(const struct http_reading *reading)
{
    struct http_reader *reader = reading->reader;

    http_tell_body(reading);
    held_drop(&reader->held, &reading->dissectors->budget);
    reader->head_length = reader->looked = 0;
    reader->told = false;
    reader->state = HTTP_HEAD;
    dissect_tell_end(reading->dissectors, reading->dissector->connection, true);
}

/* The next line with its end; what there is of one is kept until the rest comes. It is to be
 * dropped by drop_line(). */
static bool take_line(const struct http_reading *reading, struct cursor *in, struct cursor *line)
{
    struct http_reader *reader = reading->reader;
    const uint8_t *end = in->left > 0 ? memchr(in->at, '\n', in->left) : NULL;
    struct cursor part = { in->at, end != NULL ? (size_t)(end - in->at) + 1 : in->left };

    cursor_skip(in, part.left);
    if (end != NULL && reader->line.len == 0) {
        *line = part;
        return true;
    }
    if (!held_add(&reader->line, &reading->dissectors->budget, part, HTTP_LINE_MAX))
        http_give_up(reading);
    *line = cursor_over(reader->line.bytes, reader->line.len);
    return end != NULL && reader->state != HTTP_DONE;
}

static void drop_line(const struct http_reading *reading)
{
    held_drop(&reading->reader->line, &reading->dissectors->budget);
}

/* Bytes of an answer's body, or what chunks it. */
static void note_length(const struct http_reading *reading, struct cursor bytes)
{
    struct dissector *dissector = reading->dissector;

    if (reading->reader == &dissector->answers)
        exchange_lengthen(dissector->connection->exchange, dissector->responses - 1, bytes.left);
}

static bool is_blank(struct cursor line)
{
    uint8_t byte;

    while (cursor_u8(&line, &byte))
        if (byte != ' ' && (byte < '\t' || byte > '\r'))
            return false;
    return true;
}

static enum step read_data(const struct http_reading *reading, struct cursor *in,
        enum http_state then)
{
    struct http_reader *reader = reading->reader;
    struct cursor part;

    if (in->left == 0)
        return STEP_MORE;
    cursor_split(in, reader->left < in->left ? (size_t)reader->left : in->left, &part);
    reader->left -= part.left;
    http_add_body(reading, part);
    note_length(reading, part);
    if (reader->left == 0)
        reader->state = then;
    return STEP_ON;
}

enum step http_read_sized(const struct http_reading *reading, struct cursor *in)
{
    return read_data(reading, in, HTTP_REST);
}

/* Nothing to be found, but how long it is. */
enum step http_read_to_the_end(const struct http_reading *reading, struct cursor *in)
{
    note_length(reading, *in);
    return STEP_MORE;
}

enum step http_read_chunk_data(const struct http_reading *reading, struct cursor *in)
{
    return read_data(reading, in, HTTP_CHUNK_END);
}

enum step http_read_chunk_end(const struct http_reading *reading, struct cursor *in)
{
    struct cursor line;

    if (!take_line(reading, in, &line))
        return STEP_MORE;
    note_length(reading, line);
    drop_line(reading);
    reading->reader->state = HTTP_CHUNK_LINE;
    return STEP_ON;
}

enum step http_read_chunk_line(const struct http_reading *reading, struct cursor *in)
{
    struct http_reader *reader = reading->reader;
    struct cursor line;
    bool blank, sized;

    if (!take_line(reading, in, &line))
        return STEP_MORE;
    note_length(reading, line);
    blank = is_blank(line);
    sized = http_chunk_size(line, &reader->left);
    drop_line(reading);
    if (!blank && !sized) {
        http_tell_body(reading);
        return http_give_up(reading);
    }
    if (!blank)
        reader->state = reader->left > 0 ? HTTP_CHUNK_DATA : HTTP_TRAILER;
    return STEP_ON;
}

enum step http_read_trailer(const struct http_reading *reading, struct cursor *in)
{
    struct cursor line;

    if (!take_line(reading, in, &line))
        return STEP_MORE;
    if (line.left <= 2 && is_blank(line))
        reading->reader->state = HTTP_REST;
    drop_line(reading);
    return STEP_ON;
}

/* More of the same segment that is no request counts as body; LF alone ends it. */
enum step http_read_rest(const struct http_reading *reading, struct cursor *in)
{
    struct http_reader *reader = reading->reader;
    struct cursor line;

    if (in->left == 0 && reader->line.len == 0) {
        complete(reading);
        return STEP_ON;
    }
    if (!take_line(reading, in, &line))
        return STEP_MORE;
    if (http_is_method(line) || (line.left == 1 && line.at[0] == '\n')) {
        complete(reading);
        if (!held_add(&reader->held, &reading->dissectors->budget, line, HTTP_REQUEST_MAX))
            return http_give_up(reading);
    } else {
        http_add_body(reading, line);
    }
    drop_line(reading);
    return STEP_ON;
}
