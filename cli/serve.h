/* serve.h - the parts of 'tattler serve': a report that is kept up to date, over HTTP.
 *
 * Who may read: whoever can open the Unix socket, and over TCP whoever knows the token, as the
 * cookie that "/?token=..." sets or as a bearer. A request that comes by a name other than
 * localhost is refused, so that no web site can have its own name lead here (DNS rebinding); what
 * changes something has to bring the page's own secret and to come from it. One thread. */
#ifndef TATTLER_CLI_SERVE_H
#define TATTLER_CLI_SERVE_H

#include <stdbool.h>
#include <stdio.h>

#include "report_page.h"
#include "rules_told.h"

struct MHD_Connection;
struct triage;

/* --- serve_access.c --- */

#define SERVE_TOKEN_MIN 16
#define SERVE_TOKEN_MAX 128 /* characters */

struct serve_access {
    bool open; /* by the Unix socket: who can connect may read */
    char token[SERVE_TOKEN_MAX + 1];
    char form[33]; /* the secret that the page's own forms bring along */
};

/* Makes up the forms' secret, and a token unless there is one. False: the machine gives no random
 * numbers, and it was told. */
bool serve_access_make(struct serve_access *access);
/* Takes the token from a file that nobody else may read. False: it was told why not. */
bool serve_access_read(struct serve_access *access, const char *path);

enum serve_verdict { SERVE_WELCOME, SERVE_LOGS_IN, SERVE_STRANGER, SERVE_MISDIRECTED };
enum serve_verdict serve_judge(const struct serve_access *access,
        struct MHD_Connection *connection);
/* Equal, told in a time that depends on neither. */
bool serve_same_secret(const char *one, const char *other);

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

/* --- serve_http.c --- */

struct server;

struct server_source {
    const struct report *report;
    struct report_about *about; /* 'read' and 'version' are kept up to date by the caller */
    const struct serve_access *access;
    struct triage *triage; /* serve_tune.h; NULL: there is no configuration to change */
};

/* Serves on 'listener', which it takes over. All in 'source' is borrowed. NULL: told why. */
struct server *server_new(int listener, const struct server_source *source);
void server_free(struct server *server); /* accepts NULL */
/* Answers what has come, after waiting for it so long at most. */
void server_turn(struct server *server, int wait_ms);

#endif
