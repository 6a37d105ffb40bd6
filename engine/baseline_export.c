/* Baselines to be saved, what could not be saved back, and rulings on devices at work. */
#include "baseline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "engine_internal.h"

static bool export_item(struct baseline *out, enum seen_kind kind, struct seen_item *item)
{
    struct baseline_item *made = &out->items[out->item_count];

    *made = (struct baseline_item){ .kind = kind, .value = baseline_value(kind, item),
        .first_us = item->first_us, .last_us = item->last_us, .times = item->times,
        .suspect = (item->flags & SEEN_SUSPECT) != 0, .accused = (item->flags & SEEN_ACCUSED) != 0,
        .vouched = (item->flags & SEEN_VOUCHED) != 0 };
    if (made->value == NULL)
        return false;
    out->item_count++;
    item->times = 0;
    item->flags &= ~(uint32_t)SEEN_FRESH;
    return true;
}

static size_t count_fresh(const struct seen *seen)
{
    size_t count = 0;

    for (unsigned kind = 0; kind < SEEN_KINDS; kind++)
        for (uint16_t i = 0; i < seen->sets[kind].count; i++)
            count += (seen->sets[kind].items[i].flags & SEEN_FRESH) != 0;
    return count;
}

static bool export_items(struct baseline *out, struct seen *seen)
{
    out->items = calloc(count_fresh(seen) + 1, sizeof(*out->items));
    if (out->items == NULL)
        return false;
    for (unsigned kind = 0; kind < SEEN_KINDS; kind++)
        for (uint16_t i = 0; i < seen->sets[kind].count; i++) {
            struct seen_item *item = &seen->sets[kind].items[i];

            if ((item->flags & SEEN_FRESH) != 0 && !export_item(out, (enum seen_kind)kind, item))
                return false;
        }
    return true;
}

static bool export_beats(struct baseline *out, const struct remotes *remotes)
{
    struct beat_view view;
    size_t count = 0;

    for (const struct remote *remote = remotes->by_key; remote != NULL; remote = remote->hh.next)
        count += beat_is_sure(&remote->beat);
    out->beats = calloc(count + 1, sizeof(*out->beats));
    if (out->beats == NULL)
        return false;
    for (const struct remote *remote = remotes->by_key; remote != NULL; remote = remote->hh.next) {
        struct baseline_beat *made = &out->beats[out->beat_count];

        beat_read(&remote->beat, &view);
        if (!beat_is_sure(&remote->beat) || !view.period_known)
            continue;
        *made = (struct baseline_beat){ .period_s = view.period_s, .jitter = view.jitter,
            .bytes = view.bytes, .first_us = remote->first_us, .last_us = remote->last_us };
        baseline_remote(remote, made->remote);
        out->beat_count++;
    }
    return true;
}

static void export_upload(struct baseline *out, struct upload *upload)
{
    if (upload == NULL)
        return;
    for (unsigned bin = 0; bin < UPLOAD_BINS; bin++)
        out->samples[bin] = upload->fresh[bin];
    memcpy(out->hours, upload->hours, sizeof(out->hours));
    memset(upload->fresh, 0, sizeof(upload->fresh));
    memset(upload->hours, 0, sizeof(upload->hours));
}

static void set_key(struct baseline *out, const struct device *device)
{
    if (device->has_mac)
        memcpy(out->key, device->mac_text, sizeof(device->mac_text));
    else
        address_text(&device->address, out->key);
}

static void export_identity(struct baseline *out, struct device *device)
{
    struct seen *seen = &device->conduct.seen;

    set_key(out, device);
    snprintf(out->name, sizeof(out->name), "%s", device_name(device));
    snprintf(out->type, sizeof(out->type), "%s", atomic_load(&device->type));
    memcpy(out->vendor, device->vendor, sizeof(out->vendor));
    out->met_us = device_met_us(device);
    out->last_us = atomic_load(&device->last_seen_us);
    out->began_us = seen->began ? seen->began_us : 0;
    out->suspect_until_us = seen->suspect_until_us;
    out->ruling.number = device->ruling;
    out->ruling.frozen = seen->frozen;
    out->ruling.trusted_us = seen->trusted_us;
    out->alerts = device->alerts;
    device->alerts = 0;
}

/* What is taken out of the device is in 'out', whatever is returned. */
static bool export_device(struct device *device, struct baseline *out)
{
    bool whole;

    lock_take(&device->lock);
    export_identity(out, device);
    export_upload(out, device->conduct.upload);
    whole = export_items(out, &device->conduct.seen) &&
            export_beats(out, &device->conduct.remotes);
    device->exported_us = out->last_us;
    lock_release(&device->lock);
    return whole;
}

struct gathered {
    struct device **devices; /* held */
    size_t count, room;
};

static void gather(struct device *device, void *user)
{
    struct gathered *gathered = user;

    if (gathered->count < gathered->room)
        gathered->devices[gathered->count++] = device_hold(device);
}

/* Their table is locked for the list alone. */
static bool gather_devices(struct devices *devices, struct gathered *out)
{
    *out = (struct gathered){ 0 };
    devices_count(devices, &out->room);
    out->devices = calloc(out->room + 1, sizeof(struct device *));
    if (out->devices == NULL)
        return false;
    devices_each(devices, gather, out);
    return true;
}

