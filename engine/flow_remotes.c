/* The remotes that a flow belongs to: the series of bursts that its device exchanges with each, and what
 * it sends there. All with the device's lock held. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "engine.h"
#include "engine_internal.h"
#include "parse/packet.h"

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

    remote->protocol = flow->protocol;
    remote->port = flow->remote_port;
    if (remote->kind == REMOTE_ADDRESS)
        address_text(&flow->remote_address, text);
    else
        snprintf(text, sizeof(text), "AS%u", flow->geo.asn);
    memcpy(remote->label, text, sizeof(text));
}

static void touch(const struct flow *flow, struct remote *remote)
{
    remotes_touch(&flow->device->conduct.remotes, remote, flow->last_us);
    remote->is_public = flow->remote_is_public;
}

static struct remote *use(struct engine *engine, const struct flow *flow,
        const struct remote_identity *who)
{
    struct remote *remote = remotes_use(&flow->device->conduct.remotes,
            &engine->budget.conduct.remotes, who, flow->last_us);

    if (remote == NULL)
        return NULL;
    remote->is_public = flow->remote_is_public;
    remote->to_many = flow->to_many;
    if (remote->label[0] == '\0')
        label(remote, flow);
    if (engine->memory != NULL && beat_is_new(&remote->beat))
        baseline_recall_beat(engine, flow->device, remote);
    return remote;
}

/* Finds both, or finds them still there. */
static void look_up(struct engine *engine, struct flow *flow)
{
    struct remotes *remotes = &flow->device->conduct.remotes;
    struct remote_pair pair;
    uint64_t drops;

    if (flow->narrow != NULL && flow->remotes_drops == remotes->drops) {
        touch(flow, flow->narrow);
        if (flow->wide != NULL)
            touch(flow, flow->wide);
        return;
    }
    pair_of(flow, &pair);
    flow->narrow = use(engine, flow, &pair.narrow);
    drops = remotes->drops;
    flow->wide = pair.has_wide ? use(engine, flow, &pair.wide) : NULL;
    if (remotes->drops != drops) /* to make room for the other */
        flow->narrow = remotes_find(remotes, pair.narrow.kind, pair.narrow.hash);
    flow->remotes_drops = remotes->drops;
}

/* --- heartbeats --- */

static void take_better(struct beat_view *best, const struct beat *beat)
{
    struct beat_view view;

    if (!beat_is_known(beat)) /* most are not */
        return;
    if (!best->known) {
        beat_read(beat, best);
        return;
    }
    beat_read(beat, &view);
    if (view.score > best->score)
        *best = view;
}

void flow_beat(const struct flow *flow, struct beat_view *out)
{
    *out = flow->outlook.series;
    if (flow->beat != NULL)
        take_better(out, flow->beat);
}

static void tell_remote(struct engine *engine, const struct flow *flow, struct remote *remote,
        struct engine_event *event)
{
    struct beat_report report;

    remote->beat.may_be_poll = flow->protocol == PACKET_PROTOCOL_UDP;
    if (flow->tail_bytes > 0 && beat_add(&remote->beat, flow->tail_us, flow->tail_bytes, &report))
        event_take(event, remote, &report);
    if (flow->burst_waits && beat_note(&remote->beat, flow->burst_us, &report))
        event_take(event, remote, &report);
    if (flow->burst_bytes > 0 && beat_add(&remote->beat, flow->last_us, flow->burst_bytes, &report))
        event_take(event, remote, &report);
    remote->due_us = beat_due_us(&remote->beat);
    if (remote->due_us < flow->device->due_us)
        device_set_due(engine->devices, flow->device, remote->due_us);
}

/* Names one flow among those of its device to a remote. */
static uint64_t teller_of(const struct flow *flow)
{
    return flow->first_us << 16 | flow->device_port;
}

/* While all that a domain or network has is one host's, the host's series is enough. The second host
 * begins with what the first has told, unless that is a heartbeat, which it would only disturb. */
