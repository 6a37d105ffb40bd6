#include "baseline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "engine_internal.h"
#include "parse/service.h"

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

static const char *const kind_names[] = {
    [SEEN_DOMAIN] = "domain",
    [SEEN_ASN] = "asn",
    [SEEN_PORT] = "port",
    [SEEN_NAME] = "name",
    [SEEN_SERVICE] = "service",
    [SEEN_RULE] = "rule",
};

const char *baseline_kind_name(size_t kind)
{
    return kind < SEEN_KINDS ? kind_names[kind] : NULL;
}

void baseline_clear(struct baseline *baseline)
{
    for (size_t i = 0; i < baseline->item_count; i++)
        free(baseline->items[i].value);
    free(baseline->items);
    free(baseline->beats);
    *baseline = (struct baseline){ 0 };
}

void baselines_clear(struct baselines *baselines)
{
    for (size_t i = 0; i < baselines->count; i++)
        baseline_clear(&baselines->items[i]);
    free(baselines->items);
    *baselines = (struct baselines){ 0 };
}

/* --- facts in words --- */

static char *port_text(uint64_t key)
{
    static const char *const protocols[] = { [PROTOCOL_TCP] = "tcp", [PROTOCOL_UDP] = "udp" };
    uint64_t protocol = key >> 16;
    char text[32];

    if (protocol < sizeof(protocols) / sizeof(protocols[0]) && protocols[protocol] != NULL)
        snprintf(text, sizeof(text), "%s/%u", protocols[protocol], (unsigned)(key & 0xffff));
    else
        snprintf(text, sizeof(text), "%u/%u", (unsigned)protocol, (unsigned)(key & 0xffff));
    return strdup(text);
}

static char *value_of(enum seen_kind kind, const struct seen_item *item)
{
    char text[32];

    if (item->text != NULL)
        return strdup(item->text);
    if (kind == SEEN_PORT)
        return port_text(item->key);
    if (kind == SEEN_SERVICE && item->key < SERVICE_COUNT)
        return strdup(service_name((enum service)item->key));
    snprintf(text, sizeof(text), "%llu", (unsigned long long)item->key);
    return strdup(text);
}

static bool read_port(const char *value, uint64_t *key)
{
    unsigned protocol = 0, port;

    if (sscanf(value, "tcp/%5u", &port) == 1)
        protocol = PROTOCOL_TCP;
    else if (sscanf(value, "udp/%5u", &port) == 1)
        protocol = PROTOCOL_UDP;
    else if (sscanf(value, "%3u/%5u", &protocol, &port) != 2)
        return false;
    *key = (uint64_t)protocol << 16 | port;
    return protocol <= UINT8_MAX && port <= UINT16_MAX;
}

static bool read_service(const char *value, uint64_t *key)
{
    for (*key = 0; *key < SERVICE_COUNT; (*key)++)
        if (strcmp(service_name((enum service)*key), value) == 0)
            return true;
    return false;
}

static bool read_number(const char *value, uint64_t *key)
{
    char *end;

    *key = strtoull(value, &end, 10);
    return end != value && *end == '\0' && *key <= UINT32_MAX;
}

/* False: not understood. */
static bool fact_of(const struct baseline_item *item, struct seen_fact *fact)
{
    *fact = seen_fact_text(item->kind, item->value);
    if (item->kind != SEEN_ASN && item->kind != SEEN_PORT && item->kind != SEEN_SERVICE)
        return true;
    fact->text = NULL;
    if (item->kind == SEEN_PORT)
        return read_port(item->value, &fact->key);
    if (item->kind == SEEN_SERVICE)
        return read_service(item->value, &fact->key);
    return read_number(item->value, &fact->key);
}

/* --- in --- */

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

static void restore_items(struct seen *seen, struct seen_budget *budget,
        const struct baseline *baseline)
{
    struct seen_fact fact;

    for (size_t i = 0; i < baseline->item_count; i++) {
        const struct baseline_item *item = &baseline->items[i];
        struct seen_item made = { .first_us = item->first_us, .last_us = item->last_us };

        made.flags = (item->suspect ? SEEN_SUSPECT : 0u) | (item->vouched ? SEEN_VOUCHED : 0u);
        if (!item->accused && fact_of(item, &fact))
            seen_restore(seen, budget, &fact, &made);
    }
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
        upload_restore(device->conduct.upload, baseline->samples);
}

static void take_ruling(struct engine *engine, struct device *device, uint64_t began_us,
        const struct baseline_ruling *ruling)
{
    device->ruling = ruling->number;
    device->conduct.seen.frozen = ruling->frozen;
    seen_resume(&device->conduct.seen, &engine->budget.conduct.seen, began_us,
            ruling->trusted_us);
}

/* A device has just been made; nobody else knows it yet. */
static void recall(void *user, struct device *device)
{
    struct engine *engine = user;
    char address[ADDRESS_TEXT_SIZE];
    const struct remembered *found;
    struct seen *seen = &device->conduct.seen;

    address_text(&device->address, address);
    found = recall_key(engine->memory, device->has_mac ? device->mac_text : address);
    if (found == NULL)
        return;
    device->met_us = found->baseline.met_us;
    seen->suspect_until_us = found->baseline.suspect_until_us;
    take_ruling(engine, device, found->baseline.began_us, &found->baseline.ruling);
    restore_items(seen, &engine->budget.conduct.seen, &found->baseline);
    restore_upload(device, &found->baseline);
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

/* --- out --- */

static bool export_item(struct baseline *out, enum seen_kind kind, struct seen_item *item)
{
    struct baseline_item *made = &out->items[out->item_count];

    *made = (struct baseline_item){ .kind = kind, .value = value_of(kind, item),
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
        memcpy(made->remote, remote->label, sizeof(made->remote));
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
        struct seen_item *item = fact_of(given, &fact) ? seen_find(seen, fact.kind, fact.key) : NULL;

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

void engine_give_back(struct engine *engine, const struct baselines *baselines)
{
    for (size_t i = 0; i < baselines->count; i++) {
        const struct baseline *baseline = &baselines->items[i];
        struct device *device = find_device(engine, baseline->key);

        if (device == NULL)
            continue;
        lock_take(&device->lock);
        device->alerts += baseline->alerts;
        return_items(&device->conduct.seen, baseline);
        if (device->conduct.upload != NULL)
            return_upload(device->conduct.upload, baseline);
        lock_release(&device->lock);
        device_release(engine->devices, device);
    }
}

void engine_rule(struct engine *engine, const char *key, const struct baseline_ruling *ruling)
{
    struct device *device = find_device(engine, key);

    if (device == NULL)
        return;
    lock_take(&device->lock);
    if (ruling->reset > device->ruling) {
        seen_clear(&device->conduct.seen, &engine->budget.conduct.seen);
        free(device->conduct.upload);
        device->conduct.upload = NULL;
    }
    take_ruling(engine, device, device->conduct.seen.began_us, ruling);
    lock_release(&device->lock);
    device_release(engine->devices, device);
}
