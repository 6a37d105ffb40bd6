/* A folder of EVE files that are written to, renamed, copied, cut, packed and removed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "eve_read_internal.h"
#include "input.h"

/* More than what there can be by two names, plain and packed: what is forgotten, the oldest first, is
 * of files that have left the folder. */
#define KNOWN_MAX (10 * EVE_FILES_MAX)
#define UNPACKED_LINES 20000 /* at once */

/* How far was read of what begins with one first line, under whatever name. */
struct known {
    uint64_t identity;
    struct eve_tail tail;
    UT_hash_handle hh;
};

struct named {
    char *path; /* owned */
    struct stat state;
    struct eve_file_look look;
    bool is_there, is_pending; /* something of it may not have been read */
    UT_hash_handle hh;
};

struct eve_folder {
    const char *path;
    struct named *files;
    struct known *known;
    struct input *unpacking; /* the first of the pending files; NULL: not yet */
    uint64_t unpacked;       /* its lines */
    bool told_missing, told_many;
};

struct eve_folder *eve_folder_new(const char *path)
{
    struct eve_folder *folder = calloc(1, sizeof(*folder));

    if (folder != NULL)
        folder->path = path;
    return folder;
}

static void drop_name(struct eve_folder *folder, struct named *file)
{
    HASH_DEL(folder->files, file);
    free(file->path);
    free(file);
}

/* uthash keeps the order in which they came. */
static void drop_oldest(struct eve_folder *folder)
{
    struct known *oldest = folder->known;

    HASH_DEL(folder->known, oldest);
    free(oldest);
}

void eve_folder_free(struct eve_folder *folder)
{
    struct named *file, *next;

    if (folder == NULL)
        return;
    HASH_ITER(hh, folder->files, file, next)
        drop_name(folder, file);
    while (folder->known != NULL)
        drop_oldest(folder);
    input_close(folder->unpacking);
    free(folder);
}

/* --- what is there --- */

/* NULL: no room, which was told. */
static struct named *name_of(struct eve_folder *folder, struct eve_reader *reader, const char *path)
{
    struct named *file = NULL;

    HASH_FIND_STR(folder->files, path, file);
    if (file != NULL)
        return file;
    if (HASH_COUNT(folder->files) < EVE_FILES_MAX)
        file = calloc(1, sizeof(*file));
    if (file == NULL) {
        if (!folder->told_many)
            eve_fail(reader, "%s: more than %d files: the others are not read", folder->path,
                    EVE_FILES_MAX);
        folder->told_many = true;
        return NULL;
    }
    file->path = strdup(path);
    if (file->path != NULL)
        HASH_ADD_KEYPTR(hh, folder->files, file->path, strlen(file->path), file);
    if (file->hh.tbl != NULL)
        return file;
    free(file->path);
    free(file);
    return NULL;
}

static bool is_same(const struct stat *one, const struct stat *other)
{
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino &&
           one->st_size == other->st_size && one->st_mtim.tv_sec == other->st_mtim.tv_sec &&
           one->st_mtim.tv_nsec == other->st_mtim.tv_nsec;
}

static void look_at(struct eve_folder *folder, struct eve_reader *reader, const char *path)
{
    struct named *file;
    struct stat now;

    if (stat(path, &now) != 0 || !S_ISREG(now.st_mode))
        return;
    file = name_of(folder, reader, path);
    if (file == NULL)
        return;
    file->is_there = true;
    if (is_same(&file->state, &now))
        return;
    file->state = now;
    file->is_pending = eve_look_into(path, &file->look);
    if (file->look.first_us == 0)
        file->look.first_us = (uint64_t)now.st_mtim.tv_sec * 1000000;
}

static void forget_gone(struct eve_folder *folder)
{
    struct named *file, *next;

    HASH_ITER(hh, folder->files, file, next) {
        if (!file->is_there)
            drop_name(folder, file);
        else
            file->is_there = false;
    }
}

