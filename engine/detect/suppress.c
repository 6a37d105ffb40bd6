#include "detect/suppress.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "track/flow.h"

struct suppressions {
    const struct settings *settings;
    const struct zone *zone;
    /* Entries by the rules they name, and those that name none; each in the order written. */
    struct by_sid {
        uint32_t sid;
        uint32_t entry;
    } *by_sid;
    uint32_t *others;
    size_t by_sid_count, other_count;
    atomic_ullong *counts; /* by entry */
};

/* --- does an entry hold? --- */

/* The domain itself, or a name below it. */
static bool is_in_domain(const char *name, const char *domain)
{
    size_t name_len = strlen(name), len = strlen(domain);

    if (name_len < len || strcasecmp(name + name_len - len, domain) != 0)
        return false;
    return name_len == len || name[name_len - len - 1] == '.';
}

static bool has_sid(const struct suppress_setting *entry, uint32_t sid)
{
    for (size_t i = 0; i < entry->sids.count; i++)
        if (entry->sids.items[i] == sid)
            return true;
    return entry->sids.count == 0;
}

static bool is_in_networks(const struct prefix_list *networks, const struct address *address)
{
    for (size_t i = 0; i < networks->count && address != NULL; i++)
        if (prefix_contains(&networks->items[i], address))
            return true;
    return networks->count == 0;
}

static bool is_text(const char *wanted, const char *text)
{
    return wanted == NULL || (text != NULL && strcasecmp(wanted, text) == 0);
}

static bool holds_device(const struct suppress_setting *entry, const struct suppress_alert *alert)
{
    if (entry->has_mac && (alert->mac == NULL || !mac_equal(&entry->mac, alert->mac)))
        return false;
    if (entry->has_device_network &&
            (alert->device == NULL || !prefix_contains(&entry->device_network, alert->device)))
        return false;
    return is_text(entry->device_name, alert->device_name) &&
           is_text(entry->device_type, alert->device_type);
}

static bool holds_remote(const struct suppress_setting *entry, const struct suppress_alert *alert)
{
    if (entry->domain != NULL && (alert->name == NULL || !is_in_domain(alert->name, entry->domain)))
        return false;
    return is_in_networks(&entry->networks, alert->remote) &&
           is_text(entry->name, alert->name) && (entry->asn == 0 || entry->asn == alert->asn);
}

bool suppress_holds(const struct suppress_setting *entry, const struct suppress_alert *alert,
        const struct zone *zone)
{
    return has_sid(entry, alert->sid) &&
           (entry->detects == NULL || alert->detects(alert->rule, entry->detects)) &&
           holds_device(entry, alert) && holds_remote(entry, alert) &&
           (entry->hours == 0 || (entry->hours >> zone_hour(zone, alert->time_us) & 1) != 0);
}

static bool is_in_force(const struct suppress_setting *entry, uint64_t time_us)
{
    return entry->until_us == 0 || time_us < entry->until_us;
}

/* --- which one --- */

