/* yaml_edit.h - adds an item to a list in somebody's YAML file and leaves every other byte alone.
 *
 * YAML cannot be written back as it was read: comments and layout would be lost. So the text is cut
 * where libyaml says that the list ends, and the item put in between. */
#ifndef TATTLER_CLI_YAML_EDIT_H
#define TATTLER_CLI_YAML_EDIT_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the item for a list whose dashes stand behind 'indent' - 2 blanks: all its lines, each ended
 * by 'newline'. Freed by the caller; NULL: out of memory. */
typedef char *(*yaml_item_fn)(void *user, size_t indent, const char *newline);

/* 'key' is one of the file's top level, or of its section 'tattler' if it has one; a list that is not
 * there is made. Returns the new text, to be freed; NULL, and why for the user, where the layout is one
 * that it does not know ("[a, b]" on one line, an alias, a second document): the item is to be added by
 * hand. That everything else means what it did has been checked. */
char *yaml_add_item(const char *text, size_t len, const char *key, yaml_item_fn item, void *user,
        size_t *out_len, const char **why);

#endif
