/* A value in an item of a list: another scalar in its place, or a key more at the end of a map. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yaml_edit.h"
#include "yaml_change.h"

/* Where a mark of libyaml, which counts characters, is in the text. */
static size_t byte_of(const char *text, size_t len, const yaml_mark_t *mark)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    size_t left = mark->index, at = 0;

    if (len >= 3 && memcmp(text, byte_order_mark, 3) == 0)
        at = 3;
    for (; at < len; at++)
        if (((unsigned char)text[at] & 0xc0) != 0x80 && left-- == 0)
            return at;
    return len;
}

/* --- the way to it --- */

/* As far as it goes: 'map' has the first 'depth' keys of the path above it. */
struct way {
    const yaml_node_t *map;
    size_t depth;
    const yaml_node_pair_t *pair; /* of the next key; NULL: there is none */
};

static const yaml_node_t *find_item(struct yaml_tree *tree, const struct yaml_value *set)
{
    return tree_item(tree, tree_value(tree, tree_base(tree), set->list), set->item);
}

static bool follow(struct yaml_tree *tree, const struct yaml_value *set, struct way *out)
{
    *out = (struct way){ .map = find_item(tree, set) };
    while (out->map != NULL && out->map->type == YAML_MAPPING_NODE) {
        const yaml_node_t *value;

        out->pair = tree_find(tree, out->map, set->path[out->depth]);
        if (out->pair == NULL)
            return true;
        value = tree_node(tree, out->pair->value);
        if (out->depth + 1 == YAML_PATH_DEPTH || value->type != YAML_MAPPING_NODE)
            return tree_is_own(tree, out->pair) && value->type == YAML_SCALAR_NODE;
        out->map = value;
        out->depth++;
    }
    return false;
}

/* --- the cut --- */

struct cut {
    size_t from, to; /* bytes that go */
    size_t line;     /* where the line begins that the comment comes above */
    size_t depth;    /* the first key of the path that is to be written */
    size_t indent;   /* of that key; only on lines of its own */
    enum { CUT_VALUE, CUT_PAIR, CUT_FIRST_PAIR, CUT_LINES } kind;
};

static void cut_map(struct yaml_tree *tree, const char *text, size_t len, const struct way *way,
        struct cut *out)
{
    const yaml_node_pair_t *start = way->map->data.mapping.pairs.start;
    const yaml_node_pair_t *top = way->map->data.mapping.pairs.top;

    if (!tree_is_flow(way->map)) {
        out->kind = CUT_LINES;
        out->indent = tree_node(tree, start->key)->start_mark.column;
        out->from = text_behind_line(text, len, tree_last_line(tree, way->map));
    } else if (start == top) {
        out->kind = CUT_FIRST_PAIR;
        out->from = byte_of(text, len, &way->map->end_mark) - 1;
    } else {
        out->kind = CUT_PAIR;
        out->from = byte_of(text, len, &tree_node(tree, top[-1].value)->end_mark);
    }
    out->to = out->from;
}

static void cut_value(struct yaml_tree *tree, const char *text, size_t len, const struct way *way,
        struct cut *out)
{
    const yaml_node_t *key = tree_node(tree, way->pair->key);
    const yaml_node_t *value = tree_node(tree, way->pair->value);

    if (way->depth + 1 < YAML_PATH_DEPTH) { /* "heuristics:" and nothing */
        out->kind = CUT_LINES;
        out->depth++;
        out->indent = key->start_mark.column + 2;
        out->from = out->to = text_behind_line(text, len, key->end_mark.line);
        return;
    }
    out->kind = CUT_VALUE;
    out->from = byte_of(text, len, &value->start_mark);
    out->to = byte_of(text, len, &value->end_mark);
}

static bool find_cut(struct yaml_tree *tree, const char *text, size_t len,
        const struct yaml_value *set, struct cut *out)
{
    struct way way;

    if (!follow(tree, set, &way))
        return false;
    *out = (struct cut){ .depth = way.depth };
    (way.pair != NULL ? cut_value : cut_map)(tree, text, len, &way, out);
    out->line = out->from;
    while (out->kind != CUT_LINES && out->line > 0 && text[out->line - 1] != '\n')
        out->line--;
    return true;
}

/* --- putting together --- */

