#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "schema.h"
#include "store_internal.h"

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

/* --- errors --- */

static void say(struct store *store, const char *doing, const char *why)
{
    snprintf(store->error, sizeof(store->error), "%s: %s%s%s", store->path, doing,
            *doing != '\0' ? ": " : "", why);
}

enum tattler_status store_failed(struct store *store, const char *doing)
{
    switch (sqlite3_errcode(store->database) & 0xff) {
    case SQLITE_NOTADB:
        say(store, "", "not a store of Tattler's: give another file, or remove this one");
        return TATTLER_MALFORMED;
    case SQLITE_CORRUPT:
        say(store, doing, "damaged: keep a copy, remove it and learn anew "
                          "('sqlite3 FILE .recover' may save some of it)");
        return TATTLER_MALFORMED;
    case SQLITE_FULL:
        say(store, doing, "No space left on device");
        return TATTLER_FULL;
    case SQLITE_BUSY:
        say(store, doing, "another process has been writing to it for too long");
        return TATTLER_FULL;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        say(store, doing, "no permission to write");
        return TATTLER_MALFORMED;
    case SQLITE_CANTOPEN:
        say(store, doing, errno != 0 ? strerror(errno) : sqlite3_errmsg(store->database));
        return TATTLER_MALFORMED;
    case SQLITE_NOMEM:
        say(store, doing, "out of memory");
        return TATTLER_NO_MEMORY;
    case SQLITE_IOERR:
        say(store, doing, sqlite3_system_errno(store->database) != 0
                                  ? strerror(sqlite3_system_errno(store->database))
                                  : sqlite3_errmsg(store->database));
        return TATTLER_FULL;
    default:
        say(store, doing, sqlite3_errmsg(store->database));
        return TATTLER_MALFORMED;
    }
}

const char *store_error(const struct store *store)
{
    return store->error;
}

struct store_counters store_count(const struct store *store)
{
    return store->counters;
}

/* --- statements --- */

enum tattler_status store_run(struct store *store, const char *sql)
{
    return sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK
                   ? TATTLER_OK
                   : store_failed(store, "not written");
}

sqlite3_stmt *store_prepare(struct store *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) != SQLITE_OK)
        store_failed(store, "not read");
    return statement;
}

void store_bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    if (text[0] != '\0')
        sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, index);
}

void store_bind_number(sqlite3_stmt *statement, int index, uint64_t number)
{
    sqlite3_bind_int64(statement, index, number <= INT64_MAX ? (sqlite3_int64)number : INT64_MAX);
}

uint64_t store_number(sqlite3_stmt *statement, int column)
{
    sqlite3_int64 number = sqlite3_column_int64(statement, column);

    return number > 0 ? (uint64_t)number : 0;
}

const char *store_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);

    return text != NULL ? (const char *)text : "";
}

enum tattler_status store_step(struct store *store, sqlite3_stmt *statement)
{
    enum tattler_status status = TATTLER_OK;

    if (sqlite3_step(statement) != SQLITE_DONE)
        status = store_failed(store, "not written");
    sqlite3_reset(statement);
    return status;
}

enum tattler_status store_begin(struct store *store)
{
    return store_run(store, "BEGIN IMMEDIATE");
}

enum tattler_status store_commit(struct store *store)
{
    return store_run(store, "COMMIT");
}

void store_roll_back(struct store *store)
{
    if (sqlite3_get_autocommit(store->database) == 0)
        sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
}

/* --- opening --- */

static uint64_t pragma(struct store *store, const char *sql, bool *failed)
{
    sqlite3_stmt *statement = store_prepare(store, sql);
    uint64_t number = 0;

    *failed = statement == NULL || sqlite3_step(statement) != SQLITE_ROW;
    if (!*failed)
        number = store_number(statement, 0);
    else if (statement != NULL)
        store_failed(store, "not read");
    sqlite3_finalize(statement);
    return number;
}

/* Two processes may come to make it at once: the second finds it made. */
static enum tattler_status make_tables(struct store *store)
{
    enum tattler_status status = store_begin(store);
    bool failed;

    if (status != TATTLER_OK)
        return status;
    if (pragma(store, "PRAGMA user_version", &failed) == 0 && !failed)
        status = store_run(store, STORE_SCHEMA "PRAGMA application_id = " TEXT(STORE_APPLICATION)
                ";PRAGMA user_version = " TEXT(STORE_VERSION));
    if (status == TATTLER_OK)
        status = store_commit(store);
    if (status != TATTLER_OK)
        store_roll_back(store);
    return status;
}

/* What a file says of itself. */
struct marks {
    uint64_t version, application, tables;
};

/* All as of one moment: another process may be making the tables. */
static bool read_marks(struct store *store, struct marks *out)
{
    bool failed = store_run(store, "BEGIN") != TATTLER_OK;

    if (!failed)
        out->version = pragma(store, "PRAGMA user_version", &failed);
    if (!failed)
        out->application = pragma(store, "PRAGMA application_id", &failed);
    if (!failed)
        out->tables = pragma(store, "SELECT count(*) FROM sqlite_master", &failed);
    store_roll_back(store);
    return !failed;
}

