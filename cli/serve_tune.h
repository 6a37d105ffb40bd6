/* serve_tune.h - triage in the browser: what 'tattler tune' proposes, and its application.
 *
 * Keeps the history that proposals are judged by, from the same EVE file. A change is made to the
 * configuration as 'tattler tune' makes it, and taken back in the same way. One thread. */
#ifndef TATTLER_CLI_SERVE_TUNE_H
#define TATTLER_CLI_SERVE_TUNE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct triage;

/* 'config' is the file to change, 'source' the EVE file; both are borrowed. NULL: told why. */
struct triage *triage_new(const char *config, const char *source);
void triage_free(struct triage *triage); /* accepts NULL */

/* Reads some of what is new. True: there may be more at once. */
bool triage_step(struct triage *triage);

/* Begins anew where somebody has changed the configuration. */
void triage_renew(struct triage *triage);

/* A page of what alerts most, with what would silence it and what else that would have silenced.
 * 'secret' is put into its forms. False: out of memory. */
bool triage_write(struct triage *triage, FILE *to, const char *secret);

/* Applies the proposal that was shown under this name, if it is still the same; 'reason' may be
 * empty. The next page tells what came of it. */
void triage_apply(struct triage *triage, const char *shown, const char *reason);
/* Takes the last change back, if the configuration is still what was shown with that. */
void triage_undo(struct triage *triage, const char *shown);

#endif
