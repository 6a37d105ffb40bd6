/* What a flow tells its device, and what the device knows in return.
 *
 * The device is locked for it: when the flow opens, once it is clear what to call the remote, when
 * another burst begins, once in ten seconds of payload without a pause, and when the flow ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "engine.h"
#include "engine_internal.h"

/* --- which remotes a flow belongs to --- */

/* A host name and its domain; without a name the endpoint and its network. The wider one finds a
 * beacon that moves about. */
struct remote_pair {
    struct remote_identity narrow, wide;
    bool has_wide;
};

uint64_t flow_endpoint_hash(const struct flow *flow)
{
    uint8_t key[sizeof(flow->remote_address.bytes) + 3];

    memcpy(key, flow->remote_address.bytes, sizeof(flow->remote_address.bytes));
    key[16] = (uint8_t)(flow->remote_port >> 8);
    key[17] = (uint8_t)flow->remote_port;
    key[18] = flow->protocol;
    return hash_bytes(key, sizeof(key));
}

static struct remote_identity by_text(enum remote_kind kind, const char *text)
{
    size_t len = strlen(text);

    return (struct remote_identity){ kind, hash_bytes(text, len), text, len };
}

static void pair_of(const struct flow *flow, struct remote_pair *pair)
{
    if (flow->name != NULL) {
        pair->narrow = by_text(REMOTE_NAME, flow->name);
        pair->has_wide = flow->domain != NULL && flow->domain != flow->name;
        if (pair->has_wide)
            pair->wide = by_text(REMOTE_DOMAIN, flow->domain);
        return;
    }
    pair->narrow = (struct remote_identity){ REMOTE_ADDRESS, flow_endpoint_hash(flow), "", 0 };
    pair->has_wide = flow->geo.asn != 0;
    if (pair->has_wide)
        pair->wide = (struct remote_identity){ REMOTE_ASN,
            hash_bytes(&flow->geo.asn, sizeof(flow->geo.asn)), "", 0 };
}

/* Addresses and networks are spelled out once, when their entry is made. */
static void label(struct remote *remote, const struct flow *flow)
{
    char text[ADDRESS_TEXT_SIZE];

    if (remote->kind == REMOTE_ADDRESS)
        address_text(&flow->remote_address, text);
    else
        snprintf(text, sizeof(text), "AS%u", flow->geo.asn);
    memcpy(remote->label, text, sizeof(text));
}

static struct remote *use(struct engine *engine, const struct flow *flow,
        const struct remote_identity *who)
{
    struct remote *remote = remotes_use(&flow->device->conduct.remotes,
            &engine->budget.conduct.remotes, who, flow->last_us);

    if (remote != NULL && remote->label[0] == '\0')
        label(remote, flow);
    return remote;
}

/* --- heartbeats --- */

static void take_better(struct beat_view *best, const struct beat *beat)
{
    struct beat_view view;

    beat_read(beat, &view);
    if (view.known && (!best->known || view.score > best->score))
        *best = view;
}

void flow_beat(const struct flow *flow, struct beat_view *out)
{
    *out = flow->outlook.series;
    if (flow->beat != NULL)
        take_better(out, flow->beat);
}

static void tell_remote(const struct flow *flow, struct remote *remote, struct engine_event *event)
{
    struct beat_report report;

    if (flow->tail_bytes > 0 && beat_add(&remote->beat, flow->tail_us, flow->tail_bytes, &report))
        event_take(event, remote, &report);
    if (flow->burst_waits && beat_note(&remote->beat, flow->burst_us, &report))
        event_take(event, remote, &report);
    if (flow->burst_bytes > 0 && beat_add(&remote->beat, flow->last_us, flow->burst_bytes, &report))
        event_take(event, remote, &report);
    if (beat_due_us(&remote->beat) < atomic_load(&flow->device->due_us))
        atomic_store(&flow->device->due_us, beat_due_us(&remote->beat));
}

/* --- the flow's look at its device --- */

static bool same_beat(const struct beat_view *a, const struct beat_view *b)
{
    return a->state == b->state && a->score == b->score && a->period_s == b->period_s &&
           a->bytes == b->bytes;
}

