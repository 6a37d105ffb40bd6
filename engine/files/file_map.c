#include "files/file_map.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What cannot be mapped is read into as much memory, of which only what is written to is taken. */
#define STREAM_SIZE_MAX ((size_t)64 << 20)

static bool read_stream(int descriptor, struct cursor *out)
{
    uint8_t *at = mmap(NULL, STREAM_SIZE_MAX, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    size_t size = 0;
    ssize_t got = -1;

    if (at == MAP_FAILED)
        return false;
    if (fcntl(descriptor, F_SETFL, 0) == 0) /* waits for who writes */
        while ((got = read(descriptor, at + size, STREAM_SIZE_MAX - size)) > 0)
            size += (size_t)got;
    if (got == 0 && size > 0 && size < STREAM_SIZE_MAX) {
        *out = cursor_over(mremap(at, STREAM_SIZE_MAX, size, 0), size);
        return true;
    }
    munmap(at, STREAM_SIZE_MAX);
    if (size == STREAM_SIZE_MAX)
        errno = EFBIG;
    if (got != 0 || size > 0)
        return false;
    *out = cursor_over(NULL, 0);
    return true;
}

static bool map_open(int descriptor, struct cursor *out)
{
    struct stat status;
    void *at;

    if (fstat(descriptor, &status) != 0)
        return false;
    if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode))
        return read_stream(descriptor, out);
    if (!S_ISREG(status.st_mode)) {
        errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
        return false;
    }
    if (status.st_size == 0) {
        *out = cursor_over(NULL, 0);
        return true;
    }
    at = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (at == MAP_FAILED)
        return false;
    *out = cursor_over(at, (size_t)status.st_size);
    return true;
}

bool file_map(const char *path, struct cursor *out)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error;
    bool mapped;

    if (descriptor < 0)
        return false;
    mapped = map_open(descriptor, out);
    error = errno;
    close(descriptor);
    errno = error;
    return mapped;
}

void file_unmap(struct cursor *mapped)
{
    if (mapped->left != 0)
        munmap((void *)(uintptr_t)mapped->at, mapped->left);
    *mapped = cursor_over(NULL, 0);
}
