/* Baselines out of the store, and what people say of devices into it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_internal.h"

enum { ITEMS, BEATS, VOLUMES, SAMPLES, QUERIES };

static const char *const queries[QUERIES] = {
    [ITEMS] = "SELECT kind, value, first_us, last_us, times, suspect, accused, vouched FROM item"
              " WHERE device = ?1 ORDER BY last_us DESC, kind, value",
    [BEATS] = "SELECT remote, period_s, jitter, bytes, first_us, last_us FROM beat"
              " WHERE device = ?1 ORDER BY last_us DESC, remote",
    [VOLUMES] = "SELECT hour, up, down FROM volume WHERE device = ?1",
    [SAMPLES] = "SELECT bin, samples FROM upload WHERE device = ?1",
};

#define DEVICES                                                                                    \
    "SELECT id, device.key, name, type, vendor, met_us, last_us, began_us, suspect_until_us,"      \
    " alerts, ruling.number, reset, trusted_us, frozen FROM device"                                \
    " LEFT JOIN ruling ON ruling.key = device.key ORDER BY last_us DESC, id"

/* --- one device --- */

static bool kind_of(const char *name, enum seen_kind *out)
{
    for (size_t kind = 0; baseline_kind_name(kind) != NULL; kind++)
        if (strcmp(baseline_kind_name(kind), name) == 0) {
            *out = (enum seen_kind)kind;
            return true;
        }
    return false;
}

/* Room for one more element, doubled as it fills. */
static void *with_room(void *items, size_t count, size_t size)
{
    bool full = (count & (count - 1)) == 0;

    return full ? realloc(items, (count > 0 ? 2 * count : 1) * size) : items;
}

/* Rows of kinds that a newer version has added are passed over. */
static bool read_item(struct baseline *out, sqlite3_stmt *row)
{
    struct baseline_item item = { .first_us = store_number(row, 2), .last_us = store_number(row, 3),
        .times = store_number(row, 4), .suspect = store_number(row, 5) != 0,
        .accused = store_number(row, 6) != 0, .vouched = store_number(row, 7) != 0 };
    struct baseline_item *items;

    if (!kind_of(store_text(row, 0), &item.kind))
        return true;
    items = with_room(out->items, out->item_count, sizeof(*items));
    if (items == NULL)
        return false;
    out->items = items;
    item.value = strdup(store_text(row, 1));
    if (item.value == NULL)
        return false;
    items[out->item_count++] = item;
    return true;
}

static bool read_beat(struct baseline *out, sqlite3_stmt *row)
{
    struct baseline_beat *beats = with_room(out->beats, out->beat_count, sizeof(*beats));

    if (beats == NULL)
        return false;
    out->beats = beats;
    beats[out->beat_count] = (struct baseline_beat){ .period_s = sqlite3_column_double(row, 1),
        .jitter = sqlite3_column_double(row, 2), .bytes = store_number(row, 3),
        .first_us = store_number(row, 4), .last_us = store_number(row, 5) };
    snprintf(beats[out->beat_count].remote, sizeof(beats->remote), "%s", store_text(row, 0));
    out->beat_count++;
    return true;
}

static bool read_volume(struct baseline *out, sqlite3_stmt *row)
{
    uint64_t hour = store_number(row, 0);

    if (hour < BASELINE_HOURS) {
        out->hours[0][hour] = store_number(row, 1);
        out->hours[1][hour] = store_number(row, 2);
    }
    return true;
}

static bool read_samples(struct baseline *out, sqlite3_stmt *row)
{
    uint64_t bin = store_number(row, 0), samples = store_number(row, 1);

    if (bin < UPLOAD_BINS)
        out->samples[bin] = samples < UINT32_MAX ? (uint32_t)samples : UINT32_MAX;
    return true;
}

static bool (*const readers[QUERIES])(struct baseline *out, sqlite3_stmt *row) = {
    [ITEMS] = read_item, [BEATS] = read_beat, [VOLUMES] = read_volume, [SAMPLES] = read_samples,
};

static enum tattler_status read_rows(struct store *store, sqlite3_stmt *statement, int query,
        sqlite3_int64 device, struct baseline *out)
{
    int step;

    sqlite3_bind_int64(statement, 1, device);
    while ((step = sqlite3_step(statement)) == SQLITE_ROW)
        if (!readers[query](out, statement))
            break;
    sqlite3_reset(statement);
    if (step == SQLITE_ROW)
        return TATTLER_NO_MEMORY;
    return step == SQLITE_DONE ? TATTLER_OK : store_failed(store, "not read");
}

static void read_device(sqlite3_stmt *row, struct baseline *out)
{
    snprintf(out->key, sizeof(out->key), "%s", store_text(row, 1));
    snprintf(out->name, sizeof(out->name), "%s", store_text(row, 2));
    snprintf(out->type, sizeof(out->type), "%s", store_text(row, 3));
    snprintf(out->vendor, sizeof(out->vendor), "%s", store_text(row, 4));
    out->met_us = store_number(row, 5);
    out->last_us = store_number(row, 6);
    out->began_us = store_number(row, 7);
    out->suspect_until_us = store_number(row, 8);
    out->alerts = store_number(row, 9);
    out->ruling = (struct baseline_ruling){ store_number(row, 10), store_number(row, 11),
        store_number(row, 12), store_number(row, 13) != 0 };
}

