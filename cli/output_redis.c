/* EVE records to a stream of Redis: XADD with the field 'eve', as Suricata writes it, many at once. A
 * server that goes away in the middle may get the last few again: each record at least once. */
#include <errno.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <sys/time.h>

#include "command.h"
#include "sender.h"

#define PIPELINE 256 /* records that answers are awaited for */
#define LIMIT_S 1
#define PORT 6379
#define HOST_SIZE 256

struct server {
    const char *name; /* borrowed: the whole output */
    char host[HOST_SIZE]; /* or the path of a socket */
    int port;             /* 0: it is one */
    struct redis_settings settings; /* borrowed texts */
    char max_records[32];
    redisContext *context; /* NULL: not connected */
    bool is_refused; /* it answers, but not as it should: also at the next time */
    bool refuses_records; /* which was told */
};

/* --- connecting --- */

/* False: 'problem' holds what went wrong, or what the server says. */
static bool judge(struct server *server, redisReply *reply, char *problem, size_t size)
{
    bool is_good = reply != NULL && reply->type != REDIS_REPLY_ERROR;

    if (reply == NULL)
        snprintf(problem, size, "%s", server->context->err == REDIS_ERR_IO && errno == EAGAIN
                                              ? "does not answer"
                                              : server->context->errstr);
    else if (!is_good)
        snprintf(problem, size, "%s", reply->str);
    server->is_refused |= reply != NULL && !is_good;
    return is_good;
}

static bool log_in(struct server *server, char *problem, size_t size)
{
    const struct redis_settings *settings = &server->settings;
    redisReply *reply;
    bool is_good;

    if (settings->password == NULL)
        return true;
    reply = settings->username != NULL
                    ? redisCommand(server->context, "AUTH %s %s", settings->username,
                              settings->password)
                    : redisCommand(server->context, "AUTH %s", settings->password);
    is_good = judge(server, reply, problem, size);
    freeReplyObject(reply);
    return is_good;
}

/* Would XADD do? Found out before there is a record to lose. */
static bool check_key(struct server *server, char *problem, size_t size)
{
    const char *key = server->settings.key;
    redisReply *reply = redisCommand(server->context, "TYPE %s", key);
    bool is_good = judge(server, reply, problem, size);

    if (is_good && reply->type != REDIS_REPLY_STATUS) {
        snprintf(problem, size, "answers, but not as Redis does");
        server->is_refused = true;
        is_good = false;
    } else if (is_good && strcmp(reply->str, "none") != 0 && strcmp(reply->str, "stream") != 0) {
        snprintf(problem, size, "the key '%s' holds a %s, not a stream: set redis.key to another",
                key, reply->str);
        server->is_refused = true;
        is_good = false;
    }
    freeReplyObject(reply);
    return is_good;
}

static bool redis_connect(void *state, char *problem, size_t size)
{
    struct server *server = state;
    const struct timeval limit = { .tv_sec = LIMIT_S };

    server->is_refused = false;
    server->context = server->port == 0
                              ? redisConnectUnixWithTimeout(server->host, limit)
                              : redisConnectWithTimeout(server->host, server->port, limit);
    if (server->context == NULL || server->context->err != 0) {
        snprintf(problem, size, "%s",
                server->context != NULL ? server->context->errstr : "out of memory");
        return false;
    }
    return redisSetTimeout(server->context, limit) == REDIS_OK && log_in(server, problem, size) &&
           check_key(server, problem, size);
}

static void redis_disconnect(void *state)
{
    struct server *server = state;

    if (server->context != NULL)
        redisFree(server->context);
    server->context = NULL;
}

/* --- records --- */

static void append(struct server *server, const char *record, size_t len)
{
    if (server->settings.max_records > 0)
        redisAppendCommand(server->context, "XADD %s MAXLEN ~ %s * eve %b", server->settings.key,
                server->max_records, record, len);
    else
        redisAppendCommand(server->context, "XADD %s * eve %b", server->settings.key, record, len);
}

