/* yaml_change.h - what an edit of a YAML text needs: where things stand and end, and whether it has changed
 * something else. For yaml_edit.c and yaml_set.c. One thread. */
#ifndef TATTLER_CLI_YAML_CHANGE_H
#define TATTLER_CLI_YAML_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "files/yaml_tree.h"

/* False: not YAML, or more than one document. To be cleared in any case. */
bool tree_read_alone(const char *text, size_t len, struct yaml_tree *out);

/* The map that holds our keys: the section 'tattler' of the text, if it has one. NULL: it is empty. */
const yaml_node_t *tree_base(struct yaml_tree *tree);
bool tree_is_flow(const yaml_node_t *node); /* "[a, b]", "{a: 1}" */
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
