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
/* Others wait while a stream is followed, and it is asked again soon. */
#define FOLLOW_PATIENCE_S 2
#define RETRY_STEPS 5
#define STEPS_AT_ONCE 16
#define WRONG_URL "%s: write redis://HOST[:PORT]/STREAM"

struct place {
    const char *url; /* as given; borrowed */
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
    out->url = url;
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
static bool newest(struct eve_reader *reader, redisContext *redis, const struct place *place,
        char out[ID_SIZE])
{
    const char *const words[] = { "XREVRANGE", place->stream, "+", "-", "COUNT", "1" };
    redisReply *reply = ask(reader, redis, place->url, words, 6);
    bool found = reply != NULL && reply->elements == 1 && fields_of(reply->element[0]) != NULL;

    if (found)
        snprintf(out, ID_SIZE, "%s", reply->element[0]->element[0]->str);
    freeReplyObject(reply);
    return found;
}

enum range { RANGE_FAILED, RANGE_ENDED, RANGE_MORE };

/* Entries of the words' range; writes the last one's id to 'next'. */
static enum range read_some(struct eve_reader *reader, redisContext *redis, const char *url,
        const char *const words[6], char next[ID_SIZE], uint64_t *line)
{
    redisReply *reply = ask(reader, redis, url, words, 6);
    enum range range = reply == NULL                  ? RANGE_FAILED
                       : reply->elements == AT_ONCE ? RANGE_MORE
                                                      : RANGE_ENDED;

    for (size_t i = 0; reply != NULL && i < reply->elements && !reader->stopped; i++) {
        const redisReply *fields = fields_of(reply->element[i]);

        if (fields == NULL)
            continue;
        take_entry(reader, url, ++*line, fields);
        snprintf(next, ID_SIZE, "%s", reply->element[i]->element[0]->str);
    }
    freeReplyObject(reply);
    return reader->stopped ? RANGE_ENDED : range;
}

/* The id that follows "MILLISECONDS-NUMBER": Redis before 6.2 knows no "(" for 'behind'. */
static void step(char id[ID_SIZE])
{
    char *dash = strchr(id, '-');
    unsigned long long number = dash != NULL ? strtoull(dash + 1, NULL, 10) : 0;

    if (dash != NULL)
        snprintf(dash + 1, ID_SIZE - (size_t)(dash + 1 - id), "%llu", number + 1);
}

/* As many as there are from 'from' to 'to', but no more often than 'steps' times AT_ONCE; 'from' is then
 * where to go on. */
static enum range read_range(struct eve_reader *reader, redisContext *redis, const struct place *place,
        char from[ID_SIZE], const char *to, uint64_t *line, uint64_t steps)
{
    char count[16];
    const char *const words[] = { "XRANGE", place->stream, from, to, "COUNT", count };
    enum range range = RANGE_MORE;

    snprintf(count, sizeof(count), "%d", AT_ONCE);
    for (uint64_t i = 0; i < steps && range == RANGE_MORE; i++) {
        uint64_t before = *line;

        range = read_some(reader, redis, place->url, words, from, line);
        if (*line != before)
            step(from);
    }
    return range;
}

/* NULL: told. */
static redisContext *open_redis(struct eve_reader *reader, const struct place *place,
        time_t patience_s)
{
    const struct timeval patience = { patience_s, 0 };
    redisContext *redis = redisConnectWithTimeout(place->host, place->port, patience);

    if (redis != NULL && redis->err == 0) {
        redisSetTimeout(redis, patience);
        return redis;
    }
    eve_fail(reader, "%s: %s", place->url, redis != NULL ? redis->errstr : "out of memory");
    if (redis != NULL)
        redisFree(redis);
    return NULL;
}

void eve_read_redis(struct eve_reader *reader, const char *url)
{
    struct place place;
    redisContext *redis;
    char from[ID_SIZE] = "-", to[ID_SIZE];
    uint64_t line = 0;

    if (!parse_url(url, &place)) {
        eve_fail(reader, WRONG_URL, url);
        return;
    }
    redis = open_redis(reader, &place, PATIENCE_S);
    if (redis == NULL)
        return;
    if (newest(reader, redis, &place, to))
        read_range(reader, redis, &place, from, to, &line, UINT64_MAX);
    redisFree(redis);
}

/* --- a stream that grows --- */

struct eve_stream {
    struct place place;
    bool is_place; /* else its URL is none */
    redisContext *redis; /* NULL: not connected */
    char from[ID_SIZE];
    uint64_t line;
    unsigned wait; /* steps until the next try */
    bool told;     /* what is wrong */
};

struct eve_stream *eve_stream_new(const char *url)
{
    struct eve_stream *stream = calloc(1, sizeof(*stream));

    if (stream == NULL)
        return NULL;
    stream->is_place = parse_url(url, &stream->place);
    stream->place.url = url;
    snprintf(stream->from, sizeof(stream->from), "-");
    return stream;
}

void eve_stream_free(struct eve_stream *stream)
{
    if (stream != NULL && stream->redis != NULL)
        redisFree(stream->redis);
    free(stream);
}

static enum range try_step(struct eve_stream *stream, struct eve_reader *reader)
{
    if (!stream->is_place) {
        eve_fail(reader, WRONG_URL, stream->place.url);
        return RANGE_FAILED;
    }
    if (stream->redis == NULL)
        stream->redis = open_redis(reader, &stream->place, FOLLOW_PATIENCE_S);
    if (stream->redis == NULL)
        return RANGE_FAILED;
    return read_range(reader, stream->redis, &stream->place, stream->from, "+", &stream->line,
            STEPS_AT_ONCE);
}

bool eve_stream_step(struct eve_stream *stream, struct eve_reader *reader)
{
    enum range range;

    if (stream->wait > 0) {
        stream->wait--;
        return false;
    }
    reader->is_hushed = stream->told;
    range = try_step(stream, reader);
    reader->is_hushed = false;
    stream->told = range == RANGE_FAILED;
    if (range != RANGE_FAILED)
        return range == RANGE_MORE;
    stream->wait = RETRY_STEPS;
    if (stream->redis != NULL)
        redisFree(stream->redis);
    stream->redis = NULL;
    return false;
}
