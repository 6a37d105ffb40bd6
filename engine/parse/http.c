#include "parse/http.h"

#include <strings.h>

enum {
    METHOD_MAX = 32, /* the longest registered one has 17 characters */
    PORT_DIGITS_MAX = 5,
};

/* RFC 9110 section 5.6.2. */
static bool is_token_byte(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || (byte != 0 && strchr("!#$%&'*+-.^_`|~", byte) != NULL);
}

static bool is_token(struct cursor text)
{
    uint8_t byte;

    if (text.left == 0)
        return false;
    while (cursor_u8(&text, &byte))
        if (!is_token_byte(byte))
            return false;
    return true;
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static struct cursor trim(struct cursor text)
{
    uint8_t byte;

    while (cursor_peek_u8(&text, 0, &byte) && is_blank(byte))
        cursor_skip(&text, 1);
    while (text.left > 0 && is_blank(text.at[text.left - 1]))
        text.left--;
    return text;
}

static bool equals_ignoring_case(struct cursor text, const char *name)
{
    return text.left == strlen(name) &&
           strncasecmp((const char *)text.at, name, text.left) == 0;
}

/* Moves what is in front of the first 'end' into 'part' and drops that byte. */
static bool split_at(struct cursor *in, char end, struct cursor *part)
{
    const uint8_t *found = in->left > 0 ? memchr(in->at, end, in->left) : NULL;

    return found != NULL && cursor_split(in, (size_t)(found - in->at), part) &&
           cursor_skip(in, 1);
}

/* Takes a line off without its line end; false when it is not whole. */
static bool split_line(struct cursor *in, struct cursor *line)
{
    if (!split_at(in, '\n', line))
        return false;
    if (line->left > 0 && line->at[line->left - 1] == '\r')
        line->left--;
    return true;
}

/* A field line with those folded into it (RFC 9112 section 5.2): whether there are any shows only
 * in the first byte behind it. */
static bool split_field(struct cursor *in, struct cursor *field)
{
    struct cursor rest = *in, line;
    uint8_t next;

    do {
        if (!split_line(&rest, &line) || !cursor_peek_u8(&rest, 0, &next))
            return false;
    } while (next == ' ' || next == '\t');
    return cursor_split(in, (size_t)(rest.at - in->at), field);
}

static uint16_t read_port(struct cursor digits)
{
    uint32_t port = 0;
    uint8_t byte;

    if (digits.left > PORT_DIGITS_MAX)
        return 0;
    while (cursor_u8(&digits, &byte)) {
        if (byte < '0' || byte > '9')
            return 0;
        port = port * 10 + (uint32_t)(byte - '0');
    }
    return port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* RFC 3986 section 3.2: [userinfo "@"] host [":" port]. Some clients forget an IPv6 literal's
 * brackets: several colons make it all name. */
static struct http_host read_host(struct cursor text)
{
    struct http_host host = { .port = 0 };
    struct cursor part, whole;

    while (split_at(&text, '@', &part))
        continue;
    whole = text;
    if (cursor_starts_with(&text, "[", 1) && split_at(&text, ']', &part)) {
        cursor_skip(&part, 1);
        host.name = part;
        split_at(&text, ':', &part);
    } else if (!split_at(&text, ':', &host.name) || memchr(text.at, ':', text.left) != NULL) {
        host.name = whole;
        return host;
    }
    host.port = read_port(text);
    return host;
}

/* The target's own host: absolute-form and authority-form (RFC 9112 section 3.2). */
static struct http_host read_authority(const struct http_head *head)
{
    struct cursor rest = head->target, scheme, authority;

    if (equals_ignoring_case(head->method, "CONNECT"))
        return read_host(rest);
    if (cursor_starts_with(&rest, "/", 1) || !split_at(&rest, ':', &scheme) ||
            !cursor_starts_with(&rest, "//", 2) || !cursor_skip(&rest, 2))
        return (struct http_host){ .port = 0 };
    authority = rest;
    for (const char *end = "/?#"; *end != '\0'; end++) {
        struct cursor tail = authority;

        split_at(&tail, *end, &authority);
    }
    return read_host(authority);
}

/* May a request line that is not whole yet start like this? */
static bool may_be_request(struct cursor line)
{
    struct cursor method = { line.at, line.left < METHOD_MAX ? line.left : METHOD_MAX };
    struct cursor rest = method;

    if (line.left == 0 || (line.left == 1 && line.at[0] == '\r'))
        return true;
    return (split_at(&rest, ' ', &method) || line.left < METHOD_MAX) && is_token(method);
}

/* method SP target SP "HTTP/1." digit (RFC 9112 section 3); more blanks between are accepted. */
static bool read_request_line(struct cursor line, struct http_head *out)
{
    size_t target_length;

    if (!split_at(&line, ' ', &out->method) || out->method.left > METHOD_MAX ||
            !is_token(out->method))
        return false;
    line = trim(line);
    for (target_length = line.left; target_length > 0; target_length--)
        if (line.at[target_length - 1] == ' ')
            break;
    if (!cursor_split(&line, target_length, &out->target))
        return false;
    out->target = trim(out->target);
    return out->target.left > 0 && line.left == 8 && cursor_starts_with(&line, "HTTP/1.", 7);
}

/* A line without a colon is passed over, as most servers do. */
static void read_field(struct cursor field, struct http_head *out)
{
    struct cursor name;

    if (!split_at(&field, ':', &name))
        return;
    name = trim(name);
    if (equals_ignoring_case(name, "Host") && out->host.name.at == NULL)
        out->host = read_host(trim(field));
    else if (equals_ignoring_case(name, "User-Agent") && out->user_agent.at == NULL)
        out->user_agent = trim(field);
}

static bool skip_blank_line(struct cursor *in)
{
    return (cursor_starts_with(in, "\r\n", 2) && cursor_skip(in, 2)) ||
           (cursor_starts_with(in, "\n", 1) && cursor_skip(in, 1));
}

static void read_fields(struct cursor in, struct http_head *out)
{
    struct cursor field;

    for (;;) {
        out->complete = skip_blank_line(&in);
        if (out->complete || !split_field(&in, &field))
            return;
        read_field(field, out);
    }
}

enum tattler_status http_head_parse(struct cursor bytes, struct http_head *out)
{
    struct http_head head = { .complete = false };
    struct cursor in = bytes, line;

    if (bytes.left > HTTP_HEAD_MAX)
        in.left = HTTP_HEAD_MAX;
    while (skip_blank_line(&in)) /* RFC 9112 section 2.2 */
        continue;
    if (!split_line(&in, &line)) {
        if (!may_be_request(in))
            return TATTLER_UNSUPPORTED;
        return bytes.left < HTTP_HEAD_MAX ? TATTLER_TRUNCATED : TATTLER_FULL;
    }
    if (!read_request_line(line, &head))
        return TATTLER_UNSUPPORTED;
    head.authority = read_authority(&head);
    read_fields(in, &head);
    if (!head.complete && head.host.name.at == NULL)
        return bytes.left < HTTP_HEAD_MAX ? TATTLER_TRUNCATED : TATTLER_FULL;
    *out = head;
    return TATTLER_OK;
}
