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

#define JSON_RECORD_MAX (256 * 1024)

struct json {
    char *data; /* owned; not NUL-terminated */
    size_t len, capacity;
    bool comma;  /* a value came before in this object or array */
    bool failed; /* the record is incomplete: do not use it */
};

void json_free(struct json *json);    /* the struct itself is the caller's */
void json_restart(struct json *json); /* empties it, keeps the memory */

/* 'key' is NULL inside arrays and for the outermost object. No name here is one of jansson's, which
 * Suricata's headers bring along. */
void json_open_object(struct json *json, const char *key);
void json_close_object(struct json *json);
void json_open_array(struct json *json, const char *key);
void json_close_array(struct json *json);
void json_bytes(struct json *json, const char *key, const char *text, size_t len); /* a string */
void json_text(struct json *json, const char *key, const char *text); /* NUL-terminated */
/* A string of two hexadecimal digits a byte, with 'separator' in between unless that is NUL. */
void json_hex(struct json *json, const char *key, const uint8_t *bytes, size_t len,
        char separator);
void json_unsigned(struct json *json, const char *key, uint64_t value);
void json_decimal(struct json *json, const char *key, double value); /* three decimals */
void json_bool(struct json *json, const char *key, bool value);
void json_newline(struct json *json); /* ends a record of a file with one record a line */

/* "2023-05-26T06:15:00.123456+0000", the time zone always UTC. */
void json_time(struct json *json, const char *key, uint64_t time_us);

#endif
