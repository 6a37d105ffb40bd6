/* check_words.h - what 'tattler check' counts and tells, shared by its files. */
#ifndef TATTLER_CLI_CHECK_WORDS_H
#define TATTLER_CLI_CHECK_WORDS_H

#include <stdbool.h>

struct check {
    bool quiet;
    unsigned errors, unsupported, warnings, advice;
    unsigned line, column; /* of the last mistake in this configuration; UINT_MAX: none yet */
};

/* "FILE:LINE:COLUMN: kind text"; 'line' 0: of the file as a whole. */
void check_tell(const char *file, unsigned line, unsigned column, const char *kind,
        const char *text);

/* A file of heuristics. Returns how many it declares. */
unsigned check_lua(struct check *check, const char *path);

#endif
