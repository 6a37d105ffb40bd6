/* A file of EVE records: only whole lines get in, also when the disk is full for a while. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "output.h"

#define WRITE_AT ((size_t)256 * 1024)
#define MODE 0640 /* it tells who did what */

struct file {
    const char *path; /* "-": standard output */
    int descriptor;
    size_t max; /* kept while it cannot be written */
    struct waiting waiting;
    bool is_torn; /* what waits begins within a record */
    bool is_failing;
    uint64_t lost_before; /* it began to fail */
    struct output_counters counters;
};

static int open_path(const char *path)
{
    return strcmp(path, "-") == 0
                   ? STDOUT_FILENO
                   : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, MODE);
}

static void *file_open(const char *target, const struct settings *settings)
{
    struct file *file = calloc(1, sizeof(*file));

    if (file == NULL) {
        complain("out of memory");
        return NULL;
    }
    file->path = target;
    file->max = settings->eve_buffer_bytes;
    file->descriptor = open_path(target);
    if (file->descriptor >= 0)
        return file;
    complain("%s: %s", target, strerror(errno));
    free(file);
    return NULL;
}

static void note_failure(struct file *file)
{
    if (!file->is_failing) {
        complain("%s: %s: records are kept, as long as there is room", file->path,
                strerror(errno));
        file->lost_before = file->counters.lost;
    }
    file->is_failing = true;
}

static void note_success(struct file *file)
{
    if (file->is_failing)
        complain("%s: written again; %llu records were lost", file->path,
                (unsigned long long)(file->counters.lost - file->lost_before));
    file->is_failing = false;
}

static void file_flush(void *state)
{
    struct file *file = state;
    size_t done = 0;

    while (done < file->waiting.len) {
        ssize_t written =
                write(file->descriptor, file->waiting.bytes + done, file->waiting.len - done);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            break;
        done += (size_t)written;
    }
    if (done < file->waiting.len)
        note_failure(file);
    else if (done > 0)
        note_success(file);
    if (done > 0) {
        file->is_torn = file->waiting.bytes[done - 1] != '\n';
        waiting_take(&file->waiting, done);
    }
}

static void file_write(void *state, const char *record, size_t len)
{
    struct file *file = state;

    if (file->waiting.len + len > WRITE_AT && !file->is_failing)
        file_flush(file);
    if (waiting_add(&file->waiting, record, len, file->max))
        file->counters.records++;
    else
        file->counters.lost++;
}

/* The rest of a record whose beginning is in a file that is not written any more. */
static void drop_torn(struct file *file)
{
    const char *end = file->is_torn && file->waiting.len > 0
                              ? memchr(file->waiting.bytes, '\n', file->waiting.len)
                              : NULL;

    file->is_torn = false;
    if (end == NULL)
        return;
    waiting_take(&file->waiting, (size_t)(end - file->waiting.bytes) + 1);
    file->counters.lost++;
}

static void file_reopen(void *state)
{
    struct file *file = state;
    int fresh;

    if (strcmp(file->path, "-") == 0)
        return;
    file_flush(file);
    fresh = open_path(file->path);
    if (fresh < 0) {
        complain("%s: cannot be opened again, so the old file is written on: %s", file->path,
                strerror(errno));
        return;
    }
    close(file->descriptor);
    file->descriptor = fresh;
    drop_torn(file);
    file_flush(file);
}

static struct output_counters file_count(void *state)
{
    const struct file *file = state;

    return file->counters;
}

static void file_close(void *state)
{
    struct file *file = state;
    uint64_t unwritten;

    file_flush(file);
    unwritten = waiting_records(file->waiting.bytes, file->waiting.len);
    if (unwritten > 0)
        complain("%s: the last %llu records were not written", file->path,
                (unsigned long long)unwritten);
    if (file->descriptor != STDOUT_FILENO)
        close(file->descriptor);
    free(file->waiting.bytes);
    free(file);
}

const struct output_kind output_file = { "regular", "eve_regular", file_open, file_write, file_flush,
    file_reopen, file_count, file_close };
