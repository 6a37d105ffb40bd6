#include <string.h>

#include "dissect_internal.h"
#include "parse/dns.h"

/* A hello may follow some lines of clear text (STARTTLS, CONNECT) or a SOCKS handshake. */
#define LOOK_BYTES_MAX (16 * 1024)
#define DNS_MESSAGE_MAX (64 * 1024 + 2)

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

static void drop_tls(struct dissectors *dissectors, struct side *side)
{
    dissectors->budget.used -= side->tls_charged;
    side->tls_charged = 0;
    tls_stream_clear(&side->tls);
    side->in_tls = false;
}

static void drop_names(struct dissectors *dissectors, struct side *side)
{
    drop_tls(dissectors, side);
    held_drop(&side->held, &dissectors->budget);
    side->named = true;
}

void dissect_tcp_clear(struct dissectors *dissectors, struct dissector *dissector)
{
    http_end(dissectors, dissector);
    for (size_t i = 0; i < 2; i++) {
        stream_end(&dissector->sides[i].stream, &dissectors->budget);
        drop_names(dissectors, &dissector->sides[i]);
        mqtt_end(dissectors, &dissector->sides[i].mqtt);
    }
}

/* --- names --- */

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
    drop_names(reading->dissectors, &reading->dissector->sides[0]);
    drop_names(reading->dissectors, &reading->dissector->sides[1]);
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

static bool carries_dns(const struct connection *connection)
{
    return connection->flow != NULL && connection->flow->service == SERVICE_DNS;
}

/* True as long as a name may still come. */
static bool find_names(const struct reading *reading, struct side *side, struct cursor bytes)
{
    bool first = side->looked == 0;

    side->looked += (uint32_t)bytes.left;
    if (carries_dns(reading->dissector->connection))
        return read_dns(reading, side, bytes);
    if (side->in_tls || (first && looks_like_v2_hello(bytes)) || find_hello(&bytes))
        return read_tls(reading, side, bytes);
    if ((first || side->held.len > 0) && !read_http_name(reading, side, bytes))
        held_drop(&side->held, &reading->dissectors->budget);
    return side->looked < LOOK_BYTES_MAX;
}

/* --- the application --- */

/* All that has come of a side that is not told yet; it is longer than 'first' only if it came at
 * once. */
static struct cursor join_first(struct side *side, struct cursor bytes)
{
    size_t room = sizeof(side->first) - side->first_length;
    size_t more = bytes.left < room ? bytes.left : room;

    if (side->first_length == 0)
        return bytes;
    memcpy(side->first + side->first_length, bytes.at, more);
    return cursor_over(side->first, side->first_length + more);
}

static void find_application(const struct reading *reading, struct side *side,
        struct cursor bytes)
{
    struct connection *connection = reading->dissector->connection;
    struct cursor first = join_first(side, bytes);
    const struct application *application;
    bool may_follow;

    application = application_find(first, reading->to_server, connection->destination_port,
            &may_follow);
    side->told = application != NULL || !may_follow || first.left >= sizeof(side->first);
    if (application != NULL && connection->app_proto == NULL) {
        connection->application = application->id;
        connection->app_proto = application->name;
    }
    if (side->told)
        return;
    if (side->first_length == 0)
        memcpy(side->first, bytes.at, bytes.left);
    side->first_length = (uint8_t)first.left;
}

/* --- both, and what rules want --- */

/* Bytes are missing: messages cannot be read on. */
static void pass_gap(const struct reading *reading, struct side *side)
{
    drop_names(reading->dissectors, side);
    side->told = true;
    if (reading->to_server)
        http_end(reading->dissectors, reading->dissector);
    mqtt_end(reading->dissectors, &side->mqtt);
}

static void tell_stream(const struct reading *reading, struct side *side, struct cursor bytes)
{
    uint64_t offset = side->stream.offset;

    if (offset >= DISSECT_STREAM_MAX)
        return;
    if (bytes.left > DISSECT_STREAM_MAX - offset)
        bytes.left = (size_t)(DISSECT_STREAM_MAX - offset);
    reading->dissectors->events->stream(reading->dissectors->user,
            reading->dissector->connection, reading->to_server, bytes, offset);
}

/* The requests of a client that has sent its first bytes before the server showed that it is HTTP are
 * read then. */
static void read_requests(const struct reading *reading, struct cursor bytes)
{
    if (reading->dissectors->work == NULL)
        return;
    if (reading->to_server) {
        http_read(reading->dissectors, reading->dissector, bytes);
    } else if (reading->dissector->connection->application == APPLICATION_HTTP1) {
        http_confirm(reading->dissectors, reading->dissector);
        http_answer(reading->dissectors, reading->dissector, bytes);
    }
}

static bool wants_mqtt(const struct reading *reading)
{
    return (reading->dissectors->wanted & DISSECT_MQTT_BUFFERS) != 0 &&
           reading->dissector->connection->application == APPLICATION_MQTT &&
           !side_of(reading)->mqtt.done;
}