/* Appends what one pipeline takes; returns how many records, '*lens' are theirs with the newline. */
static size_t append_some(struct server *server, const char *records, size_t len,
        size_t lens[PIPELINE])
{
    size_t count = 0, done = 0;

    while (count < PIPELINE && done < len) {
        const char *end = memchr(records + done, '\n', len - done);
        size_t piece = end != NULL ? (size_t)(end - records) - done : len - done;

        append(server, records + done, piece);
        lens[count] = piece + (end != NULL ? 1 : 0);
        done += lens[count++];
    }
    return count;
}

/* Told once, until one is taken again. */
static bool is_refusal(struct server *server, const redisReply *reply)
{
    bool is_error = reply->type == REDIS_REPLY_ERROR;

    if (is_error && !server->refuses_records)
        complain("%s: takes no records: %s", server->name, reply->str);
    server->refuses_records = is_error;
    return is_error;
}

static size_t redis_send(void *state, const char *records, size_t len, uint64_t *refused,
        char *problem, size_t size)
{
    struct server *server = state;
    size_t done = 0, lens[PIPELINE];

    while (done < len) {
        size_t count = append_some(server, records + done, len - done, lens);

        for (size_t i = 0; i < count; i++) {
            redisReply *reply = NULL;

            if (redisGetReply(server->context, (void **)&reply) != REDIS_OK) {
                judge(server, NULL, problem, size);
                return done;
            }
            *refused += is_refusal(server, reply);
            done += lens[i];
            freeReplyObject(reply);
        }
    }
    return done;
}

static const struct sender_target target = { redis_connect, redis_send, redis_disconnect, free };

/* --- "SERVER", "SERVER:PORT", "[ADDRESS]:PORT" or the path of a socket --- */

static bool parse_port(const char *text, int *out)
{
    char *end;
    long port = strtol(text, &end, 10);

    if (end == text || *end != '\0' || port < 1 || port > 65535)
        return false;
    *out = (int)port;
    return true;
}

static bool parse_server(const char *text, struct server *out)
{
    const char *colon = strrchr(text, ':');
    bool is_bracketed = text[0] == '[';
    size_t len;

    out->port = PORT;
    if (text[0] == '/') {
        out->port = 0;
        colon = NULL;
    }
    if (is_bracketed && colon != NULL && colon[-1] != ']')
        colon = NULL; /* of the address */
    if (colon != NULL && !parse_port(colon + 1, &out->port))
        return false;
    len = colon != NULL ? (size_t)(colon - text) : strlen(text);
    if (is_bracketed) {
        if (len < 3 || text[len - 1] != ']')
            return false;
        text++;
        len -= 2;
    }
    if (len == 0 || len >= sizeof(out->host))
        return false;
    memcpy(out->host, text, len);
    return true;
}

static void *redis_open(const char *name, const struct settings *settings)
{
    struct server *server = calloc(1, sizeof(*server));
    char problem[512] = "";

    if (server == NULL) {
        complain("out of memory");
        return NULL;
    }
    server->name = name;
    server->settings = settings->redis;
    snprintf(server->max_records, sizeof(server->max_records), "%llu",
            (unsigned long long)settings->redis.max_records);
    if (!parse_server(name + strlen("redis:"), server)) {
        complain("%s: no server: write redis:127.0.0.1:6379, redis:[::1]:6379 or "
                "redis:/run/redis/redis-server.sock", name);
        free(server);
        return NULL;
    }
    redis_connect(server, problem, sizeof(problem));
    redis_disconnect(server);
    if (server->is_refused) {
        complain("%s: %s", name, problem);
        free(server);
        return NULL;
    }
    return sender_new(name, &target, server, settings->eve_buffer_bytes);
}

const struct output_kind output_redis = { "redis", "eve_redis", redis_open, sender_add, sender_flush, NULL,
    sender_count, sender_close };
