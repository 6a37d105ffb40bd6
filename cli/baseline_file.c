#include "baseline_file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

struct store *baseline_open(const struct settings *settings, enum store_mode mode,
        const char *otherwise)
{
    char error[512];
    struct store *store = store_open(settings->baseline, mode, settings->max_devices, error,
            sizeof(error));

    if (store == NULL)
        complain("%s%s%s", error, otherwise != NULL ? "; " : "",
                otherwise != NULL ? otherwise : "");
    return store;
}

bool baseline_recall(const struct settings *settings, struct engine *engine)
{
    struct store *store;
    bool good;

    if (settings->baseline == NULL)
        return true;
    if (access(settings->baseline, F_OK) != 0) {
        complain("%s: no baseline yet: nothing is usual until 'tattler learn' has made it",
                settings->baseline);
        return true;
    }
    store = baseline_open(settings, STORE_READ, "going on without a baseline");
    if (store == NULL)
        return false;
    good = store_load(store, engine) == TATTLER_OK;
    if (!good)
        complain("%s; going on with what was read", store_error(store));
    store_close(store);
    return good;
}

bool baseline_choose(struct settings *settings, const char *path)
{
    char *copy;

    if (path == NULL)
        return true;
    copy = strdup(path);
    if (copy == NULL)
        return false;
    free(settings->baseline);
    settings->baseline = copy;
    return true;
}
