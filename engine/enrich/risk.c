#include "enrich/risk.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "files/file_map.h"
#include "enrich/risk_row.h"

#define TEXT_SIZE 512

struct row {
    struct risk_key key;
    uint8_t score;
    uint8_t file; /* its place in the order of files */
    uint32_t order;
    size_t source, comment; /* in 'texts' */
};

struct risk {
    struct row *rows; /* by key, one of each */
    size_t count, room;
    size_t starts[RISK_KIND_COUNT + 1]; /* where the rows of a kind begin */
    uint8_t lengths[129]; /* of the prefixes there are, the longest first */
    size_t length_count;
    char *texts;
    size_t text_used, text_room;
};

/* What a load needs beside the result. */
struct loader {
    struct risk *risk;
    const char *path;
    uint8_t file;
    problem_fn problem;
    void *user;
};

/* Copies a field behind the other texts. */
static enum tattler_status keep_text(struct risk *risk, const char *text, size_t *at)
{
    size_t size = strlen(text) + 1;
    char *texts = grow(risk->texts, &risk->text_room, risk->text_used + size, 1);

    if (texts == NULL)
        return TATTLER_NO_MEMORY;
    risk->texts = texts;
    memcpy(texts + risk->text_used, text, size);
    *at = risk->text_used;
    risk->text_used += size;
    return TATTLER_OK;
}

static void tell(const struct loader *loader, unsigned line, const char *what)
{
    loader->problem(loader->user, loader->path, line, what);
}

static enum tattler_status keep_row(struct loader *loader, const struct csv_record *record,
                                    struct row *row)
{
    struct risk *risk = loader->risk;
    struct row *rows = grow(risk->rows, &risk->room, risk->count + 1, sizeof(*rows));
    char source[TEXT_SIZE], comment[TEXT_SIZE];

    if (rows == NULL)
        return TATTLER_NO_MEMORY;
    risk->rows = rows;
    csv_text(&record->fields[2], source, sizeof(source));
    csv_text(&record->fields[3], comment, sizeof(comment));
    if (keep_text(risk, source[0] != '\0' ? source : loader->path, &row->source) != TATTLER_OK ||
        keep_text(risk, comment, &row->comment) != TATTLER_OK)
        return TATTLER_NO_MEMORY;
    row->file = loader->file;
    row->order = (uint32_t)risk->count;
    rows[risk->count++] = *row;
    return TATTLER_OK;
}

static bool is_empty(const struct csv_record *record)
{
    return !record->broken && record->count == 1 && record->fields[0].raw.left == 0;
}

static enum tattler_status read_rows(struct loader *loader, struct cursor file)
{
    struct csv csv = csv_over(file);
    struct csv_record record;
    enum tattler_status status = TATTLER_OK;
    bool first = true;

    while (status == TATTLER_OK && csv_next(&csv, &record)) {
        bool is_header = first && risk_row_is_header(&record);
        char why[RISK_WHY_SIZE];
        struct row row;

        if (is_empty(&record))
            continue;
        if (first && !is_header)
            tell(loader, record.line, "no header; write network,score,source,comment above");
        first = false;
        if (is_header)
            continue;
        if (loader->risk->count == RISK_ROWS_MAX) {
            tell(loader, record.line, "too many rows; this and what follows is left out");
            break;
        }
        if (risk_row_parse(&record, &row.key, &row.score, why))
            status = keep_row(loader, &record, &row);
        else
            tell(loader, record.line, why);
    }
    return status;
}

static enum tattler_status read_file(struct loader *loader)
{
    struct cursor file;
    enum tattler_status status;

    if (!file_map(loader->path, &file)) {
        tell(loader, 0, strerror(errno));
        return TATTLER_OK;
    }
    status = read_rows(loader, file);
    file_unmap(&file);
    return status;
}

static int compare_keys(const struct row *left, const struct row *right)
{
    return memcmp(&left->key, &right->key, sizeof(left->key));
}

/* Of the same key the last comes first. */
static int compare_rows(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    int by_key = compare_keys(left, right);

    return by_key != 0 ? by_key : (left->order < right->order) - (left->order > right->order);
}