static uint32_t differences(const struct outlook *a, const struct outlook *b)
{
    uint32_t changed = 0;

    if (memcmp(a->fanout, b->fanout, sizeof(a->fanout)) != 0 ||
            a->accepted_known != b->accepted_known || a->accepted != b->accepted)
        changed |= CHANGED_FANOUT;
    if (a->unanswered != b->unanswered || a->unanswered_known != b->unanswered_known)
        changed |= CHANGED_UNANSWERED;
    if (a->upload_24h != b->upload_24h || a->upload_burst_known != b->upload_burst_known ||
            a->upload_burst != b->upload_burst)
        changed |= CHANGED_UPLOAD;
    if (a->new_device != b->new_device || a->new_domain != b->new_domain ||
            a->new_asn != b->new_asn || a->new_port != b->new_port)
        changed |= CHANGED_NEW;
    if (!same_beat(&a->series, &b->series))
        changed |= CHANGED_BEAT;
    return changed;
}

/* What only changes with the flows that the device opens. */
static void look_around(const struct flow *flow, struct outlook *outlook)
{
    const struct conduct *conduct = &flow->device->conduct;

    for (unsigned kind = 0; kind < FANOUT_KINDS; kind++)
        outlook->fanout[kind] =
                fanout_count(&conduct->fanout, (enum fanout_kind)kind, flow->last_us);
    outlook->accepted_known =
            acceptance_read(&conduct->acceptance, flow->last_us, &outlook->accepted);
}

/* --- reports --- */

static enum ternary is_new(struct engine *engine, struct flow *flow, enum seen_kind kind,
        const void *key, size_t len)
{
    static const enum ternary answers[] = {
        [SEEN_UNSURE] = UNKNOWN, [SEEN_BEFORE] = NO, [SEEN_NEW] = YES,
    };

    return answers[seen_note(&flow->device->conduct.seen, &engine->budget.conduct.seen, kind,
            hash_stable(key, len), flow->last_us)];
}

/* Payload that leaves the home counts as upload: hosts see the last acknowledgements of a flow at
 * different times. */
static uint64_t take_upload(struct flow *flow)
{
    uint64_t bytes = flow->remote_is_public ? flow->unreported_up : 0;

    flow->unreported_up = 0;
    return bytes;
}

static void note_upload(struct flow *flow, struct remote *remote, uint64_t bytes)
{
    struct conduct *conduct = &flow->device->conduct;

    if (conduct->upload == NULL && bytes > 0)
        conduct->upload = calloc(1, sizeof(*conduct->upload));
    if (conduct->upload == NULL)
        return;
    upload_add(conduct->upload, remote != NULL ? &remote->upload : NULL, bytes, flow->last_us);
    flow->outlook.upload_24h = upload_day_bytes(conduct->upload, flow->last_us);
}

static void look_at_upload(struct flow *flow, const struct remote *remote)
{
    const struct upload *upload = flow->device->conduct.upload;

    flow->outlook.upload_burst_known =
            upload != NULL && upload_burst(upload, &remote->upload, flow->last_us,
                                      &flow->outlook.upload_burst);
}

/* An entry is good only until the next is used, so one after the other. */
static void tell_remotes(struct engine *engine, struct flow *flow, struct engine_event *event)
{
    struct outlook *outlook = &flow->outlook;
    uint64_t bytes = take_upload(flow);
    struct remote_pair pair;
    struct remote *remote;

    outlook->series = (struct beat_view){ 0 };
    pair_of(flow, &pair);
    remote = pair.has_wide ? use(engine, flow, &pair.wide) : NULL;
    if (remote != NULL) {
        tell_remote(flow, remote, event);
        take_better(&outlook->series, &remote->beat);
    }
    remote = use(engine, flow, &pair.narrow);
    note_upload(flow, remote, bytes);
    if (remote == NULL)
        return;
    tell_remote(flow, remote, event);
    take_better(&outlook->series, &remote->beat);
    look_at_upload(flow, remote);
}

