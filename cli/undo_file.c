#include "undo_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "command.h"

#define MARK ".undo-"
#define PATH_SIZE 4096
#define LOCK_MAX_MS 10000 /* a change takes milliseconds, on a slow disk a second */
#define LOCK_PAUSE_MS 10

/* --- reading --- */

/* All of the file, NUL-terminated. NULL with errno. */
static char *read_whole(const char *path, size_t *len)
{
    char *text = malloc(UNDO_FILE_MAX + 1);
    FILE *file = text != NULL ? fopen(path, "rbe") : NULL;
    int error;

    if (file == NULL) {
        error = errno;
        free(text);
        errno = error;
        return NULL;
    }
    *len = fread(text, 1, UNDO_FILE_MAX + 1, file);
    error = ferror(file) ? errno : *len > UNDO_FILE_MAX ? EFBIG : 0;
    fclose(file);
    if (error != 0) {
        free(text);
        errno = error;
        return NULL;
    }
    text[*len] = '\0';
    return text;
}

bool undo_file_read(const char *path, bool may_be_new, struct undo_file *out)
{
    *out = (struct undo_file){ .path = realpath(path, NULL) };
    if (out->path == NULL && errno == ENOENT && may_be_new) {
        out->path = strdup(path);
        out->text = calloc(1, 1);
    } else if (out->path != NULL) {
        out->text = read_whole(out->path, &out->len);
    }
    if (out->path != NULL && out->text != NULL)
        return true;
    complain("%s: %s", path, strerror(errno));
    undo_file_clear(out);
    return false;
}

void undo_file_clear(struct undo_file *file)
{
    free(file->path);
    free(file->text);
    *file = (struct undo_file){ NULL, NULL, 0 };
}

/* --- writing --- */

static bool write_all(int descriptor, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(descriptor, text, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text += n;
        len -= (size_t)n;
    }
    return true;
}

/* A new file has the mode and the owner of the one at 'like', if that is there. */
static bool take_owner(int descriptor, const char *like)
{
    struct stat st;

    if (stat(like, &st) != 0)
        return errno == ENOENT && fchmod(descriptor, 0644) == 0;
    return fchown(descriptor, st.st_uid, st.st_gid) == 0 &&
           fchmod(descriptor, st.st_mode & 07777) == 0;
}

/* The folder that holds 'path', with the slash at its end. */
static void folder_of(const char *path, char folder[PATH_SIZE])
{
    const char *slash = strrchr(path, '/');

    snprintf(folder, PATH_SIZE, "%.*s", slash != NULL ? (int)(slash - path + 1) : 2,
            slash != NULL ? path : "./");
}

static bool sync_folder(const char *path)
{
    char folder[PATH_SIZE];
    int descriptor;
    bool good;

    folder_of(path, folder);
    descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    good = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0)
        close(descriptor);
    return good;
}

/* Puts the text at 'path' at once, owned as 'like' is. Tells. */
static bool replace(const char *path, const char *like, const char *text, size_t len)
{
    char temporary[PATH_SIZE];
    int descriptor, size = snprintf(temporary, sizeof(temporary), "%s.new-XXXXXX", path);
    bool good;

    if (size < 0 || (size_t)size >= sizeof(temporary)) {
        complain("%s: the path is too long", path);
        return false;
    }
    descriptor = mkostemp(temporary, O_CLOEXEC);
    good = descriptor >= 0 && write_all(descriptor, text, len) && take_owner(descriptor, like) &&
           fsync(descriptor) == 0;
    if (descriptor >= 0)
        good = close(descriptor) == 0 && good;
    good = good && rename(temporary, path) == 0 && sync_folder(path);
    if (good)
        return true;
    complain("%s: nothing was changed: %s", path, strerror(errno));
    if (descriptor >= 0)
        unlink(temporary);
    return false;
}

/* --- what is kept --- */

struct kept {
    unsigned number;
    uint64_t hash;
    char path[PATH_SIZE];
};

/* "tattler.yaml.undo-0007-0123456789abcdef" beside 'base'. */
static bool is_kept(const char *name, const char *base, struct kept *out)
{
    size_t len = strlen(base);
    unsigned long long hash;
    int end = 0;

    if (strncmp(name, base, len) != 0 ||
            sscanf(name + len, MARK "%9u-%16llx%n", &out->number, &hash, &end) != 2 ||
            name[len + (size_t)end] != '\0')
        return false;
    out->hash = hash;
    return true;
}

struct kept_range {
    struct kept first, last;
    size_t count;
};

/* False: the folder cannot be read, which was told. */
static bool find_kept(const char *path, struct kept_range *out)
{
    const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
    char folder[PATH_SIZE];
    const struct dirent *entry;
    struct kept kept;
    DIR *directory;

    *out = (struct kept_range){ .count = 0 };
    folder_of(path, folder);
    directory = opendir(folder);
    if (directory == NULL) {
        complain("%s: %s", folder, strerror(errno));
        return false;
    }
    while ((entry = readdir(directory)) != NULL) {
        if (!is_kept(entry->d_name, base, &kept) ||
                snprintf(kept.path, sizeof(kept.path), "%s%s", folder, entry->d_name) >=
                        (int)sizeof(kept.path))
            continue;
        if (out->count == 0 || kept.number < out->first.number)
            out->first = kept;
        if (out->count == 0 || kept.number > out->last.number)
            out->last = kept;
        out->count++;
    }
    closedir(directory);
    return true;
}

