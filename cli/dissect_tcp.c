#include <string.h>

#include "dissect_internal.h"

void dissect_tcp_clear(struct dissectors *dissectors, struct dissector *dissector)
{
    http_end(dissectors, dissector);
    http_end_answers(dissectors, dissector);
    for (size_t i = 0; i < 2; i++) {
        stream_end(&dissector->sides[i].stream, &dissectors->budget);
        dissect_names_drop(dissectors, &dissector->sides[i]);
        mqtt_end(dissectors, &dissector->sides[i].mqtt);
    }
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

static bool has_mqtt_port(const struct connection *connection)
{
    return connection->destination_port == APPLICATION_PORT_MQTT ||
           (connection->source_port == APPLICATION_PORT_MQTT &&
                   connection_is_midstream(connection));
}

/* Suricata gives up on a connection picked up in the middle if the client's bytes do not begin with
 * something known, even if the server's do. */
static void give_up_application(struct dissectors *dissectors, struct dissector *dissector)
{
    struct connection *connection = dissector->connection;

    connection->application = APPLICATION_ANY;
    connection->app_proto = NULL;
    dissector->unknown = true;
    http_end(dissectors, dissector);
    http_end_answers(dissectors, dissector);
    mqtt_end(dissectors, &dissector->sides[0].mqtt);
    mqtt_end(dissectors, &dissector->sides[1].mqtt);
}

static void find_application(const struct reading *reading, struct side *side,
        struct cursor bytes)
{
    struct connection *connection = reading->dissector->connection;
    struct cursor first = join_first(side, bytes);
    const struct application *application =
            application_find(first, reading->to_server, has_mqtt_port(connection));

    side->told = application != NULL || first.left >= sizeof(side->first);
    if (application != NULL && connection->app_proto == NULL) {
        connection->application = application->id;
        connection->app_proto = application->name;
    } else if (application == NULL && side->told && reading->to_server &&
               connection_is_midstream(connection)) {
        give_up_application(reading->dissectors, reading->dissector);
    }
    if (side->told)
        return;
    if (side->first_length == 0)
        memcpy(side->first, bytes.at, bytes.left);
    side->first_length = (uint8_t)first.left;
}

/* Nothing was found on the other side, and this one begins as a server does. */
static bool is_server(const struct connection *connection, struct cursor payload, bool to_server)
{
    bool mqtt_port = has_mqtt_port(connection);

    return application_find(payload, to_server, mqtt_port) == NULL &&
           application_find(payload, !to_server, mqtt_port) != NULL;
}

bool dissect_tcp_turns(struct dissectors *dissectors, struct connection *connection,
        struct cursor payload, bool to_server)
{
    struct dissector *dissector = connection->dissector;
    struct side other;

    if (!connection_is_midstream(connection) ||
            (dissector != NULL &&
                    (dissector->unknown || dissector->sides[to_server ? 0 : 1].expected > 0)) ||
            !is_server(connection, payload, to_server))
        return false;
    if (dissector == NULL)
        return true;
    http_end(dissectors, dissector);
    http_end_answers(dissectors, dissector);
    dissector->http = dissector->answers = (struct http_reader){ .state = HTTP_OPENING };
    dissector->requests = dissector->responses = 0;
    exchange_free(&connection->exchange, &dissectors->told);
    other = dissector->sides[0];
    dissector->sides[0] = dissector->sides[1];
    dissector->sides[1] = other;
    return true;
}

/* --- both, and what rules want --- */

/* Bytes are missing: messages cannot be read on, unless they are of a body. */
static void pass_gap(const struct reading *reading, struct side *side)
{
    struct dissector *dissector = reading->dissector;
    uint64_t missing = side->stream.offset - side->expected;

    dissect_names_drop(reading->dissectors, side);
    side->told = true;
    side->records.lost = true;
    if (reading->to_server && !http_skip_gap(&dissector->http, missing))
        http_end(reading->dissectors, dissector);
    else if (!reading->to_server && !http_skip_gap(&dissector->answers, missing))
        http_end_answers(reading->dissectors, dissector);
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

/* The requests of a client that has sent its first bytes before the server showed that it is HTTP
 * are read then. */
static void read_http(const struct reading *reading, struct cursor earlier, struct cursor bytes)
{
    struct dissectors *dissectors = reading->dissectors;

    if (dissectors->work == NULL)
        return;
    if (reading->to_server) {
        http_read(dissectors, reading->dissector, bytes);
    } else if (reading->dissector->connection->application == APPLICATION_HTTP1) {
        http_confirm(dissectors, reading->dissector);
        http_read_answers(dissectors, reading->dissector, earlier);
        http_read_answers(dissectors, reading->dissector, bytes);
    }
}

static bool wants_mqtt(const struct reading *reading)
{
    return (reading->dissectors->wanted & DISSECT_MQTT_BUFFERS) != 0 &&
           reading->dissector->connection->application == APPLICATION_MQTT &&
           !dissect_side(reading)->mqtt.done;
}

static void read_mqtt(const struct reading *reading, struct cursor earlier, struct cursor bytes)
{
    mqtt_read(reading->dissectors, reading->dissector, reading->to_server, earlier);
    mqtt_read(reading->dissectors, reading->dissector, reading->to_server, bytes);
}

static void read_records(const struct reading *reading, struct cursor earlier, struct cursor bytes)
{
    struct tls_records *records = &dissect_side(reading)->records;
    bool ended = tls_records_end(records, earlier);

    if (tls_records_end(records, bytes) || ended)
        dissect_tell_end(reading->dissectors, reading->dissector->connection, reading->to_server);
}

/* Of SSH nothing but its first line is a message to Suricata. */
static void read_greeting(const struct reading *reading, struct side *side, struct cursor bytes)
{
    if (side->greeted || memchr(bytes.at, '\n', bytes.left) == NULL)
        return;
    side->greeted = true;
    dissect_tell_end(reading->dissectors, reading->dissector->connection, reading->to_server);
}

static bool wants_http(const struct reading *reading)
{
    const struct dissector *dissector = reading->dissector;

    if (reading->dissectors->work == NULL)
        return false;
    return reading->to_server ? dissector->http.state != HTTP_DONE
                              : dissector->connection->application == APPLICATION_HTTP1 &&
                                        dissector->answers.state != HTTP_DONE;
}

static bool is_wanted_by_rules(const struct reading *reading)
{
    const struct dissector *dissector = reading->dissector;
    size_t way = reading->to_server ? 0 : 1;

    return (dissector->connection->wants_stream[way] &&
                   dissect_side(reading)->expected < DISSECT_STREAM_MAX) ||
           wants_http(reading) || wants_mqtt(reading);
}

/* Is there anything left to be found in this side of a flow? */
static inline bool is_wanted(const struct reading *reading)
{
    return !dissect_side(reading)->named || is_wanted_by_rules(reading);
}

/* Suricata takes no bytes of a client that came before the server's SYN. */
static bool is_open(const struct connection *connection)
{
    return connection->tcp.state != TCP_SYN_SENT;
}

static void read_for_rules(const struct reading *reading, struct side *side, struct cursor bytes)
{
    const struct connection *connection = reading->dissector->connection;
    struct cursor earlier = cursor_over(side->first, side->unread);

    if (!side->told && !reading->dissector->unknown && !dissect_carries_dns(connection))
        find_application(reading, side, bytes);
    if (connection->wants_stream[reading->to_server ? 0 : 1])
        tell_stream(reading, side, bytes);
    read_http(reading, earlier, bytes);
    if (wants_mqtt(reading))
        read_mqtt(reading, earlier, bytes);
    if (connection->application == APPLICATION_TLS)
        read_records(reading, earlier, bytes);
    else if (connection->application == APPLICATION_SSH)
        read_greeting(reading, side, bytes);
    side->unread = connection->application == APPLICATION_ANY ? side->first_length : 0;
}

static bool read_side(void *user, struct cursor bytes)
{
    const struct reading *reading = user;
    struct side *side = dissect_side(reading);

    if (side->stream.offset != side->expected)
        pass_gap(reading, side);
    side->expected = side->stream.offset + bytes.left;
    if (is_open(reading->dissector->connection))
        read_for_rules(reading, side, bytes);
    if (!side->named && !dissect_names_find(reading, side, bytes))
        dissect_names_drop(reading->dissectors, side);
    return is_wanted(reading);
}

/* --- packets --- */

/* Before its first bytes a flow is not worth a place: a scan is made of nothing but SYNs. */
static struct dissector *start_tcp(struct dissectors *dissectors, struct connection *connection)
{
    struct dissector *dissector = connection->dissector;

    if (dissector != NULL)
        return dissector;
    dissector = dissectors_start(dissectors, &dissectors->tcp, connection);
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
    struct stream *stream = &dissect_side(&other)->stream;

    if (stream->waiting != NULL && (packet->tcp.flags & PACKET_TCP_ACK) != 0)
        stream_acknowledge(stream, &reading->dissectors->budget, packet->tcp.ack, read_side,
                &other);
}

/* A stream can also have ended by itself. */
static bool is_done(const struct reading *reading)
{
    return dissect_side(reading)->stream.ended || !is_wanted(reading);
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
    dissect_side(&reading)->stream.skips_gaps =
            dissectors->wanted != 0 || connection->wants_stream[to_server ? 0 : 1];
    if (is_wanted(&reading))
        stream_add(&dissect_side(&reading)->stream, &dissectors->budget, packet->tcp.seq, syn,
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

/* Of an answer that nothing else ends. */
static void end_answer(struct dissectors *dissectors, struct connection *connection,
        const struct packet *packet, bool to_server)
{
    if (!to_server && (packet->tcp.flags & PACKET_TCP_FIN) != 0 && connection->dissector != NULL &&
            connection->dissector->answers.state == HTTP_TO_THE_END)
        dissect_tell_end(dissectors, connection, false);
}

void dissect_tcp(struct dissectors *dissectors, struct connection *connection,
        const struct packet *packet, bool to_server)
{
    read_segment(dissectors, connection, packet, to_server);
    end_answer(dissectors, connection, packet, to_server);
    if (dissectors->work != NULL && closes(packet, to_server) && connection->dissector != NULL &&
            connection->dissector->sides[0].stream.waiting == NULL)
        http_end(dissectors, connection->dissector);
}
