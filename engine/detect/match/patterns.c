#include "detect/match/patterns.h"

#include <hs.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

/* Ids of hyperscan are numbers from 0, one for each different pattern; those who want to know lie
 * one behind the other from starts[id] on. */
struct patterns {
    hs_database_t *database;
    bool is_block;
    uint32_t *starts, *values;
};

struct pattern_scratch {
    hs_scratch_t *memory;
    uint8_t *copy; /* of bytes that end too close to the end of a page */
    size_t room;
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

/* What hs_compile_lit_multi() takes: a list for each property. */
struct literals {
    const char **texts;
    size_t *lengths;
    unsigned *flags, *ids;
    unsigned count;
};

static bool make_literals(struct literals *literals, size_t room)
{
    literals->texts = calloc(room, sizeof(*literals->texts));
    literals->lengths = calloc(room, sizeof(*literals->lengths));
    literals->flags = calloc(room, sizeof(*literals->flags));
    literals->ids = calloc(room, sizeof(*literals->ids));
    return literals->texts != NULL && literals->lengths != NULL && literals->flags != NULL &&
           literals->ids != NULL;
}

static void clear_literals(struct literals *literals)
{
    free(literals->texts);
    free(literals->lengths);
    free(literals->flags);
    free(literals->ids);
}

static void add_literal(struct literals *literals, const struct pattern *pattern)
{
    unsigned id = literals->count++;

    literals->texts[id] = (const char *)pattern->bytes;
    literals->lengths[id] = pattern->length;
    literals->flags[id] = HS_FLAG_SINGLEMATCH | (pattern->nocase ? HS_FLAG_CASELESS : 0);
    literals->ids[id] = id;
}

static void gather(struct patterns *set, struct literals *literals,
        const struct pattern *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || compare(&patterns[i - 1], &patterns[i]) != 0) {
            set->starts[literals->count] = (uint32_t)i;
            add_literal(literals, &patterns[i]);
        }
        set->values[i] = patterns[i].value;
    }
    set->starts[literals->count] = (uint32_t)count;
}

#define BLOCK_MAX 8     /* patterns */
#define BLOCK_BYTES 128 /* of all of them together */

/* Data in one block is searched in two thirds of the time, but for that hyperscan also makes an
 * automaton for short data, which for all but the smallest sets takes ten times as long as all the
 * rest. */
static bool is_small(const struct literals *literals)
{
    size_t bytes = 0;

    for (unsigned i = 0; i < literals->count; i++)
        bytes += literals->lengths[i];
    return literals->count <= BLOCK_MAX && bytes <= BLOCK_BYTES;
}

#define PACKED_MAX 48 /* patterns */

/* Up to twice as many hyperscan packs into an engine of its own where it may use AVX2, in a time that
 * grows with the third power of their number. */
static bool compile(struct patterns *set, const struct literals *literals)
{
    static const hs_platform_info_t plain = { 0 };
    hs_compile_error_t *error = NULL;
    hs_error_t status;

    set->is_block = is_small(literals);
    status = hs_compile_lit_multi(literals->texts, literals->flags, literals->ids,
            literals->lengths, literals->count, set->is_block ? HS_MODE_BLOCK : HS_MODE_VECTORED,
            literals->count > PACKED_MAX ? &plain : NULL, &set->database, &error);
    hs_free_compile_error(error);
    return status == HS_SUCCESS;
}

static bool build(struct patterns *set, struct pattern *patterns, size_t count,
        struct pattern_scratch *scratch)
{
    struct literals literals = { 0 };
    bool done;

    qsort(patterns, count, sizeof(*patterns), compare);
    set->starts = calloc(count + 1, sizeof(*set->starts));
    set->values = calloc(count, sizeof(*set->values));
    done = set->starts != NULL && set->values != NULL && make_literals(&literals, count);
    if (done) {
        gather(set, &literals, patterns, count);
        done = compile(set, &literals) &&
               hs_alloc_scratch(set->database, &scratch->memory) == HS_SUCCESS;
    }
    clear_literals(&literals);
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
    free(scratch != NULL ? scratch->copy : NULL);
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

#define PAGE 4096   /* the smallest there is: larger ones end where one of these does */
#define OVERREAD 64 /* a vector of AVX-512 */

/* On processors with AVX512VBMI the library reads behind the end (Hyperscan 5.4.0 and vectorscan
 * before 5.4.12), which does no harm unless the next page is not there. */
static const uint8_t *keep_off_edge(struct pattern_scratch *scratch, struct cursor bytes)
{
    uint8_t *copy;

    if (PAGE - ((uintptr_t)bytes.at + bytes.left - 1) % PAGE > OVERREAD)
        return bytes.at;
    copy = grow(scratch->copy, &scratch->room, bytes.left + OVERREAD, 1);
    if (copy == NULL)
        return bytes.at;
    scratch->copy = copy;
    memcpy(copy, bytes.at, bytes.left);
    return copy;
}

void patterns_search(const struct patterns *set, struct pattern_scratch *scratch,
        struct cursor bytes, pattern_found_fn found, void *user)
{
    struct search search = { set, found, user };
    const char *data;
    unsigned length = (unsigned)bytes.left;

    if (length == 0)
        return;
    data = (const char *)keep_off_edge(scratch, bytes);
    if (set->is_block)
        hs_scan(set->database, data, length, 0, scratch->memory, on_match, &search);
    else
        hs_scan_vector(set->database, &data, &length, 1, 0, scratch->memory, on_match, &search);
}
