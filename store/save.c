/* Baselines into the store, and rulings out of it. */
#include <string.h>

#include "store_internal.h"

enum {
    ADD_DEVICE, ADD_ITEM, ADD_BEAT, ADD_VOLUME, ADD_SAMPLES, FIND_RULING, TRIM_ITEMS, TRIM_BEATS, QUERIES
};

/* Of what is there and what comes. The dates of an older process count as much as those of a later. */
static const char *const queries[QUERIES] = {
    [ADD_DEVICE] = "INSERT INTO device (key, name, type, vendor, met_us, last_us, began_us,"
                   " suspect_until_us, alerts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
                   " ON CONFLICT (key) DO UPDATE SET name = coalesce(excluded.name, name),"
                   " type = coalesce(excluded.type, type),"
                   " vendor = coalesce(excluded.vendor, vendor),"
                   " met_us = min(met_us, excluded.met_us),"
                   " last_us = max(last_us, excluded.last_us),"
                   " began_us = CASE WHEN began_us = 0 THEN excluded.began_us"
                   " WHEN excluded.began_us = 0 THEN began_us"
                   " ELSE min(began_us, excluded.began_us) END,"
                   " suspect_until_us = max(suspect_until_us, excluded.suspect_until_us),"
                   " alerts = alerts + excluded.alerts RETURNING id",
    [ADD_ITEM] = "INSERT INTO item VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
                 " ON CONFLICT DO UPDATE SET first_us = min(first_us, excluded.first_us),"
                 " last_us = max(last_us, excluded.last_us), times = times + excluded.times,"
                 " suspect = min(suspect, excluded.suspect),"
                 " accused = min(accused, excluded.accused),"
                 " vouched = max(vouched, excluded.vouched)",
    [ADD_BEAT] = "INSERT INTO beat VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
                 " ON CONFLICT DO UPDATE SET period_s = excluded.period_s,"
                 " jitter = excluded.jitter, bytes = excluded.bytes,"
                 " first_us = min(first_us, excluded.first_us),"
                 " last_us = max(last_us, excluded.last_us)",
    [ADD_VOLUME] = "INSERT INTO volume VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET"
                   " up = up + excluded.up, down = down + excluded.down",
    [ADD_SAMPLES] = "INSERT INTO upload VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET"
                    " samples = samples + excluded.samples",
    [FIND_RULING] = "SELECT number, reset, trusted_us, frozen FROM ruling WHERE key = ?1",
    [TRIM_ITEMS] = "DELETE FROM item WHERE device = ?1 AND kind = ?2 AND value IN (SELECT value"
                   " FROM item WHERE device = ?1 AND kind = ?2 ORDER BY last_us DESC, value"
                   " LIMIT -1 OFFSET ?3)",
    [TRIM_BEATS] = "DELETE FROM beat WHERE device = ?1 AND remote IN (SELECT remote FROM beat"
                   " WHERE device = ?1 ORDER BY last_us DESC, remote LIMIT -1 OFFSET ?2)",
};

struct saving {
    struct store *store;
    sqlite3_stmt *statements[QUERIES];
    bool vouch;
    bool fresh; /* learned under what the store says now, not by a process that began before */
    sqlite3_int64 device;
};

static enum tattler_status prepare(struct saving *saving)
{
    for (size_t i = 0; i < QUERIES; i++) {
        saving->statements[i] = store_prepare(saving->store, queries[i]);
        if (saving->statements[i] == NULL)
            return TATTLER_MALFORMED;
    }
    return TATTLER_OK;
}

static void finish(struct saving *saving)
{
    for (size_t i = 0; i < QUERIES; i++)
        sqlite3_finalize(saving->statements[i]);
}

/* --- one device --- */

static enum tattler_status add_device(struct saving *saving, const struct baseline *baseline)
{
    sqlite3_stmt *statement = saving->statements[ADD_DEVICE];
    enum tattler_status status = TATTLER_OK;

