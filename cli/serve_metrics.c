/* What Prometheus asks 'tattler serve' for. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "serve.h"

#define SERIES_MAX 256 /* of alerts; what is beyond is counted under one name */
#define OTHERS "(others)"

/* --- labels --- */

/* A label's value; its text comes from rules, so from anybody. */
static void put_value(FILE *to, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '"')
            fprintf(to, "\\%c", *text);
        else
            putc((unsigned char)*text < ' ' || (unsigned char)*text > '~' ? '?' : *text, to);
    }
}

static void put_head(FILE *to, const char *name, const char *type, const char *doc)
{
    fprintf(to, "# HELP tattler_%s %s\n# TYPE tattler_%s %s\n", name, doc, name, type);
}

static void put_number(FILE *to, const char *name, const char *type, const char *doc,
        uint64_t value)
{
    put_head(to, name, type, doc);
    fprintf(to, "tattler_%s %" PRIu64 "\n", name, value);
}

/* --- alerts --- */

struct series {
    struct series_key {
        uint32_t priority;
        char detects[REPORT_WORD_SIZE];
    } key;
    uint64_t count;
    UT_hash_handle hh;
};

static void add(struct series **all, const char *detects, uint32_t priority, uint64_t count)
{
    struct series_key key = { .priority = priority };
    struct series *series = NULL;
    size_t len = strcspn(detects, ",");

    memcpy(key.detects, detects, len < sizeof(key.detects) ? len : sizeof(key.detects) - 1);
    HASH_FIND(hh, *all, &key, sizeof(key), series);
    if (series == NULL && HASH_COUNT(*all) >= SERIES_MAX && strcmp(detects, OTHERS) != 0) {
        add(all, OTHERS, priority, count);
        return;
    }
    if (series == NULL) {
        series = calloc(1, sizeof(*series));
        if (series == NULL)
            return;
        series->key = key;
        HASH_ADD(hh, *all, key, sizeof(key), series);
    }
    series->count += count;
}

static void add_device(struct series **all, const struct report_device *device)
{
    const struct report_alert *alert = device->alerts;
    uint64_t left[REPORT_PRIORITIES + 1] = { 0 };

    for (unsigned i = 0; i < REPORT_PRIORITIES; i++)
        left[i == 0 ? REPORT_PRIORITIES : i] = device->alert_count[i];
    for (; alert != NULL; alert = alert->hh.next) {
        add(all, alert->detects, alert->priority, alert->count);
        left[alert->priority] -= alert->count;
    }
    for (unsigned i = 1; i <= REPORT_PRIORITIES; i++)
        if (left[i] > 0)
            add(all, OTHERS, i, left[i]);
}

static void put_alerts(FILE *to, const struct report *report)
{
    struct series *all = NULL, *series, *next;
    const struct report_device *device;

    for (device = report->devices; device != NULL; device = device->hh.next)
        add_device(&all, device);
    put_head(to, "alerts_total", "counter", "Alerts of devices, by what they detect.");
    HASH_ITER(hh, all, series, next) {
        fputs("tattler_alerts_total{detects=\"", to);
        put_value(to, series->key.detects);
        fprintf(to, "\",priority=\"%u\"} %" PRIu64 "\n", series->key.priority, series->count);
        HASH_DEL(all, series);
        free(series);
    }
}

/* --- all of them --- */

static void put_devices(FILE *to, const struct report *report)
{
    struct report_tally all = { 0 };
    const struct report_device *device;
    uint64_t straight = 0, alerted = 0;

    for (device = report->devices; device != NULL; device = device->hh.next) {
        report_tally_add(&all, &device->all);
        straight += device->straight;
        alerted += report_urgency(device) <= 2;
    }
    put_number(to, "devices", "gauge", "Devices known.", HASH_COUNT(report->devices));
    put_number(to, "devices_alerted", "gauge", "Devices with alerts of priority 1 or 2.", alerted);
    put_number(to, "connections_total", "counter", "Connections of devices.", all.connections);
    put_number(to, "connections_no_dns_total", "counter",
            "Connections without DNS, apart from those to NTP, STUN and DNS.", straight);
    put_head(to, "bytes_total", "counter", "Bytes sent (up) and received (down) by devices.");
    fprintf(to, "tattler_bytes_total{direction=\"up\"} %" PRIu64 "\n"
            "tattler_bytes_total{direction=\"down\"} %" PRIu64 "\n", all.bytes[REPORT_UP],
            all.bytes[REPORT_DOWN]);
}

void serve_metrics(FILE *to, const struct report *report, const struct eve_counts *read)
{
    put_alerts(to, report);
    put_devices(to, report);
    put_number(to, "records_total", "counter", "EVE records read.", read->records);
    put_number(to, "bad_lines_total", "counter", "Lines that hold no EVE record.", read->bad);
    put_number(to, "records_left_out_total", "counter",
            "Records without a time, too far from the others, or without room.",
            report->out_of_time + report->devices_left_out);
    put_number(to, "remotes", "gauge", "Remotes kept by name.", report->remote_count);
    put_number(to, "last_record_timestamp_seconds", "gauge", "Time of the latest record.",
            report->last_us / 1000000);
}