static void tell_wide(struct engine *engine, struct flow *flow, struct engine_event *event)
{
    struct remote *wide = flow->wide;
    uint64_t teller = wide->teller;
    const struct remote *first;

    if (remote_hears_only(wide, flow->narrow->key))
        return;
    if (teller != REMOTE_TOLD_BY_MANY) {
        first = remotes_at(&flow->device->conduct.remotes, teller);
        if (first != NULL && !beat_is_sure(&first->beat) && !wide->beat.remembered)
            wide->beat = first->beat;
    }
    tell_remote(engine, flow, wide, event);
}

/* Payload that leaves the home counts as upload: hosts see the last acknowledgements of a flow at
 * different times. */
static uint64_t take_upload(struct flow *flow)
{
    uint64_t bytes = flow->remote_is_public ? flow->unreported_up : 0;

    flow->unreported_up = 0;
    return bytes;
}

/* A host may forget a flow days after its last packet, as Suricata does where it reads a capture. That is no
 * clock that has stepped back, which would begin the sum of a day anew. */
static uint64_t upload_time_us(const struct flow *flow)
{
    uint64_t seen_us = atomic_load_explicit(&flow->device->last_seen_us, memory_order_relaxed);

    return seen_us > flow->last_us + UPLOAD_DAY_COVERS_US ? seen_us : flow->last_us;
}

void flow_note_upload(struct flow *flow, struct remote *remote)
{
    struct conduct *conduct = &flow->device->conduct;
    uint64_t bytes = take_upload(flow), time_us = upload_time_us(flow);

    if (conduct->upload == NULL && bytes > 0)
        conduct->upload = calloc(1, sizeof(*conduct->upload));
    if (conduct->upload == NULL)
        return;
    if (bytes > 0)
        upload_add(conduct->upload, remote != NULL ? &remote->upload : NULL, bytes, time_us);
    flow->outlook.upload_24h = upload_day_bytes(conduct->upload, time_us);
}

static void look_at_upload(struct flow *flow, const struct remote *remote)
{
    const struct upload *upload = flow->device->conduct.upload;

    flow->outlook.upload_burst_known =
            upload != NULL && upload_burst(upload, &remote->upload, flow->last_us,
                                      &flow->outlook.upload_burst);
    flow->outlook.upload_day_known =
            upload != NULL && upload_day(upload, &remote->upload, flow->last_us,
                                      &flow->outlook.upload_day);
}

void flow_tell_remotes(struct engine *engine, struct flow *flow, struct engine_event *event)
{
    look_up(engine, flow);
    flow_note_upload(flow, flow->narrow);
    if (flow->narrow == NULL)
        return;
    if (flow->wide != NULL)
        tell_wide(engine, flow, event);
    flow->alone = remote_hears_only(flow->narrow, teller_of(flow));
    tell_remote(engine, flow, flow->narrow, event);
}

void flow_look_at_remotes(struct flow *flow)
{
    flow->outlook.series = (struct beat_view){ 0 };
    if (flow->narrow == NULL)
        return;
    if (flow->wide != NULL && flow->wide->teller == REMOTE_TOLD_BY_MANY)
        take_better(&flow->outlook.series, &flow->wide->beat);
    take_better(&flow->outlook.series, &flow->narrow->beat);
    look_at_upload(flow, flow->narrow);
}

/* NULL: nothing is known. */
static struct remote *recall(struct flow *flow, const struct remote_identity *who,
        struct engine_event *event)
{
    const struct conduct *conduct = &flow->device->conduct;
    struct remote *remote = remotes_find(&conduct->remotes, who->kind, who->hash);
    struct outlook *outlook = &flow->outlook;
    struct beat_report report;

    if (remote == NULL)
        return NULL;
    if (beat_clock(&remote->beat, flow->last_us, &report))
        event_take(event, remote, &report);
    take_better(&outlook->series, &remote->beat);
    look_at_upload(flow, remote);
    return remote;
}

/* What is known of the remote, as far as it can be told by now who that is. Mostly it stays so, and need
 * not be found again to be told. */
void flow_recall_remotes(struct flow *flow, struct engine_event *event)
{
    struct remote_pair pair;

    pair_of(flow, &pair);
    flow->wide = pair.has_wide ? recall(flow, &pair.wide, event) : NULL;
    flow->narrow = recall(flow, &pair.narrow, event);
    if (pair.has_wide && flow->wide == NULL)
        flow->narrow = NULL;
    flow->remotes_drops = flow->device->conduct.remotes.drops;
}
