/* What one record adds to a device: bytes in time, a heartbeat, an alert. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_internal.h"

void report_copy(char *to, size_t size, const char *text)
{
    size_t len = strlen(text);

    if (len >= size) {
        len = size - 1;
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
            len--;
    }
    memcpy(to, text, len);
    to[len] = '\0';
}

void report_renew(char *to, size_t size, const char *text)
{
    if (text[0] != '\0')
        report_copy(to, size, text);
}

void report_tally_add(struct report_tally *to, const struct report_tally *other)
{
    to->connections += other->connections;
    to->no_dns += other->no_dns;
    to->bytes[REPORT_UP] += other->bytes[REPORT_UP];
    to->bytes[REPORT_DOWN] += other->bytes[REPORT_DOWN];
}

/* --- time --- */

/* 'count' alerts, the most urgent of which has this priority. */
static void add_alerts(struct report_bin *bin, uint32_t count, uint8_t priority)
{
    bin->alerts += count;
    if (priority != 0 && (bin->priority == 0 || priority < bin->priority))
        bin->priority = priority;
}

void report_bin_add(struct report_bin *to, const struct report_bin *other)
{
    for (size_t way = 0; way < 2; way++) {
        to->bytes[way] += other->bytes[way];
        to->public_bytes[way] += other->public_bytes[way];
    }
    to->connections += other->connections;
    add_alerts(to, other->alerts, other->priority);
}

/* What is through of 'bytes' when 'done' of 'all' parts are; never more than all of them. */
static uint64_t share(uint64_t bytes, uint64_t done, uint64_t all)
{
    uint64_t part = (uint64_t)((double)bytes * ((double)done / (double)all));

    return part < bytes ? part : bytes;
}

static void spread(const struct timeline *timeline, struct report_device *device,
        const struct report_flow *flow, enum report_way way)
{
    size_t first = timeline_bin(timeline, flow->start_us);
    size_t last = timeline_bin(timeline, flow->end_us);
    uint64_t given = 0;

    for (size_t i = first; i <= last; i++) {
        uint64_t until = flow->bytes[way];

        if (i < last)
            until = share(until, timeline_start_us(timeline, i + 1) - flow->start_us,
                    flow->end_us - flow->start_us);
        device->bins[i].bytes[way] += until - given;
        if (flow->is_public)
            device->bins[i].public_bytes[way] += until - given;
        given = until;
    }
}

void report_add_flow(struct report *report, struct report_device *device,
        const struct eve_event *event, const struct report_flow *flow)
{
    struct report_tally one = { 1, event->no_dns, { flow->bytes[0], flow->bytes[1] } };

    report_tally_add(&device->all, &one);
    device->straight += event->no_dns && !report_excuses(event->service);
    if (flow->is_public)
        report_add_remote(report, device, event, flow);
    else
        report_tally_add(&device->local, &one);
    spread(&report->timeline, device, flow, REPORT_UP);
    spread(&report->timeline, device, flow, REPORT_DOWN);
    device->bins[timeline_bin(&report->timeline, flow->start_us)].connections++;
}

/* --- heartbeats --- */

static struct report_beat *beat_of(struct report *report, struct report_device *device,
        const char *remote)
{
    struct report_beat *beat = NULL;

    HASH_FIND_STR(device->beats, remote, beat);
    if (beat != NULL)
        return beat;
    if (HASH_COUNT(device->beats) == REPORT_DEVICE_BEATS_MAX) {
        device->beats_left_out++;
        return NULL;
    }
    beat = calloc(1, sizeof(*beat));
    if (beat != NULL) {
        report_copy(beat->remote, sizeof(beat->remote), remote);
        HASH_ADD_STR(device->beats, remote, beat);
    }
    if (beat == NULL || beat->hh.tbl == NULL) {
        report->out_of_memory = true;
        free(beat);
        return NULL;
    }
    return beat;
}

static bool change_named(const char *name, enum report_change *out)
{
    static const char *const names[BEAT_CHANGES] = { "steady", "stopped", "moved", "grew",
        "resumed" };

    for (size_t i = 0; name != NULL && i < BEAT_CHANGES; i++)
        if (strcmp(names[i], name) == 0) {
            *out = (enum report_change)i;
            return true;
        }
    return false;
}

static struct report_beat_change *next_change(struct report_beat *beat)
{
    if (beat->change_count == REPORT_BEAT_CHANGES) {
        memmove(&beat->changes[1], &beat->changes[2],
                (REPORT_BEAT_CHANGES - 2) * sizeof(beat->changes[0]));
        beat->change_count--;
        beat->changes_left_out++;
    }
    return &beat->changes[beat->change_count++];
}

void report_add_beat(struct report *report, struct report_device *device, const json_t *iot,
        uint64_t time_us)
{
    const char *remote = json_string_value(json_object_get(iot, "remote"));
    struct report_beat *beat;
    struct report_beat_change change = { .time_us = time_us };
    const json_t *pace;
    json_int_t bytes;

    if (remote == NULL ||
            !change_named(json_string_value(json_object_get(iot, "change")), &change.change) ||
            (beat = beat_of(report, device, remote)) == NULL)
        return;
    pace = json_object_get(iot, change.change == BEAT_CHANGE_STOPPED ? "before" : "after");
    change.period_s = json_number_value(json_object_get(pace, "period_s"));
    bytes = json_integer_value(json_object_get(pace, "bytes"));
    change.bytes = bytes > 0 ? (uint64_t)bytes : 0;
    *next_change(beat) = change;
    report_see(device, time_us);
}

