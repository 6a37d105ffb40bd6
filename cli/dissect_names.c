#include <string.h>

#include "dissect_internal.h"
#include "parse/dns.h"

/* A hello may follow some lines of clear text (STARTTLS, CONNECT) or a SOCKS handshake. */
#define LOOK_BYTES_MAX (16 * 1024)
#define DNS_MESSAGE_MAX (64 * 1024 + 2)

static void drop_tls(struct dissectors *dissectors, struct side *side)
{
    dissectors->budget.used -= side->tls_charged;
    side->tls_charged = 0;
    tls_stream_clear(&side->tls);
    side->in_tls = false;
}

void dissect_names_drop(struct dissectors *dissectors, struct side *side)
{
    drop_tls(dissectors, side);
    held_drop(&side->held, &dissectors->budget);
    side->named = true;
}

/* A TLS handshake record whose message is a ClientHello, as far as it can be seen: who hides a
 * hello cuts it behind its first byte. */
static bool looks_like_hello(struct cursor bytes)
{
    uint8_t type, major, message;

    return cursor_peek_u8(&bytes, 0, &type) && type == 0x16 &&
           (!cursor_peek_u8(&bytes, 1, &major) || major == 3) &&
           (!cursor_peek_u8(&bytes, 5, &message) || message == 1);
}

/* The same in SSLv2's framing (RFC 5246 appendix E.2), which nobody uses behind anything else. */
static bool looks_like_v2_hello(struct cursor bytes)
{
    uint8_t length, message, major;

    return cursor_peek_u8(&bytes, 0, &length) && length == 0x80 &&
           (!cursor_peek_u8(&bytes, 2, &message) || message == 1) &&
           (!cursor_peek_u8(&bytes, 3, &major) || major == 3);
}

/* Moves to a hello at the start, or behind a line of text (the PROXY protocol's header, a CONNECT
 * or STARTTLS that did not wait for its answer). */
static bool find_hello(struct cursor *bytes)
{
    struct cursor rest = *bytes;

    while (!looks_like_hello(rest)) {
        const uint8_t *line_end = memchr(rest.at, '\n', rest.left);

        if (line_end == NULL || !cursor_skip(&rest, (size_t)(line_end - rest.at) + 1) ||
                rest.left == 0)
            return false;
    }
    *bytes = rest;
    return true;
}

/* After each read: what the stream has joined by now. */
static bool charge_tls(struct dissectors *dissectors, struct side *side)
{
    if (!stream_charge(&dissectors->budget, side->tls_charged, side->tls.capacity)) {
        drop_tls(dissectors, side);
        return false;
    }
    side->tls_charged = side->tls.capacity;
    return true;
}

static bool read_tls(const struct reading *reading, struct side *side, struct cursor bytes)
{
    struct tls_hello hello;
    enum tattler_status status = tls_stream_read(&side->tls, bytes, &hello);

    if (!charge_tls(reading->dissectors, side))
        return false;
    side->in_tls = status == TATTLER_TRUNCATED;
    if (status != TATTLER_OK)
        return side->in_tls;
    dissect_tell_hello(reading->dissectors, reading->dissector->connection, &hello, false,
            reading->to_server);
    dissect_names_drop(reading->dissectors, &reading->dissector->sides[0]);
    dissect_names_drop(reading->dissectors, &reading->dissector->sides[1]);
    return false;
}

/* Hands over each whole message. */
static bool read_dns(const struct reading *reading, struct side *side, struct cursor bytes)
{
    struct stream_budget *budget = &reading->dissectors->budget;
    struct cursor stream, message;
    enum tattler_status status;

    if (!held_add(&side->held, budget, bytes, DNS_MESSAGE_MAX))
        return false;
    stream = cursor_over(side->held.bytes, side->held.len);
    while ((status = dns_tcp_split(&stream, &message)) == TATTLER_OK)
        dissect_tell_dns(reading->dissectors, reading->dissector->connection, message,
                reading->to_server);
    held_take(&side->held, budget, side->held.len - stream.left);
    return status == TATTLER_TRUNCATED;
}

/* True as long as the head may still come. */
static bool read_http_name(const struct reading *reading, struct side *side, struct cursor bytes)
{
    struct stream_budget *budget = &reading->dissectors->budget;
    struct connection *connection = reading->dissector->connection;
    struct http_head head;
    enum tattler_status status;

    if (side->held.len > 0) {
        if (!held_add(&side->held, budget, bytes, HTTP_HEAD_MAX))
            return false;
        if (!held_may_be_head(&side->held))
            return true;
        bytes = cursor_over(side->held.bytes, side->held.len);
    }
    status = http_head_parse(bytes, &head);
    if (status == TATTLER_TRUNCATED)
        return side->held.len > 0 || held_add(&side->held, budget, bytes, HTTP_HEAD_MAX);
    if (status == TATTLER_OK)
        reading->dissectors->events->http(reading->dissectors->user, connection, &head,
                reading->to_server);
    return false;
}

bool dissect_names_find(const struct reading *reading, struct side *side, struct cursor bytes)
{
    bool first = side->looked == 0;

    side->looked += (uint32_t)bytes.left;
    if (dissect_carries_dns(reading->dissector->connection))
        return read_dns(reading, side, bytes);
    if (side->in_tls || (first && looks_like_v2_hello(bytes)) || find_hello(&bytes))
        return read_tls(reading, side, bytes);
    if ((first || side->held.len > 0) && !read_http_name(reading, side, bytes))
        held_drop(&side->held, &reading->dissectors->budget);
    return side->looked < LOOK_BYTES_MAX;
}
