/* EVE records of event_type "iot", for what no packet of a flow carries: summaries of devices and
 * heartbeats that changed. Written where suricata.yaml has 'iot' among the types of eve-log. */
#include "plugin.h"

#include "counters.h"
#include "output.h"
#include "output-json.h"
#include "runmodes.h"
#include "rust.h"
#include "suricata.h"
#include "thread-storage.h"
#include "util-debug.h"
#include "util-time.h"

#include "base/time.h"
#include "emit/eve.h"
#include "track/device.h"

/* Set once while Suricata starts. */
static struct engine *told_engine;
static ThreadStorageId writers_slot = { .id = -1 };

/* Of one thread and one eve-log. */
struct Writer {
    struct Writer *next; /* of the same thread: whoever takes an event writes it to all */
    OutputJsonThreadCtx *eve;
    uint64_t told_us; /* the latest sight of a device that has been told */
};

static uint64_t MicrosecondsOf(SCTime_t time)
{
    return SCTIME_SECS(time) * US_PER_S + SCTIME_USECS(time);
}

/* --- records --- */

/* Ends the text that holds the object 'iot' with its key. False: it is incomplete. */
static bool Finish(struct json *iot)
{
    json_newline(iot);
    if (!iot->failed)
        iot->data[iot->len - 1] = '\0'; /* where the newline was */
    return !iot->failed;
}

static void WriteRecord(ThreadVars *tv, const struct Writer *writer, uint64_t time_us,
        const struct json *iot)
{
    const SCTime_t time =
            SCTIME_ADD_USECS(SCTIME_FROM_SECS(time_us / US_PER_S), time_us % US_PER_S);
    SCJsonBuilder *jb = SCJbNewObject();
    char text[64];

    if (jb == NULL)
        return;
    CreateIsoTimeString(time, text, sizeof(text));
    SCJbSetString(jb, "timestamp", text);
    SCJbSetString(jb, "event_type", "iot");
    SCJbSetFormatted(jb, iot->data);
    OutputJsonBuilderBuffer(tv, NULL, NULL, jb, writer->eve);
    SCJbFree(jb);
}

static void WriteEvents(ThreadVars *tv)
{
    const struct Writer *writers = ThreadGetStorageById(tv, writers_slot);
    struct worker *worker = TattlerWorkerGet(tv);
    struct engine_event event;
    struct json json = { 0 };

    if (worker != NULL)
        worker_judge_waiting(worker);
    while (writers != NULL && engine_take_event(told_engine, &event)) {
        json_restart(&json);
        eve_put_event(&json, &event);
        if (Finish(&json))
            for (const struct Writer *writer = writers; writer != NULL; writer = writer->next)
                WriteRecord(tv, writer, eve_event_us(&event), &json);
        engine_drop_event(told_engine, &event);
    }
    json_free(&json);
}

static void WriteDevice(ThreadVars *tv, const struct Writer *writer, uint64_t time_us,
        struct device *device, struct json *json)
{
    json_restart(json);
    eve_put_device(json, device);
    if (Finish(json))
        WriteRecord(tv, writer, time_us, json);
}

struct Gathered {
    struct device **devices; /* held */
    size_t count, room;
};

static void Gather(struct device *device, void *user)
{
    struct Gathered *gathered = user;

    if (gathered->count < gathered->room)
        gathered->devices[gathered->count++] = device_hold(device);
}

/* Their table is locked while they are gathered, but not while they are written: that may take
 * long, and threads that inspect packets would wait. False: out of memory. */
static bool GatherDevices(struct devices *devices, struct Gathered *out)
{
    devices_count(devices, &out->room);
    out->count = 0;
    out->devices = SCCalloc(out->room + 1, sizeof(struct device *));
    if (out->devices == NULL)
        return false;
    devices_each(devices, Gather, out);
    return true;
}

/* 'all': those without news as well. */
static void WriteDevices(ThreadVars *tv, struct Writer *writer, bool all)
{
    const uint64_t now_us = MicrosecondsOf(TimeGet()), told_us = writer->told_us;
    struct devices *devices = engine_devices(told_engine);
    struct Gathered gathered;
    struct json json = { 0 };

    if (!GatherDevices(devices, &gathered)) {
        SCLogWarning("no memory for summaries of devices");
        return;
    }
    for (size_t i = 0; i < gathered.count; i++) {
        struct device *device = gathered.devices[i];
        const uint64_t last_us = atomic_load(&device->last_seen_us);

        if (all || last_us > told_us)
            WriteDevice(tv, writer, now_us, device, &json);
        if (last_us > writer->told_us)
            writer->told_us = last_us;
        device_release(devices, device);
    }
    json_free(&json);
    SCFree(gathered.devices);
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
    writer->next = ThreadGetStorageById(tv, writers_slot);
    ThreadSetStorageById(tv, writers_slot, writer);
    *out = writer;
    return TM_ECODE_OK;
}

/* All writers of a thread end in a row: the first takes what is left for all. */
static TmEcode End(ThreadVars *tv, void *data)
{
    struct Writer *writer = data;

    WriteEvents(tv);
    ThreadSetStorageById(tv, writers_slot, NULL);
    JsonLogThreadDeinit(tv, writer->eve);
    SCFree(writer);
    return TM_ECODE_OK;
}

/* Asked for each packet. */
static bool AnyEvent(ThreadVars *tv, void *data, const Packet *p)
{
    (void)tv;
    (void)data;
    (void)p;
    return engine_has_event(told_engine);
}

static int OnPacket(ThreadVars *tv, void *data, const Packet *p)
{
    (void)data;
    (void)p;
    WriteEvents(tv);
    return 0;
}

/* Of a capture the end alone is told, as the stand-alone host does. */
static int OnStatistics(ThreadVars *tv, void *data, const StatsTable *table)
{
    (void)table;
    WriteEvents(tv);
    if (!IsRunModeOffline(SCRunmodeGet()))
        WriteDevices(tv, data, false);
    return 0;
}

/* The thread of statistics ends when no flow is left. */
static TmEcode EndStatistics(ThreadVars *tv, void *data)
{
    WriteDevices(tv, data, true);
    return End(tv, data);
}

static OutputInitResult InitDevices(SCConfNode *conf, OutputCtx *parent)
{
    if (!StatsEnabled())
        SCLogWarning("eve-log has the type 'iot', but there will be no summaries of devices: they "
                     "need 'stats' to be enabled");
    return OutputJsonLogInitSub(conf, parent);
}

static void KeepWriters(void *writers)
{
    (void)writers; /* each is freed by its own End */
}

bool TattlerRecordsRegister(struct engine *engine)
{
    OutputPacketLoggerFunctions packets = {
        .LogFunc = OnPacket,
        .ConditionFunc = AnyEvent,
        .ThreadInitFunc = Start,
        .ThreadDeinitFunc = End,
    };

    told_engine = engine;
    writers_slot = ThreadStorageRegister("tattler-iot", sizeof(void *), NULL, KeepWriters);
    OutputRegisterPacketSubModule(LOGGER_USER, "eve-log", "tattler-iot-events", "eve-log.iot",
            OutputJsonLogInitSub, &packets);
    OutputRegisterStatsSubModule(LOGGER_USER, "eve-log", "tattler-iot-devices", "eve-log.iot",
            InitDevices, OnStatistics, Start, EndStatistics);
    return writers_slot.id >= 0;
}
