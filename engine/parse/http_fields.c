#include "parse/http_fields.h"

#include <stdlib.h>

#include "parse/http_text.h"

#define REPETITIONS_MAX 64 /* beyond the second of a name; libhtp drops the rest */

struct http_work *http_work_new(void)
{
    return malloc(sizeof(struct http_work));
}

void http_work_free(struct http_work *work)
{
    free(work);
}

void http_work_clear(struct http_work *work)
{
    work->count = work->used = work->repetitions = 0;
}

void http_work_write(struct http_work *work, const void *bytes, size_t length)
{
    if (length > HTTP_WORK_MAX - work->used || length == 0)
        return;
    memcpy(work->text + work->used, bytes, length);
    work->used += length;
}

struct cursor http_work_since(const struct http_work *work, size_t start)
{
    return cursor_over(work->text + start, work->used - start);
}

/* A line with those folded into it. */
static bool take_field(struct cursor *in, struct cursor *field)
{
    struct cursor rest = *in, line;
    uint8_t next;

    if (!http_take_line(&rest, &line))
        return false;
    while (cursor_peek_u8(&rest, 0, &next) && http_is_fold(next) && !http_ends_head(&rest) &&
            http_take_line(&rest, &line))
        continue;
    return cursor_split(in, in->left - rest.left, field);
}

static uint32_t hash_name(struct cursor name)
{
    uint32_t hash = 2166136261; /* FNV-1a */
    uint8_t byte;

    while (cursor_u8(&name, &byte))
        hash = (hash ^ (byte | 0x20)) * 16777619;
    return hash;
}

static struct http_field *find_first(struct http_work *work, const struct http_field *field)
{
    for (size_t i = 0; i < work->count; i++) {
        struct http_field *first = &work->fields[i];

        if (first->hash == field->hash && !first->is_again &&
                first->name.left == field->name.left &&
                strncasecmp((const char *)first->name.at, (const char *)field->name.at,
                        field->name.left) == 0)
            return first;
    }
    return NULL;
}

/* A name goes on in a line that begins with a space. */
static const uint8_t *find_colon(struct cursor field)
{
    struct cursor line;

    while (http_take_line(&field, &line)) {
        const uint8_t *colon = memchr(line.at, ':', line.left);

        if (colon != NULL || !cursor_starts_with(&field, " ", 1))
            return colon;
    }
    return NULL;
}

/* Without a colon all of it is the value of a field without a name. */
static struct http_field split_field(struct cursor whole)
{
    struct http_field field = { .name = { whole.at, 0 }, .value = whole };
    const uint8_t *colon = find_colon(whole);

    if (colon != NULL) {
        cursor_split(&field.value, (size_t)(colon - whole.at), &field.name);
        cursor_skip(&field.value, 1);
        field.name = http_trim(field.name);
    }
    field.hash = hash_name(field.name);
    return field;
}

/* Content-Length is not joined with another. */
static bool add_again(struct http_work *work, struct http_field *first, struct http_field *field)
{
    uint16_t index = (uint16_t)work->count;

    if (http_is_named(&first->name, "Content-Length"))
        return true;
    if (first->again != 0 && work->repetitions++ >= REPETITIONS_MAX)
        return true;
    if (work->count == HTTP_FIELDS_MAX)
        return false;
    field->is_again = true;
    work->fields[work->count++] = *field;
    if (first->again == 0)
        first->again = index;
    else
        work->fields[first->last].again = index;
    first->last = index;
    return true;
}

/* '*ends': the empty line is there. False: too many. */
static bool collect_fields(struct cursor in, struct http_work *work, bool *ends)
{
    struct cursor whole;

    while (!http_ends_head(&in) && take_field(&in, &whole)) {
        struct http_field field = split_field(whole), *first = find_first(work, &field);

        if (first != NULL) {
            if (!add_again(work, first, &field))
                return false;
        } else {
            if (work->count == HTTP_FIELDS_MAX)
                return false;
            work->fields[work->count++] = field;
        }
    }
    *ends = http_ends_head(&in);
    return true;
}

