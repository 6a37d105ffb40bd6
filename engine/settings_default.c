/* What the settings are where nobody sets them: the texts of the table, with the folders of this build. */
#include "settings.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "settings_kind.h"

#if !defined(TATTLER_DATADIR) || !defined(TATTLER_STATEDIR) || !defined(TATTLER_LIBDIR)
#error "TATTLER_DATADIR, TATTLER_STATEDIR and TATTLER_LIBDIR must name the data folders of this build"
#endif

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Data folders can be moved, so that a build tree runs where it is. */
static const struct {
    const char *variable, *folder;
} folders[] = {
    { "TATTLER_DATA", TATTLER_DATADIR },
    { "TATTLER_STATE", TATTLER_STATEDIR },
    { "TATTLER_LUA", TATTLER_DATADIR "/lua" },
    { "TATTLER_LIB", TATTLER_LIBDIR },
};

/* "$VARIABLE/rest" with the folder put in; anything else as it stands. */
static void expand(const char *item, size_t len, char out[SETTINGS_PATH_SIZE])
{
    for (size_t i = 0; i < COUNT_OF(folders) && *item == '$'; i++) {
        size_t skip = 1 + strlen(folders[i].variable);
        const char *folder = getenv(folders[i].variable);

        if (len < skip || strncmp(item + 1, folders[i].variable, skip - 1) != 0 ||
                item[skip] != '/')
            continue;
        snprintf(out, SETTINGS_PATH_SIZE, "%s%.*s",
                folder != NULL && *folder != '\0' ? folder : folders[i].folder,
                (int)(len - skip), item + skip);
        return;
    }
    snprintf(out, SETTINGS_PATH_SIZE, "%.*s", (int)len, item);
}

static enum tattler_status set_default(struct settings *settings, const struct settings_row *row)
{
    const char *item = row->default_text;
    char value[SETTINGS_PATH_SIZE], error[128];
    struct settings_entry entry = { .key = row->key, .value = value, .first = true };

    while (*item != '\0') {
        size_t len = row->kind->is_list ? strcspn(item, ",") : strlen(item);

        expand(item, len, value);
        if (row->kind != &kind_files || access(value, F_OK) == 0) {
            enum tattler_status status = settings_set(settings, &entry, error, sizeof(error));

            assert(status == TATTLER_OK || status == TATTLER_NO_MEMORY);
            if (status != TATTLER_OK)
                return status;
            entry.first = false;
        }
        item += len;
        item += strspn(item, ", ");
    }
    return TATTLER_OK;
}

enum tattler_status settings_default(struct settings *settings)
{
    *settings = (struct settings){ 0 };
    for (size_t i = 0; i < settings_row_count; i++) {
        enum tattler_status status = set_default(settings, &settings_rows[i]);

        if (status != TATTLER_OK) {
            settings_clear(settings);
            return status;
        }
    }
    return TATTLER_OK;
}
