#include "emit/json.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_S UINT64_C(1000000)

void json_free(struct json *json)
{
    free(json->data);
    *json = (struct json){ 0 };
}

void json_restart(struct json *json)
{
    json->len = 0;
    json->comma = false;
    json->failed = false;
}

#define FIRST_ROOM 1024 /* what the C library keeps at hand for each thread */

static bool grow(struct json *json, size_t more)
{
    size_t capacity = json->capacity > 0 ? json->capacity : FIRST_ROOM;
    char *data;

    if (json->failed || more > JSON_RECORD_MAX - json->len) {
        json->failed = true;
        return false;
    }
    while (capacity < json->len + more)
        capacity *= 2;
    data = realloc(json->data, capacity);
    if (data == NULL) {
        json->failed = true;
        return false;
    }
    json->data = data;
    json->capacity = capacity;
    return true;
}

/* Where 'most' more bytes may be written, NULL if there is no room; written() tells how many. */
static inline char *room_for(struct json *json, size_t most)
{
    if (most > json->capacity - json->len && !grow(json, most))
        return NULL;
    return json->data + json->len;
}

static inline void written(struct json *json, const char *end)
{
    json->len = (size_t)(end - json->data);
}

/* Writes the comma and the key, and makes room for a value of so many bytes at most. Where that goes,
 * NULL if there is none: one look at the room, and one end to note, for all of it. */
static char *begin_value(struct json *json, const char *key, size_t most)
{
    size_t len = key != NULL ? strlen(key) : 0;
    char *at = room_for(json, len + 4 + most);

    if (at == NULL)
        return NULL;
    if (json->comma)
        *at++ = ',';
    json->comma = true;
    if (key != NULL) {
        *at++ = '"';
        memcpy(at, key, len);
        at += len;
        *at++ = '"';
        *at++ = ':';
    }
    return at;
}

static void put_char(struct json *json, char c)
{
    char *at = room_for(json, 1);

    if (at == NULL)
        return;
    *at = c;
    json->len++;
}

/* Bytes of the UTF-8 character at 'text', 0 if it is none (RFC 3629 section 4). */
static size_t utf8_length(const unsigned char *text, size_t left)
{
    unsigned char lead = text[0];
    size_t n = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    if ((lead == 0xe0 && text[1] < 0xa0) || (lead == 0xed && text[1] > 0x9f) ||
            (lead == 0xf0 && text[1] < 0x90) || (lead == 0xf4 && text[1] > 0x8f))
        return 0;
    return n;
}

static char *put_hex(char *at, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";

    *at++ = digits[byte >> 4];
    *at++ = digits[byte & 0x0f];
    return at;
}

#define ESCAPED_MAX 6 /* bytes that one byte of text becomes at most */

static char *put_escaped(char *at, unsigned char c)
{
    static const char short_form[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    bool control = c < 0x20 || c == 0x7f;

    *at++ = '\\';
    for (size_t i = 0; i + 1 < sizeof(short_form); i += 2)
        if ((unsigned char)short_form[i] == c) {
            *at++ = short_form[i + 1];
            return at;
        }
    memcpy(at, control ? "u00" : "\\x", 3);
    at += control ? 3 : 2;
    return put_hex(at, c);
}

static bool is_utf8(const unsigned char *text, size_t len)
{
    size_t n;

    for (size_t i = 0; i < len; i += n) {
        n = text[i] < 0x80 ? 1 : utf8_length(text + i, len - i);
        if (n == 0)
            return false;
    }
    return true;
}

/* Stands for itself in a string, whatever comes before and behind. */
static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* One byte that is not UTF-8 puts the whole string in doubt: then all beyond ASCII are escaped, as
 * Suricata does it. */
static char *put_special(char *at, const unsigned char *bytes, size_t len)
{
    bool utf8 = is_utf8(bytes, len);

    for (size_t i = 0; i < len; i++) {
        if (is_plain(bytes[i]) || (bytes[i] >= 0x80 && utf8))
            *at++ = (char)bytes[i];
        else
            at = put_escaped(at, bytes[i]);
    }
    return at;
}

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* The top bit of each byte that is zero, and by a borrow maybe of others above such a one. */
static uint64_t zero_bytes(uint64_t word)
{
    return (word - EACH_BYTE(1)) & ~word;
}

/* Are these eight bytes surely plain? If not, they are looked at one by one. */
static bool are_plain(const char *text)
{
    uint64_t word, special;

    memcpy(&word, text, sizeof(word));
    special = word | ((word - EACH_BYTE(0x20)) & ~word) | zero_bytes(word ^ EACH_BYTE('"')) |
              zero_bytes(word ^ EACH_BYTE('\\')) | zero_bytes(word ^ EACH_BYTE(0x7f));
    return (special & EACH_BYTE(0x80)) == 0;
}

/* How many bytes it begins with are plain. The last ones are looked at together with some of those
 * before. */
static size_t plain_length(const char *text, size_t len)
{
    size_t n = 0;

    while (len - n >= sizeof(uint64_t) && are_plain(text + n))
        n += sizeof(uint64_t);
    if (n > 0 && len - n < sizeof(uint64_t) && are_plain(text + len - sizeof(uint64_t)))
        return len;
    while (n < len && is_plain((unsigned char)text[n]))
        n++;
    return n;
}

void json_bytes(struct json *json, const char *key, const char *text, size_t len)
{
    size_t plain = plain_length(text, len);
    char *at;

    if (len > JSON_RECORD_MAX / ESCAPED_MAX - 1) {
        json->failed = true;
        return;
    }
    at = begin_value(json, key, len * ESCAPED_MAX + 2);
    if (at == NULL)
        return;
    *at++ = '"';
    if (plain > 0)
        memcpy(at, text, plain);
    at += plain;
    if (plain < len) /* what came before is ASCII and tells nothing of the rest */
        at = put_special(at, (const unsigned char *)text + plain, len - plain);
    *at++ = '"';
    written(json, at);
}

void json_text(struct json *json, const char *key, const char *text)
{
    json_bytes(json, key, text, strlen(text));
}

static void open_scope(struct json *json, const char *key, char bracket)
{
    char *at = begin_value(json, key, 1);

    if (at == NULL)
        return;
    *at++ = bracket;
    json->comma = false;
    written(json, at);
}

static void close_scope(struct json *json, char bracket)
{
    put_char(json, bracket);
    json->comma = true;
}

void json_open_object(struct json *json, const char *key)
{
    open_scope(json, key, '{');
}

void json_close_object(struct json *json)
{
    close_scope(json, '}');
}

void json_open_array(struct json *json, const char *key)
{
    open_scope(json, key, '[');
}

void json_close_array(struct json *json)
{
    close_scope(json, ']');
}

void json_hex(struct json *json, const char *key, const uint8_t *bytes, size_t len,
        char separator)
{
    char *at = begin_value(json, key, 3 * len + 2);

    if (at == NULL)
        return;
    *at++ = '"';
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && separator != '\0')
            *at++ = separator;
        at = put_hex(at, bytes[i]);
    }
    *at++ = '"';
    written(json, at);
}

