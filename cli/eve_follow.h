/* eve_follow.h - EVE records of a source that is being written to.
 *
 * A source is what eve_read.h says of it, but for standard input and single files that are packed.
 * What is there is read, then what is added, whenever it is asked for:
 *   a file that is renamed and made anew, as by logrotate, is read to its end and then the new one
 *     from its start; one that is cut short is read from its start again;
 *   in a folder files are told apart by their first lines, so that none is read twice whatever it is
 *     renamed to, copied to or packed into;
 *   a stream goes on from the entry read last, also when its server was away.
 * One thread. */
#ifndef TATTLER_CLI_EVE_FOLLOW_H
#define TATTLER_CLI_EVE_FOLLOW_H

#include "eve_read.h"

struct eve_follow;

/* 'source' and 'reading' are borrowed for life. The source need not be there yet. NULL: no memory. */
struct eve_follow *eve_follow_new(const char *source, const struct eve_reading *reading);
void eve_follow_free(struct eve_follow *follow); /* accepts NULL */

/* Reads some megabytes at most. True: there may be more. The last line waits for its end. */
bool eve_follow_step(struct eve_follow *follow);
struct eve_counts eve_follow_counts(const struct eve_follow *follow);

#endif
