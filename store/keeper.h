/* keeper.h - keeps what an engine learns in a store while it works: a thread of its own saves each
 * minute, so no packet waits for the disk.
 *
 * What cannot be saved stays in the engine and is tried again with the next save. */
#ifndef TATTLER_STORE_KEEPER_H
#define TATTLER_STORE_KEEPER_H

#include "store.h"

#define KEEPER_SAVE_S 60

struct keeper;

/* Told in a line without its newline: of failure once, until it has worked again, which is told as
 * well ('is_good'). From the thread of the keeper, or from whoever calls. */
typedef void (*keeper_tell_fn)(void *user, bool is_good, const char *what);

/* Opens the store, makes it if need be, and gives the engine what is in it; so before the first
 * packet. Engine and path are borrowed for the keeper's life. NULL: it cannot be used, which was
 * told. */
struct keeper *keeper_start(struct engine *engine, const char *path, size_t max_devices,
        keeper_tell_fn tell, void *user);

/* Saves soon, without waiting for it; any thread. Accepts NULL. */
void keeper_save_soon(struct keeper *keeper);

/* Any thread; zeros for NULL. */
struct store_counters keeper_count(struct keeper *keeper);

/* Saves what is left, and frees. Before the engine is freed. Accepts NULL. */
void keeper_stop(struct keeper *keeper);

#endif
