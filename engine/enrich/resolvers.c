#include "enrich/resolvers.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

#define NAME_MAX_LEN 253 /* RFC 1035, in text without the final dot */
#define LABEL_MAX_LEN 63
#define ENTRIES_MAX 100000

/* Both arrays are sorted and without doubles once loaded. */
struct resolvers {
    char **names; /* lower case */
    size_t name_count, name_room;
    struct address *addresses;
    size_t address_count, address_room;
};

/* Where a line is from, for the problem it may have. */
struct origin {
    problem_fn problem;
    void *user;
    const char *path;
    unsigned line;
};

__attribute__((format(printf, 2, 3)))
static void tell(const struct origin *origin, const char *format, ...)
{
    char what[256];
    va_list arguments;

    if (origin->problem == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    origin->problem(origin->user, origin->path, origin->line, what);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_name_char(char c)
{
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* A host name of two labels or more: a list must not swallow a whole top-level domain. Its last
 * label is no number (RFC 3696 section 2), so a mistyped address is none. */
static bool is_name(const char *text)
{
    size_t len = strlen(text), label = 0, labels = 1;
    bool digits_only = true;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.' && label > 0 && text[i + 1] != '\0') {
            label = 0;
            labels++;
            digits_only = true;
        } else if (is_name_char(text[i]) && ++label <= LABEL_MAX_LEN) {
            digits_only = digits_only && text[i] >= '0' && text[i] <= '9';
        } else {
            return false;
        }
    }
    return labels > 1 && len <= NAME_MAX_LEN && !digits_only;
}

static enum tattler_status add_name(struct resolvers *resolvers, const char *text)
{
    char *name = strdup(text);
    char **names = name == NULL ? NULL : grow(resolvers->names, &resolvers->name_room,
            resolvers->name_count + 1, sizeof(*names));

    if (names == NULL) {
        free(name);
        return TATTLER_NO_MEMORY;
    }
    for (char *at = name; *at != '\0'; at++)
        *at = lower(*at);
    resolvers->names = names;
    names[resolvers->name_count++] = name;
    return TATTLER_OK;
}

static enum tattler_status add_address(struct resolvers *resolvers, const struct address *address)
{
    struct address *addresses = grow(resolvers->addresses, &resolvers->address_room,
            resolvers->address_count + 1, sizeof(*addresses));

    if (addresses == NULL)
        return TATTLER_NO_MEMORY;
    resolvers->addresses = addresses;
    addresses[resolvers->address_count++] = *address;
    return TATTLER_OK;
}

static enum tattler_status add_entry(struct resolvers *resolvers, const char *text,
        const struct origin *origin)
{
    struct address address;

    if (address_parse(text, &address))
        return add_address(resolvers, &address);
    if (is_name(text))
        return add_name(resolvers, text);
    if (strncmp(text, "*.", 2) == 0 && is_name(text + 2))
        tell(origin, "'%.64s': leave out the '*.', a name also stands for those below it", text);
    else
        tell(origin, "'%.64s' is neither a host name nor an address: write one a line, such as "
                "dns.example.net or 192.0.2.53", text);
    return TATTLER_OK;
}

/* Cuts the comment and the blanks around; what is left may be empty. */
static char *bare(char *line)
{
    static const char blanks[] = " \t\r\n";
    char *end;

    line[strcspn(line, "#")] = '\0';
    line += strspn(line, blanks);
    end = line + strlen(line);
    while (end > line && strchr(blanks, end[-1]) != NULL)
        *--end = '\0';
    return line;
}

static enum tattler_status read_lines(struct resolvers *resolvers, FILE *file,
        struct origin *origin)
{
    enum tattler_status status = TATTLER_OK;
    char *line = NULL;
    size_t room = 0;

    while (status == TATTLER_OK && getline(&line, &room, file) >= 0) {
        const char *text = bare(line);

        origin->line++;
        if (*text == '\0')
            continue;
        if (resolvers_count(resolvers) == ENTRIES_MAX) {
            tell(origin, "more than %d entries: the rest is left out", ENTRIES_MAX);
            break;
        }
        status = add_entry(resolvers, text, origin);
    }
    free(line);
    return status;
}

static enum tattler_status read_file(struct resolvers *resolvers, struct origin *origin)
{
    FILE *file = fopen(origin->path, "r");
    enum tattler_status status = TATTLER_OK;
    bool failed = file == NULL;

    if (file != NULL) {
        status = read_lines(resolvers, file, origin);
        failed = ferror(file) != 0;
    }
    if (failed) {
        origin->line = 0;
        tell(origin, "cannot be read: %s", strerror(errno));
    }
    if (file != NULL)
        fclose(file);
    return status;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int compare_addresses(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct address));
}

