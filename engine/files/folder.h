/* folder.h - a path that may be a file or a folder of files. Set-up only. */
#ifndef TATTLER_FILES_FOLDER_H
#define TATTLER_FILES_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* 'path' is borrowed for the call. */
typedef void (*folder_take_fn)(void *user, const char *path);

/* Gives 'take' the path itself, or, of a folder, its files whose names end in 'suffix', in the order of their
 * names. False: the folder has none, cannot be read, or not all of it; 'error' says so. A path where nothing
 * is goes to 'take', which finds out. */
bool folder_each(const char *path, const char *suffix, folder_take_fn take, void *user, char *error,
        size_t error_size);

#endif
