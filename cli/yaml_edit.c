#include "yaml_edit.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define OWN_SECTION "tattler"
#define DEPTH_MAX 32
#define VISITS_MAX ((size_t)1 << 20) /* of nodes: aliases of aliases are visited again and again */

struct parsed {
    yaml_parser_t parser;
    yaml_document_t document;
    bool has_document;
    size_t visits;
};

/* False: not YAML, or more than one document. Cleared in any case by unparse(). */
static bool parse(struct parsed *parsed, const char *text, size_t len)
{
    yaml_document_t second;
    bool alone;

    *parsed = (struct parsed){ .has_document = false };
    if (!yaml_parser_initialize(&parsed->parser))
        return false;
    yaml_parser_set_input_string(&parsed->parser, (const unsigned char *)text, len);
    parsed->has_document = yaml_parser_load(&parsed->parser, &parsed->document) != 0;
    if (!parsed->has_document || !yaml_parser_load(&parsed->parser, &second))
        return false;
    alone = yaml_document_get_root_node(&second) == NULL;
    yaml_document_delete(&second);
    return alone;
}

static void unparse(struct parsed *parsed)
{
    if (parsed->has_document)
        yaml_document_delete(&parsed->document);
    yaml_parser_delete(&parsed->parser);
}

static yaml_node_t *node_at(struct parsed *parsed, int index)
{
    return yaml_document_get_node(&parsed->document, index);
}

static const char *scalar_of(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

/* NULL: 'map' is none, or has no such key. */
static const yaml_node_pair_t *find(struct parsed *parsed, const yaml_node_t *map, const char *key)
{
    if (map == NULL || map->type != YAML_MAPPING_NODE)
        return NULL;
    for (const yaml_node_pair_t *pair = map->data.mapping.pairs.start;
            pair < map->data.mapping.pairs.top; pair++) {
        const char *text = scalar_of(node_at(parsed, pair->key));

        if (text != NULL && strcmp(text, key) == 0)
            return pair;
    }
    return NULL;
}

/* The map that holds our keys. NULL: the file is empty. */
static yaml_node_t *base_of(struct parsed *parsed)
{
    yaml_node_t *root = yaml_document_get_root_node(&parsed->document);
    const yaml_node_pair_t *own = find(parsed, root, OWN_SECTION);

    return own != NULL ? node_at(parsed, own->value) : root;
}

static bool is_nothing(const yaml_node_t *node)
{
    const char *text = node != NULL ? scalar_of(node) : "";

    return text != NULL && text[0] == '\0';
}

/* --- where things end --- */

/* The last line, from 0, with something of this in it: what libyaml calls the end of a block is where
 * the next one begins, behind comments. */
static size_t last_line(struct parsed *parsed, const yaml_node_t *node, unsigned depth)
{
    size_t last = node->start_mark.line;

    if (depth == DEPTH_MAX || ++parsed->visits > VISITS_MAX)
        return SIZE_MAX;
    if (node->type == YAML_SCALAR_NODE) {
        bool behind = node->end_mark.column == 0 && node->end_mark.line > last; /* of a block scalar */

        return node->end_mark.line - (behind ? 1 : 0);
    }
    if (node->type == YAML_SEQUENCE_NODE ? node->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE
                                         : node->data.mapping.style == YAML_FLOW_MAPPING_STYLE)
        return node->end_mark.line;
    if (node->type == YAML_SEQUENCE_NODE) {
        for (const yaml_node_item_t *item = node->data.sequence.items.start;
                item < node->data.sequence.items.top; item++) {
            size_t line = last_line(parsed, node_at(parsed, *item), depth + 1);

            last = line > last ? line : last;
        }
        return last;
    }
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
            pair < node->data.mapping.pairs.top; pair++) {
        size_t key = last_line(parsed, node_at(parsed, pair->key), depth + 1);
        size_t value = last_line(parsed, node_at(parsed, pair->value), depth + 1);

        last = key > last ? key : last;
        last = value > last ? value : last;
    }
    return last;
}

/* Where the line after this one begins; the text's end if there is none. */
static size_t behind_line(const char *text, size_t len, size_t line)
{
    size_t at = 0;

    for (; at < len; at++)
        if (text[at] == '\n' && line-- == 0)
            return at + 1;
    return len;
}

