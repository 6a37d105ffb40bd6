/* options.h - the options of a command as a table: what they are called, and where their values go. One
 * thread. */
#ifndef TATTLER_CLI_OPTIONS_H
#define TATTLER_CLI_OPTIONS_H

#include <stddef.h>
#include <unistd.h> /* optind */

enum option_kind {
    OPTION_TEXT,  /* takes a value: 'to' is a const char *, which borrows it from the command line */
    OPTION_FLAG,  /* 'to' is a bool, which becomes true */
    OPTION_RULES, /* takes a value: one more path for 'to', a struct rule_options */
    OPTION_TAKE,  /* takes a value, which goes to take() */
    OPTION_DO,    /* take() is called, its value NULL */
};

struct command_option {
    enum option_kind kind;
    const char *name; /* of one letter: "-c", else "--name" */
    void *to;
    /* EXIT_DONE, or what options_read() is to return. NULL for other kinds. */
    int (*take)(void *to, const char *value);
};

#define COMMAND_OPTIONS_MAX 32 /* in a table */

/* Reads the options behind argv[0] and leaves the index of the first argument that is none in 'optind'. -h
 * and --help, which no table has, print 'usage'. Returns EXIT_DONE; EXIT_USAGE, where the mistake was told
 * as one of 'command'; or -1: what was asked for is done. */
int options_read(const char *command, const char *usage, const struct command_option *options,
        size_t count, int argc, char **argv);

#endif
