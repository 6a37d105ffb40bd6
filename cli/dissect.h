/* dissect.h - runs the engine's parsers over what a flow carries, where Suricata would run its
 * own.
 *
 * From TCP streams: a TLS ClientHello (also one that comes after STARTTLS, CONNECT or a SOCKS
 * handshake), the head of the first HTTP/1 request, DNS messages. From UDP: the ClientHello in
 * QUIC Initials, DNS messages. Where rules want more (dissectors_want() and
 * connection->wants_stream), also all that transaction.h speaks of and TCP bytes in order. A flow
 * is left alone as soon as there is nothing more to find.
 *
 * Tells each connection's 'application' and 'app_proto'.
 *
 * Bounded: DISSECTORS_MAX flows of TCP and as many of QUIC are being read at once, the oldest is
 * given up for a new one; where rules look into TCP there may be DISSECTORS_RULES_MAX of it, as
 * these flows are read for longer. A TCP flow counts from its first payload on. What waits for the
 * rest of a message in TCP streams has DISSECT_WAITING_MAX bytes together, what is kept for alerts
 * DISSECT_TOLD_MAX; what QUIC flows hold is bounded by their parser. One thread. */
#ifndef TATTLER_CLI_DISSECT_H
#define TATTLER_CLI_DISSECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "connection.h"
#include "detect/match/transaction.h"
#include "parse/http.h"
#include "parse/packet.h"
#include "parse/tls.h"

#define DISSECTORS_MAX 1024
#define DISSECTORS_RULES_MAX (16 * 1024)
#define DISSECT_WAITING_MAX (8 * 1024 * 1024) /* ahead of their turn or not whole yet */
#define DISSECT_TOLD_MAX (4 * 1024 * 1024)    /* kept for alerts to tell */
#define DISSECT_STREAM_MAX (1024 * 1024)      /* told of a stream: Suricata's default depth */

/* What was found; everything is borrowed for the call. */
struct dissect_events {
    void (*hello)(void *user, struct connection *connection, const struct tls_hello *hello,
            bool quic, bool to_server);
    void (*http)(void *user, struct connection *connection, const struct http_head *head,
            bool to_server);
    void (*dns)(void *user, struct connection *connection, struct cursor message,
            bool to_server);
    /* Bytes of a TCP stream in order, up to DISSECT_STREAM_MAX of them. 'offset': of the first of
     * them; it jumps where bytes are missing for good. This and the next NULL when no connection wants
     * streams. */
    void (*stream)(void *user, struct connection *connection, bool to_server, struct cursor bytes,
            uint64_t offset);
    /* Here a message ends in the bytes of the stream told last, or a record of TLS. */
    void (*message_end)(void *user, struct connection *connection, bool to_server);
    /* A message of an application, also one that its connection's end cuts short: then there is no
     * packet. NULL when nothing is wanted. */
    void (*transaction)(void *user, struct connection *connection,
            const struct match_transaction *transaction);
};

struct dissect_counters {
    uint64_t given_up;        /* flows left because too many were being read */
    uint64_t streams_refused; /* TCP streams left because too many bytes waited */
    uint64_t gaps;            /* skipped in TCP streams that rules look into */
    uint64_t messages_lost;   /* that alerts cannot tell of */
};

struct dissectors;

struct dissectors *dissectors_new(const struct dissect_events *events, void *user);
void dissectors_free(struct dissectors *dissectors); /* every connection must have ended */

/* Which buffers transactions are to have: one bit (1 << enum rule_buffer_kind) for each; none at
 * first. To be called before the first packet. False: out of memory. */
bool dissectors_want(struct dissectors *dissectors, uint32_t buffers);

/* Is the sender of this packet, the first one with a payload that it sends, taken for the client
 * only because nothing was seen of the connection's begin? Then it is turned, as Suricata does:
 * 'to_server' is the reverse from then on. To be asked before anything else is done with the
 * packet. */
bool dissect_turns(struct dissectors *dissectors, struct connection *connection,
        const struct packet *packet, bool to_server);

/* Whether it is worth asking, without a call for each packet. */
static inline bool dissect_may_turn(const struct connection *connection,
        const struct packet *packet)
{
    return packet->payload.left > 0 && connection->app_proto == NULL && !connection->dissected &&
           !connection->tcp.has_syn[0] && !connection->tcp.has_syn[1];
}

/* The same: an empty packet tells nothing but what a dissector at work has got. */
static inline bool dissect_wants_packet(const struct connection *connection,
        const struct packet *packet)
{
    return !connection->dissected && (packet->payload.left > 0 || connection->dissector != NULL);
}

/* One packet of the flow, after the engine and connections_update() have seen it. */
void dissect_packet(struct dissectors *dissectors, struct connection *connection,
        const struct packet *packet, bool to_server);

/* The flow ends or has been dealt with. */
void dissect_end(struct dissectors *dissectors, struct connection *connection);

/* No alert of the flow is to come any more: frees its 'exchange'. */
void dissect_forget(struct dissectors *dissectors, struct connection *connection);

/* Where http_request_read() may work between packets; NULL: no rules on HTTP. */
struct http_work *dissectors_work(const struct dissectors *dissectors);

struct dissect_counters dissect_count(const struct dissectors *dissectors);

#endif