#define DIGITS_MAX 20 /* of 64 bits */

static char *put_unsigned(char *at, uint64_t value)
{
    char digits[DIGITS_MAX];
    size_t n = 0;

    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    while (n > 0)
        *at++ = digits[--n];
    return at;
}

void json_unsigned(struct json *json, const char *key, uint64_t value)
{
    char *at = begin_value(json, key, DIGITS_MAX);

    if (at != NULL)
        written(json, put_unsigned(at, value));
}

/* Below 100. */
static char *put_two_digits(char *at, unsigned value)
{
    *at++ = (char)('0' + value / 10);
    *at++ = (char)('0' + value % 10);
    return at;
}

#define QUICK_END 1e12 /* below, a double holds thousandths exactly */
#define QUICK_MAX 24
#define DECIMAL_MAX (DBL_MAX_10_EXP + 8)

/* By hand, since printf takes ten times as long. */
static char *put_decimal(char *at, double value)
{
    uint64_t thousandths = (uint64_t)(fabs(value) * 1000 + 0.5);

    if (value < 0)
        *at++ = '-';
    at = put_unsigned(at, thousandths / 1000);
    *at++ = '.';
    *at++ = (char)('0' + thousandths / 100 % 10);
    return put_two_digits(at, (unsigned)(thousandths % 100));
}

void json_decimal(struct json *json, const char *key, double value)
{
    bool quick = fabs(value) < QUICK_END;
    char *at;

    if (!isfinite(value)) {
        json->failed = true;
        return;
    }
    at = begin_value(json, key, quick ? QUICK_MAX : DECIMAL_MAX);
    if (at == NULL)
        return;
    if (quick)
        at = put_decimal(at, value);
    else
        at += snprintf(at, DECIMAL_MAX, "%.3f", value);
    written(json, at);
}

void json_bool(struct json *json, const char *key, bool value)
{
    const char *word = value ? "true" : "false";
    size_t len = strlen(word);
    char *at = begin_value(json, key, len);

    if (at == NULL)
        return;
    memcpy(at, word, len);
    written(json, at + len);
}

void json_newline(struct json *json)
{
    put_char(json, '\n');
    json->comma = false;
}

/* Days since 1970-01-01 to year, month and day: Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms", civil_from_days. */
static void civil_from_days(uint64_t days, unsigned *year, unsigned *month, unsigned *day)
{
    uint64_t z = days + 719468, era = z / 146097;
    unsigned doe = (unsigned)(z - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;

    *day = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = (unsigned)(yoe + era * 400) + (*month <= 2);
}

#define TIME_MAX sizeof("\"2023-05-26T06:15:00.123456+0000\"")

void json_time(struct json *json, const char *key, uint64_t time_us)
{
    uint64_t seconds = time_us / US_PER_S;
    unsigned in_day = (unsigned)(seconds % 86400), us = (unsigned)(time_us % US_PER_S);
    unsigned year, month, day;
    char *at = begin_value(json, key, TIME_MAX);

    if (at == NULL)
        return;
    civil_from_days(seconds / 86400, &year, &month, &day);
    *at++ = '"';
    at = put_two_digits(put_two_digits(at, year / 100 % 100), year % 100);
    *at++ = '-';
    at = put_two_digits(at, month);
    *at++ = '-';
    at = put_two_digits(at, day);
    *at++ = 'T';
    at = put_two_digits(at, in_day / 3600);
    *at++ = ':';
    at = put_two_digits(at, in_day / 60 % 60);
    *at++ = ':';
    at = put_two_digits(at, in_day % 60);
    *at++ = '.';
    at = put_two_digits(put_two_digits(put_two_digits(at, us / 10000), us / 100 % 100), us % 100);
    memcpy(at, "+0000\"", 6);
    written(json, at + 6);
}