/* --- the cut --- */

struct cut {
    size_t from, to;  /* bytes that go */
    size_t indent;    /* of what is in an item: its dash stands two before */
    bool needs_key;   /* 'key:' comes first, behind 'key_indent' blanks */
    size_t key_indent;
};

/* A key of its own, behind the last one of the map. */
static void cut_for_key(struct parsed *parsed, const char *text, size_t len, const yaml_node_t *base,
        struct cut *out)
{
    out->needs_key = true;
    out->from = len;
    if (!is_nothing(base)) {
        out->key_indent = node_at(parsed, base->data.mapping.pairs.start->key)->start_mark.column;
        if (base != yaml_document_get_root_node(&parsed->document))
            out->from = behind_line(text, len, last_line(parsed, base, 0));
    }
    out->to = out->from;
    out->indent = out->key_indent + 4;
}

/* The place of the key's list. False, and why: it cannot be told. */
static bool cut_for_item(struct parsed *parsed, const char *text, size_t len,
        const yaml_node_pair_t *pair, struct cut *out, const char **why)
{
    const yaml_node_t *key = node_at(parsed, pair->key), *value = node_at(parsed, pair->value);
    bool empty = value->type == YAML_SEQUENCE_NODE &&
                 value->data.sequence.items.start == value->data.sequence.items.top;

    *why = "its list is written in one line, by an alias or with an anchor";
    if (value->start_mark.index < key->end_mark.index)
        return false;
    if (is_nothing(value) && value->start_mark.index == value->end_mark.index) {
        out->from = out->to = behind_line(text, len, key->end_mark.line);
        out->indent = key->start_mark.column + 4;
        return true;
    }
    if (empty && value->end_mark.line == key->end_mark.line) {
        /* "key: []": what stands behind the brackets, a comment perhaps, stays. */
        size_t line = key->end_mark.line == 0 ? 0 : behind_line(text, len, key->end_mark.line - 1);
        const char *at = memchr(text + line, '[', len - line);

        if (at == NULL)
            return false;
        out->from = (size_t)(at - text);
        out->to = out->from + (value->end_mark.index - value->start_mark.index);
        out->indent = key->start_mark.column + 4;
        return true;
    }
    if (empty || value->type != YAML_SEQUENCE_NODE ||
            value->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE)
        return false;
    out->from = out->to = behind_line(text, len, last_line(parsed, value, 0));
    out->indent = value->start_mark.column + 2;
    return true;
}

/* --- putting together --- */

static const char *newline_of(const char *text, size_t len)
{
    const char *end = memchr(text, '\n', len);

    return end != NULL && end > text && end[-1] == '\r' ? "\r\n" : "\n";
}

