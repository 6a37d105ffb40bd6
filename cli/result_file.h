/* result_file.h - a file that a command writes and others may have open: there whole, or as before.
 *
 * A file that exists keeps its mode. What is no regular file (a device, a pipe, a link) is written as
 * it is, never replaced. One thread. */
#ifndef TATTLER_CLI_RESULT_FILE_H
#define TATTLER_CLI_RESULT_FILE_H

#include <stdbool.h>
#include <stdio.h>

struct result_file {
    const char *path; /* borrowed; NULL: standard output */
    FILE *to;         /* write here */
    char *draft;      /* private: what becomes the file; NULL: nothing does */
};

/* 'path' NULL or "-": standard output. False: told, and nothing is open. */
bool result_open(struct result_file *file, const char *path);
/* Puts it in its place if 'good' and all was written; else the draft goes. False: it is not there, and
 * why was told unless it is not 'good'. */
bool result_close(struct result_file *file, bool good);

#endif
