/* When heuristics are called: windows of flows and devices, names, answers, ends, heartbeats.
 *
 * What happens with a packet is judged by the thread that has the packet, with no lock held. What
 * happens elsewhere, or under a lock, waits in a queue for the next packet of any flow. */
#include <stdlib.h>
#include <string.h>

#include "engine_internal.h"
#include "engine_scripts.h"
#include "parse/packet.h"

#define FLOW_WINDOW_US (10 * US_PER_S)
#define DEVICE_WINDOW_US (60 * US_PER_S)
#define DEVICE_HOUR_US (3600 * US_PER_S)

/* --- the states of a worker --- */

void engine_use_heuristics(struct engine *engine, struct heuristics *heuristics)
{
    struct heuristics_use *judgement = &engine->judgement;
    struct heuristics *before;

    lock_take(&judgement->lock);
    before = judgement->set;
    judgement->set = heuristics != NULL ? heuristics_hold(heuristics) : NULL;
    atomic_fetch_add(&judgement->generation, 1);
    atomic_store(&judgement->events, heuristics != NULL ? heuristics_events(heuristics) : 0);
    lock_release(&judgement->lock);
    heuristics_release(before);
}

/* False: there is nothing to run. */
static bool enter(struct worker *worker)
{
    struct heuristics_use *judgement = &worker->engine->judgement;
    unsigned generation = atomic_load(&judgement->generation);
    struct heuristics *set;

    if (worker->generation == generation)
        return worker->states != NULL;
    lock_take(&judgement->lock);
    set = judgement->set != NULL ? heuristics_hold(judgement->set) : NULL;
    lock_release(&judgement->lock);
    heuristics_close(worker->states);
    worker->states = set != NULL ? heuristics_open(set, &judgement->counters) : NULL;
    worker->generation = generation;
    heuristics_release(set);
    return worker->states != NULL;
}

void worker_leave_heuristics(struct worker *worker)
{
    heuristics_close(worker->states);
}

static bool is_wanted(const struct engine *engine, enum script_event event)
{
    return (atomic_load_explicit(&engine->judgement.events, memory_order_relaxed) &
                   1u << event) != 0;
}

/* Of a device that had to make room nothing is known any more, and what would be found of it has no packet
 * to stand on: then only its flows are judged, by what they show themselves. */
static bool is_there(struct device *device)
{
    bool gone;

    lock_take(&device->lock);
    gone = device->gone;
    lock_release(&device->lock);
    return !gone;
}

static uint64_t local_time(const struct engine *engine, uint64_t now_us)
{
    int64_t local_s = (int64_t)(now_us / US_PER_S) + zone_east_s(engine->files->zone, now_us);

    return local_s > 0 ? (uint64_t)local_s : 0;
}

static struct script_scene scene_at(struct worker *worker, struct device *device, uint64_t now_us,
        struct scene_room *room)
{
    return (struct script_scene){
        .call = { .now_us = now_us, .local_s = local_time(worker->engine, now_us),
                .objects = 1u << SCRIPT_DEVICE },
        .engine = worker->engine,
        .set = heuristics_set(worker->states),
        .states = worker->states,
        .catalogs = heuristics_catalogs(heuristics_set(worker->states)),
        .witness = heuristics_witness(heuristics_set(worker->states)),
        .device = device,
        .room = room,
    };
}

static void run_on_flow(struct worker *worker, struct flow *flow, enum script_event event,
        bool ended)
{
    struct script_scene scene;
    struct scene_room room;

    if (!is_wanted(worker->engine, event) || !enter(worker))
        return;
    scene = scene_at(worker, flow->device, flow->last_us, &room);
    scene.flow = flow;
    scene.ended = ended;
    scene.call.objects |= 1u << SCRIPT_FLOW;
    heuristics_run(worker->states, event, flow, &scene.call);
}

/* --- what waits --- */