static enum tattler_status check_tables(struct store *store, enum store_mode mode)
{
    struct marks marks;
    char why[128];

    if (!read_marks(store, &marks))
        return TATTLER_MALFORMED;
    if (mode == STORE_MAKE && marks.version == 0 && marks.application == 0 && marks.tables == 0)
        return make_tables(store);
    if (marks.application != STORE_APPLICATION) {
        say(store, "", "a database, but not a store of Tattler's: give another file");
        return TATTLER_MALFORMED;
    }
    if (marks.version > STORE_VERSION) {
        snprintf(why, sizeof(why), "of version %llu, made by a newer Tattler: this one reads %d",
                (unsigned long long)marks.version, STORE_VERSION);
        say(store, "", why);
        return TATTLER_MALFORMED;
    }
    return TATTLER_OK;
}

static const int open_flags[] = {
    [STORE_READ] = SQLITE_OPEN_READONLY,
    [STORE_WRITE] = SQLITE_OPEN_READWRITE,
    [STORE_MAKE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
};

static enum tattler_status open_file(struct store *store, const char *name, int flags)
{
    if (sqlite3_open_v2(name, &store->database, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return store_failed(store, "not opened");
    sqlite3_busy_timeout(store->database, STORE_BUSY_MS);
    return TATTLER_OK;
}

/* Is there a log beside it, of which a reader has to know? */
static bool has_log(const struct store *store)
{
    char log[4096];

    return snprintf(log, sizeof(log), "%s-wal", store->path) >= (int)sizeof(log) ||
           access(log, F_OK) == 0;
}

/* As "file:" URI, with all but the plainest letters as %XX. */
static enum tattler_status open_immutable(struct store *store)
{
    char uri[8192] = "file:";
    size_t len = strlen(uri);

    for (const char *at = store->path; *at != '\0'; at++)
        if (len + 32 < sizeof(uri))
            len += (size_t)snprintf(uri + len, sizeof(uri) - len,
                    strchr("%?#", *at) != NULL ? "%%%02x" : "%c", (unsigned char)*at);
    snprintf(uri + len, sizeof(uri) - len, "?immutable=1");
    sqlite3_close(store->database);
    store->database = NULL;
    return open_file(store, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
}

/* To read a log, SQLite writes beside it. Where it may not, and there is no log, the file is whole. */
static enum tattler_status open_database(struct store *store, enum store_mode mode)
{
    char *folder_end;
    bool may_write;

    if (mode != STORE_READ)
        return open_file(store, store->path, open_flags[mode]);
    folder_end = strrchr(store->path, '/');
    if (folder_end == NULL) {
        may_write = access(".", W_OK) == 0;
    } else {
        *folder_end = '\0';
        may_write = access(folder_end == store->path ? "/" : store->path, W_OK) == 0;
        *folder_end = '/';
    }
    return may_write || has_log(store) ? open_file(store, store->path, open_flags[mode])
                                       : open_immutable(store);
}

static uint64_t clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Where two come to switch at once, SQLite does not wait, as each has a lock that the other needs: it
 * gives one of them SQLITE_BUSY at once. */
static enum tattler_status use_log(struct store *store)
{
    const uint64_t end_ms = clock_ms() + STORE_BUSY_MS;
    int result;

    do {
        result = sqlite3_exec(store->database,
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
    } while ((result & 0xff) == SQLITE_BUSY && clock_ms() < end_ms && sqlite3_sleep(5) > 0);
    return result == SQLITE_OK ? TATTLER_OK : store_failed(store, "not written");
}

static enum tattler_status open_tables(struct store *store, enum store_mode mode)
{
    enum tattler_status status;

    errno = 0;
    if (mode != STORE_MAKE && access(store->path, F_OK) != 0) {
        say(store, "", strerror(errno));
        return TATTLER_MALFORMED;
    }
    status = open_database(store, mode);
    if (status != TATTLER_OK)
        return status;
    if (mode != STORE_READ && sqlite3_db_readonly(store->database, "main") == 1) {
        say(store, "", "no permission to write");
        return TATTLER_MALFORMED;
    }
    sqlite3_exec(store->database, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
    status = check_tables(store, mode);
    if (status == TATTLER_OK && mode != STORE_READ)
        status = use_log(store);
    return status;
}

struct store *store_open(const char *path, enum store_mode mode, size_t max_devices, char *error,
        size_t error_size)
{
    struct store *store = calloc(1, sizeof(*store));

    if (store == NULL || (store->path = strdup(path)) == NULL) {
        snprintf(error, error_size, "%s: out of memory", path);
        free(store);
        return NULL;
    }
    store->max_devices = max_devices;
    if (open_tables(store, mode) == TATTLER_OK)
        return store;
    snprintf(error, error_size, "%s", store->error);
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    sqlite3_close(store->database);
    free(store->path);
    free(store);
}