/* --- alerts --- */

static struct report_alert *alert_of(struct report *report, struct report_device *device,
        uint32_t sid)
{
    struct report_alert *alert = NULL;

    HASH_FIND(hh, device->alerts, &sid, sizeof(sid), alert);
    if (alert != NULL)
        return alert;
    if (HASH_COUNT(device->alerts) == REPORT_DEVICE_ALERTS_MAX) {
        device->alerts_left_out++;
        return NULL;
    }
    alert = calloc(1, sizeof(*alert));
    if (alert != NULL) {
        alert->sid = sid;
        HASH_ADD(hh, device->alerts, sid, sizeof(sid), alert);
    }
    if (alert == NULL || alert->hh.tbl == NULL) {
        report->out_of_memory = true;
        free(alert);
        return NULL;
    }
    return alert;
}

static void add_alert_remote(struct report_alert *alert, const char *label)
{
    if (label[0] == '\0')
        return;
    for (size_t i = 0; i < REPORT_ALERT_REMOTES; i++) {
        if (strcmp(alert->remotes[i], label) == 0)
            return;
        if (alert->remotes[i][0] == '\0') {
            report_copy(alert->remotes[i], sizeof(alert->remotes[i]), label);
            return;
        }
    }
    alert->more_remotes = true;
}

/* The features that decide, by what the rule detects. */
static const struct {
    const char *detects;
    const char *features[REPORT_ALERT_NUMBERS];
} deciding[] = {
    { "beacon", { "heartbeat.period_s", "heartbeat.bytes", "heartbeat.score", "asn_risk" } },
    { "heartbeat-change", { "heartbeat.state", "heartbeat.period_s", "heartbeat.bytes" } },
    { "unanswered", { "unanswered", "refused" } },
    { "scan", { "fanout", "fanout_lan", "fanout_ports", "accepted" } },
    { "relay", { "relay.score", "relay.flows", "relay.lag_ms", "relay.controller" } },
    { "exfil", { "upload_burst", "upload_day", "bytes_up", "upload_24h", "hour" } },
    { "dga", { "dns.dga", "dns.nxdomain" } },
    { "dns-tunnel", { "dns.tunnel" } },
    { "lateral", { "fanout_lan", "fanout_ports" } },
    { "risky-asn", { "asn_risk" } },
    { "hardcoded-ip", { "service", "asn_risk", "bytes_up" } },
};

/* "heartbeat.period_s" is two keys. */
static const json_t *feature_in(const json_t *iot, const char *name)
{
    const char *dot = strchr(name, '.');
    char section[REPORT_WORD_SIZE];

    if (dot == NULL)
        return json_object_get(iot, name);
    snprintf(section, sizeof(section), "%.*s", (int)(dot - name), name);
    return json_object_get(json_object_get(iot, section), dot + 1);
}

static bool note_number(struct report_number *number, const json_t *value)
{
    if (json_is_integer(value))
        snprintf(number->value, sizeof(number->value), "%" JSON_INTEGER_FORMAT,
                json_integer_value(value));
    else if (json_is_real(value))
        snprintf(number->value, sizeof(number->value), "%.3g", json_real_value(value));
    else if (json_is_string(value))
        report_copy(number->value, sizeof(number->value), json_string_value(value));
    else
        return false;
    return true;
}

static void note_numbers(struct report_alert *alert, const json_t *iot)
{
    size_t count = 0;

    memset(alert->numbers, 0, sizeof(alert->numbers));
    for (size_t i = 0; i < sizeof(deciding) / sizeof(deciding[0]); i++)
        for (size_t j = 0; j < REPORT_ALERT_NUMBERS && deciding[i].features[j] != NULL; j++) {
            const char *name = deciding[i].features[j];

            if (strncmp(alert->detects, deciding[i].detects, strlen(deciding[i].detects)) == 0 &&
                    count < REPORT_ALERT_NUMBERS &&
                    note_number(&alert->numbers[count], feature_in(iot, name)))
                alert->numbers[count++].name = name;
        }
}

static void note_alert(struct report_alert *alert, struct eve_event *event)
{
    char label[REPORT_LABEL_SIZE];

    report_renew(alert->signature, sizeof(alert->signature), event->message);
    report_renew(alert->detects, sizeof(alert->detects), event->detects);
    report_label(event, label);
    add_alert_remote(alert, label);
    note_numbers(alert, eve_event_iot(event));
    alert->count++;
    if (alert->first_us == 0 || event->time_us < alert->first_us)
        alert->first_us = event->time_us;
    if (event->time_us > alert->last_us)
        alert->last_us = event->time_us;
}

void report_add_alert(struct report *report, struct report_device *device,
        struct eve_event *event)
{
    bool usual = event->priority > 0 && event->priority < REPORT_PRIORITIES;
    unsigned priority = usual ? event->priority : REPORT_PRIORITIES;
    struct report_alert *alert = alert_of(report, device, event->sid);

    device->alert_count[usual ? priority : 0]++;
    add_alerts(&device->bins[timeline_bin(&report->timeline, event->time_us)], 1,
            (uint8_t)priority);
    if (alert == NULL)
        return;
    alert->priority = priority;
    note_alert(alert, event);
}