/* Sorts, keeps the last of each key, and notes where each kind begins and which lengths there are. */
static void index_rows(struct risk *risk)
{
    size_t kept = 0;

    if (risk->count > 1)
        qsort(risk->rows, risk->count, sizeof(*risk->rows), compare_rows);
    for (size_t i = 0; i < risk->count; i++)
        if (kept == 0 || compare_keys(&risk->rows[kept - 1], &risk->rows[i]) != 0)
            risk->rows[kept++] = risk->rows[i];
    risk->count = kept;
    for (size_t kind = 0, at = 0; kind <= RISK_KIND_COUNT; kind++) {
        while (at < kept && risk->rows[at].key.kind < kind)
            at++;
        risk->starts[kind] = at;
    }
    for (unsigned bits = 129; bits-- > 0;)
        if (risk->starts[bits] < risk->starts[bits + 1])
            risk->lengths[risk->length_count++] = (uint8_t)bits;
}

enum tattler_status risk_load(const char *const paths[], size_t n, problem_fn problem,
                              void *user, struct risk **out)
{
    struct risk *risk;
    enum tattler_status status = TATTLER_OK;

    if (n > RISK_FILES_MAX)
        return TATTLER_FULL;
    risk = calloc(1, sizeof(*risk));
    if (risk == NULL)
        return TATTLER_NO_MEMORY;
    for (size_t i = 0; i < n && status == TATTLER_OK; i++) {
        struct loader loader = { risk, paths[i], (uint8_t)i, problem, user };
        status = read_file(&loader);
    }
    if (status != TATTLER_OK) {
        risk_free(risk);
        return status;
    }
    index_rows(risk);
    *out = risk;
    return TATTLER_OK;
}

void risk_free(struct risk *risk)
{
    if (risk == NULL)
        return;
    free(risk->rows);
    free(risk->texts);
    free(risk);
}

static int compare_key_to_row(const void *key, const void *row)
{
    return memcmp(key, &((const struct row *)row)->key, sizeof(struct risk_key));
}

static const struct row *find(const struct risk *risk, const struct risk_key *key)
{
    size_t start = risk->starts[key->kind], end = risk->starts[key->kind + 1u];

    if (start == end)
        return NULL;
    return bsearch(key, risk->rows + start, end - start, sizeof(struct row), compare_key_to_row);
}

/* The longest matching prefix of the latest file that has one. */
static const struct row *find_prefix(const struct risk *risk, const struct address *address)
{
    const struct row *best = NULL;

    for (size_t i = 0; i < risk->length_count; i++) {
        struct risk_key key = risk_key_prefix(address, risk->lengths[i]);
        const struct row *row = find(risk, &key);

        if (row != NULL && (best == NULL || row->file > best->file))
            best = row;
    }
    return best;
}

/* Which of a prefix and a system decides; either may be missing. */
static const struct row *decide(const struct row *prefix, const struct row *asn)
{
    if (prefix == NULL || asn == NULL)
        return prefix != NULL ? prefix : asn;
    if (prefix->file != asn->file)
        return prefix->file > asn->file ? prefix : asn;
    return prefix->score == 0 || prefix->score >= asn->score ? prefix : asn;
}

/* Does a row about a flag count for more than the one about the network? */
static bool outweighs(const struct row *flag, const struct row *network)
{
    if (network == NULL)
        return true;
    if (flag->file < network->file || (flag->file == network->file && network->score == 0))
        return false;
    return flag->score > network->score;
}

struct risk_verdict risk_lookup(const struct risk *risk, uint32_t asn,
                                const struct address *address, unsigned geo_flags)
{
    struct risk_key key = risk_key_asn(asn);
    const struct row *network =
        decide(find_prefix(risk, address), asn != 0 ? find(risk, &key) : NULL);
    const struct row *best = network;

    for (unsigned flag = 1; flag <= geo_flags && flag <= UINT8_MAX; flag <<= 1) {
        const struct row *row;

        if ((geo_flags & flag) == 0)
            continue;
        key = risk_key_flag((uint8_t)flag);
        row = find(risk, &key);
        if (row != NULL && outweighs(row, network) && (best == NULL || row->score > best->score))
            best = row;
    }
    if (best == NULL)
        return (struct risk_verdict){ 0, "", "" };
    return (struct risk_verdict){ best->score, risk->texts + best->source,
                                  risk->texts + best->comment };
}

size_t risk_rows(const struct risk *risk)
{
    return risk->count;
}
