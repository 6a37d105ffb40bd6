/* stop.h - SIGINT and SIGTERM end what reads files, which then tells what it has read so far.
 *
 * They also interrupt a read that waits for a pipe, and input.h takes that for the end. Where something
 * else keeps the program from noticing, the same signal once more ends it at once. */
#ifndef TATTLER_CLI_STOP_H
#define TATTLER_CLI_STOP_H

#include <stdbool.h>

void stop_by_signals(void); /* from now on */
bool stop_is_wanted(void);  /* one of them came; any thread */

#endif