/* --- all --- */

/* False: no more are wanted. */
typedef bool (*take_fn)(void *user, struct baseline *baseline);

static enum tattler_status read_all(struct store *store, sqlite3_stmt *const statements[QUERIES],
        sqlite3_stmt *devices, take_fn take, void *user)
{
    enum tattler_status status = TATTLER_OK;
    bool more = true;
    int step = SQLITE_DONE;

    while (more && status == TATTLER_OK && (step = sqlite3_step(devices)) == SQLITE_ROW) {
        struct baseline baseline = { 0 };

        read_device(devices, &baseline);
        for (int i = 0; i < QUERIES && status == TATTLER_OK; i++)
            status = read_rows(store, statements[i], i, sqlite3_column_int64(devices, 0),
                    &baseline);
        if (status == TATTLER_OK)
            more = take(user, &baseline);
        baseline_clear(&baseline);
    }
    if (status == TATTLER_OK && step != SQLITE_DONE && step != SQLITE_ROW)
        status = store_failed(store, "not read");
    return status;
}

/* One transaction, so that what is read fits together. */
static enum tattler_status each(struct store *store, take_fn take, void *user)
{
    sqlite3_stmt *statements[QUERIES] = { NULL }, *devices;
    enum tattler_status status = store_run(store, "BEGIN");
    bool ready = status == TATTLER_OK;

    if (!ready)
        return status;
    devices = store_prepare(store, DEVICES);
    ready = devices != NULL;
    for (int i = 0; i < QUERIES && ready; i++) {
        statements[i] = store_prepare(store, queries[i]);
        ready = statements[i] != NULL;
    }
    status = ready ? read_all(store, statements, devices, take, user) : TATTLER_MALFORMED;
    sqlite3_finalize(devices);
    for (int i = 0; i < QUERIES; i++)
        sqlite3_finalize(statements[i]);
    store_roll_back(store);
    return status;
}

static bool import(void *user, struct baseline *baseline)
{
    return engine_import(user, baseline) == TATTLER_OK;
}

enum tattler_status store_load(struct store *store, struct engine *engine)
{
    return each(store, import, engine);
}

struct visit {
    store_visit_fn call;
    void *user;
};

static bool show(void *user, struct baseline *baseline)
{
    const struct visit *visit = user;

    visit->call(visit->user, baseline);
    return true;
}

enum tattler_status store_each(struct store *store, store_visit_fn visit, void *user)
{
    struct visit asked = { visit, user };

    return each(store, show, &asked);
}

/* --- rulings --- */

#define NEXT_RULING                                                                                \
    "INSERT INTO ruling VALUES (?1, 1, 0, 0, 0) ON CONFLICT DO UPDATE SET number = number + 1;"
#define VOID_ALL                                                                                   \
    "UPDATE ruling SET reset = number, trusted_us = 0, frozen = 0 WHERE key = ?1;"

static const char *const rulings[] = {
    [RULING_RESET] = NEXT_RULING VOID_ALL
    "DELETE FROM item WHERE device = (SELECT id FROM device WHERE key = ?1);"
    "DELETE FROM beat WHERE device = (SELECT id FROM device WHERE key = ?1);"
    "DELETE FROM volume WHERE device = (SELECT id FROM device WHERE key = ?1);"
    "DELETE FROM upload WHERE device = (SELECT id FROM device WHERE key = ?1);"
    "UPDATE device SET began_us = 0, alerts = 0, suspect_until_us = 0 WHERE key = ?1;",
    [RULING_FREEZE] = NEXT_RULING "UPDATE ruling SET frozen = 1 WHERE key = ?1;",
    [RULING_THAW] = NEXT_RULING "UPDATE ruling SET frozen = 0 WHERE key = ?1;",
    [RULING_TRUST] = NEXT_RULING
    "UPDATE ruling SET trusted_us = (SELECT last_us + 1 FROM device WHERE key = ?1)"
    " WHERE key = ?1;"
    "UPDATE item SET vouched = 1, suspect = 0, accused = 0"
    " WHERE device = (SELECT id FROM device WHERE key = ?1);"
    "UPDATE device SET alerts = 0, suspect_until_us = 0 WHERE key = ?1;",
    [RULING_FORGET] = NEXT_RULING VOID_ALL "DELETE FROM device WHERE key = ?1;",
};

/* Statements one after the other, each with the key. */
static enum tattler_status run_with_key(struct store *store, const char *sql, const char *key)
{
    enum tattler_status status = TATTLER_OK;
    sqlite3_stmt *statement;

    while (*sql != '\0' && status == TATTLER_OK) {
        if (sqlite3_prepare_v2(store->database, sql, -1, &statement, &sql) != SQLITE_OK)
            return store_failed(store, "not written");
        store_bind_text(statement, 1, key);
        status = store_step(store, statement);
        sqlite3_finalize(statement);
    }
    return status;
}

enum tattler_status store_rule(struct store *store, const char *key, enum store_ruling ruling)
{
    enum tattler_status status = store_begin(store);

    if (status == TATTLER_OK)
        status = run_with_key(store, rulings[ruling], key);
    if (status == TATTLER_OK)
        status = store_commit(store);
    if (status != TATTLER_OK)
        store_roll_back(store);
    return status;
}