/* Of a folded line the first byte stays in place of the line end. */
static void write_value(struct http_work *work, struct cursor value)
{
    size_t start = work->used;
    struct cursor line, text;

    value = http_trim(value);
    while (http_take_line(&value, &line)) {
        line.left--;
        if (line.left > 0 && line.at[line.left - 1] == '\r')
            line.left--;
        http_work_write(work, line.at, line.left);
    }
    http_work_write(work, value.at, value.left);
    text = http_trim(http_work_since(work, start));
    work->used = start + text.left;
}

/* All values of this name, joined. */
static struct cursor write_values(struct http_work *work, const struct http_field *field)
{
    size_t start = work->used;

    write_value(work, field->value);
    while (field->again != 0) {
        field = &work->fields[field->again];
        http_work_write(work, ", ", 2);
        write_value(work, field->value);
    }
    return http_work_since(work, start);
}

/* Which of the known ones is it? */
static struct cursor *find_known(const struct cursor *name, struct http_known_fields *known)
{
    const struct {
        const char *name;
        struct cursor *value;
    } all[] = {
        { "Host", &known->host },
        { "User-Agent", &known->user_agent },
        { "Content-Length", &known->length },
        { "Transfer-Encoding", &known->coding },
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (http_is_named(name, all[i].name))
            return all[i].value;
    return NULL;
}

static void write_field(struct http_work *work, const struct http_field *field,
        struct http_known_fields *known)
{
    struct cursor *value = find_known(&field->name, known), written;

    http_work_write(work, field->name.at, field->name.left);
    http_work_write(work, ": ", 2);
    written = write_values(work, field);
    if (value != NULL)
        *value = written;
    http_work_write(work, "\r\n", 2);
}

enum tattler_status http_fields_read(struct cursor in, const char *hidden, struct http_work *work,
        struct http_known_fields *known, struct cursor *text)
{
    bool ends;
    size_t start = work->used;

    if (!collect_fields(in, work, &ends))
        return TATTLER_FULL;
    for (size_t i = 0; i < work->count; i++)
        if (!work->fields[i].is_again && !http_is_named(&work->fields[i].name, hidden))
            write_field(work, &work->fields[i], known);
    if (work->used > start)
        *text = http_work_since(work, start);
    return ends ? TATTLER_OK : TATTLER_TRUNCATED;
}

bool http_field_find(struct http_work *work, const char *name, struct cursor *value)
{
    for (size_t i = 0; i < work->count; i++)
        if (!work->fields[i].is_again && http_is_named(&work->fields[i].name, name)) {
            *value = write_values(work, &work->fields[i]);
            return true;
        }
    return false;
}

static bool contains_chunked(struct cursor value)
{
    for (; value.left >= 7; cursor_skip(&value, 1))
        if (strncasecmp((const char *)value.at, "chunked", 7) == 0)
            return true;
    return false;
}

/* The first number in the value, whatever is around it. */
static bool read_length(struct cursor value, uint64_t *length)
{
    uint8_t byte = 0;

    *length = 0;
    while (cursor_peek_u8(&value, 0, &byte) && !http_is_digit(byte))
        cursor_skip(&value, 1);
    if (value.left == 0)
        return false;
    while (cursor_u8(&value, &byte) && http_is_digit(byte)) {
        if (*length > (UINT64_MAX - 9) / 10)
            return false;
        *length = *length * 10 + (uint64_t)(byte - '0');
    }
    return true;
}

enum http_body http_fields_body(const struct http_known_fields *known, uint64_t *size)
{
    if (known->coding.at != NULL)
        return contains_chunked(known->coding) ? HTTP_CHUNKED_BODY : HTTP_BAD_BODY;
    if (known->length.at != NULL)
        return read_length(known->length, size) ? HTTP_SIZED_BODY : HTTP_BAD_BODY;
    return HTTP_NO_BODY;
}
