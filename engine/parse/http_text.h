/* http_text.h - the words and lines that HTTP/1 messages are made of, as libhtp sees them; for the
 * files of http_request.h alone. */
#ifndef TATTLER_PARSE_HTTP_TEXT_H
#define TATTLER_PARSE_HTTP_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/cursor.h"

static inline bool http_is_space(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Without the white space around it. */
static inline struct cursor http_trim(struct cursor text)
{
    while (text.left > 0 && http_is_space(text.at[0]))
        cursor_skip(&text, 1);
    while (text.left > 0 && http_is_space(text.at[text.left - 1]))
        text.left--;
    return text;
}

/* The next line with its line end; false when it is not whole. */
static inline bool http_take_line(struct cursor *in, struct cursor *line)
{
    const uint8_t *end = in->left > 0 ? memchr(in->at, '\n', in->left) : NULL;

    return end != NULL && cursor_split(in, (size_t)(end - in->at) + 1, line);
}

/* All up to the next white space. */
static inline struct cursor http_take_word(struct cursor *in)
{
    struct cursor word = { in->at, 0 };

    while (word.left < in->left && !http_is_space(in->at[word.left]))
        word.left++;
    cursor_skip(in, word.left);
    return word;
}

static inline bool http_starts_empty(const struct cursor *bytes)
{
    return cursor_starts_with(bytes, "\r\n", 2) || cursor_starts_with(bytes, "\n", 1);
}

/* Does a line that begins so belong to the one before (RFC 9112 section 5.2)? */
static inline bool http_is_fold(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\0';
}

/* An empty line, to libhtp also one of a blank and LF alone if nothing is folded into it. */
static inline bool http_ends_head(const struct cursor *bytes)
{
    uint8_t next;

    return http_starts_empty(bytes) ||
           (bytes->left > 1 && http_is_fold(bytes->at[0]) && bytes->at[1] == '\n' &&
                   !(cursor_peek_u8(bytes, 2, &next) && http_is_fold(next)));
}

static inline bool http_is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static inline bool http_is_named(const struct cursor *name, const char *text)
{
    return name->left == strlen(text) &&
           strncasecmp((const char *)name->at, text, name->left) == 0;
}

#endif
