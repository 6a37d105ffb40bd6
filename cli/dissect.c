#include "dissect.h"

#include <stdlib.h>
#include <utlist.h>

#include "dissect_internal.h"
#include "parse/dns.h"
#include "parse/gquic.h"

struct dissectors *dissectors_new(const struct dissect_events *events, void *user)
{
    struct dissectors *dissectors = calloc(1, sizeof(*dissectors));

    if (dissectors == NULL)
        return NULL;
    dissectors->events = events;
    dissectors->user = user;
    dissectors->budget.max = DISSECT_WAITING_MAX;
    dissectors->told.max = DISSECT_TOLD_MAX;
    dissectors->tcp.max = dissectors->quic.max = DISSECTORS_MAX;
    return dissectors;
}

void dissectors_free(struct dissectors *dissectors)
{
    if (dissectors == NULL)
        return;
    http_work_free(dissectors->work);
    free(dissectors);
}

bool dissectors_want(struct dissectors *dissectors, uint32_t buffers)
{
    if ((buffers & DISSECT_HTTP_BUFFERS) != 0 && dissectors->work == NULL)
        dissectors->work = http_work_new();
    if ((buffers & DISSECT_HTTP_BUFFERS) != 0 && dissectors->work == NULL)
        return false;
    dissectors->wanted = buffers;
    dissectors->tcp.max = DISSECTORS_RULES_MAX;
    return true;
}

void dissect_end(struct dissectors *dissectors, struct connection *connection)
{
    struct dissector *dissector = connection->dissector;

    connection->dissected = true;
    if (dissector == NULL)
        return;
    connection->dissector = NULL;
    dissect_tcp_clear(dissectors, dissector);
    quic_free(dissector->quic);
    DL_DELETE(dissector->list->oldest, dissector);
    dissector->list->count--;
    free(dissector);
}

void dissect_forget(struct dissectors *dissectors, struct connection *connection)
{
    exchange_free(&connection->exchange, &dissectors->told);
}

struct http_work *dissectors_work(const struct dissectors *dissectors)
{
    return dissectors->work;
}

struct dissector *dissectors_start(struct dissectors *dissectors, struct dissector_list *list,
        struct connection *connection)
{
    struct dissector *dissector = connection->dissector;

    if (dissector != NULL)
        return dissector;
    if (list->count == list->max) {
        dissectors->given_up++;
        dissect_end(dissectors, list->oldest->connection);
    }
    dissector = calloc(1, sizeof(*dissector));
    if (dissector == NULL)
        return NULL;
    dissector->connection = connection;
    connection->dissector = dissector;
    dissector->list = list;
    DL_APPEND(list->oldest, dissector);
    list->count++;
    return dissector;
}

/* --- UDP --- */

static void dissect_quic(struct dissectors *dissectors, struct connection *connection,
        const struct packet *packet)
{
    struct dissector *dissector = dissectors_start(dissectors, &dissectors->quic, connection);
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
        dissect_tell_hello(dissectors, connection, &hello, true, true);
    dissect_end(dissectors, connection);
}

static void dissect_udp(struct dissectors *dissectors, struct connection *connection,
        const struct packet *packet, bool to_server)
{
    enum service service = connection->flow != NULL ? connection->flow->service : SERVICE_OTHER;

    if (packet->payload.left == 0)
        return;
    if (service == SERVICE_DNS)
        dissect_tell_dns(dissectors, connection, packet->payload, to_server);
    else if ((service == SERVICE_QUIC || service == SERVICE_DOQ) && to_server)
        dissect_quic(dissectors, connection, packet);
}

#define PORT_DNS 53

/* The answer to a question that was not seen. */
static bool is_dns_answer(const struct connection *connection, const struct packet *packet)
{
    struct dns_message message;

    return packet->src_port == PORT_DNS && connection->packets[0] + connection->packets[1] == 0 &&
           dns_open(packet->payload, &message) == TATTLER_OK && message.response;
}

bool dissect_turns(struct dissectors *dissectors, struct connection *connection,
        const struct packet *packet, bool to_server)
{
    bool turns = false;

    if (!dissect_may_turn(connection, packet))
        return false;
    if (packet->kind == PACKET_UDP)
        turns = is_dns_answer(connection, packet);
    else if (packet->kind == PACKET_TCP && (packet->tcp.flags & PACKET_TCP_SYN) == 0)
        turns = dissect_tcp_turns(dissectors, connection, packet->payload, to_server);
    if (turns)
        connection_turn(connection);
    return turns;
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
    return (struct dissect_counters){ dissectors->given_up, dissectors->budget.refused,
        dissectors->budget.gaps, dissectors->told.refused };
}
