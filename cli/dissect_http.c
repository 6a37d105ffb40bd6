#include "dissect_http.h"

#include "dissect_http_internal.h"

#define OPENING_MAX (16 * 1024)

static bool wants_body(const struct http_reading *reading)
{
    return dissect_wants(reading->dissectors, BUFFER_HTTP_REQUEST_BODY);
}

static void drop(const struct http_reading *reading)
{
    held_drop(&reading->reader->held, &reading->dissectors->budget);
    held_drop(&reading->reader->line, &reading->dissectors->budget);
}

enum step http_give_up(const struct http_reading *reading)
{
    drop(reading);
    reading->reader->state = HTTP_DONE;
    return STEP_MORE;
}

/* The second stage is of the same request. */
static uint64_t number_of(const struct http_reading *reading, struct cursor head,
        enum match_stage stage)
{
    struct dissector *dissector = reading->dissector;

    if (stage != MATCH_BODY)
        exchange_ask(&dissector->connection->exchange, &reading->dissectors->told,
                dissector->requests++, head);
    return dissector->requests - 1;
}

void http_tell(const struct http_reading *reading, const struct http_request *request,
        struct cursor head, enum match_stage stage, struct cursor body)
{
    const struct match_buffer parts[] = {
        { BUFFER_HTTP_METHOD, request->method },
        { BUFFER_HTTP_URI, request->uri },
        { BUFFER_HTTP_HOST, request->host },
        { BUFFER_HTTP_USER_AGENT, request->user_agent },
        { BUFFER_HTTP_HEADER, request->fields },
        { BUFFER_HTTP_REQUEST_BODY, body },
    };
    struct match_buffer buffers[sizeof(parts) / sizeof(parts[0])];
    struct match_transaction transaction = { APPLICATION_HTTP1, true, stage, buffers, 0,
        { number_of(reading, head, stage), head, { NULL, 0 } } };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (parts[i].bytes.at != NULL && dissect_wants(reading->dissectors, parts[i].kind))
            buffers[transaction.count++] = parts[i];
    reading->dissectors->events->transaction(reading->dissectors->user,
            reading->dissector->connection, &transaction);
}

/* --- the head --- */

static void begin_body(struct http_reader *reader, const struct http_request *request)
{
    static const enum http_state states[] = { [HTTP_NO_BODY] = HTTP_REST,
        [HTTP_SIZED_BODY] = HTTP_SIZED, [HTTP_CHUNKED_BODY] = HTTP_CHUNK_LINE,
        [HTTP_BAD_BODY] = HTTP_DONE };

    reader->left = request->body_size;
    reader->state = states[request->body];
    if (reader->state == HTTP_SIZED && reader->left == 0)
        reader->state = HTTP_REST;
    if (!request->has_version && request->fields.at == NULL)
        reader->state = HTTP_DONE;
}

/* The fields of a request for a tunnel are to be seen only if the server refuses it: otherwise
 * Suricata leaves the connection to another parser before it has looked at them. */
static void tell_asked(const struct http_reading *reading, bool refused)
{
    struct http_reader *reader = reading->reader;
    struct cursor head = cursor_over(reader->held.bytes, reader->head_length);
    struct http_request request;

    if (http_request_read(head, reading->dissectors->work, &request) == TATTLER_OK) {
        if (!refused)
            request.fields = (struct cursor){ NULL, 0 };
        http_tell(reading, &request, head, MATCH_WHOLE, (struct cursor){ NULL, 0 });
    }
    held_drop(&reader->held, &reading->dissectors->budget);
    reader->head_length = reader->looked = 0;
    reader->state = refused ? HTTP_HEAD : HTTP_TUNNEL;
}

static bool hold_whole_head(const struct http_reading *reading, struct cursor head)
{
    struct http_reader *reader = reading->reader;

    if (reader->held.len == 0 &&
            !held_add(&reader->held, &reading->dissectors->budget, head, HTTP_REQUEST_MAX))
        return false;
    reader->head_length = head.left;
    return true;
}

/* 'head' may be what is held or come from the segment at hand. */
static enum step read_whole_head(const struct http_reading *reading, struct cursor head)
{
    struct http_reader *reader = reading->reader;
    struct http_request request;

    if (http_request_read(head, reading->dissectors->work, &request) != TATTLER_OK)
        return http_give_up(reading);
    if (request.is_connect && hold_whole_head(reading, head)) {
        http_ask(&reading->dissector->asked, &request);
        reader->state = HTTP_ASKED;
        return STEP_ON;
    }
    begin_body(reader, &request);
    http_ask(&reading->dissector->asked, &request);
    http_tell(reading, &request, head, wants_body(reading) ? MATCH_HEAD : MATCH_WHOLE,
            (struct cursor){ NULL, 0 });
    if (reader->state == HTTP_DONE)
        return http_give_up(reading);
    if (!wants_body(reading))
        held_drop(&reader->held, &reading->dissectors->budget);
    else
        hold_whole_head(reading, head);
    return STEP_ON;
}

/* HTTP/0.9 has nothing but a line: it is all when no more comes with it. */
static bool is_bare_line(const struct http_reading *reading, struct cursor bytes)
{
    struct http_request request;

    if (reading->reader->looked == 0 || reading->reader->looked < bytes.left)
        return false;
    return http_request_read(bytes, reading->dissectors->work, &request) == TATTLER_OK &&
           !request.has_version && request.fields.at == NULL;
}