static void look(struct eve_folder *folder, struct eve_reader *reader)
{
    DIR *open = opendir(folder->path);
    const struct dirent *entry;
    char path[4096];

    if (open == NULL && !folder->told_missing)
        eve_fail(reader, "%s: %s", folder->path, strerror(errno));
    folder->told_missing = open == NULL;
    if (open == NULL)
        return;
    while ((entry = readdir(open)) != NULL)
        if (eve_has_name(entry->d_name) &&
                snprintf(path, sizeof(path), "%s/%s", folder->path, entry->d_name) <
                        (int)sizeof(path))
            look_at(folder, reader, path);
    closedir(open);
    forget_gone(folder);
}

/* The one that began first. */
static struct named *next_pending(const struct eve_folder *folder)
{
    struct named *file = folder->files, *first = NULL;

    for (; file != NULL; file = file->hh.next)
        if (file->is_pending && (first == NULL || file->look.first_us < first->look.first_us))
            first = file;
    return first;
}

/* --- reading --- */

static struct known *known_as(struct eve_folder *folder, uint64_t identity)
{
    struct known *known = NULL;

    HASH_FIND(hh, folder->known, &identity, sizeof(identity), known);
    if (known != NULL)
        return known;
    if (HASH_COUNT(folder->known) == KNOWN_MAX)
        drop_oldest(folder);
    known = calloc(1, sizeof(*known));
    if (known == NULL)
        return NULL;
    known->identity = identity;
    HASH_ADD(hh, folder->known, identity, sizeof(identity), known);
    if (known->hh.tbl != NULL)
        return known;
    free(known);
    return NULL;
}

/* True: there may be more. */
static bool read_plain(struct eve_reader *reader, uint8_t *buffer, struct named *file,
        struct known *known)
{
    int opened = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool more = opened >= 0 && eve_tail_read(reader, buffer, opened, file->path, &known->tail);

    if (opened >= 0)
        close(opened);
    return more;
}

/* What was read before it was packed is passed over. */
static bool read_packed(struct eve_folder *folder, struct eve_reader *reader, struct named *file,
        struct known *known)
{
    char reason[256];
    struct cursor text;
    enum eve_line kind = EVE_LINE_NONE;

    if (folder->unpacking == NULL) {
        folder->unpacking = input_open(file->path, reason, sizeof(reason));
        folder->unpacked = 0;
    }
    for (unsigned i = 0; folder->unpacking != NULL && i < UNPACKED_LINES; i++) {
        kind = eve_next_line(folder->unpacking, &text);
        if (kind == EVE_LINE_NONE)
            break;
        if (++folder->unpacked <= known->tail.line)
            continue;
        known->tail.line = folder->unpacked;
        if (kind == EVE_LINE_TOO_LONG)
            eve_tell_bad(reader, file->path, folder->unpacked, EVE_TOO_LONG);
        else
            eve_take_line(reader, file->path, folder->unpacked, text, kind == EVE_LINE_CUT);
    }
    if (kind != EVE_LINE_NONE)
        return true;
    input_close(folder->unpacking);
    folder->unpacking = NULL;
    return false;
}

/* Between the look and now the name may have come to stand for another file. */
static bool is_still(struct named *file)
{
    struct eve_file_look now;

    if (eve_look_into(file->path, &now) && now.identity == file->look.identity)
        return true;
    file->state = (struct stat){ .st_size = 0 }; /* to be looked at anew */
    return false;
}

bool eve_folder_step(struct eve_folder *folder, struct eve_reader *reader, uint8_t *buffer)
{
    struct named *file = next_pending(folder);
    struct known *known;

    if (file == NULL) {
        look(folder, reader);
        file = next_pending(folder);
    }
    if (file == NULL)
        return false;
    known = known_as(folder, file->look.identity);
    if (known == NULL || (folder->unpacking == NULL && !is_still(file)))
        file->is_pending = false;
    else
        file->is_pending = file->look.is_packed ? read_packed(folder, reader, file, known)
                                                : read_plain(reader, buffer, file, known);
    return next_pending(folder) != NULL;
}
