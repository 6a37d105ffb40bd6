/* Records of event_type "iot": what no packet carries. */
#include "emit/eve.h"

#include "emit/eve_common.h"
#include "emit/iot.h"

static void put_known(struct json *json, const char *key, const char *text)
{
    if (text[0] != '\0')
        json_text(json, key, text);
}

static void put_identity(struct json *json, const struct device *device)
{
    json_open_object(json, "device");
    put_known(json, "name", device_name(device));
    if (device->has_mac)
        json_text(json, "mac", device->mac_text);
    put_known(json, "vendor", device->vendor);
    put_known(json, "type", device->type);
    json_close_object(json);
    json_address(json, "address", &device->address);
}

static double learned_share(const struct seen *seen, uint64_t now_us)
{
    if (now_us >= seen->learned_us)
        return 1;
    return now_us > seen->began_us ? (double)(now_us - seen->began_us) /
                                             (double)(seen->learned_us - seen->began_us)
                                   : 0;
}

/* With the device's lock held, as the next. Absent before it has talked to anybody. */
static void put_learning(struct json *json, const struct device *device)
{
    const struct seen *seen = &device->conduct.seen;
    double share = learned_share(seen, atomic_load(&device->last_seen_us));

    if (!seen->began)
        return;
    json_open_object(json, "learning");
    json_text(json, "state", seen->frozen ? "frozen" : share < 1 ? "learning" : "trusted");
    json_decimal(json, "share", share);
    json_time(json, "began", seen->began_us);
    json_time(json, "trusted", seen->learned_us);
    json_unsigned(json, "accused", seen->accused);
    json_close_object(json);
}

static void put_history(struct json *json, struct device *device)
{
    lock_take(&device->lock);
    json_time(json, "first_seen", device->first_seen_us);
    json_time(json, "last_seen", atomic_load(&device->last_seen_us));
    json_bool(json, "joined", device->joined);
    json_unsigned(json, "dns_answers", device->dns_answers);
    json_bool(json, "encrypted_dns", device->encrypted_dns);
    json_unsigned(json, "flows", device->totals.flows);
    json_unsigned(json, "flows_no_dns", device->totals.flows_no_dns);
    json_unsigned(json, "bytes_up", device->totals.bytes_up);
    json_unsigned(json, "bytes_down", device->totals.bytes_down);
    json_unsigned(json, "suppressed", device->totals.suppressed);
    put_learning(json, device);
    lock_release(&device->lock);
}

void eve_put_device(struct json *json, struct device *device)
{
    json_open_object(json, "iot");
    json_text(json, "type", "device");
    put_identity(json, device);
    put_history(json, device);
    json_close_object(json);
}

static void put_beat(struct json *json, const char *key, double period_s, uint64_t bytes)
{
    json_open_object(json, key);
    if (period_s > 0)
        json_decimal(json, "period_s", period_s);
    json_unsigned(json, "bytes", bytes);
    json_close_object(json);
}

static void put_heartbeat(struct json *json, const struct engine_event *event)
{
    static const char *const changes[] = {
        [BEAT_BECAME_STEADY] = "steady",
        [BEAT_STOPPED] = "stopped",
        [BEAT_MOVED] = "moved",
        [BEAT_GREW] = "grew",
        [BEAT_RESUMED] = "resumed",
    };
    const struct beat_report *report = &event->report;

    json_open_object(json, "iot");
    json_text(json, "type", "heartbeat");
    put_identity(json, event->device);
    json_text(json, "remote", event->remote);
    json_text(json, "change", changes[report->change]);
    json_decimal(json, "score", event->beat.score);
    if (report->change != BEAT_BECAME_STEADY)
        put_beat(json, "before", report->period_before_s, report->bytes_before);
    if (report->change != BEAT_STOPPED)
        put_beat(json, "after", report->period_after_s, report->bytes_after);
    json_close_object(json);
}

void eve_put_event(struct json *json, const struct engine_event *event)
{
    if (event->finding == NULL) {
        put_heartbeat(json, event);
        return;
    }
    json_open_object(json, "iot");
    json_text(json, "type", "finding");
    put_identity(json, event->device);
    put_known(json, "remote", event->remote);
    json_unsigned(json, "severity", event->finding->severity);
    iot_put_finding(event->finding, json);
    json_close_object(json);
}

static void open_record(struct json *json, uint64_t time_us)
{
    eve_open_event(json, time_us);
    json_text(json, "event_type", "iot");
}

void eve_device_record(struct json *json, uint64_t time_us, struct device *device)
{
    open_record(json, time_us);
    eve_put_device(json, device);
    json_close_object(json);
}

uint64_t eve_event_us(const struct engine_event *event)
{
    return event->finding != NULL ? event->finding->time_us : event->report.time_us;
}

void eve_event_record(struct json *json, const struct engine_event *event)
{
    open_record(json, eve_event_us(event));
    eve_put_event(json, event);
    json_close_object(json);
}
