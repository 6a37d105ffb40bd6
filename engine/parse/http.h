/* http.h - reads the head of an HTTP/1.x request (RFC 9112, RFC 9110), leniently.
 *
 * All cursors of a result borrow from the input. Any thread; no allocation, no state. */
#ifndef TATTLER_PARSE_HTTP_H
#define TATTLER_PARSE_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/status.h"

#define HTTP_HEAD_MAX (16 * 1024)

/* uri-host and port (RFC 3986 section 3.2); user information is left out. An IPv6 literal comes
 * without its brackets. An absent host has a 'name.left' of 0; an absent or unreadable port is
 * 0. */
struct http_host {
    struct cursor name; /* case and bytes as on the wire */
    uint16_t port;
};

struct http_head {
    struct cursor method;
    struct cursor target;
    /* From an absolute-form target (a proxy request) or a CONNECT, else empty. It takes precedence
     * over 'host' where both are there (RFC 9112 section 3.2.2). */
    struct http_host authority;
    struct http_host host; /* of the first Host field */
    /* Of the first User-Agent; empty when absent. A folded value keeps its line breaks. */
    struct cursor user_agent;
    bool complete; /* the blank line was seen: what is absent now stays absent */
};

/* Reads the request at the start of 'bytes', the first bytes of a client's stream.
 *   OK           either the whole head is there ('complete'), or it is cut but request line and
 *                Host line are whole: 'user_agent' may still come with more bytes
 *   TRUNCATED    neither (a line counts when the next byte shows that it is not folded); call again
 *                with the same bytes and more behind them
 *   UNSUPPORTED  no HTTP/1.x request: told from the first byte that cannot belong to one. A
 *                response, HTTP/0.9 and the HTTP/2 preface are among these
 *   FULL         HTTP_HEAD_MAX bytes with neither
 * Lines may end in LF alone; blank lines in front are skipped; field names compare without case; a
 * folded line (obs-fold) belongs to the field before it; lines that are no fields are ignored. */
enum tattler_status http_head_parse(struct cursor bytes, struct http_head *out);

#endif
