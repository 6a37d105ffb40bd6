/* What no packet tells: heartbeats that changed, and what has to be done as time goes by. */
#include <string.h>

#include "base/apart.h"
#include "engine.h"
#include "engine_internal.h"

/* Often enough for beat_clock(), which wants to be called within BEAT_WATCH_US of its time. */
#define SWEEP_US UINT64_C(5000000)
/* All names are walked for it. */
#define TRIM_NAMES_US UINT64_C(300000000)
/* So many packets, each so far behind, begin another time: the next capture is of an earlier day. Each
 * further step takes as many more, or a capture whose times jump to and fro would be all sweeps. */
#define STEP_BACK_US UINT64_C(3600000000)
#define STEP_BACK_PACKETS 8

/* --- the queue --- */

void engine_tell(struct engine *engine, const struct engine_event *event)
{
    struct events *events = &engine->events;

    if (event->finding == NULL)
        engine_await_change(engine, event);
    if (!atomic_load(&events->wanted))
        return;
    lock_take(&events->lock);
    if (atomic_load(&events->count) < EVENTS_MAX) {
        events->ring[(events->first + atomic_fetch_add(&events->count, 1)) % EVENTS_MAX] = *event;
        device_hold(event->device);
        if (event->finding != NULL)
            finding_hold(event->finding);
    } else {
        atomic_fetch_add(&engine->events_lost, 1);
    }
    lock_release(&events->lock);
}

bool engine_has_event(struct engine *engine)
{
    struct events *events = &engine->events;

    if (!atomic_load_explicit(&events->wanted, memory_order_relaxed))
        atomic_store(&events->wanted, true);
    return atomic_load_explicit(&events->count, memory_order_relaxed) > 0;
}

bool engine_take_event(struct engine *engine, struct engine_event *out)
{
    struct events *events = &engine->events;
    bool any;

    if (!engine_has_event(engine))
        return false;
    lock_take(&events->lock);
    any = atomic_load(&events->count) > 0;
    if (any) {
        *out = events->ring[events->first];
        events->first = (events->first + 1) % EVENTS_MAX;
        atomic_fetch_sub(&events->count, 1);
    }
    lock_release(&events->lock);
    return any;
}

void engine_drop_event(struct engine *engine, struct engine_event *event)
{
    finding_release(event->finding);
    device_release(engine->devices, event->device);
}

void events_clear(struct engine *engine)
{
    struct engine_event event;

    while (engine_take_event(engine, &event))
        engine_drop_event(engine, &event);
}

/* --- as time goes by --- */

void event_take(struct engine_event *event, const struct remote *remote,
        const struct beat_report *report)
{
    if (remote->to_many && report->change != BEAT_BECAME_STEADY)
        return;
    event->report = *report;
    beat_read(&remote->beat, &event->beat);
    memcpy(event->remote, remote->label, sizeof(event->remote));
}

struct sweep {
    struct engine *engine;
    uint64_t now_us;
    bool trim_remotes, trim_names;
};

static void tell_stop(const struct sweep *sweep, struct device *device,
        const struct engine_event *event, const struct remote *remote)
{
    engine_tell(sweep->engine, event);
    if (remote->is_public)
        lost_note(&device->conduct.lost, sweep->now_us);
}

/* Calls beat_clock() for the host names and endpoints, or for the domains and networks, of a device.
 * Returns how many had something to tell. */
static unsigned clock_beats(const struct sweep *sweep, struct device *device, bool wide, bool tell)
{
    struct engine_event event = { .device = device };
    struct beat_report report;
    unsigned told = 0;

    for (struct remote *remote = device->conduct.remotes.by_key; remote != NULL;
            remote = remote->hh.next) {
        if (remote->due_us > sweep->now_us || remote_is_wide(remote) != wide)
            continue;
        if (beat_clock(&remote->beat, sweep->now_us, &report)) {
            told++;
            event_take(&event, remote, &report);
            if (tell && !remote->to_many)
                tell_stop(sweep, device, &event, remote);
        }
        remote->due_us = beat_due_us(&remote->beat);
    }
    return told;
}

/* Mostly beats have come since it was put on the agenda. When one stops, so does that of its domain,
 * which then need not be told. Returns the next device. */
static struct device *clock_device(const struct sweep *sweep, struct device *device)
{
    struct device *next;
    uint64_t due_us;

    lock_take(&device->lock);
    due_us = remotes_due_us(&device->conduct.remotes);
    if (due_us <= sweep->now_us) {
        clock_beats(sweep, device, true, clock_beats(sweep, device, false, true) == 0);
        due_us = remotes_due_us(&device->conduct.remotes);
    }
    next = device_set_due_and_next(sweep->engine->devices, device, due_us, sweep->now_us);
    lock_release(&device->lock);
    return next;
}

static void clock_due(const struct sweep *sweep)
{
    struct devices *devices = sweep->engine->devices;
    struct device *device = devices_due(devices, sweep->now_us), *next;

    for (; device != NULL; device = next) {
        next = clock_device(sweep, device);
        device_release(devices, device);
    }
}

static void trim_device(struct device *device, void *user)
{
    const struct sweep *sweep = user;
    struct device_budget *budget = &sweep->engine->budget;

    lock_take(&device->lock);
    if (sweep->trim_remotes)
        remotes_trim(&device->conduct.remotes, &budget->conduct.remotes, sweep->now_us);
    if (sweep->trim_names)
        names_trim(&device->names, &budget->names, sweep->now_us);
    lock_release(&device->lock);
}

/* Is it time, and this thread's turn? */
static bool take_turn(atomic_ullong *last_us, uint64_t now_us, uint64_t every_us)
{
    unsigned long long last = atomic_load(last_us);

    return now_us >= last + every_us && atomic_compare_exchange_strong(last_us, &last, now_us);
}

static APART void sweep_all(struct engine *engine, uint64_t now_us)
{
    struct sweep sweep = { .engine = engine, .now_us = now_us };

    sweep.trim_remotes = remotes_pressed(&engine->budget.conduct.remotes);
    sweep.trim_names = names_pressed(&engine->budget.names) &&
                       take_turn(&engine->names_trimmed_us, now_us, TRIM_NAMES_US);
    if (sweep.trim_remotes || sweep.trim_names)
        devices_each(engine->devices, trim_device, &sweep);
    clock_due(&sweep);
}

static void step_back(struct worker *worker, uint64_t now_us)
{
    if (++worker->behind < STEP_BACK_PACKETS * (worker->steps_back + 1))
        return;
    worker->behind = 0;
    worker->steps_back++;
    worker->swept_us = now_us;
    atomic_store(&worker->engine->swept_us, now_us);
    atomic_store(&worker->engine->names_trimmed_us, now_us);
}

void worker_move_clock(struct worker *worker, uint64_t now_us)
{
    if (now_us >= worker->swept_us) {
        worker->behind = 0;
        worker->swept_us = now_us;
        if (take_turn(&worker->engine->swept_us, now_us, SWEEP_US))
            sweep_all(worker->engine, now_us);
    } else if (now_us + STEP_BACK_US < worker->swept_us) {
        step_back(worker, now_us);
    }
}

void worker_tick(struct worker *worker, uint64_t time_us)
{
    worker_sweep(worker, time_us);
}
