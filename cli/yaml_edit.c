#include "yaml_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yaml_change.h"

/* --- the cut --- */

struct cut {
    size_t from, to;  /* bytes that go */
    size_t indent;    /* of what is in an item: its dash stands two before */
    bool needs_key;   /* 'key:' comes first, behind 'key_indent' blanks */
    size_t key_indent;
};

/* A key of its own, behind the last one of the map. */
static void cut_for_key(struct yaml_tree *tree, const char *text, size_t len, const yaml_node_t *base,
        struct cut *out)
{
    out->needs_key = true;
    out->from = len;
    if (!tree_is_nothing(base)) {
        out->key_indent = tree_node(tree, base->data.mapping.pairs.start->key)->start_mark.column;
        if (base != tree_root(tree))
            out->from = text_behind_line(text, len, tree_last_line(tree, base));
    }
    out->to = out->from;
    out->indent = out->key_indent + 4;
}

/* The place of the key's list. False, and why: it cannot be told. */
static bool cut_for_item(struct yaml_tree *tree, const char *text, size_t len,
        const yaml_node_pair_t *pair, struct cut *out, const char **why)
{
    const yaml_node_t *key = tree_node(tree, pair->key), *value = tree_node(tree, pair->value);
    bool empty = value->type == YAML_SEQUENCE_NODE &&
                 value->data.sequence.items.start == value->data.sequence.items.top;

    *why = "its list is written in one line, by an alias or with an anchor";
    if (!tree_is_own(tree, pair))
        return false;
    if (tree_is_nothing(value) && value->start_mark.index == value->end_mark.index) {
        out->from = out->to = text_behind_line(text, len, key->end_mark.line);
        out->indent = key->start_mark.column + 4;
        return true;
    }
    if (empty && value->end_mark.line == key->end_mark.line) {
        /* "key: []": what stands behind the brackets, a comment perhaps, stays. */
        size_t line = key->end_mark.line == 0 ? 0 : text_behind_line(text, len, key->end_mark.line - 1);
        const char *at = memchr(text + line, '[', len - line);

        if (at == NULL)
            return false;
        out->from = (size_t)(at - text);
        out->to = out->from + (value->end_mark.index - value->start_mark.index);
        out->indent = key->start_mark.column + 4;
        return true;
    }
    if (empty || value->type != YAML_SEQUENCE_NODE || tree_is_flow(value))
        return false;
    out->from = out->to = text_behind_line(text, len, tree_last_line(tree, value));
    out->indent = value->start_mark.column + 2;
    return true;
}

/* --- putting together --- */

static char *assemble(const char *text, size_t len, const char *key, const struct cut *cut,
        yaml_item_fn item, void *user, size_t *out_len)
{
    const char *newline = text_newline(text, len);
    char *lines = item(user, cut->indent, newline), *bytes = NULL;
    size_t rest = cut->to;
    FILE *to = lines != NULL ? open_memstream(&bytes, out_len) : NULL;

    if (to == NULL) {
        free(lines);
        return NULL;
    }
    fwrite(text, 1, cut->from, to);
    if (cut->to > cut->from) { /* the rest of the line comes before the item */
        rest = text_behind_line(text + cut->to, len - cut->to, 0) + cut->to;
        fwrite(text + cut->to, 1, rest - cut->to, to);
    }
    if (rest == len && len > 0 && text[len - 1] != '\n')
        fputs(newline, to);
    if (cut->needs_key)
        fprintf(to, "%*s%s:%s", (int)cut->key_indent, "", key, newline);
    fputs(lines, to);
    fwrite(text + rest, 1, len - rest, to);
    free(lines);
    if (fclose(to) != 0) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

/* --- is all else as it was? --- */

/* Has the key got one item more, at its end, and does all else mean what it did? */
static bool only_added(struct yaml_tree *before, struct yaml_tree *after, const void *wanted)
{
    const char *key = wanted;
    const yaml_node_t *old = tree_base(before), *new = tree_base(after), *list;
    const yaml_node_pair_t *had = tree_find(before, old, key), *has = tree_find(after, new, key);
    struct tree_change change = { NULL, NULL };

    if (has == NULL || (list = tree_node(after, has->value))->type != YAML_SEQUENCE_NODE)
        return false;
    if (tree_is_nothing(old)) /* the whole file was empty */
        return new->data.mapping.pairs.top - new->data.mapping.pairs.start == 1;
    if (had != NULL && tree_is_nothing(tree_node(before, had->value))) /* "key:" */
        change.replaced = list;
    else
        change.grown = had != NULL ? list : new;
    return (change.replaced == NULL || list->data.sequence.items.top -
                                               list->data.sequence.items.start == 1) &&
           tree_same_but(before, after, &change);
}

/* --- the way in --- */

static bool find_cut(struct yaml_tree *tree, const char *text, size_t len, const char *key,
        struct cut *out, const char **why)
{
    const yaml_node_t *base = tree_base(tree);
    const yaml_node_pair_t *pair = tree_find(tree, base, key);

    *out = (struct cut){ 0 };
    if (pair != NULL)
        return cut_for_item(tree, text, len, pair, out, why);
    *why = "its keys are written in one line";
    if (base != NULL && !tree_is_nothing(base) &&
            (base->type != YAML_MAPPING_NODE || tree_is_flow(base)))
        return false;
    *why = "its section 'tattler' is empty";
    if (tree_is_nothing(base) && base != tree_root(tree))
        return false;
    cut_for_key(tree, text, len, base, out);
    return true;
}

char *yaml_add_item(const char *text, size_t len, const char *key, yaml_item_fn item, void *user,
        size_t *out_len, const char **why)
{
    struct yaml_tree before;
    struct cut cut;
    char *made = NULL;

    *why = "it is not YAML, or holds more than one document";
    *out_len = 0;
    if (tree_read_alone(text, len, &before) && find_cut(&before, text, len, key, &cut, why)) {
        *why = "out of memory";
        made = assemble(text, len, key, &cut, item, user, out_len);
    }
    if (made != NULL)
        *why = "an item put in at its end would change something else";
    made = tree_accept(&before, made, *out_len, only_added, key);
    tree_clear(&before);
    return made;
}
