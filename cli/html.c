#include "html.h"

#include <math.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "screen.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* --- text --- */

static const char *entity_of(wchar_t character)
{
    switch (character) {
    case L'&':
        return "&amp;";
    case L'<':
        return "&lt;";
    case L'>':
        return "&gt;";
    case L'"':
        return "&quot;";
    case L'\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* Takes one character off 'text', written as it may stand in a page; false at the end. */
static bool next_character(struct cursor *text, struct cursor *out)
{
    mbstate_t state = { 0 };
    wchar_t character = 0;
    size_t len;
    const char *entity;
    bool good;

    if (text->left == 0)
        return false;
    len = mbrtowc(&character, (const char *)text->at, text->left, &state);
    good = len != 0 && len <= text->left;
    cursor_split(text, good ? len : 1, out);
    if (good && (character == L'\n' || character == L'\t'))
        return true;
    if (!good || wcwidth(character) <= 0) {
        *out = cursor_over(REPLACEMENT, strlen(REPLACEMENT));
        return true;
    }
    entity = entity_of(character);
    if (entity != NULL)
        *out = cursor_over(entity, strlen(entity));
    return true;
}

void html_bytes(FILE *to, struct cursor text)
{
    struct cursor character;

    while (next_character(&text, &character))
        fwrite(character.at, 1, character.left, to);
}

void html_text(FILE *to, const char *text)
{
    html_bytes(to, cursor_over(text, strlen(text)));
}

static size_t count_characters(struct cursor text)
{
    struct cursor character;
    size_t count = 0;

    while (next_character(&text, &character))
        count++;
    return count;
}

void html_cut(FILE *to, const char *text, size_t characters, enum html_keep keep)
{
    struct cursor left = cursor_over(text, strlen(text)), character;
    size_t all = count_characters(left), shown = 0;

    if (all <= characters) {
        html_bytes(to, left);
        return;
    }
    if (keep == HTML_KEEP_END) {
        for (size_t i = 0; i < all - characters + 1; i++)
            next_character(&left, &character);
        fputs("…", to);
    }
    while (shown++ < characters - 1 && next_character(&left, &character))
        fwrite(character.at, 1, character.left, to);
    if (keep == HTML_KEEP_START)
        fputs("…", to);
}

/* --- numbers --- */

void html_size(FILE *to, uint64_t bytes)
{
    char text[SCREEN_SIZE_TEXT];
    size_t number;

    screen_size(bytes, text);
    number = strcspn(text, " ");
    fprintf(to, "%.*s&nbsp;%s", (int)number, text, text + number + (text[number] == ' '));
}

void html_count(FILE *to, uint64_t count)
{
    if (count >= 1000) {
        html_count(to, count / 1000); /* at most seven times */
        fprintf(to, ",%03u", (unsigned)(count % 1000));
    } else {
        fprintf(to, "%u", (unsigned)count);
    }
}

void html_plural(FILE *to, uint64_t count, const char *one, const char *many)
{
    html_count(to, count);
    fprintf(to, " %s", count == 1 ? one : many);
}

void html_duration(FILE *to, double seconds)
{
    static const struct {
        double from_s, length_s;
        const char *name;
    } units[] = { { 171000, 86400, "days" }, { 3570, 3600, "h" }, { 119.5, 60, "min" },
        { 0, 1, "s" } };
    size_t unit = 0;
    double value;

    while (unit < 3 && seconds < units[unit].from_s)
        unit++;
    value = seconds / units[unit].length_s;
    fprintf(to, "%.*f&nbsp;%s", value < 9.95 && fabs(value - round(value)) >= 0.05 ? 1 : 0, value,
            units[unit].name);
}
