/* dissect_http.h - finds the requests in what an HTTP/1 client sends, and the responses to them,
 * and tells them as transactions.
 *
 * All requests of a connection are found. Where rules want bodies a request is told when its head
 * is there and once more when its body is, as much as Suricata keeps of it by default. One
 * thread. */
#ifndef TATTLER_CLI_DISSECT_HTTP_H
#define TATTLER_CLI_DISSECT_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "held.h"
#include "parse/http_request.h"

#define HTTP_BODY_MAX (100 * 1024)
#define HTTP_LINE_MAX 18000 /* libhtp's field_limit in Suricata 8 */

enum http_state {
    HTTP_OPENING, /* not known to be HTTP yet */
    HTTP_HEAD,
    HTTP_SIZED,
    HTTP_CHUNK_LINE,
    HTTP_CHUNK_DATA,
    HTTP_CHUNK_END,
    HTTP_TRAILER,
    HTTP_REST, /* behind a request, in the same segment */
    HTTP_ASKED,  /* for a tunnel; the answer has not come */
    HTTP_TUNNEL, /* behind a CONNECT that was answered */
    HTTP_TO_THE_END, /* a body that the connection's end ends */
    HTTP_DONE,
    HTTP_STATES
};

/* One side; all zeros at the start. The fields are private. */
struct http_reader {
    enum http_state state;
    struct held held;   /* a head, and behind it the body if wanted */
    size_t head_length; /* of what is held; 0: the head is not whole yet */
    size_t looked;      /* of a head that is not whole */
    struct held line;   /* that is not whole */
    uint64_t left;      /* of a body or chunk */
    bool told;
};

struct dissectors;
struct dissector;

/* The client's next bytes in order. False: there is nothing more to find. */
bool http_read(struct dissectors *dissectors, struct dissector *dissector, struct cursor bytes);

/* The connection turned out to be one of HTTP: what has come until now is read. */
void http_confirm(struct dissectors *dissectors, struct dissector *dissector);

/* The server has answered a request for a tunnel. */
void http_settle_tunnel(struct dissectors *dissectors, struct dissector *dissector, bool refused);

/* So many bytes are missing: true if they are of a body whose length is known. */
bool http_skip_gap(struct http_reader *reader, uint64_t missing);

/* --- dissect_answers.c --- */

/* Requests that have not been answered; beyond ANSWERS_MAX they are not told apart. */
#define ANSWERS_MAX 64
struct http_asked {
    uint64_t heads, tunnels; /* bits: the method is HEAD, CONNECT; the oldest request lowest */
    unsigned count;
};

void http_ask(struct http_asked *asked, const struct http_request *request);

/* The server's next bytes in order. */
void http_read_answers(struct dissectors *dissectors, struct dissector *dissector,
        struct cursor bytes);
void http_end_answers(struct dissectors *dissectors, struct dissector *dissector);

/* There will be no more bytes of the client: tells what has come of the last request. */
void http_end(struct dissectors *dissectors, struct dissector *dissector);

#endif