    store_bind_text(statement, 1, baseline->key);
    store_bind_text(statement, 2, baseline->name);
    store_bind_text(statement, 3, baseline->type);
    store_bind_text(statement, 4, baseline->vendor);
    store_bind_number(statement, 5, baseline->met_us);
    store_bind_number(statement, 6, baseline->last_us);
    store_bind_number(statement, 7, baseline->began_us);
    store_bind_number(statement, 8, baseline->suspect_until_us);
    store_bind_number(statement, 9, baseline->alerts);
    if (sqlite3_step(statement) == SQLITE_ROW)
        saving->device = sqlite3_column_int64(statement, 0);
    else
        status = store_failed(saving->store, "not written");
    sqlite3_reset(statement);
    return status;
}

static enum tattler_status add_item(struct saving *saving, const struct baseline_item *item)
{
    sqlite3_stmt *statement = saving->statements[ADD_ITEM];

    sqlite3_bind_int64(statement, 1, saving->device);
    store_bind_text(statement, 2, baseline_kind_name(item->kind));
    store_bind_text(statement, 3, item->value);
    store_bind_number(statement, 4, item->first_us);
    store_bind_number(statement, 5, item->last_us);
    store_bind_number(statement, 6, item->times);
    store_bind_number(statement, 7, item->suspect);
    store_bind_number(statement, 8, item->accused);
    store_bind_number(statement, 9,
            item->vouched || (saving->vouch && !item->suspect && !item->accused));
    return store_step(saving->store, statement);
}

static enum tattler_status add_items(struct saving *saving, const struct baseline *baseline)
{
    enum tattler_status status = TATTLER_OK;

    for (size_t i = 0; i < baseline->item_count && status == TATTLER_OK; i++)
        status = add_item(saving, &baseline->items[i]);
    return status;
}

static enum tattler_status add_beats(struct saving *saving, const struct baseline *baseline)
{
    sqlite3_stmt *statement = saving->statements[ADD_BEAT];
    enum tattler_status status = TATTLER_OK;

    for (size_t i = 0; i < baseline->beat_count && status == TATTLER_OK; i++) {
        const struct baseline_beat *beat = &baseline->beats[i];

        sqlite3_bind_int64(statement, 1, saving->device);
        sqlite3_bind_text(statement, 2, beat->remote, -1, SQLITE_STATIC);
        sqlite3_bind_double(statement, 3, beat->period_s);
        sqlite3_bind_double(statement, 4, beat->jitter);
        store_bind_number(statement, 5, beat->bytes);
        store_bind_number(statement, 6, beat->first_us);
        store_bind_number(statement, 7, beat->last_us);
        status = store_step(saving->store, statement);
    }
    return status;
}

static enum tattler_status add_volumes(struct saving *saving, const struct baseline *baseline)
{
    sqlite3_stmt *statement = saving->statements[ADD_VOLUME];
    enum tattler_status status = TATTLER_OK;

    for (unsigned hour = 0; hour < BASELINE_HOURS && status == TATTLER_OK; hour++) {
        if (baseline->hours[0][hour] + baseline->hours[1][hour] == 0)
            continue;
        sqlite3_bind_int64(statement, 1, saving->device);
        store_bind_number(statement, 2, hour);
        store_bind_number(statement, 3, baseline->hours[0][hour]);
        store_bind_number(statement, 4, baseline->hours[1][hour]);
        status = store_step(saving->store, statement);
    }
    return status;
}

static enum tattler_status add_samples(struct saving *saving, const struct baseline *baseline)
{
    sqlite3_stmt *statement = saving->statements[ADD_SAMPLES];
    enum tattler_status status = TATTLER_OK;

    for (unsigned bin = 0; bin < UPLOAD_BINS && status == TATTLER_OK; bin++) {
        if (baseline->samples[bin] == 0)
            continue;
        sqlite3_bind_int64(statement, 1, saving->device);
        store_bind_number(statement, 2, bin);
        store_bind_number(statement, 3, baseline->samples[bin]);
        status = store_step(saving->store, statement);
    }
    return status;
}

static enum tattler_status trim_items(struct saving *saving)
{
    sqlite3_stmt *statement = saving->statements[TRIM_ITEMS];
    enum tattler_status status = TATTLER_OK;

