/* dissect.h - runs the engine's parsers over what a flow carries, where Suricata would run its own.
 *
 * From TCP streams: a TLS ClientHello (also one that comes after STARTTLS, CONNECT or a SOCKS
 * handshake), the head of the first HTTP/1 request, DNS messages. From UDP: the ClientHello in QUIC
 * Initials, DNS messages. A flow is left alone as soon as there is nothing more to find.
 *
 * Bounded: DISSECTORS_MAX flows are being read at once, the oldest is given up for a new one. A TCP
 * flow counts from its first payload on. What waits for the rest of a message in TCP streams has
 * DISSECT_WAITING_MAX bytes together; what QUIC flows hold is bounded by their parser. One thread. */
#ifndef TATTLER_CLI_DISSECT_H
#define TATTLER_CLI_DISSECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "connection.h"
#include "parse/http.h"
#include "parse/packet.h"
#include "parse/tls.h"

#define DISSECTORS_MAX 1024
#define DISSECT_WAITING_MAX (8 * 1024 * 1024) /* ahead of their turn or not whole yet */

/* What was found; everything is borrowed for the call. */
struct dissect_events {
    void (*hello)(void *user, struct connection *connection, const struct tls_hello *hello,
            bool quic, bool to_server);
    void (*http)(void *user, struct connection *connection, const struct http_head *head,
            bool to_server);
    void (*dns)(void *user, struct connection *connection, struct cursor message,
            bool to_server);
};

struct dissect_counters {
    uint64_t given_up;        /* flows left because DISSECTORS_MAX was reached */
    uint64_t streams_refused; /* TCP streams left because too many bytes waited */
};

struct dissectors;

struct dissectors *dissectors_new(const struct dissect_events *events, void *user);
void dissectors_free(struct dissectors *dissectors); /* every connection must have ended */

/* One packet of the flow, after the engine and connections_update() have seen it. */
void dissect_packet(struct dissectors *dissectors, struct connection *connection,
        const struct packet *packet, bool to_server);

/* The flow ends or has been dealt with. */
void dissect_end(struct dissectors *dissectors, struct connection *connection);

struct dissect_counters dissect_count(const struct dissectors *dissectors);

#endif
