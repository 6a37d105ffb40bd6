/* json.h - writes one JSON value after the other into a buffer that is used again for each record.
 *
 * Keys come from us, strings from the network: in one that is not valid UTF-8 all bytes beyond
 * ASCII become "\xNN". A full buffer (JSON_RECORD_MAX; each byte of a string needs room for six),
 * missing memory or a number that JSON cannot write makes the record 'failed', which the caller
 * checks once at its end. One thread at a time. */
#ifndef TATTLER_EMIT_JSON_H
#define TATTLER_EMIT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/address.h"

#define JSON_RECORD_MAX (256 * 1024)

struct json {
    char *data; /* owned; not NUL-terminated */
    size_t len, capacity;
    bool comma;  /* a value came before in this object or array */
    bool failed; /* the record is incomplete: do not use it */
    uint64_t day; /* since 1970, whose 'date' it is; times of a record are mostly of one day */
    char date[sizeof("2023-05-26T")]; /* empty: none as yet */
};

void json_free(struct json *json);    /* the struct itself is the caller's */
void json_restart(struct json *json); /* empties it, keeps the memory */
void json_newline(struct json *json); /* ends a record of a file with one record a line */

/* --- a key, then its value --- */

#define JSON_IN_PLACE static inline __attribute__((always_inline))
#define JSON_ROOM 64 /* bytes: any number, time or address */

bool json_grow(struct json *json, size_t more); /* false: the record has failed */

/* Where 'most' more bytes may be written; NULL: the record has failed. */
JSON_IN_PLACE char *json_room(struct json *json, size_t most)
{
    if (most > json->capacity - json->len && !json_grow(json, most))
        return NULL;
    return json->data + json->len;
}

/* Comma, key and colon; 'key' is NULL inside arrays and for the outermost object. Returns where the
 * value goes, with JSON_ROOM for it, to be handed to one of the functions below; NULL, which these
 * take, too: the record has failed. Without a key there is room for one of 'key_len' bytes as well. Compiled
 * in place, so that a literal is copied as the few words that it is: most of a record is keys. */
JSON_IN_PLACE char *json_begin(struct json *json, const char *key, size_t key_len)
{
    char *at = json_room(json, key_len + sizeof(",\"\":") + JSON_ROOM);

    if (at == NULL)
        return NULL;
    *at = ',';
    at += json->comma;
    json->comma = true;
    if (key == NULL)
        return at;
    *at++ = '"';
    memcpy(at, key, key_len);
    memcpy(at + key_len, "\":", 2);
    return at + key_len + 2;
}

void json_put_scope(struct json *json, char *at, char bracket); /* '{' or '[' */
void json_put_bytes(struct json *json, char *at, const char *text, size_t len);
void json_put_word(struct json *json, char *at, const char *word);
void json_put_hex(struct json *json, char *at, const uint8_t *bytes, size_t len, char separator);
void json_put_unsigned(struct json *json, char *at, uint64_t value);
void json_put_decimal(struct json *json, char *at, double value);
void json_put_bool(struct json *json, char *at, bool value);
void json_put_time(struct json *json, char *at, uint64_t time_us);
void json_put_address(struct json *json, char *at, const struct address *address);

/* --- both at once: 'key' is NUL-terminated or NULL --- */

#define JSON_BEGIN(json, key) json_begin(json, key, (key) != NULL ? strlen(key) : 0)

/* No name here is one of jansson's, which Suricata's headers bring along. */
JSON_IN_PLACE void json_open_object(struct json *json, const char *key)
{
    json_put_scope(json, JSON_BEGIN(json, key), '{');
}

JSON_IN_PLACE void json_open_array(struct json *json, const char *key)
{
    json_put_scope(json, JSON_BEGIN(json, key), '[');
}

void json_close_object(struct json *json);
void json_close_array(struct json *json);

JSON_IN_PLACE void json_bytes(struct json *json, const char *key, const char *text, size_t len)
{
    json_put_bytes(json, JSON_BEGIN(json, key), text, len);
}

JSON_IN_PLACE void json_text(struct json *json, const char *key, const char *text)
{
    json_bytes(json, key, text, strlen(text));
}

/* One of our own words, of fewer than JSON_ROOM bytes with its quotes, that needs no escaping. */
JSON_IN_PLACE void json_word(struct json *json, const char *key, const char *word)
{
    json_put_word(json, JSON_BEGIN(json, key), word);
}

/* A string of two hexadecimal digits a byte, with 'separator' in between unless that is NUL. */
JSON_IN_PLACE void json_hex(struct json *json, const char *key, const uint8_t *bytes, size_t len,
        char separator)
{
    json_put_hex(json, JSON_BEGIN(json, key), bytes, len, separator);
}

JSON_IN_PLACE void json_unsigned(struct json *json, const char *key, uint64_t value)
{
    json_put_unsigned(json, JSON_BEGIN(json, key), value);
}

/* Three decimals. */
JSON_IN_PLACE void json_decimal(struct json *json, const char *key, double value)
{
    json_put_decimal(json, JSON_BEGIN(json, key), value);
}

JSON_IN_PLACE void json_bool(struct json *json, const char *key, bool value)
{
    json_put_bool(json, JSON_BEGIN(json, key), value);
}

/* "2023-05-26T06:15:00.123456+0000", the time zone always UTC. */
JSON_IN_PLACE void json_time(struct json *json, const char *key, uint64_t time_us)
{
    json_put_time(json, JSON_BEGIN(json, key), time_us);
}

/* As address_text() spells it. */
JSON_IN_PLACE void json_address(struct json *json, const char *key, const struct address *address)
{
    json_put_address(json, JSON_BEGIN(json, key), address);
}

#undef JSON_BEGIN
#undef JSON_IN_PLACE

#endif
