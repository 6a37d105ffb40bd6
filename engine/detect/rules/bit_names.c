#include "detect/rules/bit_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/hash.h"

struct bit_name {
    UT_hash_handle hh;
    uint32_t number;
    char text[];
};

/* Its number was given out before; now it can be found by it and by name. */
static bool add(struct bit_names *names, struct bit_name *name)
{
    const char **texts = grow(names->texts, &names->room, names->count + 1, sizeof(*texts));

    if (texts == NULL)
        return false;
    names->texts = texts;
    HASH_ADD_KEYPTR(hh, names->table, name->text, strlen(name->text), name);
    if (name->hh.tbl == NULL)
        return false;
    names->texts[names->count++] = name->text;
    return true;
}

bool bit_names_number(struct bit_names *names, const char *text, uint32_t *out)
{
    size_t len = strlen(text);
    struct bit_name *name;

    HASH_FIND(hh, names->table, text, len, name);
    if (name == NULL) {
        name = calloc(1, sizeof(*name) + len + 1);
        if (name == NULL)
            return false;
        name->number = (uint32_t)names->count;
        memcpy(name->text, text, len);
        if (!add(names, name)) {
            free(name);
            return false;
        }
    }
    *out = name->number;
    return true;
}

bool bit_names_find(const struct bit_names *names, const char *text, uint32_t *out)
{
    const struct bit_name *name;

    HASH_FIND(hh, names->table, text, strlen(text), name);
    if (name != NULL)
        *out = name->number;
    return name != NULL;
}

void bit_names_clear(struct bit_names *names)
{
    HASH_FREE(names->table, free);
    free(names->texts);
    *names = (struct bit_names){ 0 };
}