/* The first of those in 'by_sid' for this rule, or where it would be. */
static size_t first_of(const struct suppressions *suppressions, uint32_t sid)
{
    size_t low = 0, high = suppressions->by_sid_count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (suppressions->by_sid[middle].sid < sid)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool silences(const struct suppressions *suppressions, uint32_t entry,
        const struct suppress_alert *alert)
{
    const struct suppress_setting *setting = &suppressions->settings->suppress[entry];

    return is_in_force(setting, alert->time_us) &&
           suppress_holds(setting, alert, suppressions->zone);
}

bool suppress_find(const struct suppressions *suppressions, const struct suppress_alert *alert,
        size_t *index)
{
    const struct by_sid *by_sid = suppressions->by_sid;
    uint32_t found = UINT32_MAX;

    for (size_t i = first_of(suppressions, alert->sid);
            i < suppressions->by_sid_count && by_sid[i].sid == alert->sid && found == UINT32_MAX; i++)
        if (silences(suppressions, by_sid[i].entry, alert))
            found = by_sid[i].entry;
    for (size_t i = 0; i < suppressions->other_count && suppressions->others[i] < found; i++)
        if (silences(suppressions, suppressions->others[i], alert))
            found = suppressions->others[i];
    if (found == UINT32_MAX)
        return false;
    *index = found;
    return true;
}

bool suppress_take(struct suppressions *suppressions, const struct suppress_alert *alert)
{
    size_t index;

    if (!suppress_find(suppressions, alert, &index))
        return false;
    atomic_fetch_add(&suppressions->counts[index], 1);
    return true;
}

void suppress_alert_of_flow(struct suppress_alert *alert, const struct flow *flow)
{
    alert->mac = flow->device->has_mac ? &flow->device->mac : NULL;
    alert->device = &flow->device_address;
    alert->remote = &flow->remote_address;
    alert->device_name = device_name(flow->device);
    alert->device_type = atomic_load(&flow->device->type);
    alert->name = flow->name;
    alert->asn = flow->geo.asn;
}

/* --- set-up --- */

static int compare(const void *left, const void *right)
{
    const struct by_sid *a = left, *b = right;

    if (a->sid != b->sid)
        return a->sid < b->sid ? -1 : 1;
    return (a->entry > b->entry) - (a->entry < b->entry);
}

static void index_entries(struct suppressions *suppressions)
{
    const struct settings *settings = suppressions->settings;

    for (uint32_t i = 0; i < settings->suppress_count; i++) {
        const struct number_list *sids = &settings->suppress[i].sids;

        if (sids->count == 0)
            suppressions->others[suppressions->other_count++] = i;
        for (size_t j = 0; j < sids->count; j++)
            suppressions->by_sid[suppressions->by_sid_count++] =
                    (struct by_sid){ sids->items[j], i };
    }
    qsort(suppressions->by_sid, suppressions->by_sid_count, sizeof(*suppressions->by_sid), compare);
}

struct suppressions *suppressions_new(const struct settings *settings, const struct zone *zone)
{
    struct suppressions *suppressions = calloc(1, sizeof(*suppressions));
    size_t sids = 1;

    if (suppressions == NULL)
        return NULL;
    for (size_t i = 0; i < settings->suppress_count; i++)
        sids += settings->suppress[i].sids.count;
    suppressions->settings = settings;
    suppressions->zone = zone;
    suppressions->by_sid = calloc(sids, sizeof(*suppressions->by_sid));
    suppressions->others = calloc(settings->suppress_count + 1, sizeof(*suppressions->others));
    suppressions->counts = calloc(settings->suppress_count + 1, sizeof(*suppressions->counts));
    if (suppressions->by_sid == NULL || suppressions->others == NULL ||
            suppressions->counts == NULL) {
        suppressions_free(suppressions);
        return NULL;
    }
    index_entries(suppressions);
    return suppressions;
}

void suppressions_free(struct suppressions *suppressions)
{
    if (suppressions == NULL)
        return;
    free(suppressions->by_sid);
    free(suppressions->others);
    free(suppressions->counts);
    free(suppressions);
}

/* --- for statistics --- */

void suppress_name(const struct settings *settings, size_t index, char name[SUPPRESS_NAME_SIZE])
{
    const char *id = settings->suppress[index].id;

    if (id != NULL)
        snprintf(name, SUPPRESS_NAME_SIZE, "%s", id);
    else
        snprintf(name, SUPPRESS_NAME_SIZE, "entry-%zu", index + 1);
}

bool suppress_count(const struct suppressions *suppressions, size_t index,
        char name[SUPPRESS_NAME_SIZE], uint64_t *count)
{
    if (suppressions == NULL || index >= suppressions->settings->suppress_count)
        return false;
    suppress_name(suppressions->settings, index, name);
    *count = atomic_load(&suppressions->counts[index]);
    return true;
}
