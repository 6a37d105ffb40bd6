/* A folder of EVE files, as a logger and logrotate leave them. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "eve_read_internal.h"
#include "input.h"

#define LINES_LOOKED_AT 100 /* of a file, for a record with a time */

struct found {
    char *path;
    uint64_t first_us; /* of its first record, else of its last change */
};

struct found_list {
    struct found files[EVE_FILES_MAX];
    size_t count;
};

bool eve_has_name(const char *name)
{
    return strstr(name, ".json") != NULL;
}

bool eve_look_into(const char *path, struct eve_file_look *out)
{
    static const struct prefix_list nobody;
    struct eve_event event = { .has_time = false };
    struct cursor text;
    char reason[256];
    struct input *input = input_open(path, reason, sizeof(reason));
    unsigned lines = 0;

    *out = (struct eve_file_look){ .first_us = 0 };
    for (; input != NULL && lines < LINES_LOOKED_AT && !event.has_time; lines++) {
        enum eve_line kind = eve_next_line(input, &text);

        out->is_packed = input_compression(input) != NULL;
        if (kind == EVE_LINE_NONE || (kind == EVE_LINE_CUT && !out->is_packed && lines == 0))
            break;
        if (lines == 0 && kind != EVE_LINE_TOO_LONG)
            out->identity = hash_bytes(text.at, text.left);
        if (kind == EVE_LINE_WHOLE && !eve_event_read(&event, text, &nobody))
            event.has_time = false;
    }
    out->first_us = event.has_time ? event.time_us : 0;
    input_close(input);
    return lines > 0;
}

/* False: out of memory. */
static bool add_file(struct found_list *list, const char *folder, const char *name)
{
    struct found *file = &list->files[list->count];
    struct eve_file_look look;
    struct stat st;

    if (asprintf(&file->path, "%s/%s", folder, name) < 0)
        return false;
    if (stat(file->path, &st) != 0 || !S_ISREG(st.st_mode)) {
        free(file->path);
        return true;
    }
    file->first_us = eve_look_into(file->path, &look) && look.first_us != 0
                             ? look.first_us : (uint64_t)st.st_mtim.tv_sec * 1000000;
    list->count++;
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct found *one = a, *other = b;

    if (one->first_us != other->first_us)
        return one->first_us < other->first_us ? -1 : 1;
    return strcmp(one->path, other->path);
}

static void find_files(struct eve_reader *reader, const char *path, DIR *folder,
        struct found_list *list)
{
    const struct dirent *entry;

    while ((entry = readdir(folder)) != NULL) {
        if (!eve_has_name(entry->d_name))
            continue;
        if (list->count == EVE_FILES_MAX) {
            eve_fail(reader, "%s: more than %d files: the others are not read", path, EVE_FILES_MAX);
            return;
        }
        if (!add_file(list, path, entry->d_name)) {
            eve_fail(reader, "%s: out of memory", path);
            return;
        }
    }
}

void eve_read_folder(struct eve_reader *reader, const char *path)
{
    struct found_list *list = malloc(sizeof(*list));
    DIR *folder = list != NULL ? opendir(path) : NULL;

    if (folder == NULL) {
        eve_fail(reader, "%s: %s", path, list != NULL ? strerror(errno) : "out of memory");
        free(list);
        return;
    }
    list->count = 0;
    find_files(reader, path, folder, list);
    closedir(folder);
    if (list->count == 0)
        eve_fail(reader, "%s: holds no EVE files: none has '.json' in its name (captures in it are to be "
                "named one by one)", path);
    qsort(list->files, list->count, sizeof(list->files[0]), compare);
    for (size_t i = 0; i < list->count; i++) {
        if (!reader->stopped)
            eve_read_file(reader, list->files[i].path);
        free(list->files[i].path);
    }
    free(list);
}
