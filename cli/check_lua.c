/* 'tattler check' of heuristics: what loading tells, and what would only be told once a handler runs:
 * fields that there are not, and parameters that nothing uses. The words of the file are looked at, not
 * what it does: flow, device, answer, change and params are taken for what handlers are given. */
#include "check_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "command.h"
#include "detect/heuristics/catalog.h"
#include "files/file_map.h"
#include "heuristics.h"

#define PATH_MAX_LEN 128

struct source {
    struct check *check;
    const char *path;
    const char *text, *end;
    const char *at;
    const struct heuristics *heuristics;
    bool used[SCRIPT_HEURISTICS_MAX][SCRIPT_PARAMS_MAX];
};

/* --- places --- */

static void place_of(const struct source *source, const char *at, unsigned *line, unsigned *column)
{
    *line = *column = 1;
    for (const char *c = source->text; c < at; c++) {
        *column = *c == '\n' ? 1 : *column + 1;
        *line += *c == '\n';
    }
}

static void tell_at(const struct source *source, const char *at, const char *kind, const char *text)
{
    unsigned line, column;

    place_of(source, at, &line, &column);
    check_tell(source->path, line, column, kind, text);
}

/* --- words --- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_letter_or_digit(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

/* Behind "[[ … ]]", with as many '=' between the brackets as at its start; NULL: it is none. */
static const char *behind_long(const struct source *source, const char *at)
{
    size_t level = 0;

    if (at >= source->end || *at != '[')
        return NULL;
    while (at + 1 + level < source->end && at[1 + level] == '=')
        level++;
    if (at + 1 + level >= source->end || at[1 + level] != '[')
        return NULL;
    for (at += level + 2; at < source->end; at++) {
        size_t n = 0;

        while (*at == ']' && at + 1 + n < source->end && at[1 + n] == '=')
            n++;
        if (*at == ']' && n == level && at + 1 + n < source->end && at[1 + n] == ']')
            return at + n + 2;
    }
    return source->end;
}

static const char *behind_quoted(const struct source *source, const char *at)
{
    char quote = *at++;

    for (; at < source->end && *at != quote && *at != '\n'; at++)
        at += *at == '\\' && at + 1 < source->end;
    return at < source->end ? at + 1 : at;
}

static const char *behind_comment(const struct source *source, const char *at)
{
    const char *behind = behind_long(source, at + 2);

    if (behind != NULL)
        return behind;
    at = memchr(at, '\n', (size_t)(source->end - at));
    return at != NULL ? at : source->end;
}

/* Moves to the next word of the program; false: there is none. 'dotted': a dot or colon is before it. */
static bool next_word(struct source *source, const char **start, size_t *len, bool *dotted)
{
    const char *at = source->at, *behind;
    char before = ' ';

    while (at < source->end) {
        if (is_letter(*at) && !is_letter_or_digit(at > source->text ? at[-1] : ' '))
            break;
        if (at + 1 < source->end && at[0] == '-' && at[1] == '-')
            at = behind_comment(source, at);
        else if (*at == '"' || *at == '\'')
            at = behind_quoted(source, at);
        else if ((behind = behind_long(source, at)) != NULL)
            at = behind;
        else {
            before = *at == ' ' || *at == '\n' ? before : *at;
            at++;
        }
    }
    *start = at;
    while (at < source->end && is_letter_or_digit(*at))
        at++;
    *len = (size_t)(at - *start);
    *dotted = before == '.' || before == ':';
    source->at = at;
    return *len > 0;
}

/* --- fields --- */

static const struct script_catalog *catalog_named(const struct source *source, const char *word,
        size_t len)
{
    const struct script_catalog *list = heuristics_catalogs(source->heuristics)->list;

    for (size_t i = 0; i < SCRIPT_OBJECTS; i++)
        if (strlen(list[i].name) == len && memcmp(list[i].name, word, len) == 0)
            return &list[i];
    return NULL;
}

enum match { NO_FIELD, SECTION, FIELD };

static enum match find_field(const struct script_catalog *catalog, const char *path)
{
    size_t len = strlen(path);