    for (size_t kind = 0; baseline_kind_name(kind) != NULL && status == TATTLER_OK; kind++) {
        sqlite3_bind_int64(statement, 1, saving->device);
        store_bind_text(statement, 2, baseline_kind_name(kind));
        store_bind_number(statement, 3, STORE_ITEMS_MAX);
        status = store_step(saving->store, statement);
        if (status == TATTLER_OK)
            saving->store->counters.items_evicted +=
                    (uint64_t)sqlite3_changes(saving->store->database);
    }
    return status;
}

static enum tattler_status trim_beats(struct saving *saving)
{
    sqlite3_stmt *statement = saving->statements[TRIM_BEATS];
    enum tattler_status status;

    sqlite3_bind_int64(statement, 1, saving->device);
    store_bind_number(statement, 2, STORE_BEATS_MAX);
    status = store_step(saving->store, statement);
    if (status == TATTLER_OK)
        saving->store->counters.beats_evicted +=
                (uint64_t)sqlite3_changes(saving->store->database);
    return status;
}

/* What was said of the device last; zeros: nothing. */
static enum tattler_status find_ruling(struct saving *saving, const char *key,
        struct baseline_ruling *out)
{
    sqlite3_stmt *statement = saving->statements[FIND_RULING];
    int step;

    *out = (struct baseline_ruling){ 0 };
    store_bind_text(statement, 1, key);
    step = sqlite3_step(statement);
    if (step == SQLITE_ROW)
        *out = (struct baseline_ruling){ store_number(statement, 0), store_number(statement, 1),
            store_number(statement, 2), store_number(statement, 3) != 0 };
    sqlite3_reset(statement);
    return step == SQLITE_ROW || step == SQLITE_DONE ? TATTLER_OK
                                                     : store_failed(saving->store, "not read");
}

/* What was learned before a reset is void; a device that is frozen learns nothing. */
static enum tattler_status add_baseline(struct saving *saving, const struct baseline *baseline,
        struct baseline_ruling *ruling)
{
    enum tattler_status status = find_ruling(saving, baseline->key, ruling);

    if (status != TATTLER_OK || (!saving->fresh && ruling->reset > baseline->ruling.number))
        return status;
    status = add_device(saving, baseline);
    if (status == TATTLER_OK && !ruling->frozen)
        status = add_items(saving, baseline);
    if (status == TATTLER_OK && !ruling->frozen)
        status = add_beats(saving, baseline);
    if (status == TATTLER_OK)
        status = add_volumes(saving, baseline);
    if (status == TATTLER_OK && !ruling->frozen)
        status = add_samples(saving, baseline);
    if (status == TATTLER_OK)
        status = trim_items(saving);
    return status == TATTLER_OK ? trim_beats(saving) : status;
}

/* --- all --- */

static enum tattler_status trim_devices(struct store *store)
{
    sqlite3_stmt *statement = store_prepare(store,
            "DELETE FROM device WHERE id IN (SELECT id FROM device ORDER BY last_us DESC, id"
            " LIMIT -1 OFFSET ?1)");
    enum tattler_status status;

    if (statement == NULL)
        return TATTLER_MALFORMED;
    store_bind_number(statement, 1, store->max_devices);
    status = store_step(store, statement);
    sqlite3_finalize(statement);
    if (status == TATTLER_OK)
        store->counters.devices_evicted += (uint64_t)sqlite3_changes(store->database);
    return status;
}

static enum tattler_status note_captures(struct store *store, const struct store_capture *captures,
        size_t count)
{
    sqlite3_stmt *statement;
    enum tattler_status status = TATTLER_OK;

    if (count == 0)
        return TATTLER_OK;
    statement = store_prepare(store, "INSERT OR REPLACE INTO capture VALUES (?1, ?2, ?3, ?4, ?5)");
    if (statement == NULL)
        return TATTLER_MALFORMED;
    for (size_t i = 0; i < count && status == TATTLER_OK; i++) {
        store_bind_text(statement, 1, captures[i].fingerprint);
        sqlite3_bind_text(statement, 2, captures[i].path, -1, SQLITE_STATIC);
        store_bind_number(statement, 3, captures[i].packets);
        store_bind_number(statement, 4, captures[i].first_us);
        store_bind_number(statement, 5, captures[i].last_us);
        status = store_step(store, statement);
    }
    sqlite3_finalize(statement);
    return status;
}

/* Within a transaction; rulings other than those that the baselines were learned under are left in
 * their place. */