static void unlock(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}

/* Two at once must not both find the file and what is kept as they read them. Each change puts another
 * file there, so the lock is on what stays: the folder. Somebody else may keep it for ever, so it is waited
 * for only for a while. Where nothing can be locked there is none: -1. Ends with the process, or by unlock().
 * False: somebody else has it, which was told. */
static bool lock_folder(const char *path, int *descriptor)
{
    const struct timespec pause = { .tv_nsec = LOCK_PAUSE_MS * 1000000L };
    char folder[PATH_SIZE];

    folder_of(path, folder);
    *descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (unsigned ms = 0; ms < LOCK_MAX_MS; ms += LOCK_PAUSE_MS) {
        if (*descriptor < 0 || flock(*descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
            return true;
        nanosleep(&pause, NULL);
    }
    complain("%s: another program has locked this folder, so nothing was changed: try again", folder);
    unlock(*descriptor);
    return false;
}

/* --- a change --- */

static bool is_unchanged(const struct undo_file *file)
{
    size_t len = 0;
    char *now = read_whole(file->path, &len);
    bool same = now != NULL ? len == file->len && memcmp(now, file->text, len) == 0
                            : errno == ENOENT && file->len == 0;

    free(now);
    if (!same)
        complain("%s was changed meanwhile, so nothing was written: try again", file->path);
    return same;
}

static bool keep(const struct undo_file *file, const char *text, size_t len)
{
    struct kept_range range;
    char path[PATH_SIZE];
    int size;

    if (!find_kept(file->path, &range))
        return false;
    size = snprintf(path, sizeof(path), "%s" MARK "%04u-%016llx", file->path, range.last.number + 1,
            (unsigned long long)hash_stable(text, len));
    if (size < 0 || (size_t)size >= sizeof(path) ||
            !replace(path, file->path, file->text, file->len))
        return false;
    if (range.count >= UNDO_LEVELS)
        unlink(range.first.path);
    return true;
}

bool undo_file_write(const struct undo_file *file, const char *text, size_t len)
{
    bool good;
    int lock;

    if (!lock_folder(file->path, &lock))
        return false;
    good = is_unchanged(file) && keep(file, text, len) && replace(file->path, file->path, text, len);
    unlock(lock);
    return good;
}

/* --- back --- */

/* Whoever takes the next change back may have been faster. */
static bool drop(const char *path)
{
    if (unlink(path) == 0 || errno == ENOENT)
        return true;
    complain("%s: %s", path, strerror(errno));
    return false;
}

static bool put_back(const struct undo_file *file, const struct kept *kept)
{
    size_t len;
    char *text = read_whole(kept->path, &len);
    bool good;

    if (text == NULL) {
        complain("%s: %s", kept->path, strerror(errno));
        return false;
    }
    good = replace(file->path, file->path, text, len) && drop(kept->path);
    free(text);
    return good;
}

/* Was the text kept for a change that then was not made, as the machine went down between the two? */
static bool is_left_over(const struct undo_file *file, const struct kept *kept)
{
    size_t len;
    char *text = hash_stable(file->text, file->len) != kept->hash ? read_whole(kept->path, &len) : NULL;
    bool same = text != NULL && len == file->len && memcmp(text, file->text, len) == 0;

    free(text);
    return same;
}

static bool undo_last(const struct undo_file *file, size_t *out_left)
{
    struct kept_range range;

    if (!find_kept(file->path, &range))
        return false;
    while (range.count > 0 && is_left_over(file, &range.last))
        if (!drop(range.last.path) || !find_kept(file->path, &range))
            return false;
    if (range.count == 0) {
        complain("%s: there is no change to take back", file->path);
        return false;
    }
    if (hash_stable(file->text, file->len) != range.last.hash) {
        complain("%s was changed by somebody else since: that would be lost. As it was before the last "
                "change of 'tune' it is in %s", file->path, range.last.path);
        return false;
    }
    *out_left = range.count - 1;
    return put_back(file, &range.last);
}

size_t undo_file_kept(const char *path)
{
    struct undo_file file;
    struct kept_range range = { .count = 0 };

    if (undo_file_read(path, false, &file))
        find_kept(file.path, &range);
    undo_file_clear(&file);
    return range.count;
}

bool undo_file_undo(const char *path, size_t *out_left)
{
    struct undo_file file;
    char *target = realpath(path, NULL);
    int lock;
    bool locked = lock_folder(target != NULL ? target : path, &lock), good;

    free(target);
    if (!locked)
        return false;
    good = undo_file_read(path, false, &file) && undo_last(&file, out_left);
    unlock(lock);
    undo_file_clear(&file);
    return good;
}
