/* yaml_tree.h - a YAML text as libyaml reads it: what stands where, and whether a change has changed
 * something else. Shared by what edits such texts. One thread. */
#ifndef TATTLER_CLI_YAML_TREE_H
#define TATTLER_CLI_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

struct yaml_tree {
    yaml_parser_t parser;
    yaml_document_t document;
    bool has_document;
    size_t visits; /* of nodes: aliases of aliases are visited again and again */
};

/* False: not YAML, or more than one document. Cleared in any case by tree_clear(). */
bool tree_read(struct yaml_tree *tree, const char *text, size_t len);
void tree_clear(struct yaml_tree *tree);

yaml_node_t *tree_node(struct yaml_tree *tree, int index);
/* The map that holds our keys: the section 'tattler' of the text, if it has one. NULL: it is empty. */
yaml_node_t *tree_base(struct yaml_tree *tree);
/* NULL: 'map' is none, or has no such key. */
const yaml_node_pair_t *tree_find(struct yaml_tree *tree, const yaml_node_t *map, const char *key);
const char *tree_scalar(const yaml_node_t *node); /* NULL: it is none */
bool tree_is_nothing(const yaml_node_t *node);    /* not there, or a key without a value */
bool tree_is_flow(const yaml_node_t *node);       /* "[a, b]", "{a: 1}" */
/* Written behind its key, not named there by an alias? */
bool tree_is_own(struct yaml_tree *tree, const yaml_node_pair_t *pair);

/* The last line, from 0, with something of the node in it: what libyaml calls the end of a block is where
 * the next one begins, behind comments. SIZE_MAX: too deep to tell. */
size_t tree_last_line(struct yaml_tree *tree, const yaml_node_t *node);
/* Where the line after this one begins; the text's end if there is none. */
size_t text_behind_line(const char *text, size_t len, size_t line);
const char *text_newline(const char *text, size_t len); /* as its first line ends */

/* Where 'after' may differ: 'grown' has one item or pair more, at its end; of 'replaced' anything may
 * stand there. Either may be NULL. */
struct tree_change {
    const yaml_node_t *grown, *replaced;
};

/* Is all else as it was, and is that place the only one that names it? */
bool tree_same_but(struct yaml_tree *before, struct yaml_tree *after,
        const struct tree_change *change);

/* Does 'after' have what was wanted, and is all else as it was? */
typedef bool (*tree_judge_fn)(struct yaml_tree *before, struct yaml_tree *after, const void *wanted);
/* 'made', the text that an edit of 'before' has made, if it is YAML and its judge accepts it; otherwise
 * it is freed, and NULL comes back, as for NULL. */
char *tree_accept(struct yaml_tree *before, char *made, size_t len, tree_judge_fn judge,
        const void *wanted);

#endif
