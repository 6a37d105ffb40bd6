#include "dissect.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "held.h"
#include "parse/dns.h"
#include "parse/gquic.h"
#include "parse/quic.h"

/* A hello may follow some lines of clear text (STARTTLS, CONNECT) or a SOCKS handshake. */
#define LOOK_BYTES_MAX (16 * 1024)
#define DNS_MESSAGE_MAX (64 * 1024 + 2)

struct side {
    struct stream stream;
    struct tls_stream tls;
    uint32_t tls_charged; /* bytes of 'tls' that the budget counts */
    bool in_tls;
    bool done;
    uint32_t looked;  /* bytes delivered so far */
    struct held held; /* a request head or DNS message that is not whole yet */
};

struct dissector {
    struct connection *connection;
    struct side sides[2]; /* 0: to the server */
    struct quic_stream *quic;
    struct dissector *prev, *next; /* oldest first */
};

struct dissectors {
    const struct dissect_events *events;
    void *user;
    struct dissector *oldest;
    unsigned count;
    struct stream_budget budget;
    uint64_t given_up;
};

struct dissectors *dissectors_new(const struct dissect_events *events, void *user)
{
    struct dissectors *dissectors = calloc(1, sizeof(*dissectors));

    if (dissectors == NULL)
        return NULL;
    dissectors->events = events;
    dissectors->user = user;
    dissectors->budget.max = DISSECT_WAITING_MAX;
    return dissectors;
}

void dissectors_free(struct dissectors *dissectors)
{
    free(dissectors);
}

static void drop_tls(struct dissectors *dissectors, struct side *side)
{
    dissectors->budget.used -= side->tls_charged;
    side->tls_charged = 0;
    tls_stream_clear(&side->tls);
    side->in_tls = false;
}

static void clear_side(struct dissectors *dissectors, struct side *side)
{
    stream_end(&side->stream, &dissectors->budget);
    drop_tls(dissectors, side);
    held_drop(&side->held, &dissectors->budget);
    side->done = true;
}

void dissect_end(struct dissectors *dissectors, struct connection *connection)
{
    struct dissector *dissector = connection->dissector;

    connection->dissected = true;
    if (dissector == NULL)
        return;
    connection->dissector = NULL;
    clear_side(dissectors, &dissector->sides[0]);
    clear_side(dissectors, &dissector->sides[1]);
    quic_free(dissector->quic);
    DL_DELETE(dissectors->oldest, dissector);
    dissectors->count--;
    free(dissector);
}

static struct dissector *start(struct dissectors *dissectors, struct connection *connection)
{
    struct dissector *dissector = connection->dissector;

    if (dissector != NULL)
        return dissector;
    if (dissectors->count == DISSECTORS_MAX) {
        dissectors->given_up++;
        dissect_end(dissectors, dissectors->oldest->connection);
    }
    dissector = calloc(1, sizeof(*dissector));
    if (dissector == NULL)
        return NULL;
    dissector->connection = connection;
    connection->dissector = dissector;
    DL_APPEND(dissectors->oldest, dissector);
    dissectors->count++;
    return dissector;
}

/* --- TCP: what one side of a stream is read for --- */

/* One stream read in progress: what its bytes are handed to. */
struct reading {
    struct dissectors *dissectors;
    struct dissector *dissector;
    bool to_server;
};

static struct side *side_of(const struct reading *reading)
{
    return &reading->dissector->sides[reading->to_server ? 0 : 1];
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
    reading->dissectors->events->hello(reading->dissectors->user, reading->dissector->connection,
            &hello, false, reading->to_server);
    reading->dissector->sides[0].done = reading->dissector->sides[1].done = true;
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
        reading->dissectors->events->dns(reading->dissectors->user,
                reading->dissector->connection, message, reading->to_server);
    held_take(&side->held, budget, side->held.len - stream.left);
    return status == TATTLER_TRUNCATED;
}

/* True as long as the head may still come. */
static bool read_http(const struct reading *reading, struct side *side, struct cursor bytes)
{
    struct stream_budget *budget = &reading->dissectors->budget;
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
        reading->dissectors->events->http(reading->dissectors->user,
                reading->dissector->connection, &head, reading->to_server);
    return false;
}

