#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/grow.h"
#include "tune.h"

bool history_open(struct tune_history *history, const struct settings *settings,
        const struct zone *zone)
{
    *history = (struct tune_history){ .settings = settings, .zone = zone };
    history->suppressions = suppressions_new(settings, zone);
    history->hits = calloc(settings->suppress_count + 1, sizeof(*history->hits));
    return history->suppressions != NULL && history->hits != NULL;
}

static void free_group(struct tune_group *group)
{
    numbers_clear(&group->numbers);
    free(group);
}

static void free_device(struct tune_device *device)
{
    numbers_clear(&device->usual);
    free(device);
}

void history_clear(struct tune_history *history)
{
    HASH_FREE(history->groups, free_group);
    HASH_FREE(history->devices, free_device);
    HASH_FREE(history->ends, free);
    free(history->ends_list);
    free(history->alerts);
    free(history->found);
    free(history->hits);
    suppressions_free(history->suppressions);
}

/* --- the tables: NULL where there is no room --- */

static struct tune_device *device_of(struct tune_history *history, const struct eve_event *event)
{
    struct tune_device *device;
    char key[EVE_DEVICE_KEY_SIZE];

    eve_event_device_key(event, key);
    if (key[0] == '\0')
        return NULL;
    HASH_FIND_STR(history->devices, key, device);
    if (device == NULL) {
        if (HASH_COUNT(history->devices) == TUNE_DEVICES_MAX ||
                (device = calloc(1, sizeof(*device))) == NULL)
            return NULL;
        memcpy(device->key, key, sizeof(key));
        device->has_mac = event->has_mac;
        device->mac = event->mac;
        device->address = event->device_address;
        device->one_address = true;
        HASH_ADD_STR(history->devices, key, device);
        if (device->hh.tbl == NULL) {
            free(device);
            return NULL;
        }
    }
    if (event->has_device && !address_equal(&device->address, &event->device_address)) {
        device->address = event->device_address;
        device->one_address = false;
    }
    if (event->device_name[0] != '\0')
        memcpy(device->name, event->device_name, sizeof(device->name));
    if (event->device_type[0] != '\0')
        memcpy(device->type, event->device_type, sizeof(device->type));
    return device;
}

static struct tune_ends *ends_of(struct tune_history *history, const struct eve_event *event)
{
    struct tune_ends_key key;
    struct tune_ends *ends, **list;

    memset(&key, 0, sizeof(key));
    key.device = event->device_address;
    key.remote = event->remote_address;
    key.asn = event->asn;
    snprintf(key.name, sizeof(key.name), "%s", event->name);
    HASH_FIND(hh, history->ends, &key, sizeof(key), ends);
    if (ends != NULL || HASH_COUNT(history->ends) == TUNE_ENDS_MAX)
        return ends;
    list = grow(history->ends_list, &history->ends_room, HASH_COUNT(history->ends) + 1,
            sizeof(struct tune_ends *));
    if (list == NULL)
        return NULL;
    history->ends_list = list;
    ends = calloc(1, sizeof(*ends));
    if (ends == NULL)
        return NULL;
    ends->key = key;
    ends->index = HASH_COUNT(history->ends);
    list[ends->index] = ends;
    HASH_ADD(hh, history->ends, key, sizeof(key), ends);
    if (ends->hh.tbl == NULL) {
        free(ends);
        return NULL;
    }
    return ends;
}

/* Which group an alert belongs to. */
static void make_key(const struct eve_event *event, struct tune_group_key *key)
{
    memset(key, 0, sizeof(*key));
    if (event->detects[0] != '\0')
        snprintf(key->detects, sizeof(key->detects), "%s", event->detects);
    else
        snprintf(key->detects, sizeof(key->detects), "sid %u", event->sid);
    eve_event_device_key(event, key->device);
    memset(key->device + strlen(key->device), 0, sizeof(key->device) - strlen(key->device));
    if (event->domain[0] != '\0')
        snprintf(key->remote, sizeof(key->remote), "%s", event->domain);
    else if (event->name[0] != '\0')
        snprintf(key->remote, sizeof(key->remote), "%s", event->name);
    else if (event->asn != 0)
        snprintf(key->remote, sizeof(key->remote), "AS%u", event->asn);
    else if (event->has_remote)
        snprintf(key->remote, sizeof(key->remote), "%s",
                address_is_public(&event->remote_address) ? "addresses without a name"
                                                          : "the local network");
}

