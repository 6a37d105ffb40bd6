/* Profiles as files, and as tables for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "command.h"
#include "profile_share.h"
#include "result_file.h"
#include "screen.h"

#define ROWS_SHOWN 20 /* of a type */

/* --- as a file --- */

static json_t *count_json(const struct profile_count *count)
{
    return json_pack("{s:I, s:I}", "households", (json_int_t)count->households, "devices",
            (json_int_t)count->devices);
}

static json_t *type_json(const struct profile_type *type)
{
    json_t *object = count_json(&type->count);

    for (unsigned kind = 0; kind < PROFILE_KINDS; kind++) {
        json_t *uses = json_object();

        for (const struct profile_use *use = type->uses[kind]; use != NULL; use = use->hh.next)
            json_object_set_new(uses, use->value, count_json(&use->count));
        json_object_set_new(object, profile_kind_name(kind), uses);
    }
    return object;
}

static json_t *profile_json(const struct profile *profile)
{
    json_t *households = json_array(), *types = json_object();

    for (const struct profile_household *at = profile->households; at != NULL; at = at->hh.next)
        json_array_append_new(households, json_string(at->id));
    for (const struct profile_type *at = profile->types; at != NULL; at = at->hh.next)
        json_object_set_new(types, at->name, type_json(at));
    return json_pack("{s:i, s:o, s:o}", "tattler-profile", PROFILE_VERSION, "households", households,
            "types", types);
}

bool profile_write(const struct profile *profile, const char *path)
{
    json_t *root = profile_json(profile);
    struct result_file file;
    bool good = false;

    if (root == NULL)
        complain("out of memory");
    else if (result_open(&file, path))
        good = result_close(&file, json_dumpf(root, file.to, JSON_INDENT(1) | JSON_SORT_KEYS) == 0 &&
                                   putc('\n', file.to) != EOF);
    json_decref(root);
    return good;
}

/* --- as a table --- */

struct row {
    enum profile_kind kind;
    const struct profile_use *use;
};

static int compare_rows(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    const struct profile_count *l = &left->use->count, *r = &right->use->count;

    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    if (l->households != r->households)
        return l->households > r->households ? -1 : 1;
    if (l->devices != r->devices)
        return l->devices > r->devices ? -1 : 1;
    return strcmp(left->use->value, right->use->value);
}

/* Owned by the caller; NULL: none, or no memory. */
static struct row *rows_of(const struct profile_type *type, size_t *count)
{
    struct row *rows;

    *count = 0;
    for (unsigned kind = 0; kind < PROFILE_KINDS; kind++)
        *count += HASH_COUNT(type->uses[kind]);
    rows = *count > 0 ? malloc(*count * sizeof(*rows)) : NULL;
    if (rows == NULL) {
        *count = 0;
        return NULL;
    }
    *count = 0;
    for (unsigned kind = 0; kind < PROFILE_KINDS; kind++)
        for (const struct profile_use *use = type->uses[kind]; use != NULL; use = use->hh.next)
            rows[(*count)++] = (struct row){ (enum profile_kind)kind, use };
    qsort(rows, *count, sizeof(*rows), compare_rows);
    return rows;
}

static void print_text(FILE *to, const char *text, size_t columns)
{
    screen_cell(to, cursor_over(text, strlen(text)), columns, SCREEN_KEEP_END);
}

static void print_type(const struct profile_type *type, FILE *to)
{
    size_t count;
    struct row *rows = rows_of(type, &count);

    screen_print(to, cursor_over(type->name, strlen(type->name)), SCREEN_ALL, SCREEN_KEEP_START);
    fprintf(to, ": households %u, devices %u\n", type->count.households, type->count.devices);
    for (size_t i = 0; i < count && i < ROWS_SHOWN; i++) {
        const struct profile_use *use = rows[i].use;

        fprintf(to, "  %-9s ", profile_kind_name(rows[i].kind));
        print_text(to, use->value, 44);
        fprintf(to, " %5u of %-5u%s\n", use->count.households, type->count.households,
                profile_count_is_common(type, use) ? "  common" : "");
    }
    if (count > ROWS_SHOWN)
        fprintf(to, "  and %zu more: --json lists them\n", count - ROWS_SHOWN);
    free(rows);
}

static int compare_types(struct profile_type *a, struct profile_type *b)
{
    return strcmp(a->name, b->name);
}

void profile_print(const struct profile *profile, FILE *to)
{
    struct profile sorted = *profile;

    HASH_SORT(sorted.types, compare_types);
    for (const struct profile_type *type = sorted.types; type != NULL; type = type->hh.next)
        print_type(type, to);
}

void profile_print_json(const struct profile *profile, FILE *to)
{
    json_t *list = json_array();

    for (const struct profile_type *type = profile->types; type != NULL; type = type->hh.next) {
        size_t count;
        struct row *rows = rows_of(type, &count);

        for (size_t i = 0; i < count; i++)
            json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:b}", "type",
                    type->name, "kind", profile_kind_name(rows[i].kind), "value",
                    rows[i].use->value, "households", (json_int_t)rows[i].use->count.households,
                    "of", (json_int_t)type->count.households, "devices",
                    (json_int_t)rows[i].use->count.devices, "common",
                    profile_count_is_common(type, rows[i].use)));
        free(rows);
    }
    json_dumpf(list, to, JSON_INDENT(1));
    fputc('\n', to);
    json_decref(list);
}
