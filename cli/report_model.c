#include "report_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_internal.h"
#include "screen.h"

void report_init(struct report *report, const struct zone *zone, const struct prefix_list *home)
{
    *report = (struct report){ .zone = zone, .home = home };
}

/* --- devices --- */

static void free_device(struct report_device *device)
{
    HASH_FREE(device->remotes, free);
    HASH_FREE(device->beats, free);
    HASH_FREE(device->alerts, free);
    free(device);
}

void report_clear(struct report *report)
{
    HASH_FREE(report->devices, free_device);
    report_clear_names(report);
    report_init(report, report->zone, report->home);
}

static struct report_device *add_device(struct report *report, const char *key)
{
    struct report_device *device;

    if (HASH_COUNT(report->devices) == REPORT_DEVICES_MAX) {
        report->devices_left_out++;
        return NULL;
    }
    device = calloc(1, sizeof(*device));
    if (device == NULL) {
        report->out_of_memory = true;
        return NULL;
    }
    report_copy(device->key, sizeof(device->key), key);
    HASH_ADD_STR(report->devices, key, device);
    if (device->hh.tbl == NULL) {
        report->out_of_memory = true;
        free(device);
        return NULL;
    }
    return device;
}

/* What a device is called is learned in time: the last is the best. */
static void rename_device(struct report_device *device, const struct eve_event *event)
{
    report_renew(device->name, sizeof(device->name), event->device_name);
    report_renew(device->vendor, sizeof(device->vendor), event->vendor);
    report_renew(device->type, sizeof(device->type), event->device_type);
    if (event->has_mac)
        mac_text(&event->mac, device->mac);
    if (device->address[0] == '\0' || !event->has_remote)
        screen_address(&event->device_address, device->address);
}

/* NULL: the event is of none, or there is no room. */
static struct report_device *device_of(struct report *report, const struct eve_event *event)
{
    char key[EVE_DEVICE_KEY_SIZE];
    struct report_device *device = NULL;

    eve_event_device_key(event, key);
    if (key[0] == '\0') {
        report->strangers++;
        return NULL;
    }
    HASH_FIND_STR(report->devices, key, device);
    if (device == NULL)
        device = add_device(report, key);
    if (device != NULL)
        rename_device(device, event);
    return device;
}

/* --- time --- */

static void move_bins(struct report_device *device, const struct timeline_change *change)
{
    struct report_bin old[TIMELINE_BINS];

    memcpy(old, device->bins, sizeof(old));
    memset(device->bins, 0, sizeof(device->bins));
    for (size_t i = 0; i < TIMELINE_BINS; i++) {
        size_t to = timeline_moved(change, i);

        if (to >= TIMELINE_BINS)
            break; /* none of these was in use */
        report_bin_add(&device->bins[to], &old[i]);
    }
}

static bool include(struct report *report, uint64_t time_us)
{
    struct timeline_change change;
    struct report_device *device, *next;

    if (!timeline_include(&report->timeline, time_us, zone_east_s(report->zone, time_us), &change))
        return false;
    if (change.factor != 1 || change.first_before != change.first_after)
        HASH_ITER(hh, report->devices, device, next)
            move_bins(device, &change);
    if (report->first_us == 0 || time_us < report->first_us)
        report->first_us = time_us;
    if (time_us > report->last_us)
        report->last_us = time_us;
    return true;
}

void report_see(struct report_device *device, uint64_t time_us)
{
    if (device->first_us == 0 || time_us < device->first_us)
        device->first_us = time_us;
    if (time_us > device->last_us)
        device->last_us = time_us;
}

/* --- records --- */

static bool is_public(const struct report *report, const struct address *address)
{
    for (size_t i = 0; i < report->home->count; i++)
        if (prefix_contains(&report->home->items[i], address))
            return false;
    return address_is_public(address);
}

static void take_flow(struct report *report, struct report_device *device,
        const struct eve_event *event)
{
    struct report_flow flow = {
        .start_us = event->flow_start_us,
        .end_us = event->flow_end_us,
        .is_public = is_public(report, &event->remote_address),
    };
    bool opened = address_equal(&event->device_address, &event->source);
    bool counted = event->bytes_up != 0 || event->bytes_down != 0; /* by 'iot' */

    if (!include(report, flow.start_us) || !include(report, flow.end_us)) {
        report->out_of_time++;
        return;
    }
    flow.bytes[REPORT_UP] = opened ? event->bytes_to_server : event->bytes_to_client;
    flow.bytes[REPORT_DOWN] = opened ? event->bytes_to_client : event->bytes_to_server;
    if (counted) {
        flow.bytes[REPORT_UP] = event->bytes_up;
        flow.bytes[REPORT_DOWN] = event->bytes_down;
    }
    report_see(device, flow.start_us);
    report_see(device, flow.end_us);
    report_add_flow(report, device, event, &flow);
}

static uint64_t time_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    uint64_t time_us = 0;

    return text != NULL && eve_time_parse(text, &time_us) ? time_us : 0;
}

static void take_summary(struct report *report, struct report_device *device, const json_t *iot)
{
    const uint64_t times[] = { time_in(iot, "first_seen"), time_in(iot, "last_seen") };
    const json_t *learning = json_object_get(iot, "learning");
    const char *state = json_string_value(json_object_get(learning, "state"));

    for (size_t i = 0; i < 2; i++)
        if (times[i] != 0 && include(report, times[i]))
            report_see(device, times[i]);
    report_renew(device->learning, sizeof(device->learning), state != NULL ? state : "");
    if (state != NULL)
        device->learned = json_number_value(json_object_get(learning, "share"));
    device->joined |= json_is_true(json_object_get(iot, "joined"));
    device->encrypted_dns |= json_is_true(json_object_get(iot, "encrypted_dns"));
}

static void take_iot(struct report *report, struct report_device *device, struct eve_event *event)
{
    const json_t *iot = eve_event_iot(event);
    const char *type = json_string_value(json_object_get(iot, "type"));

    if (type != NULL && strcmp(type, "device") == 0)
        take_summary(report, device, iot);
    else if (type != NULL && strcmp(type, "heartbeat") == 0)
        report_add_beat(report, device, iot, event->time_us);
}

static void take_alert(struct report *report, struct report_device *device, struct eve_event *event)
{
    report_see(device, event->time_us);
    report_add_alert(report, device, event);
}

void report_take(struct report *report, struct eve_event *event)
{
    bool is_flow = strcmp(event->type, "flow") == 0, is_alert = strcmp(event->type, "alert") == 0;
    bool is_iot = strcmp(event->type, "iot") == 0;
    struct report_device *device;

    report->flows += is_flow;
    report->alerts += is_alert;
    report->others += !is_flow && !is_alert;
    if (!is_flow && !is_alert && !is_iot) {
        report_note_name(report, event);
        return;
    }
    if (!event->has_time || !include(report, event->time_us)) {
        report->out_of_time++;
        return;
    }
    report_fill_name(report, event);
    device = device_of(report, event);
    if (device == NULL)
        return;
    if (is_flow)
        take_flow(report, device, event);
    else if (is_alert)
        take_alert(report, device, event);
    else
        take_iot(report, device, event);
}

unsigned report_urgency(const struct report_device *device)
{
    for (unsigned i = 1; i < REPORT_PRIORITIES; i++)
        if (device->alert_count[i] > 0)
            return i;
    return device->alert_count[0] > 0 ? REPORT_PRIORITIES : REPORT_PRIORITIES + 1;
}