static char *assemble(const char *text, size_t len, const char *key, const struct cut *cut,
        yaml_item_fn item, void *user, size_t *out_len)
{
    const char *newline = newline_of(text, len);
    char *lines = item(user, cut->indent, newline), *bytes = NULL;
    size_t rest = cut->to;
    FILE *to = lines != NULL ? open_memstream(&bytes, out_len) : NULL;

    if (to == NULL) {
        free(lines);
        return NULL;
    }
    fwrite(text, 1, cut->from, to);
    if (cut->to > cut->from) { /* the rest of the line comes before the item */
        rest = behind_line(text + cut->to, len - cut->to, 0) + cut->to;
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

struct comparison {
    struct parsed *before, *after;
    const yaml_node_t *list;   /* of 'after': gets one item more at its end */
    const yaml_node_t *keeper; /* and this map the list's key, at its end; NULL: it had it */
};

static bool same(const struct comparison *comparison, int old_index, int new_index, unsigned depth);

static bool same_items(const struct comparison *comparison, const yaml_node_t *old,
        const yaml_node_t *new, unsigned depth)
{
    const yaml_node_item_t *i = old->data.sequence.items.start, *j = new->data.sequence.items.start;
    size_t count = (size_t)(old->data.sequence.items.top - i);

    if ((size_t)(new->data.sequence.items.top - j) != count + (new == comparison->list ? 1 : 0))
        return false;
    for (size_t n = 0; n < count; n++)
        if (!same(comparison, i[n], j[n], depth + 1))
            return false;
    return true;
}

static bool same_pairs(const struct comparison *comparison, const yaml_node_t *old,
        const yaml_node_t *new, unsigned depth)
{
    const yaml_node_pair_t *i = old->data.mapping.pairs.start, *j = new->data.mapping.pairs.start;
    size_t count = (size_t)(old->data.mapping.pairs.top - i);

    if ((size_t)(new->data.mapping.pairs.top - j) != count + (new == comparison->keeper ? 1 : 0))
        return false;
    for (size_t n = 0; n < count; n++)
        if (!same(comparison, i[n].key, j[n].key, depth + 1) ||
                !same(comparison, i[n].value, j[n].value, depth + 1))
            return false;
    return true;
}

static bool same(const struct comparison *comparison, int old_index, int new_index, unsigned depth)
{
    const yaml_node_t *old = node_at(comparison->before, old_index);
    const yaml_node_t *new = node_at(comparison->after, new_index);

    if (new == comparison->list && is_nothing(old)) /* "key:" before */
        return new->data.sequence.items.top - new->data.sequence.items.start == 1;
    if (depth == DEPTH_MAX || ++comparison->after->visits > VISITS_MAX || old->type != new->type)
        return false;
    if (old->type == YAML_SEQUENCE_NODE)
        return same_items(comparison, old, new, depth);
    if (old->type == YAML_MAPPING_NODE)
        return same_pairs(comparison, old, new, depth);
    return old->data.scalar.length == new->data.scalar.length &&
           memcmp(old->data.scalar.value, new->data.scalar.value, old->data.scalar.length) == 0;
}

/* Has 'key' got one item more, at its end, and does all else mean what it did? */
static bool only_added(struct parsed *before, struct parsed *after, const char *key)
{
    const yaml_node_t *old = base_of(before), *new = base_of(after);
    const yaml_node_pair_t *has = find(after, new, key);
    struct comparison comparison = { before, after, NULL, NULL };

    if (has == NULL)
        return false;
    comparison.list = node_at(after, has->value);
    if (comparison.list->type != YAML_SEQUENCE_NODE)
        return false;
    if (find(before, old, key) == NULL)
        comparison.keeper = new;
    if (is_nothing(old)) /* the whole file, or 'tattler:', was empty */
        return new->data.mapping.pairs.top - new->data.mapping.pairs.start == 1;
    return same(&comparison, 1, 1, 0); /* the root is node 1 */
}

/* --- the way in --- */

static bool find_cut(struct parsed *parsed, const char *text, size_t len, const char *key,
        struct cut *out, const char **why)
{
    const yaml_node_t *base = base_of(parsed);
    const yaml_node_pair_t *pair = find(parsed, base, key);

    *out = (struct cut){ 0 };
    if (pair != NULL)
        return cut_for_item(parsed, text, len, pair, out, why);
    *why = "its keys are written in one line";
    if (base != NULL && !is_nothing(base) &&
            (base->type != YAML_MAPPING_NODE ||
                    base->data.mapping.style == YAML_FLOW_MAPPING_STYLE))
        return false;
    *why = "its section 'tattler' is empty";
    if (is_nothing(base) && base != yaml_document_get_root_node(&parsed->document))
        return false;
    cut_for_key(parsed, text, len, base, out);
    return true;
}

char *yaml_add_item(const char *text, size_t len, const char *key, yaml_item_fn item, void *user,
        size_t *out_len, const char **why)
{
    struct parsed before, after;
    struct cut cut;
    char *made = NULL;
    bool good = false;

    *why = "it is not YAML, or holds more than one document";
    if (parse(&before, text, len) && find_cut(&before, text, len, key, &cut, why)) {
        *why = "out of memory";
        made = assemble(text, len, key, &cut, item, user, out_len);
    }
    if (made != NULL) {
        *why = "an item put in at its end would change something else";
        good = parse(&after, made, *out_len) && only_added(&before, &after, key);
        unparse(&after);
    }
    unparse(&before);
    if (good)
        return made;
    free(made);
    return NULL;
}
