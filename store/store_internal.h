/* store_internal.h - what the files of the store share; no one else's. */
#ifndef TATTLER_STORE_STORE_INTERNAL_H
#define TATTLER_STORE_STORE_INTERNAL_H

#include <sqlite3.h>

#include "store.h"

struct store {
    sqlite3 *database;
    char *path;
    size_t max_devices;
    struct store_counters counters;
    uint64_t version; /* of the data when rulings were followed last, see PRAGMA data_version */
    char error[512];
};

/* Notes what SQLite complains of; TATTLER_MALFORMED, TATTLER_NO_MEMORY or TATTLER_FULL. */
enum tattler_status store_failed(struct store *store, const char *doing);

/* Statements without results. */
enum tattler_status store_run(struct store *store, const char *sql);

/* A statement; NULL: it cannot be made, which was noted. */
sqlite3_stmt *store_prepare(struct store *store, const char *sql);

/* Text or NULL where it is empty; numbers as they are. */
void store_bind_text(sqlite3_stmt *statement, int index, const char *text);
void store_bind_number(sqlite3_stmt *statement, int index, uint64_t number);
uint64_t store_number(sqlite3_stmt *statement, int column);
const char *store_text(sqlite3_stmt *statement, int column); /* "" for NULL */

/* Runs a statement without results and makes it ready for the next time. */
enum tattler_status store_step(struct store *store, sqlite3_stmt *statement);

/* A transaction that may write. */
enum tattler_status store_begin(struct store *store);
enum tattler_status store_commit(struct store *store);
void store_roll_back(struct store *store);

#endif