    for (size_t i = 0; i < catalog->count; i++) {
        const char *field = catalog->fields[i];

        if (strcmp(field, path) == 0)
            return FIELD;
        if (strncmp(field, path, len) == 0 && field[len] == '.')
            return strcmp(field + len, ".*") == 0 ? FIELD : SECTION; /* any key may follow */
    }
    return NO_FIELD;
}

static void refuse(const struct source *source, const char *at, const char *what, const char *path,
        const char *const words[], size_t count)
{
    const char *near = nearest_word(strchr(path, '.') + 1, words, count);
    char text[256];

    snprintf(text, sizeof(text), "unknown %s '%s'%s%s%s", what, path,
            near != NULL ? ": did you mean '" : "", near != NULL ? near : "",
            near != NULL ? "'?" : "");
    source->check->errors++;
    tell_at(source, at, "error: ", text);
}

static void refuse_field(const struct source *source, const struct script_catalog *catalog,
        const char *at, const char *field)
{
    char path[PATH_MAX_LEN + 16];

    snprintf(path, sizeof(path), "%s.%s", catalog->name, field);
    refuse(source, at, "field", path, catalog->fields, catalog->count);
}

/* Behind "flow": ".heartbeat.score". */
static void check_fields(struct source *source, const struct script_catalog *catalog)
{
    char path[PATH_MAX_LEN] = "";
    const char *start = source->at + 1;
    size_t used = 0;

    while (source->at + 1 < source->end && *source->at == '.' && is_letter(source->at[1])) {
        const char *word = ++source->at;
        int len;

        while (source->at < source->end && is_letter_or_digit(*source->at))
            source->at++;
        len = snprintf(path + used, sizeof(path) - used, "%s%.*s", used > 0 ? "." : "",
                (int)(source->at - word), word);
        used += (size_t)len;
        if (used >= sizeof(path))
            return;
        switch (find_field(catalog, path)) {
        case NO_FIELD:
            refuse_field(source, catalog, start, path);
            return;
        case FIELD:
            return;
        case SECTION:
            break;
        }
    }
}

/* --- parameters --- */

/* "params.x", or by whatever name a function takes them: what is behind a dot counts as used. */
static void note_param(struct source *source, const char *word, size_t len)
{
    for (size_t i = 0; i < heuristics_count(source->heuristics); i++) {
        const struct script_heuristic *declared = heuristics_at(source->heuristics, i)->declared;

        for (size_t n = 0; n < declared->param_count; n++)
            if (strlen(declared->params[n].name) == len &&
                    memcmp(declared->params[n].name, word, len) == 0)
                source->used[i][n] = true;
    }
}

/* The word behind the dot that is next; false: there is none. */
static bool take_member(struct source *source, const char *object, size_t object_len,
        char path[PATH_MAX_LEN])
{
    const char *word = source->at + 1, *end = word;

    while (end < source->end && is_letter_or_digit(*end))
        end++;
    if (end == word || object_len + 1 + (size_t)(end - word) >= PATH_MAX_LEN)
        return false;
    source->at = end;
    snprintf(path, PATH_MAX_LEN, "%.*s.%.*s", (int)object_len, object, (int)(end - word), word);
    return true;
}

/* Behind "time". */
static void check_time(struct source *source, const char *time)
{
    static const char *const words[] = { "now", "hour", "weekday", "is_night" };
    char path[PATH_MAX_LEN];

    if (!take_member(source, time, strlen("time"), path))
        return;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(path + strlen("time."), words[i]) == 0)
            return;
    refuse(source, time, "function", path, words, sizeof(words) / sizeof(words[0]));
}

/* Behind "params": which heuristic's they are is not known. */
static void check_param(struct source *source, const char *params)
{
    const char *words[SCRIPT_HEURISTICS_MAX * SCRIPT_PARAMS_MAX], *name;
    char path[PATH_MAX_LEN];
    size_t count = 0;

    if (!take_member(source, params, strlen("params"), path))
        return;
    name = path + strlen("params.");
    note_param(source, name, strlen(name));
    for (size_t i = 0; i < heuristics_count(source->heuristics); i++) {
        const struct script_heuristic *declared = heuristics_at(source->heuristics, i)->declared;

        for (size_t n = 0; n < declared->param_count; n++) {
            words[count++] = declared->params[n].name;
            if (strcmp(name, declared->params[n].name) == 0)
                return;
        }
    }
    refuse(source, params, "parameter", path, words, count);
}

