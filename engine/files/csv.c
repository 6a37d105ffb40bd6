#include "files/csv.h"

struct csv csv_over(struct cursor file)
{
    if (cursor_starts_with(&file, "\xef\xbb\xbf", 3)) /* byte order mark */
        (void)cursor_skip(&file, 3);
    return (struct csv){ file, 1 };
}

/* How many bytes come before any of the three that end a bare field. */
static size_t bare_length(const struct cursor *in)
{
    size_t len = 0;
    uint8_t byte;

    while (cursor_peek_u8(in, len, &byte) && byte != ',' && byte != '\n' && byte != '\r')
        len++;
    return len;
}

static bool read_quoted(struct cursor *in, struct cursor *out)
{
    size_t len = 0;
    uint8_t byte, next;

    for (;; len++) {
        if (!cursor_peek_u8(in, len, &byte))
            return false;
        if (byte != '"')
            continue;
        if (!cursor_peek_u8(in, len + 1, &next) || next != '"')
            break;
        len++;
    }
    return cursor_split(in, len, out) && cursor_skip(in, 1);
}

static bool read_field(struct cursor *in, struct csv_field *out)
{
    out->quoted = cursor_starts_with(in, "\"", 1);
    if (!out->quoted)
        return cursor_split(in, bare_length(in), &out->raw);
    return cursor_skip(in, 1) && read_quoted(in, &out->raw);
}

/* What follows a field: a comma and more, or the end of the record, which is passed over. */
enum follow { COMMA, END, NEITHER };

static enum follow read_follow(struct cursor *in)
{
    if (in->left == 0)
        return END;
    if (cursor_starts_with(in, ",", 1)) {
        (void)cursor_skip(in, 1);
        return COMMA;
    }
    if (cursor_starts_with(in, "\r", 1))
        (void)cursor_skip(in, 1);
    if (in->left == 0)
        return END;
    if (!cursor_starts_with(in, "\n", 1))
        return NEITHER;
    (void)cursor_skip(in, 1);
    return END;
}

static bool read_record(struct cursor *in, struct csv_record *out)
{
    enum follow follow = COMMA;

    for (out->count = 0; follow == COMMA; out->count++) {
        struct csv_field field;

        if (!read_field(in, &field))
            return false;
        if (out->count < CSV_FIELDS_MAX)
            out->fields[out->count] = field;
        follow = read_follow(in);
    }
    return follow == END;
}

static unsigned count_lines(const struct cursor *span)
{
    unsigned lines = 0;

    for (size_t i = 0; i < span->left; i++)
        lines += span->at[i] == '\n';
    return lines;
}

static size_t line_length(const struct cursor *in)
{
    const uint8_t *end = memchr(in->at, '\n', in->left);

    return end != NULL ? (size_t)(end - in->at) + 1 : in->left;
}

static void pass_comments(struct csv *csv)
{
    while (cursor_starts_with(&csv->in, "#", 1)) {
        (void)cursor_skip(&csv->in, line_length(&csv->in));
        csv->line++;
    }
}

bool csv_next(struct csv *csv, struct csv_record *out)
{
    struct cursor window, passed;

    pass_comments(csv);
    if (csv->in.left == 0)
        return false;
    window = csv->in;
    if (window.left > CSV_RECORD_MAX)
        window.left = CSV_RECORD_MAX;
    out->line = csv->line;
    out->broken = !read_record(&window, out) ||
                  (window.left == 0 && csv->in.left > CSV_RECORD_MAX);
    passed = csv->in;
    passed.left = out->broken ? line_length(&csv->in) : (size_t)(window.at - csv->in.at);
    csv->line += count_lines(&passed);
    (void)cursor_skip(&csv->in, passed.left);
    return true;
}

static bool is_utf8_inner(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

size_t csv_text(const struct csv_field *field, char *out, size_t size)
{
    struct cursor in = field->raw;
    size_t len = 0;
    uint8_t byte;

    while (len + 1 < size && cursor_u8(&in, &byte)) {
        if (field->quoted && byte == '"')
            (void)cursor_skip(&in, 1); /* its double */
        out[len++] = byte < ' ' || byte == 0x7f ? ' ' : (char)byte;
    }
    if (cursor_peek_u8(&in, 0, &byte) && is_utf8_inner(byte)) {
        while (len > 0 && is_utf8_inner((uint8_t)out[len - 1]))
            len--;
        len -= len > 0;
    }
    out[len] = '\0';
    return len;
}
