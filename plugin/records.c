/* EVE records of event_type "iot", for what no packet of a flow carries: summaries of devices and
 * heartbeats that changed. Written where suricata.yaml has 'iot' among the types of eve-log. */
#include "plugin.h"

#include "output.h"
#include "output-json.h"
#include "runmodes.h"
#include "rust.h"
#include "suricata.h"
#include "util-time.h"

#include "emit/eve.h"
#include "track/device.h"

#define US_PER_S UINT64_C(1000000)
#define LOOK_US US_PER_S /* how often events are asked for, in packet time */

static struct engine *told_engine; /* set once while Suricata starts */

/* Of one thread and one eve-log. */
struct Writer {
    OutputJsonThreadCtx *eve;
    uint64_t looked_us; /* last time that events were asked for */
    uint64_t told_us;   /* the latest sight of a device that has been told */
    uint64_t seen_us;   /* the latest of all */
    uint64_t now_us;
    bool all;           /* devices without news as well */
};

/* --- records --- */

/* 'iot' is the object with its key, one line. */
static void WriteRecord(const struct Writer *writer, uint64_t time_us, struct json *iot)
{
    const SCTime_t time =
            SCTIME_ADD_USECS(SCTIME_FROM_SECS(time_us / US_PER_S), time_us % US_PER_S);
    char text[64];
    SCJsonBuilder *jb = SCJbNewObject();

    json_newline(iot);
    if (jb != NULL && !iot->failed) {
        iot->data[iot->len - 1] = '\0'; /* where the newline was */
        CreateIsoTimeString(time, text, sizeof(text));
        SCJbSetString(jb, "timestamp", text);
        SCJbSetString(jb, "event_type", "iot");
        SCJbSetFormatted(jb, iot->data);
        OutputJsonBuilderBuffer(NULL, NULL, NULL, jb, writer->eve);
    }
    if (jb != NULL)
        SCJbFree(jb);
}

static void WriteEvents(const struct Writer *writer)
{
    struct engine_event event;
    struct json json = { 0 };

    while (engine_take_event(told_engine, &event)) {
        json_restart(&json);
        eve_put_heartbeat(&json, &event);
        WriteRecord(writer, event.report.time_us, &json);
        device_release(engine_devices(told_engine), event.device);
    }
    json_free(&json);
}

static void WriteDevice(struct device *device, void *user)
{
    struct Writer *writer = user;
    const uint64_t last_us = atomic_load(&device->last_seen_us);
    struct json json = { 0 };

    if (last_us > writer->seen_us)
        writer->seen_us = last_us;
    if (!writer->all && last_us <= writer->told_us)
        return;
    eve_put_device(&json, device);
    WriteRecord(writer, writer->now_us, &json);
    json_free(&json);
}

static void WriteDevices(struct Writer *writer, bool all)
{
    const SCTime_t now = TimeGet(); /* of packets, where a capture is read */

    writer->now_us = SCTIME_SECS(now) * US_PER_S + SCTIME_USECS(now);
    writer->all = all;
    devices_each(engine_devices(told_engine), WriteDevice, writer);
    writer->told_us = writer->seen_us;
}

/* --- when: events about as they come, devices at the interval of statistics and at the end --- */

static TmEcode Start(ThreadVars *tv, const void *output, void **out)
{
    struct Writer *writer = SCCalloc(1, sizeof(*writer));
    void *eve = NULL;

    if (writer == NULL || JsonLogThreadInit(tv, output, &eve) != TM_ECODE_OK) {
        SCFree(writer);
        return TM_ECODE_FAILED;
    }
    writer->eve = eve;
    *out = writer;
    return TM_ECODE_OK;
}

static TmEcode End(ThreadVars *tv, void *data)
{
    struct Writer *writer = data;

    JsonLogThreadDeinit(tv, writer->eve);
    SCFree(writer);
    return TM_ECODE_OK;
}

/* Asked for each packet. */
static bool IsTimeToLook(ThreadVars *tv, void *data, const Packet *p)
{
    const struct Writer *writer = data;
    const uint64_t now_us = SCTIME_SECS(p->ts) * US_PER_S + SCTIME_USECS(p->ts);

    (void)tv;
    return now_us >= writer->looked_us + LOOK_US;
}

static int OnPacket(ThreadVars *tv, void *data, const Packet *p)
{
    struct Writer *writer = data;

    (void)tv;
    writer->looked_us = SCTIME_SECS(p->ts) * US_PER_S + SCTIME_USECS(p->ts);
    WriteEvents(writer);
    return 0;
}

/* Of a capture the end alone is told, as the stand-alone host does. */
static int OnStatistics(ThreadVars *tv, void *data, const StatsTable *table)
{
    (void)tv;
    (void)table;
    WriteEvents(data);
    if (!IsRunModeOffline(SCRunmodeGet()))
        WriteDevices(data, false);
    return 0;
}

/* The thread of statistics ends when no flow is left. */
static TmEcode EndStatistics(ThreadVars *tv, void *data)
{
    WriteEvents(data);
    WriteDevices(data, true);
    return End(tv, data);
}

void TattlerRecordsRegister(struct engine *engine)
{
    OutputPacketLoggerFunctions packets = {
        .LogFunc = OnPacket,
        .ConditionFunc = IsTimeToLook,
        .ThreadInitFunc = Start,
        .ThreadDeinitFunc = End,
    };

    told_engine = engine;
    OutputRegisterPacketSubModule(LOGGER_USER, "eve-log", "tattler-iot-events", "eve-log.iot",
            OutputJsonLogInitSub, &packets);
    OutputRegisterStatsSubModule(LOGGER_USER, "eve-log", "tattler-iot-devices", "eve-log.iot",
            OutputJsonLogInitSub, OnStatistics, Start, EndStatistics);
}