static void tell_device(struct engine *engine, struct flow *flow, struct engine_event *event)
{
    if (flow->device->gone)
        return;
    if (flow->device_initiated) {
        tell_remotes(engine, flow, event);
        if (flow->domain != NULL && flow->settled)
            flow->outlook.new_domain =
                    is_new(engine, flow, SEEN_DOMAIN, flow->domain, strlen(flow->domain));
    } else {
        note_upload(flow, NULL, take_upload(flow));
    }
    flow_note_volume(flow);
    flow->burst_waits = false;
    flow->burst_bytes = flow->tail_bytes = 0;
    if (flow->packets[DOWN] != flow->reported_down && address_is_unicast(&flow->device_address)) {
        heard_note(&flow->device->conduct.heard, flow->last_us);
        if (flow->remote_is_public)
            engine_note_uplink(engine, flow->last_us);
    }
    flow->reported_down = flow->packets[DOWN];
}

static void pass_on(struct engine *engine, const struct flow *flow, struct engine_event *event)
{
    if (event->report.change == BEAT_AS_IT_WAS)
        return;
    event->device = flow->device;
    engine_tell(engine, event);
}

static void recall(struct flow *flow, const struct remote_identity *who,
        struct engine_event *event)
{
    const struct conduct *conduct = &flow->device->conduct;
    struct remote *remote = remotes_find(&conduct->remotes, who->kind, who->hash);
    struct outlook *outlook = &flow->outlook;
    struct beat_report report;

    if (remote == NULL)
        return;
    if (beat_clock(&remote->beat, flow->last_us, &report))
        event_take(event, remote, &report);
    take_better(&outlook->series, &remote->beat);
    look_at_upload(flow, remote);
}

/* What is known of the remote, as far as it can be told by now who that is. */
static void recall_remotes(struct engine *engine, struct flow *flow)
{
    struct engine_event event = { 0 };
    struct remote_pair pair;

    pair_of(flow, &pair);
    if (pair.has_wide)
        recall(flow, &pair.wide, &event);
    recall(flow, &pair.narrow, &event);
    pass_on(engine, flow, &event);
}

uint32_t flow_report(struct engine *engine, struct flow *flow)
{
    struct engine_event event = { 0 };
    struct outlook before = flow->outlook;

    flow->reported_us = flow->last_us;
    lock_take(&flow->device->lock);
    tell_device(engine, flow, &event);
    lock_release(&flow->device->lock);
    pass_on(engine, flow, &event);
    return differences(&before, &flow->outlook);
}

void flow_report_opening(struct engine *engine, struct flow *flow)
{
    struct conduct *conduct = &flow->device->conduct;
    struct outlook *outlook = &flow->outlook;
    uint8_t port[] = { flow->protocol, (uint8_t)(flow->remote_port >> 8),
        (uint8_t)flow->remote_port };

    if (flow->device_initiated)
        recall_remotes(engine, flow);
    if (flow->device_initiated && address_is_unicast(&flow->remote_address)) {
        struct fanout_budget *budget = &engine->budget.conduct.fanout;

        acceptance_open(&conduct->acceptance, flow->last_us);
        fanout_note(&conduct->fanout, budget, flow->remote_is_public ? FANOUT_PUBLIC : FANOUT_LAN,
                flow->remote_address.bytes, sizeof(flow->remote_address.bytes), flow->last_us);
        if (flow->remote_port != 0) {
            fanout_note(&conduct->fanout, budget, FANOUT_PORTS, port + 1, 2, flow->last_us);
            outlook->new_port = is_new(engine, flow, SEEN_PORT, port, sizeof(port));
        }
        if (flow->geo.asn != 0)
            outlook->new_asn =
                    is_new(engine, flow, SEEN_ASN, &flow->geo.asn, sizeof(flow->geo.asn));
    }
    outlook->new_device = (enum ternary)seen_device(engine_began_us(engine, flow->first_us),
            engine->settings->learning_s, flow->device->first_seen_us, flow->last_us);
    look_around(flow, outlook);
    if (conduct->upload != NULL)
        outlook->upload_24h = upload_day_bytes(conduct->upload, flow->last_us);
}

void flow_report_end(struct engine *engine, struct flow *flow)
{
    struct engine_event event = { 0 };
    struct device *device = flow->device;

    flow->settled = true;
    lock_take(&device->lock);
    device->totals.bytes_up += flow->bytes[UP];
    device->totals.bytes_down += flow->bytes[DOWN];
    tell_device(engine, flow, &event);
    flow_leave_relay(engine, flow);
    if (!device->gone)
        flow_tell_silence(engine, flow, flow->syns > 0);
    lock_release(&device->lock);
    pass_on(engine, flow, &event);
}
