/* serve.h - the parts of 'tattler serve': a report that is kept up to date, over HTTP. One thread. */
#ifndef TATTLER_CLI_SERVE_H
#define TATTLER_CLI_SERVE_H

#include <stdbool.h>
#include <stdio.h>

#include "report_page.h"
#include "rules_told.h"
#include "serve_http.h"

/* --- serve_access.c --- */

/* Makes up the forms' secret, and a token unless there is one. False: the machine gives no random
 * numbers, and it was told. */
bool serve_access_make(struct serve_access *access);
/* Takes the token from a file that nobody else may read. False: it was told why not. */
bool serve_access_read(struct serve_access *access, const char *path);

/* --- serve_listen.c --- */

struct serve_place {
    const char *socket_path; /* NULL: TCP */
    char host[64];           /* an address, as it stands in a URL */
    unsigned port;
    bool is_loopback;
};

/* "127.0.0.1:8844", "[::1]:8844". False: it is no address and port, which was told. */
bool serve_place_parse(const char *text, struct serve_place *place);
/* A listening socket; -1: it was told why not. */
int serve_listen(const struct serve_place *place);

/* --- serve_run.c --- */

struct serve_options {
    struct rule_options rules;
    const char *listen, *token_file, *store, *user, *source; /* NULL: not given */
    struct serve_place place;
};

/* Until a signal ends it; an exit status. Once it listens it gives up what rights it has, and may
 * write below no folder but those of the configuration, for triage, and of its own socket. */
int serve_run(const struct serve_options *options, const struct settings *settings);

/* --- serve_metrics.c --- */

/* In Prometheus' text format (version 0.0.4). */
void serve_metrics(FILE *to, const struct report *report, const struct eve_counts *read);

/* --- serve_module.c --- */

/* The web server (serve_http.h); NULL: told why not. */
const struct http_module *serve_module(void);

#endif
