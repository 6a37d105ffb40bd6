/* json_internal.h - what the files that write JSON share; no one else's. */
#ifndef TATTLER_EMIT_JSON_INTERNAL_H
#define TATTLER_EMIT_JSON_INTERNAL_H

#include "emit/json.h"

/* 'at', or where it has moved to, so that 'most' bytes have room there; NULL: the record has failed. */
static inline char *json_widen(struct json *json, char *at, size_t most)
{
    if (at == NULL || most <= JSON_ROOM)
        return at;
    json->len = (size_t)(at - json->data);
    return json_room(json, most);
}

static inline void json_written(struct json *json, const char *end)
{
    json->len = (size_t)(end - json->data);
}

#endif