/* The bytes that told the application come first; they may be from segments before this one. */
static void read_messages(const struct reading *reading, struct side *side, struct cursor bytes)
{
    uint8_t earlier = side->first_length;

    side->first_length = 0;
    if (earlier > 0)
        mqtt_read(reading->dissectors, reading->dissector, reading->to_server,
                cursor_over(side->first, earlier));
    mqtt_read(reading->dissectors, reading->dissector, reading->to_server, bytes);
}

static bool is_wanted_by_rules(const struct reading *reading)
{
    const struct dissector *dissector = reading->dissector;
    size_t way = reading->to_server ? 0 : 1;

    return (dissector->connection->wants_stream[way] &&
                   side_of(reading)->expected < DISSECT_STREAM_MAX) ||
           (reading->to_server && reading->dissectors->work != NULL &&
                   dissector->http.state != HTTP_DONE) ||
           wants_mqtt(reading);
}

/* Is there anything left to be found in this side of a flow? */
static inline bool is_wanted(const struct reading *reading)
{
    return !side_of(reading)->named || is_wanted_by_rules(reading);
}

/* Suricata takes no bytes of a client that came before the server's SYN. */
static bool is_open(const struct connection *connection)
{
    return connection->tcp.state != TCP_SYN_SENT;
}

static void read_for_rules(const struct reading *reading, struct side *side, struct cursor bytes)
{
    const struct connection *connection = reading->dissector->connection;

    if (!side->told && !carries_dns(connection))
        find_application(reading, side, bytes);
    if (connection->wants_stream[reading->to_server ? 0 : 1])
        tell_stream(reading, side, bytes);
    read_requests(reading, bytes);
    if (wants_mqtt(reading))
        read_messages(reading, side, bytes);
}

static bool read_side(void *user, struct cursor bytes)
{
    const struct reading *reading = user;
    struct side *side = side_of(reading);

    if (side->stream.offset != side->expected)
        pass_gap(reading, side);
    side->expected = side->stream.offset + bytes.left;
    if (is_open(reading->dissector->connection))
        read_for_rules(reading, side, bytes);
    if (!side->named && !find_names(reading, side, bytes))
        drop_names(reading->dissectors, side);
    return is_wanted(reading);
}

/* --- packets --- */

/* Before its first bytes a flow is not worth a place: a scan is made of nothing but SYNs. */
static struct dissector *start_tcp(struct dissectors *dissectors, struct connection *connection)
{
    struct dissector *dissector = connection->dissector;

    if (dissector != NULL)
        return dissector;
    dissector = dissectors_start(dissectors, connection);
    for (size_t i = 0; i < 2 && dissector != NULL; i++)
        if (connection->tcp.has_syn[i])
            stream_add(&dissector->sides[i].stream, &dissectors->budget,
                    connection->tcp.syn_seq[i], true, cursor_over(NULL, 0), read_side, NULL);
    return dissector;
}

/* What the sender of a packet has got is no longer missing. */
static void acknowledge(const struct reading *reading, const struct packet *packet)
{
    struct reading other = { reading->dissectors, reading->dissector, !reading->to_server };
    struct stream *stream = &side_of(&other)->stream;

    if (stream->waiting != NULL && (packet->tcp.flags & PACKET_TCP_ACK) != 0)
        stream_acknowledge(stream, &reading->dissectors->budget, packet->tcp.ack, read_side,
                &other);
}

/* A stream can also have ended by itself. */
static bool is_done(const struct reading *reading)
{
    return side_of(reading)->stream.ended || !is_wanted(reading);
}

static void read_segment(struct dissectors *dissectors, struct connection *connection,
        const struct packet *packet, bool to_server)
{
    bool syn = (packet->tcp.flags & PACKET_TCP_SYN) != 0;
    struct reading reading = { dissectors, connection->dissector, to_server };
    struct reading other = reading;

    if (reading.dissector != NULL)
        acknowledge(&reading, packet);
    if (packet->payload.left == 0 && (!syn || connection->dissector == NULL))
        return;
    reading.dissector = other.dissector = start_tcp(dissectors, connection);
    if (reading.dissector == NULL)
        return;
    side_of(&reading)->stream.skips_gaps = connection->wants_stream[to_server ? 0 : 1];
    if (is_wanted(&reading))
        stream_add(&side_of(&reading)->stream, &dissectors->budget, packet->tcp.seq, syn,
                packet->payload, read_side, &reading);
    other.to_server = !to_server;
    if (is_done(&reading) && is_done(&other))
        dissect_end(dissectors, connection);
}

/* Will the client send nothing more? */
static bool closes(const struct packet *packet, bool to_server)
{
    return (packet->tcp.flags & PACKET_TCP_RST) != 0 ||
           ((packet->tcp.flags & PACKET_TCP_FIN) != 0 && to_server);
}

void dissect_tcp(struct dissectors *dissectors, struct connection *connection,
        const struct packet *packet, bool to_server)
{
    read_segment(dissectors, connection, packet, to_server);
    if (dissectors->work != NULL && closes(packet, to_server) && connection->dissector != NULL &&
            connection->dissector->sides[0].stream.waiting == NULL)
        http_end(dissectors, connection->dissector);
}
