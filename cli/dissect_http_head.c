#include "dissect_http_internal.h"

bool http_is_too_long(const struct http_reader *reader)
{
    return reader->held.len == HTTP_REQUEST_MAX ||
           reader->held.len - reader->looked > HTTP_LINE_MAX;
}

/* After an upgrade (RFC 9110 section 7.8) come messages of another protocol. */
static bool is_text(struct cursor bytes)
{
    return bytes.at[0] == '\t' || (bytes.at[0] >= ' ' && bytes.at[0] < 0x7f);
}

static bool hold_head(const struct http_reading *reading, struct cursor *in, struct cursor *head)
{
    struct http_reader *reader = reading->reader;
    size_t room = HTTP_REQUEST_MAX - reader->held.len, length;
    struct cursor part = { in->at, in->left < room ? in->left : room }, all;

    if (!held_add(&reader->held, &reading->dissectors->budget, part, HTTP_REQUEST_MAX)) {
        http_give_up(reading);
        return false;
    }
    all = cursor_over(reader->held.bytes, reader->held.len);
    length = http_head_length(all, &reader->looked);
    cursor_skip(in, length > 0 ? part.left - (all.left - length) : part.left);
    if (length > 0)
        reader->held.len = length;
    return length > 0 && cursor_split(&all, length, head);
}

bool http_gather_head(const struct http_reading *reading, struct cursor *in, struct cursor *head)
{
    size_t length, from = 0;

    if (reading->reader->held.len == 0) {
        http_skip_empty_lines(in);
        if (in->left == 0 || (in->left == 1 && in->at[0] == '\r'))
            return false;
        if (!is_text(*in)) {
            http_give_up(reading);
            return false;
        }
        length = http_head_length(*in, &from);
        if (length > 0)
            return cursor_split(in, length, head);
    }
    return hold_head(reading, in, head);
}
