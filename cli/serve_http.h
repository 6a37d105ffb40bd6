/* serve_http.h - the web server of 'tattler serve'.
 *
 * A module of its own (tattler-http.so), opened by who serves: the libraries that it needs would take
 * a fifth of the time in which any other command starts.
 *
 * Who may read: whoever can open the Unix socket, and over TCP whoever knows the token, as the
 * cookie that "/?token=..." sets or as a bearer. A request that comes by a name other than
 * localhost is refused, so that no web site can have its own name lead here (DNS rebinding); what
 * changes something has to bring the page's own secret and to come from it. One thread. */
#ifndef TATTLER_CLI_SERVE_HTTP_H
#define TATTLER_CLI_SERVE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SERVE_TOKEN_MIN 16
#define SERVE_TOKEN_MAX 128 /* characters */

struct serve_access {
    bool open; /* by the Unix socket: who can connect may read */
    char token[SERVE_TOKEN_MAX + 1];
    char form[33]; /* the secret that the page's own forms bring along */
};

/* --- what is served --- */

struct http_page {
    const char *path, *type;
    bool is_kept; /* until the version is another */
    bool (*write)(void *user, FILE *to); /* false: out of memory */
};

/* A form of /tune; "" where it has no such value. */
struct http_change {
    const char *shown, *reason, *undo;
};

struct http_site {
    const struct serve_access *access;
    const struct http_page *pages;
    size_t page_count;
    const uint64_t *version;
    void (*change)(void *user, const struct http_change *change); /* NULL: nothing can be */
    void *user;
};

/* --- the module --- */

#define HTTP_MODULE_VERSION 1
#define HTTP_MODULE_SYMBOL "tattler_http_module"

struct http_server;

struct http_module {
    unsigned version;
    /* Serves on 'listener', which it takes over. 'site' and all in it is borrowed. NULL: it does not
     * start. */
    struct http_server *(*start)(int listener, const struct http_site *site);
    void (*stop)(struct http_server *server); /* accepts NULL */
    /* Answers what has come, after waiting for it so long at most. */
    void (*turn)(struct http_server *server, int wait_ms);
};

const struct http_module *tattler_http_module(void);

#endif
