/* json_walk.h - one JSON object (RFC 8259), checked and told value by value, without a tree.
 *
 * An EVE file is many gigabytes of which a reader wants a few fields a line: this is several times
 * as fast as building all of it in memory, and takes no memory at all. Whoever wants a tree of what
 * was found hands the value's text to jansson. Any thread. */
#ifndef TATTLER_CLI_JSON_WALK_H
#define TATTLER_CLI_JSON_WALK_H

#include "base/cursor.h"

#define JSON_DEPTH_MAX 32 /* EVE needs eight */

enum json_kind { JSON_WORD, JSON_NUMERIC, JSON_QUOTED, JSON_LIST, JSON_MAP };

struct json_value {
    /* Keys from the outside in, with dots between: "alert.metadata.detects". The items of a list
     * have the list's. Empty where that is longer than 128 bytes. Keys are as written, with their
     * escapes. */
    struct cursor path;
    enum json_kind kind; /* a JSON_WORD is true, false or null */
    struct cursor text;  /* as written; of a JSON_QUOTED without its quotes */
};

/* Called in the order of the text; a list or a map behind what is in it. All is borrowed for the
 * call. */
typedef void (*json_value_fn)(void *user, const struct json_value *value);

/* False: 'text' is not one JSON object, in UTF-8, of at most JSON_DEPTH_MAX levels. Then values
 * before the mistake have been told. */
bool json_walk(struct cursor text, json_value_fn told, void *user);

/* The text of a JSON_QUOTED without escapes, cut to whole characters where 'size' is too small. An
 * escaped NUL becomes '?'. Returns its length. */
size_t json_text_of(const struct json_value *value, char *out, size_t size);

#endif
