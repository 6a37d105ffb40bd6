/* serve_http_internal.h - between the files of the web server. */
#ifndef TATTLER_CLI_SERVE_HTTP_INTERNAL_H
#define TATTLER_CLI_SERVE_HTTP_INTERNAL_H

#include <microhttpd.h>

#include "serve_http.h"

/* --- serve_judge.c --- */

enum serve_verdict { SERVE_WELCOME, SERVE_LOGS_IN, SERVE_STRANGER, SERVE_MISDIRECTED };
enum serve_verdict serve_judge(const struct serve_access *access,
        struct MHD_Connection *connection);

/* Of a request that changes something: does it come from our own page? */
bool serve_is_own_form(const struct serve_access *access, struct MHD_Connection *connection,
        const char *secret);

/* --- serve_form.c --- */

struct serve_form;

struct serve_form *serve_form_new(struct MHD_Connection *connection); /* NULL: out of memory */
void serve_form_free(struct serve_form *form); /* accepts NULL */
void serve_form_take(struct serve_form *form, const char *bytes, size_t len);
/* All is there: false if it was no form, or too long. */
bool serve_form_is_good(struct serve_form *form);
const char *serve_form_value(const struct serve_form *form, const char *name); /* "": none */

#endif
