#include "result_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"

static FILE *open_draft(struct result_file *file, const struct stat *before)
{
    FILE *to;

    if (asprintf(&file->draft, "%s.%ld.tmp", file->path, (long)getpid()) < 0) {
        file->draft = NULL;
        return NULL;
    }
    to = fopen(file->draft, "wxe");
    if (to != NULL && before != NULL && fchmod(fileno(to), before->st_mode & 0777) != 0) {
        fclose(to);
        unlink(file->draft);
        return NULL;
    }
    return to;
}

bool result_open(struct result_file *file, const char *path)
{
    struct stat before;
    bool exists;

    *file = (struct result_file){ .to = stdout };
    if (path == NULL || strcmp(path, "-") == 0)
        return true;
    file->path = path;
    exists = lstat(path, &before) == 0;
    file->to = exists && !S_ISREG(before.st_mode) ? fopen(path, "we")
                                                  : open_draft(file, exists ? &before : NULL);
    if (file->to != NULL)
        return true;
    complain("%s: %s", path, strerror(errno));
    free(file->draft);
    return false;
}

bool result_close(struct result_file *file, bool good)
{
    bool written = fflush(file->to) == 0 && !ferror(file->to);

    if (file->path != NULL && fclose(file->to) != 0)
        written = false;
    if (good && written && file->draft != NULL)
        written = rename(file->draft, file->path) == 0;
    if (good && !written)
        complain("%s: %s", file->path != NULL ? file->path : "standard output", strerror(errno));
    if (!(good && written) && file->draft != NULL)
        unlink(file->draft);
    free(file->draft);
    return good && written;
}
