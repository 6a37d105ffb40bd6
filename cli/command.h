/* command.h - the subcommands of 'tattler': one file each, one row each in main.c.
 *
 * Each parses its own arguments (argv[0] is its name), prints to standard output and its complaints
 * to standard error, and returns the exit status. */
#ifndef TATTLER_CLI_COMMAND_H
#define TATTLER_CLI_COMMAND_H

#include "settings.h"

enum exit_status {
    EXIT_DONE = 0,
    EXIT_INPUT = 1, /* some input could not be read; the rest was done */
    EXIT_USAGE = 2, /* wrong usage or configuration: nothing was done */
};

int command_replay(int argc, char **argv);
int command_live(int argc, char **argv);
int command_features(int argc, char **argv);
int command_check(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_try(int argc, char **argv);
int command_serve(int argc, char **argv);
int command_report(int argc, char **argv);
int command_geo(int argc, char **argv);
int command_learn(int argc, char **argv);
int command_devices(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_tune(int argc, char **argv);
int command_export(int argc, char **argv);
int command_profile(int argc, char **argv);

/* Prints "tattler: " and the text as one line to standard error. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What is complained of from now on is written there, too, one line each; NULL: no more. For a
 * process that shows complaints to somebody who does not see standard error. One thread. */
void complain_into(char *text, size_t size);

/* The same for what reports problems by a callback; 'user' is not looked at. */
void complain_of(void *user, const char *what);
/* The same, and '*failed', a bool, is set. */
void complain_and_fail(void *failed, const char *what);
/* And of a file; 'line' 0: as a whole (enrich/problem.h, settings_problem_fn). */
void complain_of_file(void *user, const char *path, unsigned line, const char *what);
void complain_of_place(void *user, const char *path, unsigned line, unsigned column,
        const char *what);

/* Prints the complaint and a hint at "tattler COMMAND --help"; returns EXIT_USAGE. */
int usage_error(const char *command, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* Fills in the defaults and reads the file at 'path', if any. Problems go to standard error as
 * file:line:column: text. False: the file had problems. The caller clears the settings. */
bool load_settings(struct settings *settings, const char *path);

/* Of entries of 'suppress' that silence nothing: those that are out of force by the clock on the wall, and
 * those of a misspelled word. Once, when a command starts. */
void tell_idle(const struct settings *settings);

/* A secret number for engine_new(). */
uint64_t random_seed(void);

#endif
