/* Does the device relay for others? What a flow carried in both directions, handed to its device.
 *
 * Only devices that send and receive a good deal at once are looked at. */
#include <stdio.h>
#include <string.h>

#include "base/apart.h"
#include "base/hash.h"
#include "engine.h"
#include "engine_internal.h"

/* What a device has to send, and to receive, within a minute to be worth a look. */
#define BUSY_BYTES 4096
/* Less is what calls, uploads and downloads have in common by chance. */
#define SCORE_MIN 0.01
/* A flow that carried so much since its last report tells early. */
#define EARLY_BYTES 8192

/* --- flows --- */

static uint64_t group_of(const struct flow *flow)
{
    if (flow->domain != NULL)
        return hash_bytes(flow->domain, strlen(flow->domain));
    if (flow->geo.asn != 0)
        return hash_bytes(&flow->geo.asn, sizeof(flow->geo.asn));
    return hash_bytes(flow->remote_address.bytes, sizeof(flow->remote_address.bytes));
}

static struct relay_end end_of(const struct flow *flow)
{
    return (struct relay_end){
        .remote = flow->remote_address,
        .remote_port = flow->remote_port,
        .device_port = flow->device_port,
        .protocol = flow->protocol,
        .device_initiated = flow->device_initiated,
        .opened_us = flow->first_us,
        .group = group_of(flow),
    };
}

static struct flow_relay *make(struct engine *engine)
{
    struct flow_relay *made = NULL;

    if (atomic_fetch_add(&engine->relay_flows, 1) < RELAY_FLOWS_MAX)
        made = pool_take(&engine->relay_pool);
    if (made != NULL) {
        *made = (struct flow_relay){ 0 };
        return made;
    }
    atomic_fetch_sub(&engine->relay_flows, 1);
    atomic_fetch_add(&engine->budget.conduct.relay.refused, 1);
    return NULL;
}

/* What the first one said counts, too. */
static APART bool begin(struct engine *engine, struct flow *flow, enum direction way)
{
    if (!flow->relay_refused)
        flow->relay = make(engine);
    flow->relay_refused = flow->relay == NULL;
    if (flow->relay_refused)
        return false;
    relay_flow_add(&flow->relay->bins, flow->opening_us, way == UP ? RELAY_DOWN : RELAY_UP,
            flow->opening_bytes[!way]);
    return true;
}

/* --- devices --- */

static bool is_busy(const struct flow *flow)
{
    return atomic_load_explicit(&flow->device->busy, memory_order_relaxed);
}

void flow_note_volume(struct flow *flow)
{
    struct symmetry *volume = &flow->device->conduct.volume;
    struct upload *upload = flow->device->conduct.upload;
    bool busy;

    for (unsigned way = UP; upload != NULL && flow->remote_is_public && way <= DOWN; way++)
        upload->hours[way][flow->hour % 24] += flow->bytes[way] - flow->reported_volume[way];
    symmetry_add(volume, flow->last_us, UP, flow->bytes[UP] - flow->reported_volume[UP]);
    symmetry_add(volume, flow->last_us, DOWN, flow->bytes[DOWN] - flow->reported_volume[DOWN]);
    flow->reported_volume[UP] = flow->bytes[UP];
    flow->reported_volume[DOWN] = flow->bytes[DOWN];
    busy = symmetry_least(volume) >= BUSY_BYTES;
    if (busy && !is_busy(flow) && flow->device->conduct.relay != NULL)
        relay_wake(flow->device->conduct.relay);
    atomic_store_explicit(&flow->device->busy, busy, memory_order_relaxed);
}

static void show(struct flow *flow, const struct relay_view *view)
{
    struct flow_relay *relay = flow->relay;
    char text[ADDRESS_TEXT_SIZE];

    if (relay->known ? relay->view.score == view->score && relay->view.role == view->role :
                       view->score < SCORE_MIN)
        return;
    relay->known = true;
    relay->view = *view;
    address_text(&view->controller.remote, text);
    snprintf(relay->controller, sizeof(relay->controller), "%s", text);
    flow->changed |= CHANGED_RELAY;
}

static APART void hand_in(struct engine *engine, struct flow *flow)
{
    struct conduct *conduct = &flow->device->conduct;
    struct relay_end end = end_of(flow);
    struct relay_view view;

    lock_take(&flow->device->lock);
    if (conduct->relay == NULL)
        conduct->relay = relay_make(&engine->budget.conduct.relay);
    if (conduct->relay != NULL) {
        relay_hand_in(conduct->relay, &flow->relay->bins, &end, flow->last_us);
        if (relay_read(conduct->relay, &flow->relay->bins, &view))
            show(flow, &view);
    }
    lock_release(&flow->device->lock);
}

/* What it carries at once is told early, as it may be what makes its device busy. */
static void tell_early(struct engine *engine, struct flow *flow)
{
    if (flow->bytes[UP] + flow->bytes[DOWN] >=
                    flow->reported_volume[UP] + flow->reported_volume[DOWN] + EARLY_BYTES &&
            flow->settled && flow->last_us / RELAY_BIN_US != flow->reported_us / RELAY_BIN_US)
        flow->changed |= flow_report(engine, flow);
}

/* Flows of a device that is not busy keep nothing: it would be old when they are looked at. */
void flow_follow_relay(struct engine *engine, struct flow *flow, enum direction way,
        uint64_t time_us, uint32_t bytes)
{
    if (flow->relay == NULL && flow->opening_bytes[!way] == 0) {
        if (flow->opening_bytes[way] == 0)
            flow->opening_us = time_us;
        flow->opening_bytes[way] += bytes;
        return;
    }
    if (!is_busy(flow))
        tell_early(engine, flow);
    /* Followed from when both ends have spoken. */
    if (!is_busy(flow) || (flow->relay == NULL && !begin(engine, flow, way)))
        return;
    if (relay_flow_add(&flow->relay->bins, time_us, way == UP ? RELAY_UP : RELAY_DOWN, bytes))
        hand_in(engine, flow);
}

void flow_leave_relay(struct engine *engine, struct flow *flow)
{
    if (flow->relay == NULL)
        return;
    if (flow->device->conduct.relay != NULL)
        relay_leave(flow->device->conduct.relay, &flow->relay->bins);
    pool_give(&engine->relay_pool, flow->relay);
    flow->relay = NULL;
    atomic_fetch_sub(&engine->relay_flows, 1);
}
