#include "parse/http_uri.h"

#include "parse/best_fit.h"

/* --- splitting --- */

static bool is_one_of(uint8_t byte, const char *set)
{
    return byte != '\0' && strchr(set, byte) != NULL;
}

/* Takes all up to the first of 'ends' or the end; false when there is not a single byte. */
static bool take_until(struct cursor *in, const char *ends, struct cursor *part)
{
    size_t length = 0;

    while (length < in->left && !is_one_of(in->at[length], ends))
        length++;
    return length > 0 && cursor_split(in, length, part);
}

static bool take_through(struct cursor *in, char end, struct cursor *part)
{
    const uint8_t *found = in->left > 0 ? memchr(in->at, end, in->left) : NULL;

    return found != NULL && cursor_split(in, (size_t)(found - in->at), part) && cursor_skip(in, 1);
}

static void skip_slashes(struct cursor *in)
{
    if (cursor_starts_with(in, "//", 2))
        cursor_skip(in, 2);
}

static bool take_literal(struct cursor *in, struct cursor *host)
{
    struct cursor rest = *in, part;

    if (!cursor_starts_with(&rest, "[", 1) || !cursor_skip(&rest, 1) ||
            !take_until(&rest, "/?#]", &part))
        return false;
    if (cursor_starts_with(&rest, "]", 1))
        cursor_skip(&rest, 1);
    return cursor_split(in, in->left - rest.left, host);
}

static bool take_host(struct cursor *in, struct cursor *host)
{
    struct cursor rest = *in;

    skip_slashes(&rest);
    if (cursor_starts_with(&rest, "/", 1))
        return false;
    while (cursor_starts_with(&rest, " ", 1))
        cursor_skip(&rest, 1);
    if (!take_literal(&rest, host) && !take_until(&rest, "/?#:", host))
        return false;
    while (host->left > 0 && host->at[host->left - 1] == ' ')
        host->left--;
    *in = rest;
    return true;
}

/* A colon without a port behind it begins the path. */
static void skip_port(struct cursor *in)
{
    struct cursor rest = *in, port;

    if (!cursor_starts_with(&rest, ":", 1) || !cursor_skip(&rest, 1))
        return;
    while (cursor_starts_with(&rest, " ", 1))
        cursor_skip(&rest, 1);
    if (take_until(&rest, "/?#", &port))
        *in = rest;
}

static void skip_credentials(struct cursor *in)
{
    struct cursor rest = *in, credentials;

    if (cursor_starts_with(&rest, "//", 2) && !cursor_starts_with(&rest, "///", 3) &&
            take_through(&rest, '@', &credentials))
        *in = rest;
}

void http_uri_split(struct cursor target, struct http_uri_parts *out)
{
    struct cursor rest = target;

    *out = (struct http_uri_parts){ .path = { .at = NULL } };
    if (!cursor_starts_with(&rest, "/", 1) && take_through(&rest, ':', &out->scheme)) {
        skip_credentials(&rest);
        if (take_host(&rest, &out->host))
            skip_port(&rest);
    }
    take_until(&rest, "#?", &out->path);
    if (cursor_starts_with(&rest, "?", 1)) {
        cursor_skip(&rest, 1);
        out->query = (struct cursor){ rest.at, 0 };
        take_until(&rest, "#", &out->query);
    }
    if (cursor_starts_with(&rest, "#", 1)) {
        cursor_skip(&rest, 1);
        out->fragment = rest;
    }
}

bool http_uri_host(struct cursor authority, struct cursor *host)
{
    return take_host(&authority, host);
}

/* --- decoding --- */

static bool read_hex(struct cursor *in, size_t digits, uint32_t *value)
{
    struct cursor rest = *in;
    uint8_t byte;

    *value = 0;
    while (digits-- > 0) {
        if (!cursor_u8(&rest, &byte))
            return false;
        if (byte >= '0' && byte <= '9')
            *value = *value << 4 | (uint32_t)(byte - '0');
        else if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
            *value = *value << 4 | (uint32_t)((byte | 0x20) - 'a' + 10);
        else
            return false;
    }
    *in = rest;
    return true;
}

/* The next byte, with what a percent sign stands for; one that is no valid encoding stays. */
static bool next_decoded(struct cursor *in, uint8_t *out)
{
    struct cursor rest;
    uint8_t next;
    uint32_t value;
    bool unicode;

    if (!cursor_u8(in, out))
        return false;
    if (*out != '%' || !cursor_peek_u8(in, 0, &next))
        return true;
    rest = *in;
    unicode = (next | 0x20) == 'u' && cursor_skip(&rest, 1);
    if (read_hex(&rest, unicode ? 4 : 2, &value)) {
        *in = rest;
        *out = value > UINT8_MAX ? best_fit(value) : (uint8_t)value;
    }
    return true;
}

