#include "report_usual.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "baseline_file.h"
#include "command.h"
#include "report_internal.h"

#define HOUR_US (3600 * US_PER_S)

/* --- facts --- */

static int compare_facts(const void *one, const void *other)
{
    const struct usual_fact *a = one, *b = other;

    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return strcmp(a->value, b->value);
}

static const struct usual_fact *find_fact(const struct usual_device *device, enum seen_kind kind,
        const char *value)
{
    const struct usual_fact wanted = { .kind = kind, .value = (char *)(uintptr_t)value };

    if (device->fact_count == 0)
        return NULL;
    return bsearch(&wanted, device->facts, device->fact_count, sizeof(wanted), compare_facts);
}

static enum usual_verdict verdict_on(const struct baseline *baseline,
        const struct baseline_item *item, const struct baseline_progress *progress,
        uint64_t learning_s)
{
    if (item->accused)
        return USUAL_ACCUSED;
    if (item->suspect)
        return USUAL_SUSPECT;
    if (baseline_is_usual(baseline, item, progress, learning_s))
        return USUAL_YES;
    return progress->share >= 1 ? USUAL_RECENT : USUAL_UNKNOWN;
}

/* --- the store --- */

struct loading {
    const struct report *report;
    struct usual *out;
    uint64_t learning_s;
    bool out_of_memory;
};

static void free_device(struct usual_device *device)
{
    for (size_t i = 0; i < device->fact_count; i++)
        free(device->facts[i].value);
    free(device->facts);
    free(device->beats);
    free(device);
}

/* False: out of memory. */
static bool take_facts(struct usual_device *device, const struct baseline *baseline,
        uint64_t learning_s)
{
    device->facts = calloc(baseline->item_count + 1, sizeof(device->facts[0]));
    if (device->facts == NULL)
        return false;
    for (size_t i = 0; i < baseline->item_count; i++) {
        const struct baseline_item *item = &baseline->items[i];
        char *value = strdup(item->value);

        if (value == NULL)
            return false;
        device->facts[device->fact_count++] = (struct usual_fact){ item->kind, value,
            verdict_on(baseline, item, &device->progress, learning_s), item->first_us,
            item->last_us };
    }
    qsort(device->facts, device->fact_count, sizeof(device->facts[0]), compare_facts);
    return true;
}

static bool take_beats(struct usual_device *device, const struct baseline *baseline)
{
    device->beats = calloc(baseline->beat_count + 1, sizeof(device->beats[0]));
    if (device->beats == NULL)
        return false;
    device->beat_count = baseline->beat_count;
    if (baseline->beat_count > 0)
        memcpy(device->beats, baseline->beats, baseline->beat_count * sizeof(device->beats[0]));
    return true;
}

/* The sums of all days there were, over how many: what was learned of half a day is no day. */
static void take_volumes(struct usual_device *device, const struct baseline *baseline)
{
    uint64_t watched_us = baseline->last_us > baseline->met_us
                                  ? baseline->last_us - baseline->met_us : 0;

    device->days = (unsigned)((watched_us + DAY_US / 2) / DAY_US);
    for (size_t way = 0; way < 2 && device->days > 0; way++)
        for (size_t hour = 0; hour < BASELINE_HOURS; hour++)
            device->hours[way][hour] = (double)baseline->hours[way][hour] / device->days;
}

static void note_absent(struct usual *usual, const struct baseline *baseline)
{
    if (usual->absent_count < USUAL_ABSENT_SHOWN)
        report_copy(usual->absent[usual->absent_count], REPORT_LABEL_SIZE,
                baseline->name[0] != '\0' ? baseline->name : baseline->key);
    usual->absent_count++;
}

static void take_baseline(void *user, const struct baseline *baseline)
{
    struct loading *loading = user;
    struct report_device *told = NULL;
    struct usual_device *device;

    HASH_FIND_STR(loading->report->devices, baseline->key, told);
    if (told == NULL) {
        note_absent(loading->out, baseline);
        return;
    }
    device = calloc(1, sizeof(*device));
    if (device == NULL) {
        loading->out_of_memory = true;
        return;
    }
    report_copy(device->key, sizeof(device->key), baseline->key);
    device->progress = baseline_progress_of(baseline, loading->learning_s);
    take_volumes(device, baseline);
    if (take_facts(device, baseline, loading->learning_s) && take_beats(device, baseline))
        HASH_ADD_STR(loading->out->devices, key, device);
    if (device->hh.tbl == NULL) {
        loading->out_of_memory = true;
        free_device(device);
    }
}

