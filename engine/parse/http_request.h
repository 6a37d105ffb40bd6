/* http_request.h - the head of an HTTP/1 request with everything that rules look at.
 *
 * http.h finds the name of a server as early as it can; this reads a whole head, and gives its
 * parts the form they have in Suricata (libhtp), which decides where RFC 9112 leaves room: fields
 * of one name are joined, folded lines unfolded, the target normalised. Any thread; no
 * allocation. */
#ifndef TATTLER_PARSE_HTTP_REQUEST_H
#define TATTLER_PARSE_HTTP_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/status.h"

#define HTTP_REQUEST_MAX (64 * 1024) /* one head */
#define HTTP_FIELDS_MAX 1024         /* with different names */

enum http_body { HTTP_NO_BODY, HTTP_SIZED_BODY, HTTP_CHUNKED_BODY, HTTP_BAD_BODY };

/* An absent part has no 'at'. The cursors borrow from the head or from the work area. */
struct http_request {
    struct cursor method, target, version; /* as written */
    struct cursor uri;    /* path, query and fragment: http_uri.h */
    struct cursor host;   /* of the target, else of the Host field: lower case, no port */
    struct cursor user_agent;
    struct cursor fields; /* "Name: value\r\n" for each but Cookie, in the order of first ones */
    bool has_version;     /* false: HTTP/0.9, unless fields follow */
    bool is_connect;
    enum http_body body;
    uint64_t body_size; /* of HTTP_SIZED_BODY */
};

/* Where a head is worked on, one at a time: half a MiB. */
struct http_work;

struct http_work *http_work_new(void); /* NULL: out of memory */
void http_work_free(struct http_work *work); /* accepts NULL */

/* May these bytes, the first of a client, be those of a request whatever its method? False from the
 * first one that cannot. */
bool http_may_be_request(struct cursor bytes);

/* Drops the empty lines that may be in front of a request (RFC 9112 section 2.2). */
void http_skip_empty_lines(struct cursor *bytes);

/* How many bytes are a head with its empty line, 0: it goes on. '*from', at first 0, is where to
 * look on with more bytes behind these. */
size_t http_head_length(struct cursor bytes, size_t *from);

/* Reads a head; one that breaks off is read as far as it goes.
 *   OK         'out' is written
 *   TRUNCATED  there is not even a request line
 *   FULL       it has more bytes than HTTP_REQUEST_MAX
 * With more than HTTP_FIELDS_MAX names the request line is all. */
enum tattler_status http_request_read(struct cursor head, struct http_work *work,
        struct http_request *out);

/* The joined values of a field of the head, request or response, that was read last into 'work'; false:
 * it has none of this name. Any case will do. */
bool http_field_find(struct http_work *work, const char *name, struct cursor *value);

/* Does a line begin with one of the methods that Suricata knows, in capitals? What follows a
 * request on its connection and does not is taken for more of its body. */
bool http_is_method(struct cursor line);

/* Takes a line off a chunked body (RFC 9112 section 7.1), with its line end: the size of the chunk.
 * False: it is none. */
bool http_chunk_size(struct cursor line, uint64_t *size);

#endif
