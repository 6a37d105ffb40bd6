/* http_uri.h - a request's target as HTTP servers understand it, so that rules need not list all
 * the ways to write one path.
 *
 * The meaning is that of Suricata's default (libhtp's personality "IDS" without lower case), which
 * is looser than RFC 3986: servers are. Any thread; no allocation, no state. */
#ifndef TATTLER_PARSE_HTTP_URI_H
#define TATTLER_PARSE_HTTP_URI_H

#include <stdbool.h>

#include "base/cursor.h"

/* A part that is absent has no 'at'; one that is there may be empty. All borrow from the input. */
struct http_uri_parts {
    struct cursor scheme;
    struct cursor host; /* with the brackets of an IPv6 literal */
    struct cursor path, query, fragment;
};

/* Splits a target in origin-form or absolute-form (RFC 9112 section 3.2). Everything in front of
 * the first colon is a scheme unless the target begins with a slash. */
void http_uri_split(struct cursor target, struct http_uri_parts *out);

/* host [":" port] (RFC 9110 section 7.2): the host as it is written. False when there is none. */
bool http_uri_host(struct cursor authority, struct cursor *host);

/* Writes path, query and fragment, decoded, to 'out', which has room for all of the target, and
 * returns how many bytes they have; 0: there is nothing of them. Percent and %u encodings are
 * decoded once; in the path alone backslashes become slashes, runs of them become one, UTF-8
 * becomes Windows-1252 by the nearest letter, and "." and ".." segments are resolved. */
size_t http_uri_normalise(const struct http_uri_parts *parts, uint8_t *out);

/* The same for the host: decoded, in lower case, without dots at its end. 'out' has room for it. */
size_t http_uri_normalise_host(struct cursor host, uint8_t *out);

#endif
