/* outputs.h - where 'tattler live' writes EVE records to: files, Unix sockets, streams of Redis,
 * several at once.
 *
 * A file is written by the thread that inspects. For sockets and Redis that thread only copies
 * records into a queue; a thread of the output's own sends them, waits for whoever is away and comes
 * back once a second. What does not fit into 'eve-buffer' is lost and counted: the network is never
 * waited for. All calls from one thread. */
#ifndef TATTLER_CLI_OUTPUTS_H
#define TATTLER_CLI_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "emit/eve.h"
#include "settings.h"

struct outputs;

/* Those that 'settings' (borrowed for life) name. Paths start at 'folder'; 'file', if not NULL, takes
 * the place of all: its path, or "-" for standard output. NULL: out of memory, which was told. */
struct outputs *outputs_new(const struct settings *settings, const char *folder, const char *file);

/* Opens them and starts their threads. False: a file cannot be written, or Redis refuses to log in or
 * has something else by that key, which was told. A server that is away is waited for. */
bool outputs_open(struct outputs *outputs);

/* Where the output at 'index' goes; NULL behind the last. */
const char *outputs_target(const struct outputs *outputs, size_t index);

/* The folders that files are written to, at most 'room'; borrowed for the outputs' life. */
size_t outputs_folders(const struct outputs *outputs, const char **out, size_t room);

/* What waits is written, for a few seconds at most; what is left is lost, which is told. Accepts
 * NULL. */
void outputs_close(struct outputs *outputs);

/* A record with its newline; copied. It leaves with the next outputs_flush() at the latest. */
void outputs_write(struct outputs *outputs, const char *record, size_t len);
void outputs_flush(struct outputs *outputs);

/* Opens files again by their names, for logs that were rotated away. Where that fails, which is told,
 * the old file is written on. */
void outputs_reopen(struct outputs *outputs);

/* Counters for a record of statistics, at most 'room'; returns how many. */
size_t outputs_count(const struct outputs *outputs, struct eve_counter *out, size_t room);

#endif