/* A device that is nobody's, such as the sender of a broadcast, teaches nothing. */
static bool has_news(struct device *device)
{
    bool news;

    lock_take(&device->lock);
    news = !device->gone && device->talked && device->conduct.seen.began &&
           (atomic_load(&device->last_seen_us) > device->exported_us || device->alerts > 0 ||
                   count_fresh(&device->conduct.seen) > 0);
    lock_release(&device->lock);
    return news;
}

enum tattler_status engine_export(struct engine *engine, struct baselines *out)
{
    struct gathered gathered;
    bool whole = gather_devices(engine->devices, &gathered);

    *out = (struct baselines){ .items = calloc(gathered.count + 1, sizeof(*out->items)) };
    whole = whole && out->items != NULL;
    for (size_t i = 0; i < gathered.count; i++) {
        struct device *device = gathered.devices[i];

        if (whole && has_news(device))
            whole = export_device(device, &out->items[out->count++]);
        device_release(engine->devices, device);
    }
    free(gathered.devices);
    return whole ? TATTLER_OK : TATTLER_NO_MEMORY;
}

/* --- back --- */

static void return_items(struct seen *seen, const struct baseline *baseline)
{
    struct seen_fact fact;

    for (size_t i = 0; i < baseline->item_count; i++) {
        const struct baseline_item *given = &baseline->items[i];
        struct seen_item *item = baseline_fact(given, &fact) ? seen_find(seen, fact.kind, fact.key) : NULL;

        if (item == NULL)
            continue;
        item->flags |= SEEN_FRESH;
        item->times = given->times < UINT32_MAX - item->times
                              ? item->times + (uint32_t)given->times
                              : UINT32_MAX;
    }
}

static void return_upload(struct upload *upload, const struct baseline *baseline)
{
    for (unsigned bin = 0; bin < UPLOAD_BINS; bin++) {
        uint32_t sum = upload->fresh[bin] + baseline->samples[bin];

        upload->fresh[bin] = sum < UINT16_MAX ? (uint16_t)sum : UINT16_MAX;
    }
    for (unsigned hour = 0; hour < BASELINE_HOURS; hour++) {
        upload->hours[0][hour] += baseline->hours[0][hour];
        upload->hours[1][hour] += baseline->hours[1][hour];
    }
}

struct returned {
    const struct baseline *baseline;
    UT_hash_handle hh; /* by its key */
};

static void return_to(struct device *device, const struct returned *all)
{
    struct baseline named = { 0 };
    const struct returned *found;

    lock_take(&device->lock);
    set_key(&named, device);
    HASH_FIND_STR(all, named.key, found);
    if (found != NULL) {
        device->alerts += found->baseline->alerts;
        return_items(&device->conduct.seen, found->baseline);
        if (device->conduct.upload != NULL)
            return_upload(device->conduct.upload, found->baseline);
    }
    lock_release(&device->lock);
}

void engine_give_back(struct engine *engine, const struct baselines *baselines)
{
    struct returned *entries = calloc(baselines->count + 1, sizeof(*entries)), *all = NULL;
    struct gathered gathered;

    for (size_t i = 0; entries != NULL && i < baselines->count; i++) {
        entries[i].baseline = &baselines->items[i];
        HASH_ADD_KEYPTR(hh, all, baselines->items[i].key, strlen(baselines->items[i].key),
                &entries[i]);
    }
    if (gather_devices(engine->devices, &gathered))
        for (size_t i = 0; i < gathered.count; i++) {
            return_to(gathered.devices[i], all);
            device_release(engine->devices, gathered.devices[i]);
        }
    HASH_CLEAR(hh, all);
    free(gathered.devices);
    free(entries);
}

/* Held for the caller; NULL: it has gone. */
static struct device *find_device(struct engine *engine, const char *key)
{
    struct gathered gathered;
    struct device *found = NULL;
    struct baseline named = { 0 };

    if (!gather_devices(engine->devices, &gathered))
        return NULL;
    for (size_t i = 0; i < gathered.count; i++) {
        set_key(&named, gathered.devices[i]);
        if (found == NULL && strcmp(named.key, key) == 0)
            found = gathered.devices[i];
        else
            device_release(engine->devices, gathered.devices[i]);
    }
    free(gathered.devices);
    return found;
}

static void follow(struct engine *engine, struct device *device,
        const struct baseline_ruling *ruling)
{
    if (ruling->reset > device->ruling) {
        seen_clear(&device->conduct.seen, &engine->budget.conduct.seen);
        free(device->conduct.upload);
        device->conduct.upload = NULL;
    }
    baseline_take_ruling(engine, device, device->conduct.seen.began_us, ruling);
}

void engine_rule(struct engine *engine, const char *key, const struct baseline_ruling *ruling)
{
    struct device *device = find_device(engine, key);

    if (device == NULL)
        return;
    lock_take(&device->lock);
    if (ruling->number != device->ruling)
        follow(engine, device, ruling);
    lock_release(&device->lock);
    device_release(engine->devices, device);
}
