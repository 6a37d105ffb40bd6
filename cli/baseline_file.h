/* baseline_file.h - the store of baselines that a command was told to use. */
#ifndef TATTLER_CLI_BASELINE_FILE_H
#define TATTLER_CLI_BASELINE_FILE_H

#include "settings.h"
#include "store.h"

/* NULL: it cannot be used, which was told, with 'otherwise' (or NULL) behind it. */
struct store *baseline_open(const struct settings *settings, enum store_mode mode,
        const char *otherwise);

/* What 'baseline' names, where it does, is given to the engine. False: it could not be read, which
 * was told; the engine then knows of nothing from before. */
bool baseline_recall(const struct settings *settings, struct engine *engine);

/* In the settings' place. False: out of memory. */
bool baseline_choose(struct settings *settings, const char *path);

#endif
