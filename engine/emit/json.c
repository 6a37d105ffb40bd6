#include "emit/json.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/digits.h"
#include "base/time.h"
#include "emit/json_internal.h"

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

bool json_grow(struct json *json, size_t more)
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

/* --- objects and arrays --- */

static void put_char(struct json *json, char c)
{
    char *at = json_room(json, 1);

    if (at == NULL)
        return;
    *at = c;
    json->len++;
}

void json_put_scope(struct json *json, char *at, char bracket)
{
    if (at == NULL)
        return;
    *at++ = bracket;
    json->comma = false;
    json_written(json, at);
}

static void close_scope(struct json *json, char bracket)
{
    put_char(json, bracket);
    json->comma = true;
}

void json_close_object(struct json *json)
{
    close_scope(json, '}');
}

void json_close_array(struct json *json)
{
    close_scope(json, ']');
}

void json_newline(struct json *json)
{
    put_char(json, '\n');
    json->comma = false;
}

/* --- numbers --- */

void json_put_unsigned(struct json *json, char *at, uint64_t value)
{
    if (at != NULL)
        json_written(json, digits_put(at, value));
}

#define QUICK_END 1e12 /* below, a double holds thousandths exactly */
#define DECIMAL_MAX (DBL_MAX_10_EXP + 8)

/* By hand, since printf takes ten times as long. */
static char *put_decimal(char *at, double value)
{
    uint64_t thousandths = (uint64_t)(int64_t)(fabs(value) * 1000 + 0.5), whole = thousandths / 1000;
    unsigned rest = (unsigned)(thousandths - whole * 1000);

    if (value < 0)
        *at++ = '-';
    at = digits_put(at, whole);
    *at++ = '.';
    *at++ = (char)('0' + rest / 100);
    return digits_put_two(at, rest % 100);
}

void json_put_decimal(struct json *json, char *at, double value)
{
    bool quick = fabs(value) < QUICK_END;

    at = json_widen(json, at, quick ? JSON_ROOM : DECIMAL_MAX);
    if (at == NULL || !isfinite(value)) {
        json->failed = true;
        return;
    }
    if (quick)
        at = put_decimal(at, value);
    else
        at += snprintf(at, DECIMAL_MAX, "%.3f", value);
    json_written(json, at);
}

void json_put_bool(struct json *json, char *at, bool value)
{
    if (at == NULL)
        return;
    memcpy(at, value ? "true " : "false", 5);
    json_written(json, at + (value ? 4 : 5));
}

/* --- times --- */

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

static void spell_date(struct json *json, uint64_t days)
{
    unsigned year, month, day;
    char *at = json->date;

    civil_from_days(days, &year, &month, &day);
    at = digits_put_two(digits_put_two(at, year / 100 % 100), year % 100);
    *at++ = '-';
    at = digits_put_two(at, month);
    *at++ = '-';
    at = digits_put_two(at, day);
    *at = 'T';
    json->day = days;
}

void json_put_time(struct json *json, char *at, uint64_t time_us)
{
    uint64_t seconds = time_us / US_PER_S, days = seconds / DAY_S;
    unsigned in_day = (unsigned)(seconds - days * DAY_S);
    unsigned us = (unsigned)(time_us - seconds * US_PER_S);

    if (at == NULL)
        return;
    if (days != json->day || json->date[0] == '\0')
        spell_date(json, days);
    *at++ = '"';
    memcpy(at, json->date, sizeof(json->date));
    at += sizeof(json->date) - 1;
    at = digits_put_two(at, in_day / 3600);
    *at++ = ':';
    at = digits_put_two(at, in_day / 60 % 60);
    *at++ = ':';
    at = digits_put_two(at, in_day % 60);
    *at++ = '.';
    at = digits_put_two(digits_put_two(digits_put_two(at, us / 10000), us / 100 % 100), us % 100);
    memcpy(at, "+0000\"", 6);
    json_written(json, at + 6);
}
