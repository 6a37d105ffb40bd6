#include "json_walk.h"

#include <stdint.h>

#include "detect/rules/utf8.h"

#define PATH_MAX_BYTES 128
#define PATH_TOO_LONG (PATH_MAX_BYTES + 1) /* grows no more; told as empty */

struct level {
    bool is_map;
    size_t path_len; /* the path of the list or map itself */
    const uint8_t *start;
    bool has_items;
};

struct walk {
    struct cursor in;
    json_value_fn told;
    void *user;
    size_t path_len, depth;
    struct level levels[JSON_DEPTH_MAX];
    uint8_t path[PATH_MAX_BYTES];
};

static void skip_blanks(struct walk *walk)
{
    uint8_t c;

    while (cursor_peek_u8(&walk->in, 0, &c) && (c == ' ' || c == '\t' || c == '\n' || c == '\r'))
        cursor_skip(&walk->in, 1);
}

/* Behind blanks; false at the end. */
static bool next_is(struct walk *walk, uint8_t *out)
{
    skip_blanks(walk);
    return cursor_peek_u8(&walk->in, 0, out);
}

static bool take(struct walk *walk, uint8_t wanted)
{
    uint8_t c;

    return next_is(walk, &c) && c == wanted && cursor_skip(&walk->in, 1);
}

static void tell(const struct walk *walk, enum json_kind kind, const uint8_t *start,
        const uint8_t *end)
{
    struct json_value value = { cursor_over(walk->path, walk->path_len), kind,
        cursor_over(start, (size_t)(end - start)) };

    if (walk->path_len > PATH_MAX_BYTES)
        value.path.left = 0;
    walk->told(walk->user, &value);
}

/* --- texts --- */

static int hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Four hex digits from 'offset' on. */
static bool peek_unit(const struct cursor *in, size_t offset, uint32_t *out)
{
    uint32_t unit = 0;
    uint8_t c;

    for (size_t i = 0; i < 4; i++) {
        if (!cursor_peek_u8(in, offset + i, &c) || hex_digit(c) < 0)
            return false;
        unit = unit << 4 | (uint32_t)hex_digit(c);
    }
    *out = unit;
    return true;
}

static bool skip_escape(struct cursor *in)
{
    uint32_t unit;
    uint8_t c;

    if (!cursor_peek_u8(in, 1, &c))
        return false;
    if (c == 'u')
        return peek_unit(in, 2, &unit) && cursor_skip(in, 6);
    return c != '\0' && strchr("\"\\/bfnrt", c) != NULL && cursor_skip(in, 2);
}

/* utf8_length() wants a NUL behind: here the text may end anywhere. */
static bool skip_character(struct cursor *in)
{
    char character[5] = "";
    size_t len = in->left < 4 ? in->left : 4;

    memcpy(character, in->at, len);
    len = utf8_length(character);
    return len > 0 && cursor_skip(in, len);
}

/* How many bytes are characters that stand for themselves: most of any text. */
static size_t count_plain(const struct cursor *in)
{
    static const bool plain[UINT8_MAX + 1] = { [' ' ... '!'] = true, ['#' ... '['] = true,
        [']' ... 0x7f] = true };
    size_t count = 0;

    while (count < in->left && plain[in->at[count]])
        count++;
    return count;
}

/* From behind the opening quote to behind the closing one. */
static bool take_text(struct walk *walk, struct cursor *out)
{
    struct cursor *in = &walk->in;
    const uint8_t *start = in->at;
    uint8_t c;

    while (cursor_skip(in, count_plain(in)) && cursor_peek_u8(in, 0, &c) && c != '"')
        if (c < 0x20 || !(c == '\\' ? skip_escape(in) : skip_character(in)))
            return false;
    *out = cursor_over(start, (size_t)(in->at - start));
    return cursor_skip(in, 1);
}

/* --- numbers and words --- */

static bool skip_digits(struct cursor *in)
{
    size_t before = in->left;
    uint8_t c;

    while (cursor_peek_u8(in, 0, &c) && c >= '0' && c <= '9')
        cursor_skip(in, 1);
    return in->left < before;
}

static bool skip_one_of(struct cursor *in, const char *set)
{
    uint8_t c;

    return cursor_peek_u8(in, 0, &c) && c != '\0' && strchr(set, c) != NULL && cursor_skip(in, 1);
}

/* RFC 8259 section 6: no zero in front of other digits, no point without digits on both sides. */
static bool take_number(struct walk *walk)
{
    struct cursor *in = &walk->in;
    const uint8_t *start = in->at;

    skip_one_of(in, "-");
    if (!skip_one_of(in, "0") && !skip_digits(in))
        return false;
    if (skip_one_of(in, ".") && !skip_digits(in))
        return false;
    if (skip_one_of(in, "eE")) {
        skip_one_of(in, "+-");
        if (!skip_digits(in))
            return false;
    }
    tell(walk, JSON_NUMERIC, start, in->at);
    return true;
}