static void put_comment(FILE *to, const char *text, size_t len, const struct cut *cut,
        const struct yaml_value *set)
{
    size_t indent = cut->indent, at = cut->line;

    if (set->comment == NULL)
        return;
    if (cut->kind != CUT_LINES)
        for (; at < len && text[at] == ' '; at++)
            indent++;
    fprintf(to, "%*s# %s%s", (int)indent, "", set->comment, text_newline(text, len));
}

static void put_lines(FILE *to, const char *newline, const struct cut *cut,
        const struct yaml_value *set)
{
    size_t indent = cut->indent, depth = cut->depth;

    for (; depth + 1 < YAML_PATH_DEPTH; depth++, indent += 2)
        fprintf(to, "%*s%s:%s", (int)indent, "", set->path[depth], newline);
    fprintf(to, "%*s%s: %s%s", (int)indent, "", set->path[depth], set->value, newline);
}

static void put_pair(FILE *to, const struct cut *cut, const struct yaml_value *set)
{
    size_t depth = cut->depth;

    if (cut->kind == CUT_PAIR)
        fputs(", ", to);
    for (; depth + 1 < YAML_PATH_DEPTH; depth++)
        fprintf(to, "%s: {", set->path[depth]);
    fprintf(to, "%s: %s", set->path[depth], set->value);
    for (; depth > cut->depth; depth--)
        fputc('}', to);
}

static char *assemble(const char *text, size_t len, const struct cut *cut,
        const struct yaml_value *set, size_t *out_len)
{
    char *bytes = NULL;
    FILE *to = open_memstream(&bytes, out_len);

    if (to == NULL)
        return NULL;
    fwrite(text, 1, cut->line, to);
    if (cut->line == len && len > 0 && text[len - 1] != '\n')
        fputs(text_newline(text, len), to);
    put_comment(to, text, len, cut, set);
    fwrite(text + cut->line, 1, cut->from - cut->line, to);
    if (cut->kind == CUT_VALUE)
        fputs(set->value, to);
    else if (cut->kind == CUT_LINES)
        put_lines(to, text_newline(text, len), cut, set);
    else
        put_pair(to, cut, set);
    fwrite(text + cut->to, 1, len - cut->to, to);
    if (fclose(to) == 0)
        return bytes;
    free(bytes);
    return NULL;
}

/* --- is all else as it was? --- */

static bool has_one_pair(const yaml_node_t *map)
{
    return map->type == YAML_MAPPING_NODE &&
           map->data.mapping.pairs.top - map->data.mapping.pairs.start == 1;
}

/* Is the value there now, with nothing beside it on the part of the path that is new? */
static bool only_set(struct yaml_tree *before, struct yaml_tree *after, const void *wanted)
{
    const struct yaml_value *set = wanted;
    struct tree_change change = { NULL, NULL };
    struct way old, new;
    const char *value;

    if (!follow(before, set, &old) || !follow(after, set, &new) || new.pair == NULL ||
            new.depth + 1 != YAML_PATH_DEPTH)
        return false;
    value = tree_scalar(tree_node(after, new.pair->value));
    if (value == NULL || strcmp(value, set->value) != 0)
        return false;
    new.map = find_item(after, set);
    for (size_t depth = 0; depth < YAML_PATH_DEPTH; depth++) {
        if (depth > old.depth && !has_one_pair(new.map))
            return false;
        if (depth == old.depth && old.pair == NULL)
            change.grown = new.map;
        new.map = tree_value(after, new.map, set->path[depth]);
        if (depth == old.depth && old.pair != NULL)
            change.replaced = new.map;
    }
    return tree_same_but(before, after, &change);
}

char *yaml_set_value(const char *text, size_t len, const struct yaml_value *set, size_t *out_len,
        const char **why)
{
    struct yaml_tree before;
    struct cut cut;
    char *made = NULL;

    *why = "it is not YAML, or holds more than one document";
    *out_len = 0;
    if (tree_read_alone(text, len, &before)) {
        *why = "its entry is written in a way that is not known";
        if (find_cut(&before, text, len, set, &cut)) {
            *why = "out of memory";
            made = assemble(text, len, &cut, set, out_len);
        }
    }
    if (made != NULL)
        *why = "a value put in there would change something else";
    made = tree_accept(&before, made, *out_len, only_set, set);
    tree_clear(&before);
    return made;
}
