#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_problem(void *user, const char *file, unsigned line, unsigned column,
        const char *what)
{
    (void)user;
    (void)file;
    (void)column;
    if (*what == '\0' || line > UINT32_MAX / 2)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct settings settings;

    if (settings_default(&settings) != TATTLER_OK)
        return 0;
    settings_read_yaml_text(&settings, "conf/tattler.yaml", (const char *)data, size,
            check_problem, NULL);
    settings_clear(&settings);
    return 0;
}
