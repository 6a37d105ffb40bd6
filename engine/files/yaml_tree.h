/* yaml_tree.h - a YAML text as libyaml reads it: nodes, in libyaml's own types.
 *
 * For what people write: configurations, Suricata's own among them. Of a key that stands twice in a map the
 * last one counts, as in Suricata. Set-up only; one thread. */
#ifndef TATTLER_FILES_YAML_TREE_H
#define TATTLER_FILES_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#define TREE_BYTES_MAX (1024 * 1024)
#define TREE_DEPTH_MAX 32 /* suricata.yaml needs eight; libyaml slows down with the square of it */

struct yaml_tree {
    yaml_document_t document; /* the first one of the text */
    unsigned second_line;     /* where a second one begins, from 1; 0: there is none */
};

/* Why a text is none. Line and column count from 1; 0: it is the text as a whole. */
struct tree_problem {
    unsigned line, column;
    char what[256];
};

/* The text is not needed afterwards. False with '*problem' set: it cannot be read, is not YAML, too large or
 * nested too deep. 'out' may be cleared in any case. */
bool tree_read(const char *text, size_t len, struct yaml_tree *out, struct tree_problem *problem);
bool tree_read_file(const char *path, struct yaml_tree *out, struct tree_problem *problem);
void tree_clear(struct yaml_tree *tree);

/* libyaml changes nothing in what it is asked, but does not say so: the tree is not const. */
const yaml_node_t *tree_root(struct yaml_tree *tree); /* NULL: the text is empty */
const yaml_node_t *tree_node(struct yaml_tree *tree, int index);

/* NULL: 'map' is no map (or NULL), or has no such key. */
const yaml_node_pair_t *tree_find(struct yaml_tree *tree, const yaml_node_t *map, const char *key);
/* The same among the pairs in front of 'end'. */
const yaml_node_pair_t *tree_find_before(struct yaml_tree *tree, const yaml_node_t *map, const char *key,
        const yaml_node_pair_t *end);
/* The value of that key; NULL as above. */
const yaml_node_t *tree_value(struct yaml_tree *tree, const yaml_node_t *map, const char *key);

/* The item at 'index' of a list; NULL: no list, or its end. */
const yaml_node_t *tree_item(struct yaml_tree *tree, const yaml_node_t *list, size_t index);

const char *tree_scalar(const yaml_node_t *node); /* NULL: it is none (or NULL) */
/* Not there, or nothing behind a key, or what YAML 1.1 takes for nothing. */
bool tree_is_nothing(const yaml_node_t *node);
const char *tree_kind(const yaml_node_t *node); /* "one value", "a list" or "keys" */

#endif
