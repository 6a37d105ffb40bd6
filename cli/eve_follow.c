#include "eve_follow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP_BYTES (4 * 1024 * 1024)
#define BUFFER_BYTES (2 * EVE_LINE_MAX)

struct eve_follow {
    const char *path;
    const struct eve_reading *reading;
    struct eve_counts counts;
    int file; /* -1: none yet */
    off_t offset;
    uint64_t line;
    bool skips;          /* the rest of a line that was too long */
    bool told_missing;
    size_t used;
    uint8_t buffer[BUFFER_BYTES];
};

struct eve_follow *eve_follow_new(const char *path, const struct eve_reading *reading)
{
    struct eve_follow *follow = malloc(sizeof(*follow));

    if (follow == NULL)
        return NULL;
    memset(follow, 0, offsetof(struct eve_follow, buffer));
    follow->path = path;
    follow->reading = reading;
    follow->file = -1;
    return follow;
}

void eve_follow_free(struct eve_follow *follow)
{
    if (follow != NULL && follow->file >= 0)
        close(follow->file);
    free(follow);
}

struct eve_counts eve_follow_counts(const struct eve_follow *follow)
{
    return follow->counts;
}

/* --- lines --- */

static void tell(struct eve_follow *follow, const char *what)
{
    char text[512];

    snprintf(text, sizeof(text), "%s:%llu: %s", follow->path, (unsigned long long)follow->line,
            what);
    if (follow->reading->problem != NULL)
        follow->reading->problem(follow->reading->user, text);
}

static void tell_bad(struct eve_follow *follow, const char *why)
{
    if (follow->counts.bad++ < EVE_PROBLEMS_TOLD)
        tell(follow, why);
}

static bool is_blank(struct cursor text)
{
    while (text.left > 0 && strchr(" \t\r", *text.at) != NULL && *text.at != '\0')
        cursor_skip(&text, 1);
    return text.left == 0;
}

static void take_line(struct eve_follow *follow, struct cursor text)
{
    struct eve_event event;

    follow->line++;
    if (follow->skips || is_blank(text)) {
        follow->skips = false;
        return;
    }
    if (!eve_event_read(&event, text, follow->reading->home)) {
        tell_bad(follow, "not a JSON object");
        return;
    }
    event.file = follow->path;
    event.line = follow->line;
    follow->counts.records++;
    follow->reading->event(follow->reading->user, &event);
    eve_event_clear(&event);
}

static void take_lines(struct eve_follow *follow)
{
    struct cursor rest = cursor_over(follow->buffer, follow->used), line;
    const uint8_t *end;

    while ((end = memchr(rest.at, '\n', rest.left)) != NULL) {
        cursor_split(&rest, (size_t)(end - rest.at), &line);
        cursor_skip(&rest, 1);
        take_line(follow, line);
    }
    if (rest.left > EVE_LINE_MAX) {
        follow->line++;
        if (!follow->skips)
            tell_bad(follow, "a line of more than a megabyte");
        follow->line--;
        follow->skips = true;
        rest.left = 0;
    }
    memmove(follow->buffer, rest.at, rest.left);
    follow->used = rest.left;
}

/* --- the file --- */

static void start_over(struct eve_follow *follow)
{
    follow->offset = 0;
    follow->line = 0;
    follow->used = 0;
    follow->skips = false;
}

/* NULL: it can be followed. */
static const char *problem_of(int file)
{
    struct stat about;

    if (file < 0 || fstat(file, &about) != 0)
        return strerror(errno);
    return S_ISREG(about.st_mode) ? NULL : "not a file that is being written to";
}

static bool open_file(struct eve_follow *follow)
{
    const char *problem;

    follow->file = open(follow->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    problem = problem_of(follow->file);
    if (problem != NULL && !follow->told_missing)
        tell(follow, problem);
    follow->told_missing = problem != NULL;
    if (problem != NULL && follow->file >= 0) {
        close(follow->file);
        follow->file = -1;
    }
    start_over(follow);
    return problem == NULL;
}

/* At the end of what is there: is the path another file by now, or is this one cut short? */
static bool look_for_another(struct eve_follow *follow)
{
    struct stat now, named;

    if (fstat(follow->file, &now) != 0)
        return false;
    if (now.st_size < follow->offset) {
        start_over(follow);
        return true;
    }
    if (stat(follow->path, &named) != 0 ||
            (named.st_ino == now.st_ino && named.st_dev == now.st_dev))
        return false;
    close(follow->file);
    return open_file(follow);
}

bool eve_follow_step(struct eve_follow *follow)
{
    size_t done = 0;

    if (follow->file < 0 && !open_file(follow))
        return false;
    while (done < STEP_BYTES) {
        ssize_t got = pread(follow->file, follow->buffer + follow->used,
                BUFFER_BYTES - follow->used, follow->offset);

        if (got <= 0)
            return look_for_another(follow);
        follow->offset += got;
        follow->used += (size_t)got;
        done += (size_t)got;
        take_lines(follow);
    }
    return true;
}