static bool carries_dns(const struct connection *connection)
{
    return connection->flow != NULL && connection->flow->service == SERVICE_DNS;
}

static bool read_side(void *user, struct cursor bytes)
{
    const struct reading *reading = user;
    struct side *side = side_of(reading);
    bool first = side->looked == 0, more = false;

    side->looked += (uint32_t)bytes.left;
    if (carries_dns(reading->dissector->connection))
        more = read_dns(reading, side, bytes);
    else if (side->in_tls || (first && looks_like_v2_hello(bytes)) || find_hello(&bytes))
        more = read_tls(reading, side, bytes);
    else if (first || side->held.len > 0) {
        if (!read_http(reading, side, bytes))
            held_drop(&side->held, &reading->dissectors->budget);
        more = side->looked < LOOK_BYTES_MAX;
    } else {
        more = side->looked < LOOK_BYTES_MAX;
    }
    if (!more)
        held_drop(&side->held, &reading->dissectors->budget);
    side->done = !more;
    return more;
}

/* Before its first bytes a flow is not worth a place: a scan is made of nothing but SYNs. */
static struct dissector *start_tcp(struct dissectors *dissectors, struct connection *connection)
{
    struct dissector *dissector = connection->dissector;

    if (dissector != NULL)
        return dissector;
    dissector = start(dissectors, connection);
    for (size_t i = 0; i < 2 && dissector != NULL; i++)
        if (connection->tcp.has_syn[i])
            stream_add(&dissector->sides[i].stream, &dissectors->budget,
                    connection->tcp.syn_seq[i], true, cursor_over(NULL, 0), read_side, NULL);
    return dissector;
}

static void dissect_tcp(struct dissectors *dissectors, struct connection *connection,
        const struct packet *packet, bool to_server)
{
    bool syn = (packet->tcp.flags & PACKET_TCP_SYN) != 0;
    struct reading reading = { dissectors, NULL, to_server };
    struct side *side;

    if (packet->payload.left == 0 && (!syn || connection->dissector == NULL))
        return;
    reading.dissector = start_tcp(dissectors, connection);
    if (reading.dissector == NULL)
        return;
    side = side_of(&reading);
    if (!side->done)
        stream_add(&side->stream, &dissectors->budget, packet->tcp.seq, syn, packet->payload,
                read_side, &reading);
    if (side->stream.ended)
        side->done = true;
    if (reading.dissector->sides[0].done && reading.dissector->sides[1].done)
        dissect_end(dissectors, connection);
}

/* --- UDP --- */

static void dissect_quic(struct dissectors *dissectors, struct connection *connection,
        const struct packet *packet)
{
    struct dissector *dissector = start(dissectors, connection);
    struct tls_hello hello;
    enum tattler_status status;

    if (dissector == NULL)
        return;
    status = quic_read(&dissector->quic, packet->payload, &hello);
    if (status == TATTLER_UNSUPPORTED)
        status = gquic_hello_parse(packet->payload, &hello);
    if (status == TATTLER_TRUNCATED)
        return;
    if (status == TATTLER_OK)
        dissectors->events->hello(dissectors->user, connection, &hello, true, true);
    dissect_end(dissectors, connection);
}

static void dissect_udp(struct dissectors *dissectors, struct connection *connection,
        const struct packet *packet, bool to_server)
{
    enum service service = connection->flow != NULL ? connection->flow->service : SERVICE_OTHER;

    if (packet->payload.left == 0)
        return;
    if (service == SERVICE_DNS)
        dissectors->events->dns(dissectors->user, connection, packet->payload, to_server);
    else if ((service == SERVICE_QUIC || service == SERVICE_DOQ) && to_server)
        dissect_quic(dissectors, connection, packet);
}

void dissect_packet(struct dissectors *dissectors, struct connection *connection,
        const struct packet *packet, bool to_server)
{
    if (connection->dissected)
        return;
    if (packet->kind == PACKET_TCP)
        dissect_tcp(dissectors, connection, packet, to_server);
    else if (packet->kind == PACKET_UDP)
        dissect_udp(dissectors, connection, packet, to_server);
}

struct dissect_counters dissect_count(const struct dissectors *dissectors)
{
    return (struct dissect_counters){ dissectors->given_up, dissectors->budget.refused };
}
