#include <string.h>

#include "dissect_http_internal.h"
#include "parse/http_response.h"

#define STATUS_CONTINUE 100
#define STATUS_SWITCHING 101

void http_ask(struct http_asked *asked, const struct http_request *request)
{
    uint64_t bit = UINT64_C(1) << asked->count;

    if (asked->count == ANSWERS_MAX - 1)
        return;
    if (request->method.left == 4 && memcmp(request->method.at, "HEAD", 4) == 0)
        asked->heads |= bit;
    if (request->is_connect)
        asked->tunnels |= bit;
    asked->count++;
}

/* The request that a response answers. */
struct origin {
    bool is_head, is_tunnel;
};

static struct origin next_origin(struct http_asked *asked)
{
    struct origin origin = { (asked->heads & 1) != 0, (asked->tunnels & 1) != 0 };

    asked->heads >>= 1;
    asked->tunnels >>= 1;
    if (asked->count > 0)
        asked->count--;
    return origin;
}

/* An answer to a request that was not seen counts as an exchange of its own, as in libhtp. */
static uint64_t take_number(const struct http_reading *reading)
{
    struct dissector *dissector = reading->dissector;

    if (dissector->responses == dissector->requests)
        exchange_ask(&dissector->connection->exchange, &reading->dissectors->told,
                dissector->requests++, (struct cursor){ NULL, 0 });
    return dissector->responses++;
}

/* Those of a switch to another protocol Suricata leaves to that one's parser. 'head': as it came. */
static void tell(const struct http_reading *reading, const struct http_response *response,
        struct cursor head)
{
    struct connection *connection = reading->dissector->connection;
    uint64_t number = take_number(reading);
    struct match_buffer fields = { BUFFER_HTTP_HEADER, response->fields };
    struct match_transaction transaction = { APPLICATION_HTTP1, false, MATCH_WHOLE, &fields, 1,
        { number, exchange_request(connection->exchange, number), head } };

    exchange_answer(connection->exchange, &reading->dissectors->told, number, head);
    if (response->fields.at != NULL && response->status != STATUS_SWITCHING &&
            dissect_wants(reading->dissectors, BUFFER_HTTP_HEADER))
        reading->dissectors->events->transaction(reading->dissectors->user, connection,
                &transaction);
}

/* Another response follows this one, which libhtp forgets. */
static bool is_interim(const struct http_response *response)
{
    return response->status == STATUS_CONTINUE && response->body != HTTP_CHUNKED_BODY &&
           response->body_size == 0;
}

/* What comes behind the head. */
static enum http_state state_behind(const struct http_response *response, struct origin origin)
{
    if ((origin.is_tunnel && response->status / 100 == 2) ||
            (response->status == STATUS_SWITCHING && response->body == HTTP_NO_BODY))
        return HTTP_DONE;
    if (http_response_is_bare(response, origin.is_head))
        return HTTP_HEAD;
    if (response->body == HTTP_CHUNKED_BODY)
        return HTTP_CHUNK_LINE;
    if (response->body == HTTP_SIZED_BODY)
        return response->body_size > 0 ? HTTP_SIZED : HTTP_HEAD;
    return HTTP_TO_THE_END;
}

static enum step read_whole_head(const struct http_reading *reading, struct cursor head)
{
    struct http_reader *reader = reading->reader;
    struct http_response response;
    struct origin origin = { .is_head = false };

    if (http_response_read(head, reading->dissectors->work, &response) != TATTLER_OK)
        return http_give_up(reading);
    reader->looked = 0;
    if (is_interim(&response)) {
        held_drop(&reader->held, &reading->dissectors->budget);
        return STEP_ON;
    }
    origin = next_origin(&reading->dissector->asked);
    if (origin.is_tunnel)
        http_settle_tunnel(reading->dissectors, reading->dissector, response.status / 100 != 2);
    reader->left = response.body_size;
    reader->state = state_behind(&response, origin);
    tell(reading, &response, head);
    if (reader->state == HTTP_HEAD || reader->state == HTTP_DONE)
        dissect_tell_end(reading->dissectors, reading->dissector->connection, false);
    held_drop(&reader->held, &reading->dissectors->budget);
    return reader->state == HTTP_DONE ? http_give_up(reading) : STEP_ON;
}

static enum step read_head(const struct http_reading *reading, struct cursor *in)
{
    struct cursor head;

    if (http_gather_head(reading, in, &head))
        return read_whole_head(reading, head);
    return http_is_too_long(reading->reader) ? http_give_up(reading) : STEP_MORE;
}

static enum step begin_head(const struct http_reading *reading, struct cursor *in)
{
    (void)in;
    reading->reader->state = HTTP_HEAD;
    return STEP_ON;
}

static enum step end_body(const struct http_reading *reading, struct cursor *in)
{
    dissect_tell_end(reading->dissectors, reading->dissector->connection, false);
    return begin_head(reading, in);
}

static enum step (*const steps[HTTP_STATES])(const struct http_reading *, struct cursor *) = {
    [HTTP_OPENING] = begin_head,
    [HTTP_HEAD] = read_head,
    [HTTP_SIZED] = http_read_sized,
    [HTTP_CHUNK_LINE] = http_read_chunk_line,
    [HTTP_CHUNK_DATA] = http_read_chunk_data,
    [HTTP_CHUNK_END] = http_read_chunk_end,
    [HTTP_TRAILER] = http_read_trailer,
    [HTTP_TO_THE_END] = http_read_to_the_end,
    [HTTP_REST] = end_body,
};

void http_read_answers(struct dissectors *dissectors, struct dissector *dissector,
        struct cursor bytes)
{
    struct http_reading reading = { dissectors, dissector, &dissector->answers };

    while (reading.reader->state != HTTP_DONE &&
            steps[reading.reader->state](&reading, &bytes) == STEP_ON)
        continue;
}

void http_end_answers(struct dissectors *dissectors, struct dissector *dissector)
{
    struct http_reader *reader = &dissector->answers;
    struct http_reading reading = { dissectors, dissector, reader };
    struct cursor head = cursor_over(reader->held.bytes, reader->held.len);
    struct http_response response;

    if (reader->state == HTTP_HEAD && head.left > 0 &&
            http_response_read(head, dissectors->work, &response) == TATTLER_OK)
        tell(&reading, &response, head);
    http_give_up(&reading);
}