/* False: no room. */
static bool put(struct engine *engine, const struct waiting_event *event)
{
    struct heuristics_use *judgement = &engine->judgement;
    size_t count;

    lock_take(&judgement->lock);
    count = atomic_load(&judgement->waiting);
    if (count < WAITING_MAX) {
        judgement->ring[(judgement->first + count) % WAITING_MAX] = *event;
        atomic_store(&judgement->waiting, count + 1);
    }
    lock_release(&judgement->lock);
    if (count == WAITING_MAX)
        atomic_fetch_add(&judgement->lost, 1);
    return count < WAITING_MAX;
}

static bool take(struct engine *engine, struct waiting_event *out)
{
    struct heuristics_use *judgement = &engine->judgement;
    size_t count;

    lock_take(&judgement->lock);
    count = atomic_load(&judgement->waiting);
    if (count > 0) {
        *out = judgement->ring[judgement->first];
        judgement->first = (judgement->first + 1) % WAITING_MAX;
        atomic_store(&judgement->waiting, count - 1);
    }
    lock_release(&judgement->lock);
    return count > 0;
}

static void drop(struct engine *engine, struct waiting_event *event)
{
    if (event->ended != NULL)
        flow_free(engine, event->ended);
    else
        device_release(engine->devices, event->change.device);
}

void engine_await_change(struct engine *engine, const struct engine_event *change)
{
    struct waiting_event event = { .change = *change };

    if (!is_wanted(engine, SCRIPT_HEARTBEAT_CHANGE))
        return;
    device_hold(change->device);
    if (!put(engine, &event))
        drop(engine, &event);
}

bool engine_await_end(struct engine *engine, struct flow *flow)
{
    struct waiting_event event = { .ended = flow };

    return !flow->end_told && is_wanted(engine, SCRIPT_FLOW_END) && put(engine, &event);
}

static void run_waiting(struct worker *worker, struct waiting_event *event)
{
    struct script_scene scene;
    struct scene_room room;

    if (event->ended != NULL) {
        run_on_flow(worker, event->ended, SCRIPT_FLOW_END, true);
    } else if (is_there(event->change.device) && enter(worker)) {
        scene = scene_at(worker, event->change.device, event->change.report.time_us, &room);
        scene.change = &event->change;
        scene.call.objects |= 1u << SCRIPT_CHANGE;
        heuristics_run(worker->states, SCRIPT_HEARTBEAT_CHANGE, NULL, &scene.call);
    }
    drop(worker->engine, event);
}

void worker_judge_waiting(struct worker *worker)
{
    struct waiting_event event;

    while (atomic_load_explicit(&worker->engine->judgement.waiting, memory_order_relaxed) > 0 &&
            take(worker->engine, &event))
        run_waiting(worker, &event);
}

void engine_clear_waiting(struct engine *engine)
{
    struct waiting_event event;

    while (take(engine, &event))
        drop(engine, &event);
}

/* --- with a packet --- */

static void judge_name(struct worker *worker, struct flow *flow)
{
    if ((flow->changed & CHANGED_NAME) == 0 || flow->name == NULL ||
            flow->name_told >= flow->name_source)
        return;
    flow->name_told = flow->name_source;
    run_on_flow(worker, flow, SCRIPT_NAME, false);
}

/* Is a window over? The first one opens with the first packet; where time has stepped back, another
 * one begins. */
static bool is_over(uint64_t begun_us, uint64_t now_us, uint64_t window_us)
{
    return now_us >= begun_us + window_us || now_us + window_us < begun_us;
}

static void judge_flow_window(struct worker *worker, struct flow *flow)
{
    uint64_t now_us = flow->last_us, begun_us = flow->window_us;

    if (begun_us != 0 && !is_over(begun_us, now_us, FLOW_WINDOW_US))
        return;
    flow->window_us = now_us;
    if (begun_us != 0 && now_us > begun_us)
        run_on_flow(worker, flow, SCRIPT_FLOW_WINDOW, false);
}

