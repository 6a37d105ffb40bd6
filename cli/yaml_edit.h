/* yaml_edit.h - changes somebody's YAML file and leaves every other byte alone.
 *
 * YAML cannot be written back as it was read: comments and layout would be lost. So the text is cut
 * where libyaml says that something stands or ends, and what is new put in between. Both functions return
 * the new text, to be freed; NULL, and why for the user, where the layout is one that they do not know
 * (an alias, a second document …): the change is to be made by hand. That everything else means what it
 * did has been checked. */
#ifndef TATTLER_CLI_YAML_EDIT_H
#define TATTLER_CLI_YAML_EDIT_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the item for a list whose dashes stand behind 'indent' - 2 blanks: all its lines, each ended
 * by 'newline'. Freed by the caller; NULL: out of memory. */
typedef char *(*yaml_item_fn)(void *user, size_t indent, const char *newline);

/* Adds an item to the list 'key' of the file's top level, or of its section 'tattler' if it has one; a
 * list that is not there is made. One on one line, "[a, b]", is not known. */
char *yaml_add_item(const char *text, size_t len, const char *key, yaml_item_fn item, void *user,
        size_t *out_len, const char **why);

/* The place of a value in an item of such a list, by the keys on the way there: of them, those that are
 * missing are made. Keys and value are written as they are. */
#define YAML_PATH_DEPTH 3
struct yaml_value {
    const char *list;
    size_t item;
    const char *path[YAML_PATH_DEPTH];
    const char *value;
    const char *comment; /* for the line above, without '#'; NULL: none */
};

char *yaml_set_value(const char *text, size_t len, const struct yaml_value *set, size_t *out_len,
        const char **why);

#endif
