/* http_response.h - the head of an HTTP/1 response: what rules look at, and where its body ends.
 * Any thread; no allocation. */
#ifndef TATTLER_PARSE_HTTP_RESPONSE_H
#define TATTLER_PARSE_HTTP_RESPONSE_H

#include "parse/http_request.h"

struct http_response {
    uint16_t status;      /* 0: none that can be read */
    struct cursor fields; /* as those of a request, but without Set-Cookie; absent: no 'at' */
    enum http_body body;  /* as the fields have it; without any the connection's end ends it */
    uint64_t body_size;
};

/* Reads a head whose length http_head_length() tells; one that breaks off is read as far as it
 * goes.
 *   OK           'out' is written
 *   TRUNCATED    there is not even a status line
 *   UNSUPPORTED  it does not begin with "HTTP"
 *   FULL         it has more bytes than HTTP_REQUEST_MAX, or too many fields */
enum tattler_status http_response_read(struct cursor head, struct http_work *work,
        struct http_response *out);

/* RFC 9110 section 15: the response to a HEAD, an interim one, 204 and 304 have no body unless, to
 * libhtp, fields say otherwise. */
bool http_response_is_bare(const struct http_response *response, bool to_head);

#endif
