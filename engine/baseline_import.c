/* Baselines from before: kept by key, and given to their devices when these are met. */
#include "baseline.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "engine_internal.h"

struct remembered {
    struct baseline baseline;
    UT_hash_handle hh; /* by its key */
};

struct memory {
    struct remembered *all;
    size_t max;
};

static struct remembered *recall_key(const struct memory *memory, const char *key)
{
    struct remembered *found;

    HASH_FIND_STR(memory->all, key, found);
    return found;
}

static int by_remote(const void *a, const void *b)
{
    return strcmp(((const struct baseline_beat *)a)->remote, ((const struct baseline_beat *)b)->remote);
}

static void restore_items(struct seen *seen, struct seen_budget *budget,
        const struct baseline *baseline)
{
    struct seen_fact fact;

    for (size_t i = 0; i < baseline->item_count; i++) {
        const struct baseline_item *item = &baseline->items[i];
        struct seen_item made = { .first_us = item->first_us, .last_us = item->last_us };

        made.flags = (item->suspect ? SEEN_SUSPECT : 0u) | (item->vouched ? SEEN_VOUCHED : 0u);
        if (!item->accused && baseline_fact(item, &fact))
            seen_restore(seen, budget, &fact, &made);
    }
}

/* On the average of the days that it was known: what they were each is not kept. */
static uint64_t usual_day(const struct baseline *baseline)
{
    uint64_t known_us = baseline->last_us > baseline->met_us ? baseline->last_us - baseline->met_us : 0;
    uint64_t days = known_us / DAY_US + 1, sum = 0;

    for (unsigned hour = 0; hour < BASELINE_HOURS; hour++)
        sum += baseline->hours[0][hour];
    return sum / days;
}

static void restore_upload(struct device *device, const struct baseline *baseline)
{
    uint64_t sum = 0;

    for (unsigned bin = 0; bin < UPLOAD_BINS; bin++)
        sum += baseline->samples[bin];
    if (sum == 0)
        return;
    if (device->conduct.upload == NULL)
        device->conduct.upload = calloc(1, sizeof(*device->conduct.upload));
    if (device->conduct.upload != NULL)
        upload_restore(device->conduct.upload, baseline->samples, usual_day(baseline));
}

void baseline_take_ruling(struct engine *engine, struct device *device, uint64_t began_us,
        const struct baseline_ruling *ruling)
{
    device->ruling = ruling->number;
    device->conduct.seen.frozen = ruling->frozen;
    seen_resume(&device->conduct.seen, &engine->budget.conduct.seen, began_us,
            ruling->trusted_us);
}

static const struct remembered *recall_device(const struct memory *memory,
        const struct device *device)
{
    char address[ADDRESS_TEXT_SIZE];

    if (device->has_mac)
        return recall_key(memory, device->mac_text);
    address_text(&device->address, address);
    return recall_key(memory, address);
}

/* A device has just been made; nobody else knows it yet. */
static void recall(void *user, struct device *device)
{
    struct engine *engine = user;
    const struct remembered *found = recall_device(engine->memory, device);
    struct seen *seen = &device->conduct.seen;

    if (found == NULL)
        return;
    device->met_us = found->baseline.met_us;
    seen->suspect_until_us = found->baseline.suspect_until_us;
    baseline_take_ruling(engine, device, found->baseline.began_us, &found->baseline.ruling);
    restore_items(seen, &engine->budget.conduct.seen, &found->baseline);
    restore_upload(device, &found->baseline);
}

void baseline_recall_beat(const struct engine *engine, const struct device *device,
        struct remote *remote)
{
    const struct remembered *found = recall_device(engine->memory, device);
    struct baseline_beat key;
    const struct baseline_beat *beat;

    if (found == NULL || found->baseline.beat_count == 0 ||
            found->baseline.ruling.number != device->ruling) /* it may learn anew */
        return;
    baseline_remote(remote, key.remote);
    beat = bsearch(&key, found->baseline.beats, found->baseline.beat_count, sizeof(key), by_remote);
    if (beat != NULL)
        beat_remember(&remote->beat, beat->period_s, beat->jitter, beat->bytes);
}

static bool has_memory(struct engine *engine)
{
    if (engine->memory == NULL) {
        engine->memory = calloc(1, sizeof(*engine->memory));
        if (engine->memory == NULL)
            return false;
        engine->memory->max = engine->settings->max_devices;
        devices_recall(engine->devices, recall, engine);
    }
    return true;
}

/* The network has been watched since it was first seen, not since this process began. */
static void note_began(struct engine *engine, uint64_t met_us)
{
    unsigned long long began_us = atomic_load(&engine->began_us);

    if (met_us != 0 && (began_us == 0 || met_us < began_us))
        atomic_store(&engine->began_us, met_us);
}

enum tattler_status engine_import(struct engine *engine, struct baseline *baseline)
{
    enum tattler_status status = TATTLER_NO_MEMORY;
    struct remembered *made = calloc(1, sizeof(*made));

    if (made != NULL && has_memory(engine) && HASH_COUNT(engine->memory->all) < engine->memory->max &&
            recall_key(engine->memory, baseline->key) == NULL) {
        note_began(engine, baseline->met_us);
        if (baseline->beat_count > 1)
            qsort(baseline->beats, baseline->beat_count, sizeof(*baseline->beats), by_remote);
        made->baseline = *baseline;
        *baseline = (struct baseline){ 0 };
        HASH_ADD_STR(engine->memory->all, baseline.key, made);
        if (made->hh.tbl != NULL)
            return TATTLER_OK;
        baseline_clear(&made->baseline);
    } else if (made != NULL && engine->memory != NULL) {
        status = TATTLER_FULL;
    }
    free(made);
    baseline_clear(baseline);
    return status;
}

void memory_free(struct memory *memory)
{
    struct remembered *entry, *next;

    if (memory == NULL)
        return;
    HASH_ITER (hh, memory->all, entry, next) {
        HASH_DEL(memory->all, entry);
        baseline_clear(&entry->baseline);
        free(entry);
    }
    free(memory);
}