static size_t decode(struct cursor in, uint8_t *out)
{
    size_t length = 0;

    while (next_decoded(&in, &out[length]))
        length++;
    return length;
}

static size_t decode_path(struct cursor in, uint8_t *out)
{
    size_t length = 0;
    uint8_t byte;

    while (next_decoded(&in, &byte)) {
        if (byte == '\\')
            byte = '/';
        if (byte != '/' || length == 0 || out[length - 1] != '/')
            out[length++] = byte;
    }
    return length;
}

/* --- UTF-8, overlong forms (RFC 3629 section 10) among it --- */

/* How many bytes follow a first one, 0: none may begin so. */
static unsigned continuations(uint8_t first)
{
    return first < 0xc0 || first > 0xf4 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
}

static bool may_follow(uint8_t first, uint8_t second)
{
    /* Neither surrogates nor characters above U+10FFFF. */
    uint8_t last = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

    return second >= 0x80 && second <= last;
}

/* One character, or '?' for the bytes that begin one which breaks off. At the very end such bytes
 * leave one mark less than they are. */
static size_t narrow_one(struct cursor *in, uint8_t *out)
{
    uint8_t first = 0, byte;
    uint32_t character;
    unsigned wanted, seen = 0;

    if (!cursor_u8(in, &first) || first < 0x80) {
        *out = first;
        return 1;
    }
    wanted = continuations(first);
    character = first & (0x7fu >> (wanted + 1));
    while (seen < wanted && cursor_peek_u8(in, 0, &byte) &&
            may_follow(seen == 0 ? first : 0, byte)) {
        character = character << 6 | (byte & 0x3f);
        cursor_skip(in, 1);
        seen++;
    }
    if (seen < wanted && in->left == 0) {
        memset(out, '?', seen);
        return seen;
    }
    *out = wanted == 0 || seen < wanted ? '?'
           : character > UINT8_MAX      ? best_fit(character)
                                        : (uint8_t)character;
    return 1;
}

/* In place: it never grows. */
static size_t narrow(uint8_t *text, size_t length)
{
    struct cursor in = cursor_over(text, length);
    size_t written = 0;

    while (in.left > 0)
        written += narrow_one(&in, text + written);
    return written;
}

/* --- dot segments (RFC 3986 section 5.2.4), with what libhtp makes of the ends --- */

/* The path as written so far. A slash waits until it is known what follows it. */
struct path {
    uint8_t *text;
    size_t length;
    bool slash;   /* one waits */
    bool dropped; /* a dot segment was in front of it: then it does not end a path */
    bool literal; /* two stand together: what follows them is no dot segment */
};

static void drop_segment(struct path *path)
{
    while (path->length > 0 && path->text[path->length - 1] != '/')
        path->length--;
    if (path->length > 0)
        path->length--;
}

static void append(struct path *path, const uint8_t *text, size_t length)
{
    memmove(path->text + path->length, text, length);
    path->length += length;
}

static bool is_dots(struct cursor segment, size_t count)
{
    return segment.left == count && memcmp(segment.at, "..", count) == 0;
}

/* 'last': nothing comes behind it, not even a slash. */
static void add_segment(struct path *path, struct cursor segment, bool last)
{
    bool dots = !path->literal && (is_dots(segment, 1) || is_dots(segment, 2));

    path->literal = !path->literal && path->slash && segment.left == 0;
    if (dots) {
        if (path->slash && segment.left == 2)
            drop_segment(path);
        path->slash = path->slash && !last;
        path->dropped = true;
        return;
    }
    if (path->slash && !(last && segment.left == 0 && path->dropped))
        append(path, (const uint8_t *)"/", 1);
    append(path, segment.at, segment.left);
    path->slash = !last;
    path->dropped = false;
}

static size_t resolve_dots(uint8_t *text, size_t length)
{
    struct path path = { .text = text };
    struct cursor in = cursor_over(text, length), segment;

    while (take_through(&in, '/', &segment))
        add_segment(&path, segment, false);
    add_segment(&path, in, true);
    return path.length;
}

/* --- together --- */

static size_t write_part(const struct cursor *part, char mark, uint8_t *out)
{
    if (part->at == NULL)
        return 0;
    out[0] = (uint8_t)mark;
    return 1 + decode(*part, out + 1);
}

size_t http_uri_normalise(const struct http_uri_parts *parts, uint8_t *out)
{
    size_t length = decode_path(parts->path, out);

    length = resolve_dots(out, narrow(out, length));
    length += write_part(&parts->query, '?', out + length);
    return length + write_part(&parts->fragment, '#', out + length);
}

size_t http_uri_normalise_host(struct cursor host, uint8_t *out)
{
    size_t length = decode(host, out);

    for (size_t i = 0; i < length; i++)
        if (out[i] >= 'A' && out[i] <= 'Z')
            out[i] |= 0x20;
    while (length > 0 && out[length - 1] == '.')
        length--;
    return length;
}
