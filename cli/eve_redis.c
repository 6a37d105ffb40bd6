/* EVE records in a Redis stream: what XADD STREAM * eve '{…}' has put there. */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

#include "eve_read_internal.h"

#define PORT_DEFAULT 6379
#define AT_ONCE 256 /* entries */
#define ID_SIZE 48  /* two 64-bit numbers and a '-' */
#define PATIENCE_S 10

struct place {
    char host[256], stream[256];
    int port;
};

/* "redis://HOST[:PORT]/STREAM"; an IPv6 address stands in brackets. */
static bool parse_url(const char *url, struct place *out)
{
    const char *host = url + strlen("redis://"), *slash = strchr(host, '/'), *end, *after;
    unsigned long port = PORT_DEFAULT;
    char *rest;

    if (slash == NULL || slash[1] == '\0' || strlen(slash + 1) >= sizeof(out->stream))
        return false;
    if (*host == '[') {
        host++;
        end = memchr(host, ']', (size_t)(slash - host));
        after = end != NULL ? end + 1 : NULL;
    } else {
        end = memchr(host, ':', (size_t)(slash - host));
        after = end = end != NULL ? end : slash;
    }
    if (end == NULL || end == host || (size_t)(end - host) >= sizeof(out->host))
        return false;
    if (after < slash) {
        port = strtoul(after + 1, &rest, 10);
        if (*after != ':' || rest == after + 1 || rest != slash || port == 0 || port > UINT16_MAX)
            return false;
    }
    snprintf(out->host, sizeof(out->host), "%.*s", (int)(end - host), host);
    snprintf(out->stream, sizeof(out->stream), "%s", slash + 1);
    out->port = (int)port;
    return true;
}

/* NULL: told. Otherwise a list, to be freed. */
static redisReply *ask(struct eve_reader *reader, redisContext *redis, const char *url,
        const char *const words[], int count)
{
    const char **arguments = (const char **)(uintptr_t)words; /* hiredis changes none */
    redisReply *reply = redisCommandArgv(redis, count, arguments, NULL);

    if (reply != NULL && reply->type == REDIS_REPLY_ARRAY)
        return reply;
    if (reply == NULL)
        eve_fail(reader, "%s: %s", url, redis->errstr);
    else
        eve_fail(reader, "%s: %s", url, reply->type == REDIS_REPLY_ERROR ? reply->str
                                                                         : "an unexpected answer");
    freeReplyObject(reply);
    return NULL;
}

/* An entry is its id and a list of fields and values by turns. */
static const redisReply *fields_of(const redisReply *entry)
{
    if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2 ||
            entry->element[0]->type != REDIS_REPLY_STRING ||
            entry->element[1]->type != REDIS_REPLY_ARRAY)
        return NULL;
    return entry->element[1];
}

static void take_entry(struct eve_reader *reader, const char *url, uint64_t line,
        const redisReply *fields)
{
    for (size_t i = 1; i < fields->elements; i += 2) {
        const redisReply *value = fields->element[i];

        if (value->type == REDIS_REPLY_STRING && value->len > 0 && value->str[0] == '{') {
            eve_take_line(reader, url, line, cursor_over(value->str, value->len), false);
            return;
        }
    }
    eve_take_line(reader, url, line, cursor_over("-", 1), false); /* holds no record: told so */
}

/* The id of the newest entry, so that reading ends although others go on writing. False: told, or
 * the stream is empty. */
static bool newest(struct eve_reader *reader, redisContext *redis, const char *url,
        const char *stream, char out[ID_SIZE])
{
    const char *const words[] = { "XREVRANGE", stream, "+", "-", "COUNT", "1" };
    redisReply *reply = ask(reader, redis, url, words, 6);
    bool found = reply != NULL && reply->elements == 1 && fields_of(reply->element[0]) != NULL;

    if (found)
        snprintf(out, ID_SIZE, "%s", reply->element[0]->element[0]->str);
    freeReplyObject(reply);
    return found;
}

/* Entries from 'from' to 'to'; writes where to go on. False: there are no more. */
static bool read_some(struct eve_reader *reader, redisContext *redis, const char *url,
        const char *const words[6], char next[ID_SIZE], uint64_t *line)
{
    redisReply *reply = ask(reader, redis, url, words, 6);
    bool more = reply != NULL && reply->elements == AT_ONCE;

    for (size_t i = 0; reply != NULL && i < reply->elements && !reader->stopped; i++) {
        const redisReply *fields = fields_of(reply->element[i]);

        if (fields == NULL)
            continue;
        take_entry(reader, url, ++*line, fields);
        snprintf(next, ID_SIZE, "%s", reply->element[i]->element[0]->str);
    }
    freeReplyObject(reply);
    return more && !reader->stopped;
}

/* The id that follows "MILLISECONDS-NUMBER": Redis before 6.2 knows no "(" for 'behind'. */
static void step(char id[ID_SIZE])
{
    char *dash = strchr(id, '-');
    unsigned long long number = dash != NULL ? strtoull(dash + 1, NULL, 10) : 0;

    if (dash != NULL)
        snprintf(dash + 1, ID_SIZE - (size_t)(dash + 1 - id), "%llu", number + 1);
}

static void read_stream(struct eve_reader *reader, redisContext *redis, const char *url,
        const char *stream)
{
    char from[ID_SIZE] = "-", to[ID_SIZE], count[16];
    const char *const words[] = { "XRANGE", stream, from, to, "COUNT", count };
    uint64_t line = 0;

    snprintf(count, sizeof(count), "%d", AT_ONCE);
    if (!newest(reader, redis, url, stream, to))
        return;
    while (read_some(reader, redis, url, words, from, &line))
        step(from);
}

void eve_read_redis(struct eve_reader *reader, const char *url)
{
    const struct timeval patience = { PATIENCE_S, 0 };
    struct place place;
    redisContext *redis;

    if (!parse_url(url, &place)) {
        eve_fail(reader, "%s: write redis://HOST[:PORT]/STREAM", url);
        return;
    }
    redis = redisConnectWithTimeout(place.host, place.port, patience);
    if (redis == NULL || redis->err != 0) {
        eve_fail(reader, "%s: %s", url, redis != NULL ? redis->errstr : "out of memory");
    } else {
        redisSetTimeout(redis, patience);
        read_stream(reader, redis, url, place.stream);
    }
    if (redis != NULL)
        redisFree(redis);
}
