#include "yaml_edit.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *make_item(void *user, size_t indent, const char *newline)
{
    char *text = NULL;

    (void)user;
    if (asprintf(&text, "%*s- \"a\": 1%s", (int)indent - 2, "", newline) < 0)
        return NULL;
    return text;
}

/* The brackets of an empty list may go; all else stays, in its order. */
static void check_kept(const char *old, size_t len, const char *made, size_t made_len)
{
    size_t at = 0;

    for (size_t i = 0; i < len; i++) {
        if (old[i] != '\0' && strchr("[] \t", old[i]) != NULL)
            continue;
        while (at < made_len && made[at] != old[i])
            at++;
        if (at++ >= made_len)
            abort();
    }
}

/* What is set is not set again: the same text comes out, as there is no comment. */
static void check_set(const char *text, size_t len)
{
    const struct yaml_value set = { .list = "suppress", .path = { "a", "b", "c" }, .value = "1" };
    const char *why;
    size_t once_len, twice_len;
    char *once = yaml_set_value(text, len, &set, &once_len, &why);
    char *twice = once != NULL ? yaml_set_value(once, once_len, &set, &twice_len, &why) : NULL;

    if (once != NULL && (twice == NULL || once_len != twice_len || memcmp(once, twice, once_len) != 0))
        abort();
    free(once);
    free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *why;
    size_t made_len;
    char *made = yaml_add_item((const char *)data, size, "suppress", make_item, NULL, &made_len,
            &why);

    if (made != NULL)
        check_kept((const char *)data, size, made, made_len);
    free(made);
    check_set((const char *)data, size);
    return 0;
}
