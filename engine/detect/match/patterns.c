#include "detect/match/patterns.h"

#include <hs.h>
#include <stdlib.h>
#include <string.h>

/* Ids of vectorscan are numbers from 0, one for each different pattern; those who want to know lie
 * one behind the other from starts[id] on. */
struct patterns {
    hs_database_t *database;
    uint32_t *starts, *values;
};

struct pattern_scratch {
    hs_scratch_t *memory;
};

static int compare(const void *left, const void *right)
{
    const struct pattern *a = left, *b = right;

    if (a->nocase != b->nocase)
        return a->nocase ? 1 : -1;
    if (a->length != b->length)
        return a->length < b->length ? -1 : 1;
    return memcmp(a->bytes, b->bytes, a->length);
}

/* What hs_compile_multi() takes: a list for each property. Its sister for literals refuses those that
 * begin with a NUL. */
struct expressions {
    char **texts; /* owned */
    unsigned *flags, *ids;
    unsigned count;
};

static bool make_expressions(struct expressions *expressions, size_t room)
{
    expressions->texts = calloc(room, sizeof(*expressions->texts));
    expressions->flags = calloc(room, sizeof(*expressions->flags));
    expressions->ids = calloc(room, sizeof(*expressions->ids));
    return expressions->texts != NULL && expressions->flags != NULL && expressions->ids != NULL;
}

static void clear_expressions(struct expressions *expressions)
{
    for (unsigned i = 0; i < expressions->count; i++)
        free(expressions->texts[i]);
    free(expressions->texts);
    free(expressions->flags);
    free(expressions->ids);
}

/* "\x61\x62" */
static char *escape(const struct pattern *pattern)
{
    static const char digits[] = "0123456789abcdef";
    char *text = malloc(pattern->length * 4 + 1), *at = text;

    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < pattern->length; i++) {
        *at++ = '\\';
        *at++ = 'x';
        *at++ = digits[pattern->bytes[i] >> 4];
        *at++ = digits[pattern->bytes[i] & 15];
    }
    *at = '\0';
    return text;
}

static bool add_expression(struct expressions *expressions, const struct pattern *pattern)
{
    unsigned id = expressions->count;
    char *text = escape(pattern);

    if (text == NULL)
        return false;
    expressions->texts[id] = text;
    expressions->flags[id] = HS_FLAG_SINGLEMATCH | (pattern->nocase ? HS_FLAG_CASELESS : 0);
    expressions->ids[id] = id;
    expressions->count++;
    return true;
}

static bool gather(struct patterns *set, struct expressions *expressions,
        const struct pattern *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || compare(&patterns[i - 1], &patterns[i]) != 0) {
            set->starts[expressions->count] = (uint32_t)i;
            if (!add_expression(expressions, &patterns[i]))
                return false;
        }
        set->values[i] = patterns[i].value;
    }
    set->starts[expressions->count] = (uint32_t)count;
    return true;
}

static bool compile(struct patterns *set, const struct expressions *expressions)
{
    hs_compile_error_t *error = NULL;
    hs_error_t status = hs_compile_multi((const char *const *)expressions->texts,
            expressions->flags, expressions->ids, expressions->count, HS_MODE_BLOCK, NULL,
            &set->database, &error);

    hs_free_compile_error(error);
    return status == HS_SUCCESS;
}

static bool build(struct patterns *set, struct pattern *patterns, size_t count,
        struct pattern_scratch *scratch)
{
    struct expressions expressions = { 0 };
    bool done;

    qsort(patterns, count, sizeof(*patterns), compare);
    set->starts = calloc(count + 1, sizeof(*set->starts));
    set->values = calloc(count, sizeof(*set->values));
    done = set->starts != NULL && set->values != NULL && make_expressions(&expressions, count) &&
           gather(set, &expressions, patterns, count) && compile(set, &expressions) &&
           hs_alloc_scratch(set->database, &scratch->memory) == HS_SUCCESS;
    clear_expressions(&expressions);
    return done;
}

enum tattler_status patterns_new(struct pattern *patterns, size_t count,
        struct pattern_scratch **scratch, struct patterns **out)
{
    struct patterns *set = calloc(1, sizeof(*set));

    if (*scratch == NULL)
        *scratch = calloc(1, sizeof(**scratch));
    if (set == NULL || *scratch == NULL || !build(set, patterns, count, *scratch)) {
        patterns_free(set);
        return TATTLER_NO_MEMORY;
    }
    *out = set;
    return TATTLER_OK;
}

void patterns_free(struct patterns *set)
{
    if (set == NULL)
        return;
    hs_free_database(set->database);
    free(set->starts);
    free(set->values);
    free(set);
}

void pattern_scratch_free(struct pattern_scratch *scratch)
{
    if (scratch != NULL)
        hs_free_scratch(scratch->memory);
    free(scratch);
}

struct search {
    const struct patterns *set;
    pattern_found_fn found;
    void *user;
};

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
        void *context)
{
    const struct search *search = context;

    (void)from;
    (void)to;
    (void)flags;
    for (uint32_t i = search->set->starts[id]; i < search->set->starts[id + 1]; i++)
        search->found(search->user, search->set->values[i]);
    return 0;
}

void patterns_search(const struct patterns *set, struct pattern_scratch *scratch,
        struct cursor bytes, pattern_found_fn found, void *user)
{
    struct search search = { set, found, user };

    if (bytes.left > 0)
        hs_scan(set->database, (const char *)bytes.at, (unsigned)bytes.left, 0, scratch->memory,
                on_match, &search);
}