static void sort(struct resolvers *resolvers)
{
    size_t kept = 0;

    if (resolvers->name_count > 1)
        qsort(resolvers->names, resolvers->name_count, sizeof(*resolvers->names), compare_names);
    for (size_t i = 0; i < resolvers->name_count; i++) {
        if (kept > 0 && strcmp(resolvers->names[kept - 1], resolvers->names[i]) == 0)
            free(resolvers->names[i]);
        else
            resolvers->names[kept++] = resolvers->names[i];
    }
    resolvers->name_count = kept;
    kept = 0;
    if (resolvers->address_count > 1)
        qsort(resolvers->addresses, resolvers->address_count, sizeof(*resolvers->addresses),
                compare_addresses);
    for (size_t i = 0; i < resolvers->address_count; i++)
        if (kept == 0 || !address_equal(&resolvers->addresses[kept - 1], &resolvers->addresses[i]))
            resolvers->addresses[kept++] = resolvers->addresses[i];
    resolvers->address_count = kept;
}

enum tattler_status resolvers_load(const char *const paths[], size_t n,
        problem_fn problem, void *user, struct resolvers **out)
{
    struct resolvers *resolvers = calloc(1, sizeof(*resolvers));
    enum tattler_status status = resolvers != NULL ? TATTLER_OK : TATTLER_NO_MEMORY;

    for (size_t i = 0; i < n && status == TATTLER_OK; i++) {
        struct origin origin = { problem, user, paths[i], 0 };

        status = read_file(resolvers, &origin);
    }
    if (status != TATTLER_OK) {
        resolvers_free(resolvers);
        return status;
    }
    sort(resolvers);
    *out = resolvers;
    return TATTLER_OK;
}

void resolvers_free(struct resolvers *resolvers)
{
    if (resolvers == NULL)
        return;
    for (size_t i = 0; i < resolvers->name_count; i++)
        free(resolvers->names[i]);
    free(resolvers->names);
    free(resolvers->addresses);
    free(resolvers);
}

bool resolvers_has_name(const struct resolvers *resolvers, const char *name, size_t len)
{
    char text[NAME_MAX_LEN + 1];
    const char *suffix = text;

    if (len > NAME_MAX_LEN || resolvers->name_count == 0)
        return false;
    for (size_t i = 0; i < len; i++)
        text[i] = lower(name[i]);
    text[len] = '\0';
    while (suffix != NULL) {
        if (bsearch(&suffix, resolvers->names, resolvers->name_count, sizeof(*resolvers->names),
                    compare_names) != NULL)
            return true;
        suffix = strchr(suffix, '.');
        suffix = suffix != NULL ? suffix + 1 : NULL;
    }
    return false;
}

bool resolvers_has_address(const struct resolvers *resolvers, const struct address *address)
{
    return resolvers->address_count > 0 &&
           bsearch(address, resolvers->addresses, resolvers->address_count,
                   sizeof(*resolvers->addresses), compare_addresses) != NULL;
}

size_t resolvers_count(const struct resolvers *resolvers)
{
    return resolvers->name_count + resolvers->address_count;
}
