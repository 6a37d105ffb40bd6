#include "detect/rules/lines.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

void lines_start(struct lines *lines, const char *text, size_t len, enum lines_form form)
{
    lines->form = form;
    lines->text = cursor_over(text, len);
    lines->line = 0;
    lines->len = 0;
    lines->piece_count = 0;
}

void lines_clear(struct lines *lines)
{
    free(lines->pieces);
    lines->pieces = NULL;
    lines->piece_room = lines->piece_count = 0;
}

static bool add_piece(struct lines *lines)
{
    void *pieces = grow(lines->pieces, &lines->piece_room, lines->piece_count + 1,
            sizeof(*lines->pieces));

    if (pieces == NULL)
        return false;
    lines->pieces = pieces;
    lines->pieces[lines->piece_count++] = (struct line_piece){ lines->len, lines->line };
    return true;
}

/* One line of the file, with its end. */
static bool take_line(struct lines *lines, struct cursor *line)
{
    struct cursor *text = &lines->text;
    const uint8_t *end = text->left > 0 ? memchr(text->at, '\n', text->left) : NULL;

    if (text->left == 0)
        return false;
    lines->line++;
    return cursor_split(text, end != NULL ? (size_t)(end - text->at) + 1 : text->left, line);
}

/* Does the joined line go on? Then without the '\'. */
static bool goes_on(struct lines *lines)
{
    size_t len = lines->len;

    while (len > 0 && isspace((unsigned char)lines->joined[len - 1]))
        len--;
    if (len == 0 || lines->joined[len - 1] != '\\')
        return false;
    lines->len = len - 1;
    return true;
}

static bool append(struct lines *lines, const struct cursor *line)
{
    size_t room = LINE_SIZE - 1 - lines->len;
    size_t len = line->left < room ? line->left : room;
    bool ends_behind = line->left == room + 1 && line->at[room] == '\n'; /* which nobody misses */

    memcpy(lines->joined + lines->len, line->at, len);
    lines->len += strnlen(lines->joined + lines->len, len);
    lines->joined[lines->len] = '\0';
    return line->left <= room || ends_behind;
}

static bool is_passed_over(const struct lines *lines, const struct cursor *line)
{
    size_t at = 0;

    if (lines->form == LINES_RULES)
        return memchr("\n\r #\t", line->at[0], 5) != NULL;
    while (at < line->left && isspace(line->at[at]))
        at++;
    return at == line->left || line->at[at] == '#';
}

/* What Suricata cuts off of a comment it reads as a rule. */
static bool is_cut(const struct lines *lines, const struct cursor *line)
{
    return lines->form == LINES_RULES && line->left > LINE_SIZE;
}

enum lines_found lines_next(struct lines *lines)
{
    struct cursor line = { NULL, 0 };
    bool has_begun = false;

    lines->len = lines->piece_count = 0;
    while (take_line(lines, &line)) {
        if (lines->len == 0 && is_passed_over(lines, &line) && !is_cut(lines, &line))
            continue;
        if (!has_begun)
            lines->piece_count = 0;
        has_begun = true;
        if (!add_piece(lines))
            return LINES_NO_MEMORY;
        if (!append(lines, &line))
            return LINES_TOO_LONG;
        if (goes_on(lines))
            continue;
        if (lines->len > 0 && lines->joined[lines->len - 1] == '\n')
            lines->joined[--lines->len] = '\0';
        return LINES_LINE;
    }
    return LINES_END;
}

void lines_place(const struct lines *lines, size_t offset, unsigned *line, unsigned *column)
{
    size_t piece = 0;

    while (piece + 1 < lines->piece_count && lines->pieces[piece + 1].offset <= offset)
        piece++;
    *line = lines->piece_count > 0 ? lines->pieces[piece].line : lines->line;
    *column = (unsigned)(offset - (lines->piece_count > 0 ? lines->pieces[piece].offset : 0)) + 1;
}
