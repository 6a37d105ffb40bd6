/* eve_follow.h - EVE records of a file that is being written to.
 *
 * Reads what is there, then what is appended, whenever it is asked to. A file that is renamed and
 * made anew, as by logrotate, is read to its end and then the new one from its start; one that is cut
 * short is read from its start again. One thread. */
#ifndef TATTLER_CLI_EVE_FOLLOW_H
#define TATTLER_CLI_EVE_FOLLOW_H

#include "eve_read.h"

struct eve_follow;

/* 'path' and 'reading' are borrowed for life. The file need not be there yet. NULL: no memory. */
struct eve_follow *eve_follow_new(const char *path, const struct eve_reading *reading);
void eve_follow_free(struct eve_follow *follow); /* accepts NULL */

/* Reads some megabytes at most. True: there may be more. The last line waits for its end. */
bool eve_follow_step(struct eve_follow *follow);
struct eve_counts eve_follow_counts(const struct eve_follow *follow);

#endif
