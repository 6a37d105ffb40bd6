#include "parse/http_request.h"

#include "parse/http_fields.h"
#include "parse/http_text.h"
#include "parse/http_uri.h"

/* --- lines --- */

/* Any method will do, but a version has to be there. */
bool http_may_be_request(struct cursor bytes)
{
    struct cursor line, word = { .left = 0 };

    http_skip_empty_lines(&bytes);
    if (!http_take_line(&bytes, &line))
        return bytes.left == 0 || bytes.at[0] == '\r' || (bytes.at[0] >= ' ' && bytes.at[0] < 0x7f);
    line = http_trim(line);
    while (line.left > 0) {
        word = http_take_word(&line);
        line = http_trim(line);
    }
    return word.left >= 5 && strncasecmp((const char *)word.at, "HTTP/", 5) == 0;
}

void http_skip_empty_lines(struct cursor *bytes)
{
    while (http_starts_empty(bytes))
        cursor_skip(bytes, bytes->at[0] == '\r' ? 2 : 1);
}

size_t http_head_length(struct cursor bytes, size_t *from)
{
    struct cursor rest = bytes, line;

    cursor_skip(&rest, *from);
    for (;;) {
        bool ends = rest.at != bytes.at && http_ends_head(&rest);

        /* What is folded into a blank and LF alone may not be there yet. */
        if ((ends && !http_starts_empty(&rest) && rest.left == 2) || !http_take_line(&rest, &line))
            return 0;
        if (ends)
            return bytes.left - rest.left;
        *from = bytes.left - rest.left;
    }
}

/* --- the request line --- */

/* Splits at the last byte that ends a word, both sides trimmed. False: there is none. */
static bool split_last(struct cursor text, bool any_space, struct cursor *front,
        struct cursor *back)
{
    for (size_t i = text.left; i > 0; i--) {
        uint8_t byte = text.at[i - 1];

        if (byte != ' ' && !(any_space && http_is_space(byte)))
            continue;
        *front = http_trim((struct cursor){ text.at, i - 1 });
        *back = http_trim((struct cursor){ text.at + i, text.left - i });
        return true;
    }
    return false;
}

static void read_target(struct cursor target, struct http_work *work, struct http_request *out)
{
    struct http_uri_parts parts = { .path = { .at = NULL } };
    size_t length;

    if (out->is_connect)
        http_uri_host(target, &parts.host);
    else
        http_uri_split(target, &parts);
    if (parts.host.at != NULL) {
        length = http_uri_normalise_host(parts.host, work->text + work->used);
        out->host = cursor_over(work->text + work->used, length);
        work->used += length;
    }
    length = http_uri_normalise(&parts, work->text + work->used);
    if (length > 0)
        out->uri = cursor_over(work->text + work->used, length);
    work->used += length;
}

/* A target may have spaces in it: what is behind the last one is the version. */
static void read_request_line(struct cursor line, struct http_work *work, struct http_request *out)
{
    struct cursor rest = http_trim(line);

    out->method = http_take_word(&rest);
    rest = http_trim(rest);
    if (rest.left == 0)
        return;
    out->is_connect = out->method.left == 7 && memcmp(out->method.at, "CONNECT", 7) == 0;
    out->has_version = split_last(rest, false, &out->target, &out->version) ||
                       split_last(rest, true, &out->target, &out->version);
    if (!out->has_version)
        out->target = rest;
    read_target(out->target, work, out);
}

/* --- what the fields mean --- */

static void read_host(struct cursor value, struct http_work *work, struct http_request *out)
{
    size_t start = work->used;
    struct cursor host;

    if (out->host.at != NULL || value.at == NULL || !http_uri_host(value, &host))
        return;
    http_work_write(work, host.at, host.left);
    for (size_t i = start; i < work->used; i++)
        if (work->text[i] >= 'A' && work->text[i] <= 'Z')
            work->text[i] |= 0x20;
    out->host = http_work_since(work, start);
}

/* As in Suricata, the fields are not to be seen when they do not tell where the body ends, and the
 * host is not known before the head is whole. */
static void read_fields(struct cursor in, struct http_work *work, struct http_request *out)
{
    struct http_known_fields known = { .host = { .at = NULL } };
    enum tattler_status status = http_fields_read(in, "Cookie", work, &known, &out->fields);

    out->user_agent = known.user_agent;
    out->body = http_fields_body(&known, &out->body_size);
    read_host(known.host, work, out);
    if (status == TATTLER_FULL)
        out->body = HTTP_BAD_BODY;
    if (status != TATTLER_OK)
        out->host = (struct cursor){ NULL, 0 };
    if (out->body == HTTP_BAD_BODY)
        out->fields = (struct cursor){ NULL, 0 };
}

enum tattler_status http_request_read(struct cursor head, struct http_work *work,
        struct http_request *out)
{
    struct http_request request = { .body = HTTP_NO_BODY };
    struct cursor line;

    if (head.left > HTTP_REQUEST_MAX)
        return TATTLER_FULL;
    if (!http_take_line(&head, &line))
        return TATTLER_TRUNCATED;
    http_work_clear(work);
    read_request_line(line, work, &request);
    read_fields(head, work, &request);
    *out = request;
    return TATTLER_OK;
}

/* --- behind the head --- */

bool http_is_method(struct cursor line)
{
    static const char *const methods[] = { "GET", "PUT", "POST", "HEAD", "TRACE", "OPTIONS",
        "CONNECT", "DELETE", "PATCH", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK",
        "UNLOCK", "CHECKOUT", "UNCHECKOUT", "CHECKIN", "UPDATE", "LABEL", "REPORT", "MKWORKSPACE",
        "MKACTIVITY", "MERGE", "INVALID", "VERSION-CONTROL", "BASELINE-CONTROL" };
    struct cursor rest = http_trim(line), word = http_take_word(&rest);

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (word.left == strlen(methods[i]) && memcmp(word.at, methods[i], word.left) == 0)
            return true;
    return false;
}

static int hex_digit(uint8_t byte)
{
    if (http_is_digit(byte))
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

bool http_chunk_size(struct cursor line, uint64_t *size)
{
    uint64_t value = 0;
    size_t digits = 0;
    uint8_t byte;

    line = http_trim(line);
    while (cursor_u8(&line, &byte) && hex_digit(byte) >= 0) {
        if (value > INT32_MAX)
            return false;
        value = value << 4 | (uint64_t)hex_digit(byte);
        digits++;
    }
    *size = value;
    return digits > 0 && value <= INT32_MAX;
}