/* The fields are not to be seen. */
static enum step give_up_head(const struct http_reading *reading)
{
    const struct held *held = &reading->reader->held;
    struct cursor head = cursor_over(held->bytes, held->len);
    struct http_request request;

    if (http_request_read(head, reading->dissectors->work, &request) == TATTLER_OK) {
        request.fields = (struct cursor){ NULL, 0 };
        http_tell(reading, &request, head, MATCH_WHOLE, (struct cursor){ NULL, 0 });
    }
    return http_give_up(reading);
}

static enum step read_head(const struct http_reading *reading, struct cursor *in)
{
    struct http_reader *reader = reading->reader;
    bool is_new = reader->looked == 0;
    struct cursor head;

    if (http_gather_head(reading, in, &head))
        return read_whole_head(reading, head);
    head = cursor_over(reader->held.bytes, reader->held.len);
    if (is_new && is_bare_line(reading, head))
        return read_whole_head(reading, head);
    return http_is_too_long(reader) ? give_up_head(reading) : STEP_MORE;
}

/* A client that does not wait for the answer. */
static enum step read_asked(const struct http_reading *reading, struct cursor *in)
{
    if (in->left == 0)
        return STEP_MORE;
    tell_asked(reading, false);
    return STEP_ON;
}

/* A client may also ask the proxy itself for something more. */
static enum step read_tunnel(const struct http_reading *reading, struct cursor *in)
{
    if (in->left == 0)
        return STEP_MORE;
    if (!http_is_method(*in))
        return http_give_up(reading);
    reading->reader->state = HTTP_HEAD;
    return STEP_ON;
}

static enum step read_opening(const struct http_reading *reading, struct cursor *in)
{
    struct http_reader *reader = reading->reader;

    if (reading->dissector->connection->application == APPLICATION_HTTP1) {
        reader->state = HTTP_HEAD;
        return STEP_ON;
    }
    if (reading->dissector->connection->application != APPLICATION_ANY ||
            !held_add(&reader->held, &reading->dissectors->budget, *in, OPENING_MAX) ||
            !http_may_be_request(cursor_over(reader->held.bytes, reader->held.len)))
        return http_give_up(reading);
    cursor_skip(in, in->left);
    return STEP_MORE;
}

static enum step read_nothing(const struct http_reading *reading, struct cursor *in)
{
    (void)reading;
    (void)in;
    return STEP_MORE;
}

static enum step (*const steps[HTTP_STATES])(const struct http_reading *, struct cursor *) = {
    [HTTP_OPENING] = read_opening,
    [HTTP_HEAD] = read_head,
    [HTTP_SIZED] = http_read_sized,
    [HTTP_CHUNK_LINE] = http_read_chunk_line,
    [HTTP_CHUNK_DATA] = http_read_chunk_data,
    [HTTP_CHUNK_END] = http_read_chunk_end,
    [HTTP_TRAILER] = http_read_trailer,
    [HTTP_REST] = http_read_rest,
    [HTTP_ASKED] = read_asked,
    [HTTP_TUNNEL] = read_tunnel,
    [HTTP_DONE] = read_nothing,
};

bool http_read(struct dissectors *dissectors, struct dissector *dissector, struct cursor bytes)
{
    struct http_reading reading = { dissectors, dissector, &dissector->http };

    while (steps[dissector->http.state](&reading, &bytes) == STEP_ON)
        continue;
    return dissector->http.state != HTTP_DONE;
}

void http_confirm(struct dissectors *dissectors, struct dissector *dissector)
{
    struct held opening = dissector->http.held;

    if (dissector->http.state != HTTP_OPENING || opening.len == 0)
        return;
    dissector->http.held = (struct held){ .bytes = NULL };
    http_read(dissectors, dissector, cursor_over(opening.bytes, opening.len));
    held_drop(&opening, &dissectors->budget);
}

void http_settle_tunnel(struct dissectors *dissectors, struct dissector *dissector, bool refused)
{
    struct http_reading reading = { dissectors, dissector, &dissector->http };

    if (dissector->http.state == HTTP_ASKED)
        tell_asked(&reading, refused);
}

bool http_skip_gap(struct http_reader *reader, uint64_t missing)
{
    if (reader->state == HTTP_TO_THE_END)
        return true;
    if (reader->state != HTTP_SIZED || reader->left < missing)
        return false;
    reader->left -= missing;
    return true;
}

/* The lines that are there of a head that breaks off. */
static void tell_part(const struct http_reading *reading)
{
    struct held *held = &reading->reader->held;
    struct http_request request;
    struct cursor head;

    if (reading->reader->looked == 0)
        held_add(held, &reading->dissectors->budget, cursor_over("\n", 1), HTTP_REQUEST_MAX);
    head = cursor_over(held->bytes, held->len);
    if (http_request_read(head, reading->dissectors->work, &request) == TATTLER_OK)
        http_tell(reading, &request, head, MATCH_WHOLE, (struct cursor){ NULL, 0 });
}

void http_end(struct dissectors *dissectors, struct dissector *dissector)
{
    struct http_reader *reader = &dissector->http;
    struct http_reading reading = { dissectors, dissector, reader };
    struct cursor line = cursor_over(reader->line.bytes, reader->line.len);

    if (reader->state == HTTP_HEAD && reader->held.len > 0)
        tell_part(&reading);
    else if (reader->state == HTTP_ASKED)
        tell_asked(&reading, false);
    else if (reader->state == HTTP_REST && !http_is_method(line))
        http_add_body(&reading, line);
    http_tell_body(&reading);
    http_give_up(&reading);
}
