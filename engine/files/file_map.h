/* file_map.h - a file as a span of bytes, mapped and not copied; a pipe, or /dev/null, read to its end, but
 * no more than 64 MiB of it. Set-up only. */
#ifndef TATTLER_FILES_FILE_MAP_H
#define TATTLER_FILES_FILE_MAP_H

#include <stdbool.h>

#include "base/cursor.h"

/* False with errno set on failure. An empty file is an empty span. */
bool file_map(const char *path, struct cursor *out);
void file_unmap(struct cursor *mapped); /* as file_map() gave it; an empty one does nothing */

#endif
