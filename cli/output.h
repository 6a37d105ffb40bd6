/* output.h - one output, between outputs.c and those that write; no one else's. */
#ifndef TATTLER_CLI_OUTPUT_H
#define TATTLER_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "settings.h"

struct output_counters {
    uint64_t records, lost;
};

/* What each can do; 'state' is its own. */
struct output_kind {
    const char *type;    /* as settings call it */
    const char *section; /* of statistics */
    /* Of 'target': a whole path, or a server. NULL: told. */
    void *(*open)(const char *target, const struct settings *settings);
    void (*write)(void *state, const char *record, size_t len);
    void (*flush)(void *state);
    void (*reopen)(void *state); /* NULL: nothing to do */
    struct output_counters (*count)(void *state);
    void (*close)(void *state);
};

extern const struct output_kind output_file, output_unix_stream, output_unix_datagram, output_redis;

/* --- records that wait, one behind the other --- */

struct waiting {
    char *bytes; /* owned */
    size_t len, capacity;
};

#define WAITING_MIN ((size_t)64 * 1024)

/* False: it would be more than 'max', or out of memory; nothing is added then. */
static inline bool waiting_add(struct waiting *waiting, const char *bytes, size_t len, size_t max)
{
    size_t capacity = waiting->capacity > 0 ? waiting->capacity : WAITING_MIN;
    char *grown;

    if (len > max || waiting->len > max - len)
        return false;
    while (capacity < waiting->len + len)
        capacity *= 2;
    if (capacity > waiting->capacity) {
        grown = realloc(waiting->bytes, capacity);
        if (grown == NULL)
            return false;
        waiting->bytes = grown;
        waiting->capacity = capacity;
    }
    memcpy(waiting->bytes + waiting->len, bytes, len);
    waiting->len += len;
    return true;
}

static inline void waiting_take(struct waiting *waiting, size_t len)
{
    waiting->len -= len;
    memmove(waiting->bytes, waiting->bytes + len, waiting->len);
}

static inline uint64_t waiting_records(const char *bytes, size_t len)
{
    const char *end = bytes + len;
    uint64_t count = 0;

    while (bytes < end && (bytes = memchr(bytes, '\n', (size_t)(end - bytes))) != NULL) {
        bytes++;
        count++;
    }
    return count;
}

#endif
