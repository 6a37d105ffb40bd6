#include "parse/http_request.h"

#include <stdlib.h>
#include <strings.h>

#include "parse/http_uri.h"

#define REPETITIONS_MAX 64 /* beyond the second of a name; libhtp drops the rest */

/* The fields of one name: the values come from the wire, folded lines and all. */
struct field {
    struct cursor name, value;
    uint32_t hash;  /* of the name */
    uint16_t again; /* the next one of this name, 0: none */
    uint16_t last;  /* of this name, 0: this one; of the first alone */
    bool is_again;
};

/* The text of fields has less than two bytes for each on the wire ("a:" and its line end become five
 * of three), target, its host and that of the Host field one each. */
#define TEXT_MAX (5 * HTTP_REQUEST_MAX)

struct http_work {
    struct field fields[HTTP_FIELDS_MAX];
    size_t count;
    unsigned repetitions;
    uint8_t text[TEXT_MAX];
    size_t used;
};

struct http_work *http_work_new(void)
{
    return malloc(sizeof(struct http_work));
}

void http_work_free(struct http_work *work)
{
    free(work);
}

static void write_bytes(struct http_work *work, const void *bytes, size_t length)
{
    if (length > TEXT_MAX - work->used || length == 0)
        return;
    memcpy(work->text + work->used, bytes, length);
    work->used += length;
}

static struct cursor written_since(const struct http_work *work, size_t start)
{
    return cursor_over(work->text + start, work->used - start);
}

/* --- lines --- */

