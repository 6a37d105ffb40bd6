/* store.h - baselines kept in a file: an SQLite database that several processes may use at once.
 *
 * Whatever happens to a process, the file holds what was saved last: each save is one transaction
 * (WAL). What adds up (times, alerts, volumes, samples) is added to what is there; of times the first
 * and the last are kept; so two processes that save devices they share lose nothing of each other's.
 * Who finds the file in use waits up to STORE_BUSY_MS.
 *
 * What somebody has said of a device (reset, freeze, thaw, trust, forget) is a ruling with a number;
 * a running process learns of it with its next save and does as it says.
 *
 * Bounded: devices, and items of one kind and heartbeats of a device. Those unseen for longest go
 * first and are counted.
 *
 * One thread at a time may use a store. Functions that can fail say why in store_error(). */
#ifndef TATTLER_STORE_STORE_H
#define TATTLER_STORE_STORE_H

#include "baseline.h"

#define STORE_BUSY_MS 5000
#define STORE_ITEMS_MAX 1024 /* of one kind and device */
#define STORE_BEATS_MAX 512  /* of a device */

struct store;

enum store_mode {
    STORE_READ,  /* must exist; nothing is written */
    STORE_WRITE, /* must exist */
    STORE_MAKE,  /* made if need be */
};

/* 'max_devices': those kept in all. NULL: 'error' says why, with the path. */
struct store *store_open(const char *path, enum store_mode mode, size_t max_devices, char *error,
        size_t error_size);
void store_close(struct store *store); /* accepts NULL */

/* Of the last call that failed; one line without its newline. */
const char *store_error(const struct store *store);

struct store_counters {
    uint64_t saved, failed;                 /* calls of store_save() */
    uint64_t devices_evicted, items_evicted, beats_evicted; /* for lack of room */
};
struct store_counters store_count(const struct store *store);

/* --- for hosts --- */

/* All baselines into an engine, those seen last first. Before its first packet. */
enum tattler_status store_load(struct store *store, struct engine *engine);

/* What is new in the engine, into the store; rulings into the engine. 'vouch': somebody answers for
 * what was learned without an alert: it is usual at once. On failure (disk full, file in use for too
 * long ...) the engine keeps what was to be saved for the next time. */
enum tattler_status store_save(struct store *store, struct engine *engine, bool vouch);

/* --- captures already learned --- */

struct store_capture {
    char fingerprint[17]; /* hexadecimal digits */
    const char *path;     /* as given */
    uint64_t packets, first_us, last_us;
};

/* '*known' tells whether a capture with that fingerprint was learned. */
enum tattler_status store_has_capture(struct store *store, const char *fingerprint, bool *known);

/* As store_save(), and in the same transaction notes that these captures were learned. Who learns
 * from captures does so after all that was ever reset or forgotten. */
enum tattler_status store_save_captures(struct store *store, struct engine *engine, bool vouch,
        const struct store_capture *captures, size_t count);

/* Baselines from elsewhere, likewise; they are left as they are but for their rulings. */
enum tattler_status store_add(struct store *store, struct baselines *baselines, bool vouch,
        const struct store_capture *captures, size_t count);

/* --- for people --- */

/* Everything of each device, those that were seen last first. 'visit' borrows it. */
typedef void (*store_visit_fn)(void *user, const struct baseline *baseline);
enum tattler_status store_each(struct store *store, store_visit_fn visit, void *user);

enum store_ruling { RULING_RESET, RULING_FREEZE, RULING_THAW, RULING_TRUST, RULING_FORGET };

/* By its key. One that is unknown is ruled on all the same: it may come. */
enum tattler_status store_rule(struct store *store, const char *key, enum store_ruling ruling);

#endif