static bool take_word(struct walk *walk)
{
    static const char *const words[] = { "true", "false", "null" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const uint8_t *start = walk->in.at;
        size_t len = strlen(words[i]);

        if (!cursor_starts_with(&walk->in, words[i], len))
            continue;
        cursor_skip(&walk->in, len);
        tell(walk, JSON_WORD, start, walk->in.at);
        return true;
    }
    return false;
}

/* --- lists and maps --- */

static bool enter(struct walk *walk, bool is_map)
{
    if (walk->depth == JSON_DEPTH_MAX)
        return false;
    walk->levels[walk->depth++] = (struct level){ is_map, walk->path_len, walk->in.at, false };
    return cursor_skip(&walk->in, 1);
}

static void leave(struct walk *walk)
{
    const struct level *level = &walk->levels[--walk->depth];

    cursor_skip(&walk->in, 1);
    walk->path_len = level->path_len;
    tell(walk, level->is_map ? JSON_MAP : JSON_LIST, level->start, walk->in.at);
}

/* A list or map is entered, anything else is taken. */
static bool take_value(struct walk *walk)
{
    struct cursor text;
    uint8_t c;

    if (!next_is(walk, &c))
        return false;
    if (c == '{' || c == '[')
        return enter(walk, c == '{');
    if (c != '"')
        return c == '-' || (c >= '0' && c <= '9') ? take_number(walk) : take_word(walk);
    cursor_skip(&walk->in, 1);
    if (!take_text(walk, &text))
        return false;
    tell(walk, JSON_QUOTED, text.at, text.at + text.left);
    return true;
}

static void append_key(struct walk *walk, struct cursor key)
{
    size_t dot = walk->path_len > 0 ? 1 : 0;

    if (walk->path_len + dot + key.left > PATH_MAX_BYTES) {
        walk->path_len = PATH_TOO_LONG;
        return;
    }
    if (dot > 0)
        walk->path[walk->path_len] = '.';
    memcpy(walk->path + walk->path_len + dot, key.at, key.left);
    walk->path_len += dot + key.left;
}

/* The next item of the innermost list or map, or its end. */
static bool take_item(struct walk *walk)
{
    struct level *level = &walk->levels[walk->depth - 1];
    struct cursor key;
    uint8_t c;

    if (!next_is(walk, &c))
        return false;
    if (c == (level->is_map ? '}' : ']')) {
        leave(walk);
        return true;
    }
    if (level->has_items && !take(walk, ','))
        return false;
    level->has_items = true;
    walk->path_len = level->path_len;
    if (level->is_map) {
        if (!take(walk, '"') || !take_text(walk, &key) || !take(walk, ':'))
            return false;
        append_key(walk, key);
    }
    return take_value(walk);
}

bool json_walk(struct cursor text, json_value_fn told, void *user)
{
    struct walk walk = { .in = text, .told = told, .user = user };
    uint8_t c;

    if (!next_is(&walk, &c) || c != '{' || !enter(&walk, true))
        return false;
    while (walk.depth > 0)
        if (!take_item(&walk))
            return false;
    return !next_is(&walk, &c);
}

/* --- escapes --- */

/* One character, or half of a surrogate pair that stands alone: then '?'. */
static uint32_t take_unicode(struct cursor *in)
{
    uint32_t high, low;

    if (!peek_unit(in, 0, &high))
        return '?';
    cursor_skip(in, 4);
    if (high < 0xd800 || high > 0xdfff)
        return high == 0 ? '?' : high;
    if (high > 0xdbff || !cursor_starts_with(in, "\\u", 2) || !peek_unit(in, 2, &low) ||
            low < 0xdc00 || low > 0xdfff)
        return '?';
    cursor_skip(in, 6);
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static size_t put_unicode(uint32_t code, char out[4])
{
    static const uint8_t leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

    for (size_t i = len; i > 1; i--, code >>= 6)
        out[i - 1] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(len == 1 ? code : leads[len] | code);
    return len;
}

static size_t take_escaped(struct cursor *in, char out[4])
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *found;
    uint8_t c;

    cursor_skip(in, 1);
    if (!cursor_peek_u8(in, 0, &c))
        return 0;
    cursor_skip(in, 1);
    if (c == 'u')
        return put_unicode(take_unicode(in), out);
    found = c != '\0' ? strchr(from, c) : NULL;
    out[0] = found != NULL ? to[found - from] : (char)c;
    return 1;
}

/* The next character as it is meant. */
static size_t take_plain(struct cursor *in, char out[4])
{
    const uint8_t *start = in->at;
    size_t len;

    if (*start == '\\')
        return take_escaped(in, out);
    if (*start < 0x80 ? !cursor_skip(in, 1) : !skip_character(in))
        return 0;
    len = (size_t)(in->at - start);
    memcpy(out, start, len);
    return len;
}

size_t json_text_of(const struct json_value *value, char *out, size_t size)
{
    struct cursor in = value->text;
    size_t used = count_plain(&in);

    used = used < size ? used : size - 1;
    cursor_copy(&in, out, used);
    while (in.left > 0) {
        char character[4];
        size_t len = take_plain(&in, character);

        if (len == 0 || used + len >= size)
            break;
        memcpy(out + used, character, len);
        used += len;
    }
    out[used] = '\0';
    return used;
}