static bool is_space(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static struct cursor trim(struct cursor text)
{
    while (text.left > 0 && is_space(text.at[0]))
        cursor_skip(&text, 1);
    while (text.left > 0 && is_space(text.at[text.left - 1]))
        text.left--;
    return text;
}

/* With its line end. */
static bool take_line(struct cursor *in, struct cursor *line)
{
    const uint8_t *end = in->left > 0 ? memchr(in->at, '\n', in->left) : NULL;

    return end != NULL && cursor_split(in, (size_t)(end - in->at) + 1, line);
}

static struct cursor take_word(struct cursor *in)
{
    struct cursor word = { in->at, 0 };

    while (word.left < in->left && !is_space(in->at[word.left]))
        word.left++;
    cursor_skip(in, word.left);
    return word;
}

static bool starts_empty(const struct cursor *bytes)
{
    return cursor_starts_with(bytes, "\r\n", 2) || cursor_starts_with(bytes, "\n", 1);
}

/* Any method will do, but the version has to be there. */
bool http_may_be_request(struct cursor bytes)
{
    struct cursor line, word = { .left = 0 };

    http_skip_empty_lines(&bytes);
    if (!take_line(&bytes, &line))
        return bytes.left == 0 || bytes.at[0] == '\r' || (bytes.at[0] > ' ' && bytes.at[0] < 0x7f);
    line = trim(line);
    while (line.left > 0) {
        word = take_word(&line);
        line = trim(line);
    }
    return cursor_starts_with(&word, "HTTP/1.", 7);
}

void http_skip_empty_lines(struct cursor *bytes)
{
    while (starts_empty(bytes))
        cursor_skip(bytes, bytes->at[0] == '\r' ? 2 : 1);
}

size_t http_head_length(struct cursor bytes, size_t *from)
{
    struct cursor rest = bytes, line;

    cursor_skip(&rest, *from);
    while (take_line(&rest, &line)) {
        if (line.at != bytes.at && starts_empty(&line))
            return bytes.left - rest.left;
        *from = bytes.left - rest.left;
    }
    return 0;
}

/* --- the request line --- */

/* Splits at the last byte that ends a word, both sides trimmed. False: there is none. */
static bool split_last(struct cursor text, bool any_space, struct cursor *front, struct cursor *back)
{
    for (size_t i = text.left; i > 0; i--) {
        uint8_t byte = text.at[i - 1];

        if (byte != ' ' && !(any_space && is_space(byte)))
            continue;
        *front = trim((struct cursor){ text.at, i - 1 });
        *back = trim((struct cursor){ text.at + i, text.left - i });
        return true;
    }
    return false;
}

static void read_target(struct cursor target, struct http_work *work, struct http_request *out)
{
    struct http_uri_parts parts = { .path = { .at = NULL } };
    size_t length;

    if (out->is_connect)
        http_uri_host(target, &parts.host);
    else
        http_uri_split(target, &parts);
    if (parts.host.at != NULL) {
        length = http_uri_normalise_host(parts.host, work->text + work->used);
        out->host = cursor_over(work->text + work->used, length);
        work->used += length;
    }
    length = http_uri_normalise(&parts, work->text + work->used);
    if (length > 0)
        out->uri = cursor_over(work->text + work->used, length);
    work->used += length;
}

/* A target may have spaces in it: what is behind the last one is the version. */
static void read_request_line(struct cursor line, struct http_work *work, struct http_request *out)
{
    struct cursor rest = trim(line), target, version;

    out->method = take_word(&rest);
    rest = trim(rest);
    if (rest.left == 0)
        return;
    out->is_connect = out->method.left == 7 && memcmp(out->method.at, "CONNECT", 7) == 0;
    out->has_version = split_last(rest, false, &target, &version) ||
                       split_last(rest, true, &target, &version);
    read_target(out->has_version ? target : rest, work, out);
}

/* --- fields --- */

static bool is_fold(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\0';
}

/* A line with those folded into it. */
static bool take_field(struct cursor *in, struct cursor *field)
{
    struct cursor rest = *in, line;
    uint8_t next;

    if (!take_line(&rest, &line))
        return false;
    while (cursor_peek_u8(&rest, 0, &next) && is_fold(next) && take_line(&rest, &line))
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

static bool is_named(const struct cursor *name, const char *text)
{
    return name->left == strlen(text) &&
           strncasecmp((const char *)name->at, text, name->left) == 0;
}

static struct field *find_first(struct http_work *work, const struct field *field)
{
    for (size_t i = 0; i < work->count; i++) {
        struct field *first = &work->fields[i];

        if (first->hash == field->hash && !first->is_again &&
                first->name.left == field->name.left &&
                strncasecmp((const char *)first->name.at, (const char *)field->name.at,
                        field->name.left) == 0)
            return first;
    }
    return NULL;
}

/* Without a colon all of it is the value of a field without a name. */
static struct field split_field(struct cursor whole)
{
    struct cursor first = whole, line;
    struct field field = { .name = { whole.at, 0 }, .value = whole };
    const uint8_t *colon;

    take_line(&first, &line);
    colon = memchr(line.at, ':', line.left);
    if (colon != NULL) {
        cursor_split(&field.value, (size_t)(colon - whole.at), &field.name);
        cursor_skip(&field.value, 1);
        field.name = trim(field.name);
    }
    field.hash = hash_name(field.name);
    return field;
}

/* Content-Length is not joined with another. */
static bool add_again(struct http_work *work, struct field *first, struct field *field)
{
    uint16_t index = (uint16_t)work->count;

    if (is_named(&first->name, "Content-Length"))
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

static bool collect_fields(struct cursor in, struct http_work *work)
{
    struct cursor whole;

    while (!starts_empty(&in) && take_field(&in, &whole)) {
        struct field field = split_field(whole), *first = find_first(work, &field);

        if (first != NULL) {
            if (!add_again(work, first, &field))
                return false;
        } else {
            if (work->count == HTTP_FIELDS_MAX)
                return false;
            work->fields[work->count++] = field;
        }
    }
    return true;
}

/* Of a folded line the first byte stays in place of the line end. */
static void write_value(struct http_work *work, struct cursor value)
{
    size_t start = work->used;
    struct cursor line, text;

    value = trim(value);
    while (take_line(&value, &line)) {
        line.left--;
        if (line.left > 0 && line.at[line.left - 1] == '\r')
            line.left--;
        write_bytes(work, line.at, line.left);
    }
    write_bytes(work, value.at, value.left);
    text = trim(written_since(work, start));
    work->used = start + text.left;
}

/* All values of this name, joined. */
static struct cursor write_values(struct http_work *work, const struct field *field)
{
    size_t start = work->used;

    write_value(work, field->value);
    while (field->again != 0) {
        field = &work->fields[field->again];
        write_bytes(work, ", ", 2);
        write_value(work, field->value);
    }
    return written_since(work, start);
}

/* What the head says of the body and the server, once all fields are known. */
struct known_fields {
    struct cursor host, length, coding;
};

static void note_field(const struct cursor *name, struct cursor value, struct known_fields *known,
        struct http_request *out)
{
    const struct {
        const char *name;
        struct cursor *value;
    } wanted[] = {
        { "Host", &known->host },
        { "User-Agent", &out->user_agent },
        { "Content-Length", &known->length },
        { "Transfer-Encoding", &known->coding },
    };

    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        if (is_named(name, wanted[i].name))
            *wanted[i].value = value;
}

static void write_fields(struct http_work *work, struct known_fields *known,
        struct http_request *out)
{
    size_t start = work->used;

    for (size_t i = 0; i < work->count; i++) {
        const struct field *field = &work->fields[i];

        if (field->is_again || is_named(&field->name, "Cookie"))
            continue;
        write_bytes(work, field->name.at, field->name.left);
        write_bytes(work, ": ", 2);
        note_field(&field->name, write_values(work, field), known, out);
        write_bytes(work, "\r\n", 2);
    }
    if (work->used > start)
        out->fields = written_since(work, start);
}

/* --- what the fields mean --- */

static bool contains_chunked(struct cursor value)
{
    for (; value.left >= 7; cursor_skip(&value, 1))
        if (strncasecmp((const char *)value.at, "chunked", 7) == 0)
            return true;
    return false;
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* The first number in the value, whatever is around it. */
static bool read_length(struct cursor value, uint64_t *length)
{
    uint8_t byte = 0;

    *length = 0;
    while (cursor_peek_u8(&value, 0, &byte) && !is_digit(byte))
        cursor_skip(&value, 1);
    if (value.left == 0)
        return false;
    while (cursor_u8(&value, &byte) && is_digit(byte)) {
        if (*length > (UINT64_MAX - 9) / 10)
            return false;
        *length = *length * 10 + (uint64_t)(byte - '0');
    }
    return true;
}

static void read_body(const struct known_fields *known, struct http_request *out)
{
    if (known->coding.at != NULL)
        out->body = contains_chunked(known->coding) ? HTTP_CHUNKED_BODY : HTTP_BAD_BODY;
    else if (known->length.at != NULL)
        out->body = read_length(known->length, &out->body_size) ? HTTP_SIZED_BODY : HTTP_BAD_BODY;
}

static void read_host(struct cursor value, struct http_work *work, struct http_request *out)
{
    size_t start = work->used;
    struct cursor host;

    if (out->host.at != NULL || value.at == NULL || !http_uri_host(value, &host))
        return;
    write_bytes(work, host.at, host.left);
    for (size_t i = start; i < work->used; i++)
        if (work->text[i] >= 'A' && work->text[i] <= 'Z')
            work->text[i] |= 0x20;
    out->host = written_since(work, start);
}

enum tattler_status http_request_read(struct cursor head, struct http_work *work,
        struct http_request *out)
{
    struct known_fields known = { .host = { .at = NULL } };
    struct http_request request = { .body = HTTP_NO_BODY };
    struct cursor line;

    if (head.left > HTTP_REQUEST_MAX)
        return TATTLER_FULL;
    if (!take_line(&head, &line))
        return TATTLER_TRUNCATED;
    work->count = work->used = work->repetitions = 0;
    read_request_line(line, work, &request);
    if (!collect_fields(head, work))
        return TATTLER_FULL;
    write_fields(work, &known, &request);
    read_body(&known, &request);
    read_host(known.host, work, &request);
    *out = request;
    return TATTLER_OK;
}

/* --- behind the head --- */

bool http_is_method(struct cursor line)
{
    static const char *const methods[] = { "GET", "PUT", "POST", "HEAD", "TRACE", "OPTIONS",
        "CONNECT", "DELETE", "PATCH", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK",
        "UNLOCK", "CHECKOUT", "UNCHECKOUT", "CHECKIN", "UPDATE", "LABEL", "REPORT", "MKWORKSPACE",
        "MKACTIVITY", "MERGE", "INVALID", "VERSION-CONTROL", "BASELINE-CONTROL" };
    struct cursor rest = trim(line), word = take_word(&rest);

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (word.left == strlen(methods[i]) && memcmp(word.at, methods[i], word.left) == 0)
            return true;
    return false;
}

static int hex_digit(uint8_t byte)
{
    if (is_digit(byte))
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

bool http_chunk_size(struct cursor line, uint64_t *size)
{
    uint64_t value = 0;
    size_t digits = 0;
    uint8_t byte;

    line = trim(line);
    while (cursor_u8(&line, &byte) && hex_digit(byte) >= 0) {
        if (value > INT32_MAX)
            return false;
        value = value << 4 | (uint64_t)hex_digit(byte);
        digits++;
    }
    *size = value;
    return digits > 0 && value <= INT32_MAX;
}