static enum tattler_status add_all(struct saving *saving, struct baselines *baselines)
{
    enum tattler_status status = prepare(saving);
    struct baseline_ruling ruling;

    for (size_t i = 0; i < baselines->count && status == TATTLER_OK; i++) {
        struct baseline *baseline = &baselines->items[i];

        status = add_baseline(saving, baseline, &ruling);
        if (ruling.number == baseline->ruling.number)
            ruling.number = 0;
        baseline->ruling = ruling;
    }
    finish(saving);
    return status;
}

static enum tattler_status add_in_transaction(struct saving *saving, struct baselines *baselines,
        const struct store_capture *captures, size_t count)
{
    struct store *store = saving->store;
    enum tattler_status status = store_begin(store);

    if (status == TATTLER_OK)
        status = add_all(saving, baselines);
    if (status == TATTLER_OK)
        status = note_captures(store, captures, count);
    if (status == TATTLER_OK)
        status = trim_devices(store);
    if (status == TATTLER_OK)
        status = store_commit(store);
    if (status != TATTLER_OK)
        store_roll_back(store);
    *(status == TATTLER_OK ? &store->counters.saved : &store->counters.failed) += 1;
    return status;
}

enum tattler_status store_add(struct store *store, struct baselines *baselines, bool vouch,
        const struct store_capture *captures, size_t count)
{
    struct saving saving = { .store = store, .vouch = vouch, .fresh = true };

    return add_in_transaction(&saving, baselines, captures, count);
}

enum tattler_status store_save_captures(struct store *store, struct engine *engine, bool vouch,
        const struct store_capture *captures, size_t count)
{
    struct saving saving = { .store = store, .vouch = vouch, .fresh = count > 0 };
    struct baselines baselines;
    enum tattler_status status;

    (void)engine_export(engine, &baselines); /* what is missing comes next time */
    status = add_in_transaction(&saving, &baselines, captures, count);
    if (status != TATTLER_OK)
        engine_give_back(engine, &baselines);
    for (size_t i = 0; status == TATTLER_OK && i < baselines.count; i++)
        if (baselines.items[i].ruling.number != 0)
            engine_rule(engine, baselines.items[i].key, &baselines.items[i].ruling);
    baselines_clear(&baselines);
    return status;
}

/* Those on devices that had nothing to be saved: what they do next counts already. Another process has
 * written if the number is another one; what is not read now is read with the next save. */
static void follow_rulings(struct store *store, struct engine *engine)
{
    sqlite3_stmt *version = store_prepare(store, "PRAGMA data_version"), *row = NULL;
    uint64_t found = 0;

    if (version != NULL && sqlite3_step(version) == SQLITE_ROW)
        found = store_number(version, 0);
    sqlite3_finalize(version);
    if (found == 0 || found == store->version)
        return;
    row = store_prepare(store, "SELECT key, number, reset, trusted_us, frozen FROM ruling");
    while (row != NULL && sqlite3_step(row) == SQLITE_ROW) {
        const struct baseline_ruling ruling = { store_number(row, 1), store_number(row, 2),
            store_number(row, 3), store_number(row, 4) != 0 };

        engine_rule(engine, store_text(row, 0), &ruling);
    }
    if (sqlite3_finalize(row) == SQLITE_OK && row != NULL)
        store->version = found;
}

enum tattler_status store_save(struct store *store, struct engine *engine, bool vouch)
{
    enum tattler_status status = store_save_captures(store, engine, vouch, NULL, 0);

    if (status == TATTLER_OK)
        follow_rulings(store, engine);
    return status;
}

enum tattler_status store_has_capture(struct store *store, const char *fingerprint, bool *known)
{
    sqlite3_stmt *statement =
            store_prepare(store, "SELECT 1 FROM capture WHERE fingerprint = ?1");
    int step;

    if (statement == NULL)
        return TATTLER_MALFORMED;
    store_bind_text(statement, 1, fingerprint);
    step = sqlite3_step(statement);
    *known = step == SQLITE_ROW;
    sqlite3_finalize(statement);
    return step == SQLITE_ROW || step == SQLITE_DONE ? TATTLER_OK
                                                     : store_failed(store, "not read");
}
