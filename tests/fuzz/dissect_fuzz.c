#include "dissect.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile size_t seen; /* so that what is told is read */

static void on_hello(void *user, struct connection *connection, const struct tls_hello *hello,
        bool quic, bool to_server)
{
    (void)user;
    seen += strlen(hello->sni) + connection->id + quic + to_server;
}

static void see_bytes(const struct cursor *bytes)
{
    for (size_t i = 0; i < bytes->left; i++)
        seen += bytes->at[i];
}

static void on_http(void *user, struct connection *connection, const struct http_head *head,
        bool to_server)
{
    (void)user;
    seen += connection->id + to_server;
    see_bytes(&head->authority.name);
    see_bytes(&head->host.name);
}

static void on_dns(void *user, struct connection *connection, struct cursor message,
        bool to_server)
{
    (void)user;
    seen += connection->id + to_server;
    see_bytes(&message);
}

static void on_message_end(void *user, struct connection *connection, bool to_server)
{
    (void)user;
    (void)connection;
    (void)to_server;
}

static void on_stream(void *user, struct connection *connection, bool to_server,
        struct cursor bytes, uint64_t offset)
{
    (void)user;
    seen += connection->id + to_server;
    see_bytes(&bytes);
    if (offset + bytes.left > DISSECT_STREAM_MAX)
        abort();
}

static void on_transaction(void *user, struct connection *connection,
        const struct match_transaction *transaction)
{
    (void)user;
    seen += connection->id + transaction->to_server;
    for (size_t i = 0; i < transaction->count; i++)
        see_bytes(&transaction->buffers[i].bytes);
}

/* What is wanted and the flow's service 1 byte, then packets: kind and flags 1 byte (1: from the server, 2:
 * SYN, 4: UDP), where their bytes start 2, length 1, bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct dissect_events events = { .hello = on_hello, .http = on_http, .dns = on_dns,
        .stream = on_stream, .message_end = on_message_end, .transaction = on_transaction };
    struct cursor in = cursor_over(data, size);
    struct dissectors *dissectors = dissectors_new(&events, NULL);
    struct flow flow = { .service = SERVICE_OTHER };
    struct connection connection = { .flow = &flow };
    uint8_t service = 0, flags, length;
    uint16_t offset;
    bool turned = false;

    if (dissectors == NULL)
        return 0;
    if (cursor_u8(&in, &service))
        flow.service = (enum service)((service & 0x3f) % SERVICE_COUNT);
    if ((service & 0x40) != 0)
        connection.destination_port = 1883; /* MQTT */
    if ((service & 0x80) != 0) {
        connection.wants_stream[0] = connection.wants_stream[1] = true;
        dissectors_want(dissectors, UINT32_MAX);
    }
    while (cursor_u8(&in, &flags) && cursor_u16be(&in, &offset) && cursor_u8(&in, &length)) {
        struct packet packet = { .kind = (flags & 4) != 0 ? PACKET_UDP : PACKET_TCP };

        if (packet.kind == PACKET_TCP) {
            packet.tcp.seq = packet.tcp.ack = UINT32_MAX - 100 + offset;
            packet.tcp.flags = (flags & 2) != 0 ? PACKET_TCP_SYN : PACKET_TCP_ACK;
            connection.key.protocol = PACKET_PROTOCOL_TCP;
            tcp_track(&connection.tcp, (flags & 1) == 0, packet.tcp.flags, packet.tcp.seq);
        }
        cursor_split(&in, length < in.left ? length : in.left, &packet.payload);
        if (dissect_turns(dissectors, &connection, &packet, ((flags & 1) == 0) != turned))
            turned = !turned;
        dissect_packet(dissectors, &connection, &packet, ((flags & 1) == 0) != turned);
    }
    dissect_end(dissectors, &connection);
    dissect_forget(dissectors, &connection);
    dissectors_free(dissectors);
    return 0;
}