static struct tune_group *new_group(struct tune_history *history, const struct tune_group_key *key,
        const struct eve_event *event)
{
    struct tune_group *group;

    if (HASH_COUNT(history->groups) == TUNE_GROUPS_MAX ||
            (group = calloc(1, sizeof(*group))) == NULL)
        return NULL;
    group->key = *key;
    group->index = HASH_COUNT(history->groups);
    group->first_us = event->time_us;
    group->priority = event->priority;
    group->gid = event->gid;
    group->asn = event->asn;
    snprintf(group->domain, sizeof(group->domain), "%s", event->domain);
    if (event->domain[0] == '\0')
        snprintf(group->name, sizeof(group->name), "%s", event->name);
    HASH_ADD(hh, history->groups, key, sizeof(group->key), group);
    if (group->hh.tbl == NULL) {
        free(group);
        return NULL;
    }
    history->by_index[group->index] = group;
    return group;
}

/* --- alerts --- */

bool tune_has_sid(const struct tune_group *group, uint32_t sid)
{
    for (size_t i = 0; i < group->sid_count; i++)
        if (group->sids[i] == sid)
            return true;
    return false;
}

static void add_sid(struct tune_group *group, uint32_t sid)
{
    if (tune_has_sid(group, sid))
        return;
    if (group->sid_count < TUNE_SIDS_MAX)
        group->sids[group->sid_count++] = sid;
    else
        group->too_many_sids = true;
}

static void add_remote(struct tune_group *group, const struct address *address)
{
    for (size_t i = 0; i < group->remote_count; i++)
        if (address_equal(&group->remotes[i], address))
            return;
    if (group->remote_count < TUNE_ADDRESSES_MAX)
        group->remotes[group->remote_count++] = *address;
    else
        group->too_many_remotes = true;
}

bool tune_has_one_remote(const struct tune_group *group)
{
    return group->remote_count == 1 && !group->too_many_remotes;
}

static void add_to_group(struct tune_group *group, const struct eve_event *event)
{
    group->count++;
    if (event->time_us < group->first_us)
        group->first_us = event->time_us;
    if (event->time_us > group->last_us)
        group->last_us = event->time_us;
    if (event->priority < group->priority)
        group->priority = event->priority;
    if (event->has_remote)
        add_remote(group, &event->remote_address);
    memcpy(group->message, event->message, sizeof(group->message));
    memcpy(group->as_org, event->as_org, sizeof(group->as_org));
    add_sid(group, event->sid);
    numbers_take(&group->numbers, event);
}

static bool add_alert(struct tune_history *history, struct tune_device *device,
        const struct eve_event *event, uint32_t ends, uint32_t group)
{
    struct tune_alert *alerts;

    if (history->alert_count == TUNE_ALERTS_MAX)
        return false;
    alerts = grow(history->alerts, &history->alert_room, history->alert_count + 1, sizeof(*alerts));
    if (alerts == NULL)
        return false;
    history->alerts = alerts;
    alerts[history->alert_count++] =
            (struct tune_alert){ event->sid, ends, group, device != NULL ? device->newest : 0,
                (uint32_t)(event->time_us / 1000000) };
    if (device != NULL)
        device->newest = (uint32_t)history->alert_count;
    return true;
}

static bool rule_detects(const void *user, const char *word)
{
    const char *at = user;
    size_t len = strlen(word);

    for (; *at != '\0'; at += strcspn(at, ","), at += strspn(at, ", "))
        if (strncasecmp(at, word, len) == 0 && (at[len] == '\0' || at[len] == ','))
            return true;
    return false;
}

