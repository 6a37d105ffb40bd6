#include "files/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool ends_in(const char *name, const char *suffix)
{
    size_t len = strlen(name);

    return len > strlen(suffix) && strcmp(name + len - strlen(suffix), suffix) == 0;
}

/* "rules", of "rules/". */
static int bare_length(const char *folder)
{
    size_t len = strlen(folder);

    while (len > 1 && folder[len - 1] == '/')
        len--;
    return (int)len;
}

static bool take_files(const char *folder, const char *suffix, folder_take_fn take, void *user,
        char *error, size_t error_size)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort), taken = 0;
    bool good = count >= 0;
    char path[4096];

    snprintf(error, error_size, "%s", good ? "" : strerror(errno));
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        int len = snprintf(path, sizeof(path), "%.*s/%s", bare_length(folder), folder, name);

        if (ends_in(name, suffix) && len > 0 && (size_t)len < sizeof(path)) {
            take(user, path);
            taken++;
        } else if (ends_in(name, suffix)) {
            snprintf(error, error_size, "the path is too long");
            good = false;
        }
        free(entries[i]);
    }
    free(entries);
    if (good && taken == 0)
        snprintf(error, error_size, "no file '*%s' in this folder", suffix);
    return good && taken > 0;
}

bool folder_each(const char *path, const char *suffix, folder_take_fn take, void *user, char *error,
        size_t error_size)
{
    struct stat status;

    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return take_files(path, suffix, take, user, error, error_size);
    take(user, path);
    return true;
}
