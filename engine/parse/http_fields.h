/* http_fields.h - the fields of an HTTP/1 head, for http_request.c and http_response.c. Any
 * thread. */
#ifndef TATTLER_PARSE_HTTP_FIELDS_H
#define TATTLER_PARSE_HTTP_FIELDS_H

#include "parse/http_request.h"

/* The fields of one name: the values come from the wire, folded lines and all. */
struct http_field {
    struct cursor name, value;
    uint32_t hash;  /* of the name */
    uint16_t again; /* the next one of this name, 0: none */
    uint16_t last;  /* of this name, 0: this one; of the first alone */
    bool is_again;
};

/* The text of fields has less than two bytes for each on the wire ("a:" and its line end become
 * five of three), target, its host and that of the Host field one each. */
#define HTTP_WORK_MAX (5 * HTTP_REQUEST_MAX)

struct http_work {
    struct http_field fields[HTTP_FIELDS_MAX];
    size_t count;
    unsigned repetitions;
    uint8_t text[HTTP_WORK_MAX];
    size_t used;
};

/* The joined values of fields that say more of a request; absent ones have no 'at'. */
struct http_known_fields {
    struct cursor host, user_agent, length, coding;
};

/* Starts over: what was written before is gone. */
void http_work_clear(struct http_work *work);

/* Writes all fields but those named 'hidden' as "Name: value" lines to 'text', which stays as it
 * is if there are none. 'in' begins behind the first line. TRUNCATED: the head breaks off; FULL:
 * there are more than HTTP_FIELDS_MAX names, and nothing was written. */
enum tattler_status http_fields_read(struct cursor in, const char *hidden, struct http_work *work,
        struct http_known_fields *known, struct cursor *text);

/* What the fields say of the body; 'size' is that of HTTP_SIZED_BODY. */
enum http_body http_fields_body(const struct http_known_fields *known, uint64_t *size);

/* Appends to what is written; there is always room for what a head can give. */
void http_work_write(struct http_work *work, const void *bytes, size_t length);
struct cursor http_work_since(const struct http_work *work, size_t start);

#endif
