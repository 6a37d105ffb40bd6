/* dissect_internal.h - what the parts of the dissectors share: dissect.c keeps them and reads UDP,
 * dissect_tcp.c reads streams, dissect_names.c names in them, dissect_http.c and dissect_mqtt.c
 * messages, dissect_records.c records of TLS, dissect_rules.c makes hellos and DNS messages into
 * transactions. */
#ifndef TATTLER_CLI_DISSECT_INTERNAL_H
#define TATTLER_CLI_DISSECT_INTERNAL_H

#include "application.h"
#include "dissect.h"
#include "dissect_http.h"
#include "dissect_mqtt.h"
#include "dissect_records.h"
#include "exchange.h"
#include "held.h"
#include "parse/http_request.h"
#include "parse/quic.h"
#include "stream.h"

struct side {
    struct stream stream;
    /* What is looked for in every flow: names. */
    struct tls_stream tls;
    uint32_t tls_charged; /* bytes of 'tls' that the budget counts */
    bool in_tls;
    bool named;       /* nothing more to be looked for */
    uint32_t looked;  /* bytes delivered so far */
    struct held held; /* a request head or DNS message that is not whole yet */
    /* Which application it is. */
    bool told;
    uint8_t first_length, unread; /* the latter: no parser was known for them as yet */
    uint8_t first[APPLICATION_BYTES];
    uint64_t expected; /* offset of the next byte, if none is missing */
    struct mqtt_reader mqtt;
    struct tls_records records;
    bool greeted; /* the line that SSH begins with has come */
};

struct dissector {
    struct connection *connection;
    struct dissector_list *list;
    struct side sides[2]; /* 0: to the server */
    struct quic_stream *quic;
    struct http_reader http;    /* of the client */
    struct http_reader answers; /* of the server */
    struct http_asked asked;
    uint64_t requests, responses; /* of HTTP, told so far */
    bool unknown;            /* the application is not to be told any more */
    struct dissector *prev, *next; /* oldest first */
};

struct dissector_list {
    struct dissector *oldest;
    unsigned count, max;
};

struct dissectors {
    const struct dissect_events *events;
    void *user;
    struct dissector_list tcp, quic;
    struct stream_budget budget, told; /* 'told': for alerts */
    uint64_t given_up;
    uint32_t wanted;        /* buffers, one bit each */
    struct http_work *work; /* NULL: no buffers of HTTP are wanted */
};

/* Finds the flow's or makes one in 'list'; NULL: out of memory. */
struct dissector *dissectors_start(struct dissectors *dissectors, struct dissector_list *list,
        struct connection *connection);

/* A stream that is read: what its bytes are handed to. */
struct reading {
    struct dissectors *dissectors;
    struct dissector *dissector;
    bool to_server;
};

static inline struct side *dissect_side(const struct reading *reading)
{
    return &reading->dissector->sides[reading->to_server ? 0 : 1];
}

static inline bool dissect_carries_dns(const struct connection *connection)
{
    return connection->flow != NULL && connection->flow->service == SERVICE_DNS;
}

/* --- dissect_names.c --- */

/* True as long as a name may still come. */
bool dissect_names_find(const struct reading *reading, struct side *side, struct cursor bytes);
void dissect_names_drop(struct dissectors *dissectors, struct side *side);

/* --- dissect_tcp.c --- */

void dissect_tcp(struct dissectors *dissectors, struct connection *connection,
        const struct packet *packet, bool to_server);
void dissect_tcp_clear(struct dissectors *dissectors, struct dissector *dissector);
bool dissect_tcp_turns(struct dissectors *dissectors, struct connection *connection,
        struct cursor payload, bool to_server);

/* --- dissect_rules.c --- */

#define DISSECT_BIT(kind) (1u << (kind))
#define DISSECT_HTTP_BUFFERS                                                                       \
    (DISSECT_BIT(BUFFER_HTTP_METHOD) | DISSECT_BIT(BUFFER_HTTP_URI) |                              \
            DISSECT_BIT(BUFFER_HTTP_HOST) | DISSECT_BIT(BUFFER_HTTP_USER_AGENT) |                  \
            DISSECT_BIT(BUFFER_HTTP_HEADER) | DISSECT_BIT(BUFFER_HTTP_REQUEST_BODY))
#define DISSECT_MQTT_BUFFERS                                                                       \
    (DISSECT_BIT(BUFFER_MQTT_CLIENT_ID) | DISSECT_BIT(BUFFER_MQTT_USERNAME) |                      \
            DISSECT_BIT(BUFFER_MQTT_PASSWORD) | DISSECT_BIT(BUFFER_MQTT_PUBLISH_TOPIC) |           \
            DISSECT_BIT(BUFFER_MQTT_SUBSCRIBE_TOPIC))

static inline bool dissect_wants(const struct dissectors *dissectors, enum rule_buffer_kind kind)
{
    return (dissectors->wanted & DISSECT_BIT(kind)) != 0;
}

/* A message ends; told where rules look at the stream. */
void dissect_tell_end(struct dissectors *dissectors, struct connection *connection, bool to_server);
void dissect_tell_hello(struct dissectors *dissectors, struct connection *connection,
        const struct tls_hello *hello, bool quic, bool to_server);
void dissect_tell_dns(struct dissectors *dissectors, struct connection *connection,
        struct cursor message, bool to_server);

#endif
