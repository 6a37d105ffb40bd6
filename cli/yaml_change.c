#include "yaml_change.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define OWN_SECTION "tattler"
#define VISITS_MAX ((size_t)1 << 20) /* of nodes: aliases of aliases are visited again and again */

bool tree_read_alone(const char *text, size_t len, struct yaml_tree *out)
{
    struct tree_problem problem;

    return tree_read(text, len, out, &problem) && out->second_line == 0;
}

const yaml_node_t *tree_base(struct yaml_tree *tree)
{
    const yaml_node_t *root = tree_root(tree);
    const yaml_node_pair_t *own = tree_find(tree, root, OWN_SECTION);

    return own != NULL ? tree_node(tree, own->value) : root;
}

bool tree_is_flow(const yaml_node_t *node)
{
    return node->type == YAML_SEQUENCE_NODE
            ? node->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE
            : node->type == YAML_MAPPING_NODE &&
                      node->data.mapping.style == YAML_FLOW_MAPPING_STYLE;
}

bool tree_is_own(struct yaml_tree *tree, const yaml_node_pair_t *pair)
{
    return tree_node(tree, pair->value)->start_mark.index >=
           tree_node(tree, pair->key)->end_mark.index;
}

/* --- where things end --- */

static size_t last_line(struct yaml_tree *tree, const yaml_node_t *node, unsigned depth,
        size_t *visits)
{
    size_t last = node->start_mark.line;

    if (depth == TREE_DEPTH_MAX || ++*visits > VISITS_MAX)
        return SIZE_MAX;
    if (node->type == YAML_SCALAR_NODE) {
        bool behind = node->end_mark.column == 0 && node->end_mark.line > last; /* of a block scalar */

        return node->end_mark.line - (behind ? 1 : 0);
    }
    if (tree_is_flow(node))
        return node->end_mark.line;
    if (node->type == YAML_SEQUENCE_NODE) {
        for (const yaml_node_item_t *item = node->data.sequence.items.start;
                item < node->data.sequence.items.top; item++) {
            size_t line = last_line(tree, tree_node(tree, *item), depth + 1, visits);

            last = line > last ? line : last;
        }
        return last;
    }
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
            pair < node->data.mapping.pairs.top; pair++) {
        size_t key = last_line(tree, tree_node(tree, pair->key), depth + 1, visits);
        size_t value = last_line(tree, tree_node(tree, pair->value), depth + 1, visits);

        last = key > last ? key : last;
        last = value > last ? value : last;
    }
    return last;
}

size_t tree_last_line(struct yaml_tree *tree, const yaml_node_t *node)
{
    size_t visits = 0;

    return last_line(tree, node, 0, &visits);
}

size_t text_behind_line(const char *text, size_t len, size_t line)
{
    size_t at = 0;

    for (; at < len; at++)
        if (text[at] == '\n' && line-- == 0)
            return at + 1;
    return len;
}

const char *text_newline(const char *text, size_t len)
{
    const char *end = memchr(text, '\n', len);

    return end != NULL && end > text && end[-1] == '\r' ? "\r\n" : "\n";
}

/* --- is all else as it was? --- */

struct comparison {
    struct yaml_tree *before, *after;
    const struct tree_change *change;
    size_t met; /* how often its place was come upon: an alias may name it too */
    size_t visits;
};

static bool same(struct comparison *comparison, int old_index, int new_index, unsigned depth);

static bool same_items(struct comparison *comparison, const yaml_node_t *old, const yaml_node_t *new,
        unsigned depth)
{
    const yaml_node_item_t *i = old->data.sequence.items.start, *j = new->data.sequence.items.start;
    size_t count = (size_t)(old->data.sequence.items.top - i);

    if ((size_t)(new->data.sequence.items.top - j) !=
            count + (new == comparison->change->grown ? 1 : 0))
        return false;
    for (size_t n = 0; n < count; n++)
        if (!same(comparison, i[n], j[n], depth + 1))
            return false;
    return true;
}

static bool same_pairs(struct comparison *comparison, const yaml_node_t *old, const yaml_node_t *new,
        unsigned depth)
{
    const yaml_node_pair_t *i = old->data.mapping.pairs.start, *j = new->data.mapping.pairs.start;
    size_t count = (size_t)(old->data.mapping.pairs.top - i);

    if ((size_t)(new->data.mapping.pairs.top - j) !=
            count + (new == comparison->change->grown ? 1 : 0))
        return false;
    for (size_t n = 0; n < count; n++)
        if (!same(comparison, i[n].key, j[n].key, depth + 1) ||
                !same(comparison, i[n].value, j[n].value, depth + 1))
            return false;
    return true;
}

static bool same(struct comparison *comparison, int old_index, int new_index, unsigned depth)
{
    const yaml_node_t *old = tree_node(comparison->before, old_index);
    const yaml_node_t *new = tree_node(comparison->after, new_index);

    comparison->met += new == comparison->change->grown || new == comparison->change->replaced;
    if (new == comparison->change->replaced)
        return true;
    if (depth == TREE_DEPTH_MAX || ++comparison->visits > VISITS_MAX || old->type != new->type)
        return false;
    if (old->type == YAML_SEQUENCE_NODE)
        return same_items(comparison, old, new, depth);
    if (old->type == YAML_MAPPING_NODE)
        return same_pairs(comparison, old, new, depth);
    return old->data.scalar.length == new->data.scalar.length &&
           memcmp(old->data.scalar.value, new->data.scalar.value, old->data.scalar.length) == 0;
}

bool tree_same_but(struct yaml_tree *before, struct yaml_tree *after,
        const struct tree_change *change)
{
    struct comparison comparison = { before, after, change, 0, 0 };

    /* The root is node 1. */
    return same(&comparison, 1, 1, 0) && comparison.met == 1;
}

char *tree_accept(struct yaml_tree *before, char *made, size_t len, tree_judge_fn judge,
        const void *wanted)
{
    struct yaml_tree after;
    bool good;

    if (made == NULL)
        return NULL;
    good = tree_read_alone(made, len, &after) && judge(before, &after, wanted);
    tree_clear(&after);
    if (good)
        return made;
    free(made);
    return NULL;
}