bool usual_choose(struct settings *settings, const char *path)
{
    if (path != NULL && access(path, R_OK) != 0) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    return baseline_choose(settings, path);
}

bool usual_load(const struct settings *settings, const struct report *report, struct usual *out)
{
    struct loading loading = { report, out, settings->learning_s, false };
    struct store *store;
    bool good;

    if (settings->baseline == NULL || access(settings->baseline, F_OK) != 0)
        return true;
    store = baseline_open(settings, STORE_READ, "going on without what is usual");
    if (store == NULL)
        return false;
    good = store_each(store, take_baseline, &loading) == TATTLER_OK;
    if (!good)
        complain("%s; going on with what was read", store_error(store));
    if (loading.out_of_memory)
        complain("out of memory: what is usual is left out for some devices");
    store_close(store);
    return good && !loading.out_of_memory;
}

void usual_clear(struct usual *usual)
{
    HASH_FREE(usual->devices, free_device);
    *usual = (struct usual){ .devices = NULL };
}

/* --- questions --- */

const struct usual_device *usual_of(const struct usual *usual, const char *key)
{
    struct usual_device *device = NULL;

    if (usual != NULL)
        HASH_FIND_STR(usual->devices, key, device);
    return device;
}

/* Its domain; a record of another program has host names alone. */
static const struct usual_fact *fact_of(const struct usual_device *device,
        const struct report_remote *remote, bool *can_say)
{
    const struct usual_fact *fact;
    char number[16];

    *can_say = remote->name[0] != '\0' || remote->key.asn != 0;
    if (remote->name[0] != '\0') {
        fact = find_fact(device, SEEN_DOMAIN, remote->key.label);
        return fact != NULL ? fact : find_fact(device, SEEN_NAME, remote->key.label);
    }
    snprintf(number, sizeof(number), "%u", remote->key.asn);
    return remote->key.asn != 0 ? find_fact(device, SEEN_ASN, number) : NULL;
}

enum usual_verdict usual_judge(const struct usual_device *device,
        const struct report_remote *remote, const struct usual_fact **fact)
{
    bool can_say;

    *fact = fact_of(device, remote, &can_say);
    if (*fact != NULL)
        return (*fact)->verdict;
    /* A device of so many domains had some turned away. */
    can_say &= device->progress.share >= 1 && device->progress.known[SEEN_DOMAIN] < SEEN_DOMAINS_MAX;
    return can_say ? USUAL_NEVER : USUAL_UNKNOWN;
}

size_t usual_count_odd(const struct usual_device *usual, const struct report_device *device)
{
    const struct report_remote *remote = device->remotes;
    const struct usual_fact *fact;
    size_t count = 0;

    for (; usual != NULL && remote != NULL; remote = remote->hh.next)
        count += usual_judge(usual, remote, &fact) > USUAL_YES;
    return count;
}

const struct baseline_beat *usual_beat(const struct usual_device *device, const char *remote)
{
    for (size_t i = 0; i < device->beat_count; i++)
        if (strcmp(device->beats[i].remote, remote) == 0)
            return &device->beats[i];
    return NULL;
}

/* Whole days, then by the quarter of an hour: offsets of time zones are multiples of that. */
double usual_volume(const struct usual_device *device, const struct zone *zone,
        enum report_way way, uint64_t from_us, uint64_t to_us)
{
    double sum = 0;

    for (; to_us - from_us >= DAY_US; from_us += DAY_US)
        for (size_t hour = 0; hour < BASELINE_HOURS; hour++)
            sum += device->hours[way][hour];
    while (from_us < to_us) {
        uint64_t next_us = from_us - from_us % (HOUR_US / 4) + HOUR_US / 4;
        uint64_t until_us = next_us < to_us ? next_us : to_us;

        sum += device->hours[way][zone_hour(zone, from_us)] * (double)(until_us - from_us) /
               (double)HOUR_US;
        from_us = until_us;
    }
    return sum;
}