static void judge_end(struct worker *worker, struct flow *flow, uint8_t tcp_flags)
{
    if ((tcp_flags & (PACKET_TCP_FIN | PACKET_TCP_RST)) == 0 || flow->end_told)
        return;
    flow->end_told = true;
    run_on_flow(worker, flow, SCRIPT_FLOW_END, false);
}

/* The same of what threads share: one of them begins the next. 'last_us' becomes when this one
 * began, zero if there was none. */
static bool begin_next(atomic_ullong *begun_us, uint64_t now_us, uint64_t window_us,
        unsigned long long *last_us)
{
    *last_us = atomic_load_explicit(begun_us, memory_order_relaxed);
    return (*last_us == 0 || is_over(*last_us, now_us, window_us)) &&
           atomic_compare_exchange_strong(begun_us, last_us, now_us);
}

static void run_on_device(struct worker *worker, struct flow *flow, enum script_event event,
        struct device_window window)
{
    struct script_scene scene;
    struct scene_room room;

    if (!is_wanted(worker->engine, event) || !is_there(flow->device) || !enter(worker))
        return;
    scene = scene_at(worker, flow->device, flow->last_us, &room);
    scene.window = window;
    heuristics_run(worker->states, event, NULL, &scene.call);
}

static void judge_device(struct worker *worker, struct flow *flow)
{
    struct device *device = flow->device;
    struct device_window window;
    unsigned long long last_us;

    atomic_fetch_add_explicit(&device->window_packets, 1, memory_order_relaxed);
    if (!begin_next(&device->window_us, flow->last_us, DEVICE_WINDOW_US, &last_us) ||
            last_us == 0 || flow->last_us < last_us)
        return;
    window.us = flow->last_us - last_us;
    window.packets = atomic_exchange_explicit(&device->window_packets, 0, memory_order_relaxed);
    run_on_device(worker, flow, SCRIPT_DEVICE_WINDOW, window);
    if (begin_next(&device->hour_us, flow->last_us, DEVICE_HOUR_US, &last_us))
        run_on_device(worker, flow, SCRIPT_DEVICE_HOUR, (struct device_window){ 0, 0 });
}

/* What was found of the device is shown by its next packet, whatever flow that is of. */
static void take_findings(struct flow *flow)
{
    struct device *device = flow->device;
    struct findings taken = { .count = 0 };

    if (!atomic_load_explicit(&device->found, memory_order_relaxed))
        return;
    lock_take(&device->lock);
    atomic_store(&device->found, false);
    if (insight_waiting(&device->insight, false) != NULL) {
        taken = *insight_waiting(&device->insight, false);
        insight_waiting(&device->insight, false)->count = 0;
    }
    lock_release(&device->lock);
    if (taken.count > 0 && flow->findings == NULL)
        flow->findings = calloc(1, sizeof(*flow->findings));
    for (size_t i = 0; i < taken.count && flow->findings != NULL; i++)
        if (findings_put(flow->findings, taken.items[i]))
            flow->changed |= CHANGED_FINDING;
    findings_clear(&taken);
}

void worker_judge(struct worker *worker, struct flow *flow, enum direction way, uint8_t tcp_flags)
{
    judge_name(worker, flow);
    judge_flow_window(worker, flow);
    judge_end(worker, flow, tcp_flags);
    if (way == UP)
        judge_device(worker, flow);
    worker_judge_waiting(worker);
    take_findings(flow);
}

void worker_judge_answer(struct worker *worker, struct flow *flow,
        const struct resolution *answer)
{
    struct script_scene scene;
    struct scene_room room;

    if (!is_wanted(worker->engine, SCRIPT_DNS_ANSWER) || !is_there(flow->device) ||
            !enter(worker))
        return;
    scene = scene_at(worker, flow->device, flow->last_us, &room);
    scene.answer = answer;
    scene.flow_of_answer = flow;
    scene.call.objects |= 1u << SCRIPT_ANSWER;
    heuristics_run(worker->states, SCRIPT_DNS_ANSWER, NULL, &scene.call);
}