/* Is there an entry already that silences what is told here? Then it was told before there was. */
static bool is_covered(struct tune_history *history, const struct eve_event *event)
{
    const struct suppress_alert alert = { .sid = event->sid, .detects = rule_detects,
        .rule = event->detects, .time_us = event->time_us,
        .mac = event->has_mac ? &event->mac : NULL,
        .device = event->has_device ? &event->device_address : NULL,
        .remote = event->has_remote ? &event->remote_address : NULL,
        .device_name = event->device_name, .device_type = event->device_type,
        .name = event->name[0] != '\0' ? event->name : NULL, .asn = event->asn };
    size_t index;

    return suppress_find(history->suppressions, &alert, &index);
}

static void take_alert(struct tune_history *history, struct eve_event *event)
{
    struct tune_group_key key;
    struct tune_device *device;
    struct tune_ends *ends;
    struct tune_group *group;

    history->alerts_read++;
    if (is_covered(history, event)) {
        history->covered++;
        return;
    }
    device = device_of(history, event);
    ends = ends_of(history, event);
    make_key(event, &key);
    HASH_FIND(hh, history->groups, &key, sizeof(key), group);
    if (group == NULL)
        group = new_group(history, &key, event);
    if (group == NULL || ends == NULL ||
            !add_alert(history, device, event, ends->index, group->index)) {
        history->left_out++;
        return;
    }
    group->device = device;
    add_to_group(group, event);
    tune_param_take(history, event, (uint32_t)history->alert_count - 1);
}

/* --- other records --- */

static void take_stats(struct tune_history *history, struct eve_event *event)
{
    const json_t *counts =
            json_object_get(json_object_get(eve_event_json(event), "stats"), "suppressed");
    char name[SUPPRESS_NAME_SIZE];

    for (size_t i = 0; counts != NULL && i < history->settings->suppress_count; i++) {
        struct tune_hits *hits = &history->hits[i];
        uint64_t now;

        suppress_name(history->settings, i, name);
        now = (uint64_t)json_integer_value(json_object_get(counts, name));
        /* A count that fell has begun anew, with a new run. */
        hits->total += now >= hits->last ? now - hits->last : now;
        hits->last = now;
    }
}

static bool is_wanted(const struct tune_history *history, const struct eve_event *event)
{
    char key[EVE_DEVICE_KEY_SIZE];
    struct prefix prefix;

    if (event->time_us < history->since_us)
        return false;
    if (history->wanted_device == NULL)
        return true;
    eve_event_device_key(event, key);
    if (strcasecmp(history->wanted_device, key) == 0 ||
            strcasecmp(history->wanted_device, event->device_name) == 0)
        return true;
    return event->has_device && prefix_parse(history->wanted_device, &prefix) &&
           prefix_contains(&prefix, &event->device_address);
}

bool history_take(void *user, struct eve_event *event)
{
    struct tune_history *history = user;
    struct tune_device *device;

    if (strcmp(event->type, "stats") == 0) {
        if (history->settings->suppress_count > 0)
            take_stats(history, event);
    } else if (!is_wanted(history, event)) {
        return true;
    } else if (strcmp(event->type, "alert") == 0) {
        take_alert(history, event);
    } else if (strcmp(event->type, "flow") == 0 && event->iot_text.left > 0) {
        device = device_of(history, event);
        if (device != NULL)
            numbers_take(&device->usual, event);
    }
    return true;
}

/* --- order --- */

static int compare(const void *a, const void *b)
{
    const struct tune_group *one = *(struct tune_group *const *)a;
    const struct tune_group *other = *(struct tune_group *const *)b;

    if (one->count != other->count)
        return one->count > other->count ? -1 : 1;
    return memcmp(&one->key, &other->key, sizeof(one->key));
}

size_t history_rank(struct tune_history *history)
{
    size_t count = HASH_COUNT(history->groups);

    memcpy(history->ranked, history->by_index, count * sizeof(history->ranked[0]));
    qsort(history->ranked, count, sizeof(struct tune_group *), compare);
    return count;
}
