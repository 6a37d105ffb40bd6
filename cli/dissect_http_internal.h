/* dissect_http_internal.h - what the readers of HTTP/1 share: dissect_http.c reads requests,
 * dissect_answers.c responses, dissect_http_head.c and dissect_http_body.c what they are made
 * of. */
#ifndef TATTLER_CLI_DISSECT_HTTP_INTERNAL_H
#define TATTLER_CLI_DISSECT_HTTP_INTERNAL_H

#include "dissect_internal.h"

/* A reader at work. */
struct http_reading {
    struct dissectors *dissectors;
    struct dissector *dissector;
    struct http_reader *reader;
};

/* What comes of looking at some bytes. */
enum step { STEP_ON, STEP_MORE };

/* 'head': that of the request, as it came. */
void http_tell(const struct http_reading *reading, const struct http_request *request,
        struct cursor head, enum match_stage stage, struct cursor body);
enum step http_give_up(const struct http_reading *reading);

/* --- dissect_http_head.c --- */

/* Takes a whole head, from 'in' or from what is held by then. False: it goes on, and all of 'in' is
 * held now; or it is given up. */
bool http_gather_head(const struct http_reading *reading, struct cursor *in, struct cursor *head);
bool http_is_too_long(const struct http_reader *reader);

/* --- dissect_http_body.c --- */

/* The head again, now with the body, if there is one. */
void http_tell_body(const struct http_reading *reading);
void http_add_body(const struct http_reading *reading, struct cursor bytes);

/* One for each state behind the head. */
enum step http_read_sized(const struct http_reading *reading, struct cursor *in);
enum step http_read_chunk_line(const struct http_reading *reading, struct cursor *in);
enum step http_read_chunk_data(const struct http_reading *reading, struct cursor *in);
enum step http_read_chunk_end(const struct http_reading *reading, struct cursor *in);
enum step http_read_trailer(const struct http_reading *reading, struct cursor *in);
enum step http_read_to_the_end(const struct http_reading *reading, struct cursor *in);
enum step http_read_rest(const struct http_reading *reading, struct cursor *in);

#endif
