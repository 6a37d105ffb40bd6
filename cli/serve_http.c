/* Requests to 'tattler serve' and their answers. */
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

#include "serve_http_internal.h"

/* The page is for one or two people. */
#define CONNECTIONS_MAX 32
#define CONNECTION_BYTES (32 * 1024) /* of a request's head */
#define IDLE_S 20

struct http_server {
    struct MHD_Daemon *daemon;
    const struct http_site *site;
    struct MHD_Response **kept; /* by page; NULL: none yet */
    uint64_t kept_version;
};

/* --- answers --- */

static const char *const always[][2] = {
    { MHD_HTTP_HEADER_CACHE_CONTROL, "no-store" },
    { MHD_HTTP_HEADER_X_CONTENT_TYPE_OPTIONS, "nosniff" },
    { "Referrer-Policy", "same-origin" }, /* "no-referrer" would take the origin off forms */
    { MHD_HTTP_HEADER_X_FRAME_OPTIONS, "DENY" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
};

/* Takes 'bytes' over. NULL: out of memory. */
static struct MHD_Response *make_answer(char *bytes, size_t len, const char *type)
{
    struct MHD_Response *answer =
            MHD_create_response_from_buffer(len, bytes, MHD_RESPMEM_MUST_FREE);

    if (answer == NULL) {
        free(bytes);
        return NULL;
    }
    MHD_add_response_header(answer, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
        MHD_add_response_header(answer, always[i][0], always[i][1]);
    return answer;
}

static enum MHD_Result answer_with(struct MHD_Connection *connection, unsigned status,
        struct MHD_Response *answer)
{
    enum MHD_Result result;

    if (answer == NULL)
        return MHD_NO;
    result = MHD_queue_response(connection, status, answer);
    MHD_destroy_response(answer);
    return result;
}

static struct MHD_Response *text_answer(const char *text)
{
    char *bytes = strdup(text);

    return bytes != NULL ? make_answer(bytes, strlen(bytes), "text/plain; charset=utf-8") : NULL;
}

static enum MHD_Result say(struct MHD_Connection *connection, unsigned status, const char *text)
{
    return answer_with(connection, status, text_answer(text));
}

/* --- what there is --- */

static struct MHD_Response *write_page(const struct http_site *site, const struct http_page *page)
{
    char *bytes = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&bytes, &len);
    bool good = to != NULL && page->write(site->user, to);

    if (to != NULL)
        good = fclose(to) == 0 && good;
    if (good)
        return make_answer(bytes, len, page->type);
    free(bytes);
    return NULL;
}

static void drop_kept(struct http_server *server)
{
    for (size_t i = 0; i < server->site->page_count; i++) {
        if (server->kept[i] != NULL)
            MHD_destroy_response(server->kept[i]);
        server->kept[i] = NULL;
    }
}

/* Drawn anew only where there is something new. */
static enum MHD_Result send_page(struct http_server *server, struct MHD_Connection *connection,
        size_t index)
{
    const struct http_site *site = server->site;
    struct MHD_Response *answer;

    if (!site->pages[index].is_kept)
        return answer_with(connection, MHD_HTTP_OK, write_page(site, &site->pages[index]));
    if (server->kept_version != *site->version)
        drop_kept(server);
    server->kept_version = *site->version;
    if (server->kept[index] == NULL)
        server->kept[index] = write_page(site, &site->pages[index]);
    answer = server->kept[index];
    return answer == NULL ? MHD_NO : MHD_queue_response(connection, MHD_HTTP_OK, answer);
}

static enum MHD_Result send_none(const struct http_site *site, struct MHD_Connection *connection)
{
    char text[256] = "There is";

    for (size_t i = 0; i < site->page_count; i++) {
        size_t len = strlen(text);

        snprintf(text + len, sizeof(text) - len, " %s", site->pages[i].path);
    }
    return say(connection, MHD_HTTP_NOT_FOUND, text);
}

/* --- requests --- */

/* The token leaves the address bar, and the browser's history, for a cookie. */
static enum MHD_Result log_in(const struct serve_access *access, struct MHD_Connection *connection)
{
    struct MHD_Response *answer = text_answer("welcome\n");
    char cookie[SERVE_TOKEN_MAX + 64];

    if (answer == NULL)
        return MHD_NO;
    snprintf(cookie, sizeof(cookie), "tattler=%s; Path=/; HttpOnly; SameSite=Strict",
            access->token);
    MHD_add_response_header(answer, MHD_HTTP_HEADER_SET_COOKIE, cookie);
    MHD_add_response_header(answer, MHD_HTTP_HEADER_LOCATION, "/");
    return answer_with(connection, MHD_HTTP_SEE_OTHER, answer);
}

/* True: it has been turned away, or let in by its address, with '*result'. */
static bool is_held_up(struct http_server *server, struct MHD_Connection *connection,
        enum MHD_Result *result)
{
    switch (serve_judge(server->site->access, connection)) {
    case SERVE_MISDIRECTED:
        *result = say(connection, MHD_HTTP_MISDIRECTED_REQUEST,
                "Come by address, or as localhost.\n");
        return true;
    case SERVE_STRANGER:
        *result = say(connection, MHD_HTTP_UNAUTHORIZED,
                "Who are you? Open the address that 'tattler serve' printed, with ?token=... at "
                "its end, or send the token as a bearer.\n");
        return true;
    case SERVE_LOGS_IN:
        *result = log_in(server->site->access, connection);
        return true;
    default:
        return false;
    }
}

static enum MHD_Result answer_get(struct http_server *server, struct MHD_Connection *connection,
        const char *path)
{
    for (size_t i = 0; i < server->site->page_count; i++)
        if (strcmp(server->site->pages[i].path, path) == 0)
            return send_page(server, connection, i);
    return send_none(server->site, connection);
}

/* Back to the page, which tells what came of it. */
static enum MHD_Result answer_form(struct http_server *server, struct MHD_Connection *connection,
        struct serve_form *form)
{
    const struct http_change change = { serve_form_value(form, "shown"),
        serve_form_value(form, "reason"), serve_form_value(form, "undo") };
    struct MHD_Response *answer;

    if (!serve_form_is_good(form))
        return say(connection, MHD_HTTP_CONTENT_TOO_LARGE,
                "Nothing was changed: this is no form of the page, or a reason of more than 255 bytes. "
                "Go back, and shorten it.\n");
    if (!serve_is_own_form(server->site->access, connection, serve_form_value(form, "secret")))
        return say(connection, MHD_HTTP_FORBIDDEN,
                "The form is not of this page. Load it again.\n");
    server->site->change(server->site->user, &change);
    answer = text_answer("done\n");
    if (answer != NULL)
        MHD_add_response_header(answer, MHD_HTTP_HEADER_LOCATION, "/tune");
    return answer_with(connection, MHD_HTTP_SEE_OTHER, answer);
}

/* What is kept of a request until it is whole. */
struct request {
    struct serve_form *form; /* NULL: it changes nothing */
};

static enum MHD_Result begin_request(struct http_server *server, struct MHD_Connection *connection,
        const char *path, const char *method, void **state)
{
    bool reads = strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
                 strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
    bool changes = strcmp(method, MHD_HTTP_METHOD_POST) == 0 && strcmp(path, "/tune") == 0 &&
                   server->site->change != NULL;
    enum MHD_Result result;
    struct request *request;

    if (!reads && !changes)
        return say(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET or HEAD; POST for /tune alone.\n");
    if (is_held_up(server, connection, &result))
        return result;
    request = calloc(1, sizeof(*request));
    if (request != NULL && changes)
        request->form = serve_form_new(connection);
    *state = request;
    return request != NULL && (!changes || request->form != NULL) ? MHD_YES : MHD_NO;
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *path,
        const char *method, const char *version, const char *upload, size_t *upload_len,
        void **state)
{
    struct request *request = *state;
    size_t len = *upload_len;

    (void)version;
    if (request == NULL)
        return begin_request(user, connection, path, method, state);
    *upload_len = 0;
    if (len > 0) {
        if (request->form != NULL)
            serve_form_take(request->form, upload, len);
        return MHD_YES;
    }
    return request->form != NULL ? answer_form(user, connection, request->form)
                                 : answer_get(user, connection, path);
}

static void end_request(void *user, struct MHD_Connection *connection, void **state,
        enum MHD_RequestTerminationCode why)
{
    struct request *request = *state;

    (void)user;
    (void)connection;
    (void)why;
    if (request != NULL)
        serve_form_free(request->form);
    free(request);
    *state = NULL;
}

/* --- the server --- */

static void stop(struct http_server *server)
{
    if (server == NULL)
        return;
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    if (server->kept != NULL)
        drop_kept(server);
    free(server->kept);
    free(server);
}

static struct http_server *start(int listener, const struct http_site *site)
{
    struct http_server *server = calloc(1, sizeof(*server));

    if (server == NULL)
        return NULL;
    server->site = site;
    server->kept = calloc(site->page_count, sizeof(server->kept[0]));
    if (server->kept != NULL)
        server->daemon = MHD_start_daemon(MHD_NO_FLAG, 0, NULL, NULL, on_request, server,
                MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT,
                (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                (size_t)CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
                MHD_OPTION_NOTIFY_COMPLETED, end_request, server, MHD_OPTION_END);
    if (server->daemon != NULL)
        return server;
    stop(server);
    return NULL;
}

/* Not by epoll: libmicrohttpd takes it edge-triggered, and misses the end of a connection that
 * comes together with its last bytes. */
static void turn(struct http_server *server, int wait_ms)
{
    fd_set readable, writable, odd;
    MHD_UNSIGNED_LONG_LONG due_ms;
    struct timeval wait;
    int top = -1;

    FD_ZERO(&readable);
    FD_ZERO(&writable);
    FD_ZERO(&odd);
    if (MHD_get_fdset(server->daemon, &readable, &writable, &odd, &top) != MHD_YES)
        return;
    if (MHD_get_timeout(server->daemon, &due_ms) == MHD_YES && due_ms < (unsigned)wait_ms)
        wait_ms = (int)due_ms;
    wait = (struct timeval){ .tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000 };
    if (select(top + 1, &readable, &writable, &odd, &wait) >= 0)
        MHD_run_from_select(server->daemon, &readable, &writable, &odd);
}

__attribute__((visibility("default"))) const struct http_module *tattler_http_module(void)
{
    static const struct http_module module = { HTTP_MODULE_VERSION, start, stop, turn };

    return &module;
}