static void advise_param(struct source *source, const struct script_heuristic *declared,
        const char *name)
{
    const char *word;
    size_t len;
    bool dotted;
    char text[128];

    snprintf(text, sizeof(text), "parameter '%s' of '%s' is never used", name, declared->id);
    source->at = source->text;
    while (next_word(source, &word, &len, &dotted))
        if (strlen(name) == len && memcmp(name, word, len) == 0)
            break;
    source->check->advice++;
    if (!source->check->quiet)
        tell_at(source, word, "advice: ", text);
}

static bool is_word(const char *word, size_t len, const char *expected)
{
    return strlen(expected) == len && memcmp(word, expected, len) == 0;
}

static void check_words(struct source *source)
{
    const struct script_catalog *catalog;
    const char *word;
    size_t len;
    bool dotted;

    while (next_word(source, &word, &len, &dotted)) {
        catalog = dotted ? NULL : catalog_named(source, word, len);
        if (dotted)
            note_param(source, word, len);
        else if (source->at == source->end || *source->at != '.')
            continue;
        else if (catalog != NULL)
            check_fields(source, catalog);
        else if (is_word(word, len, "time"))
            check_time(source, word);
        else if (is_word(word, len, "params"))
            check_param(source, word);
    }
    for (size_t i = 0; i < heuristics_count(source->heuristics); i++) {
        const struct script_heuristic *declared = heuristics_at(source->heuristics, i)->declared;

        for (size_t n = 0; n < declared->param_count; n++)
            if (!source->used[i][n])
                advise_param(source, declared, declared->params[n].name);
    }
}

/* --- loading --- */

/* Loading tells a line. The first word in quotes, if it stands there or further on, tells the column. */
static void tell_problem(void *user, const char *file, unsigned line, unsigned column,
        const char *what)
{
    struct source *source = user;
    const char *quote = strchr(what, '\''), *close = quote != NULL ? strchr(quote + 1, '\'') : NULL;
    const char *word = NULL, *from = source->text;

    source->check->errors++;
    for (unsigned i = 1; i < line && from != NULL && from < source->end; i++) {
        from = memchr(from, '\n', (size_t)(source->end - from));
        from = from != NULL ? from + 1 : NULL;
    }
    if (close != NULL && close > quote + 1 && line > 0) {
        if (from != NULL)
            word = memmem(from, (size_t)(source->end - from), quote + 1, (size_t)(close - quote - 1));
        if (word == NULL) /* a table's line is that of its end */
            word = memmem(source->text, (size_t)(source->end - source->text), quote + 1,
                    (size_t)(close - quote - 1));
    }
    if (word != NULL)
        tell_at(source, word, "error: ", what);
    else
        check_tell(file, line, column, "error: ", what);
}

static unsigned check_loaded(struct source *source)
{
    struct settings settings;
    struct heuristics_source from = { .settings = &settings, .paths = &source->path,
        .path_count = 1, .problem = tell_problem, .user = source };
    struct heuristics *heuristics = NULL;
    unsigned count = 0;

    if (settings_default(&settings) != TATTLER_OK ||
            heuristics_load(&from, &heuristics) == TATTLER_NO_MEMORY) {
        complain("out of memory");
        source->check->errors++;
    } else {
        source->heuristics = heuristics;
        count = (unsigned)heuristics_count(heuristics);
        check_words(source);
    }
    heuristics_release(heuristics);
    settings_clear(&settings);
    return count;
}

unsigned check_lua(struct check *check, const char *path)
{
    struct source source = { .check = check, .path = path };
    struct cursor text;
    unsigned count;

    if (!file_map(path, &text))
        text = cursor_over((const uint8_t *)"", 0); /* loading tells it */
    source.text = source.at = (const char *)text.at;
    source.end = source.text + text.left;
    count = check_loaded(&source);
    file_unmap(&text);
    return count;
}
