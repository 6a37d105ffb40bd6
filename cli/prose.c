#include "prose.h"

#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "screen.h"

/* How each piece looks. Only a terminal's lines are wrapped. */
struct look {
    const char *first, *others; /* what its lines begin with, the first and those that follow */
    bool apart;                 /* a blank line stands between it and another of its kind */
};

static const struct look looks[][PROSE_CODE + 1] = {
    [PROSE_TERMINAL] = {
        [PROSE_TITLE] = { "", "  ", true },
        [PROSE_HEADING] = { "", "", true },
        [PROSE_PARAGRAPH] = { "  ", "  ", false },
        [PROSE_ITEM] = { "  - ", "    ", false },
        [PROSE_LINK] = { "  - ", "    ", false },
        [PROSE_CODE] = { "      ", "      ", false },
    },
    [PROSE_MARKDOWN] = {
        [PROSE_TITLE] = { "## ", "", true },
        [PROSE_HEADING] = { "**", "", true },
        [PROSE_PARAGRAPH] = { "", "", true },
        [PROSE_ITEM] = { "- ", "  ", false },
        [PROSE_LINK] = { "- <", "", false },
        [PROSE_CODE] = { "    ", "    ", false },
    },
    [PROSE_HTML] = { /* its tags, the one that opens and the one that closes */
        [PROSE_TITLE] = { "<h4>", "</h4>", false },
        [PROSE_HEADING] = { "<h5>", "</h5>", false },
        [PROSE_PARAGRAPH] = { "<p>", "</p>", false },
        [PROSE_ITEM] = { "<li>", "</li>", false },
        [PROSE_LINK] = { "<li>", "</li>", false },
        [PROSE_CODE] = { "<pre class=\"copy\">", "</pre>", false },
    },
};

#define TERMINAL_COLUMNS 80

bool prose_open(struct prose *prose, FILE *to, enum prose_style style)
{
    *prose = (struct prose){ .to = to, .style = style, .last = PROSE_TITLE };
    prose->text = open_memstream(&prose->bytes, &prose->len);
    return prose->text != NULL;
}

static void list(struct prose *prose, bool wanted)
{
    if (wanted != prose->in_list)
        fputs(wanted ? "<ul>" : "</ul>", prose->to);
    prose->in_list = wanted;
}

void prose_close(struct prose *prose)
{
    list(prose, false);
    fclose(prose->text);
    free(prose->bytes);
}

/* --- a terminal --- */

/* Bytes of the word that fit into so many columns, for words longer than a line. */
static size_t that_fit(const char *word, size_t len, size_t columns)
{
    if (len <= columns)
        return len;
    while (columns > 1 && (word[columns] & 0xc0) == 0x80)
        columns--;
    return columns;
}

static size_t put(struct prose *prose, const char *bytes, size_t len)
{
    return screen_print(prose->to, cursor_over(bytes, len), SCREEN_ALL, SCREEN_KEEP_START);
}

static size_t break_line(struct prose *prose, const struct look *look)
{
    fprintf(prose->to, "\n%s", look->others);
    return strlen(look->others);
}

static void wrap(struct prose *prose, const struct look *look)
{
    size_t column = put(prose, look->first, strlen(look->first)), piece;
    const char *at = prose->bytes;

    for (bool first = true; *(at += strspn(at, " ")) != '\0'; first = false) {
        size_t len = strcspn(at, " ");

        if (!first && column + 1 + len > TERMINAL_COLUMNS)
            column = break_line(prose, look);
        else if (!first)
            column += put(prose, " ", 1);
        while ((piece = that_fit(at, len, TERMINAL_COLUMNS - column)) < len) {
            put(prose, at, piece);
            at += piece;
            len -= piece;
            column = break_line(prose, look);
        }
        column += put(prose, at, len);
        at += len;
    }
    putc('\n', prose->to);
}

/* --- Markdown --- */

static void escape(struct prose *prose)
{
    for (const char *at = prose->bytes; *at != '\0'; at++) {
        if (strchr("\\`*_<>[]|#~", *at) != NULL)
            putc('\\', prose->to);
        putc(*at, prose->to);
    }
}

static void mark_up(struct prose *prose, enum prose_piece piece, const struct look *look)
{
    fputs(look->first, prose->to);
    escape(prose);
    fputs(piece == PROSE_HEADING ? "**\n" : "\n", prose->to);
}

/* --- HTML --- */

static void tag(struct prose *prose, enum prose_piece piece, const struct look *look)
{
    bool leads = piece == PROSE_LINK && strncmp(prose->bytes, "https://", 8) == 0;

    list(prose, piece == PROSE_ITEM || piece == PROSE_LINK);
    fputs(look->first, prose->to);
    if (leads) {
        fputs("<a rel=\"noreferrer\" href=\"", prose->to);
        html_text(prose->to, prose->bytes);
        fputs("\">", prose->to);
    }
    html_text(prose->to, prose->bytes);
    fprintf(prose->to, "%s%s\n", leads ? "</a>" : "", look->others);
}

/* --- all --- */

static void copy(struct prose *prose, enum prose_piece piece, const struct look *look)
{
    fputs(look->first, prose->to);
    put(prose, prose->bytes, strlen(prose->bytes));
    fputs(prose->style == PROSE_MARKDOWN && piece == PROSE_LINK ? ">\n" : "\n", prose->to);
}

static bool needs_blank_line(const struct prose *prose, enum prose_piece piece)
{
    const struct look *look = &looks[prose->style][piece];

    if (prose->style != PROSE_MARKDOWN)
        return look->apart;
    return look->apart || piece != prose->last;
}

void prose_end(struct prose *prose, enum prose_piece piece)
{
    const struct look *look = &looks[prose->style][piece];

    putc('\0', prose->text);
    fflush(prose->text);
    if (needs_blank_line(prose, piece))
        putc('\n', prose->to);
    if (prose->style == PROSE_HTML)
        tag(prose, piece, look);
    else if (piece == PROSE_CODE || piece == PROSE_LINK)
        copy(prose, piece, look);
    else if (prose->style == PROSE_MARKDOWN)
        mark_up(prose, piece, look);
    else
        wrap(prose, look);
    prose->last = piece;
    rewind(prose->text);
}

void prose_print(struct prose *prose, enum prose_piece piece, const char *text)
{
    fputs(text, prose->text);
    prose_end(prose, piece);
}
