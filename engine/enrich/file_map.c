#include "enrich/file_map.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool map_open(int descriptor, struct cursor *out)
{
    struct stat status;
    void *at;

    if (fstat(descriptor, &status) != 0)
        return false;
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
