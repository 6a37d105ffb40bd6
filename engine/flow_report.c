/* What a flow tells its device, and what the device knows in return.
 *
 * The device is locked for it: when the flow opens, once it is clear what to call the remote, when
 * another burst begins, once in ten seconds of payload without a pause, and when the flow ends. */
#include <string.h>

#include "base/apart.h"
#include "base/hash.h"
#include "engine.h"
#include "engine_internal.h"

#define INTRUDES_US (3600 * US_PER_S) /* told for so long */
#define SITES_MANY 20 /* domains; as rules have it that leave alone who surfs */

/* --- the flow's look at its device --- */

bool flow_same_beat(const struct beat_view *a, const struct beat_view *b)
{
    return a->known == b->known && a->state == b->state && a->score == b->score &&
           a->period_s == b->period_s && a->jitter == b->jitter && a->bytes == b->bytes;
}

/* Of what a report may change. Apart, or each of these would be read early and kept on the stack. */
static APART uint32_t differences(const struct outlook *a, const struct outlook *b)
{
    uint32_t changed = 0;

    if (a->fanout[FANOUT_ABSENT] != b->fanout[FANOUT_ABSENT] || a->strangers != b->strangers ||
            a->domains != b->domains || a->absent != b->absent || a->claims != b->claims ||
            a->usurps != b->usurps || a->intervenes != b->intervenes || a->leases != b->leases ||
            a->beats_lost != b->beats_lost)
        changed |= CHANGED_FANOUT;
    if (a->upload_24h != b->upload_24h || a->upload_burst_known != b->upload_burst_known ||
            a->upload_burst != b->upload_burst || a->upload_day_known != b->upload_day_known ||
            a->upload_day != b->upload_day)
        changed |= CHANGED_UPLOAD;
    if (a->new_domain != b->new_domain || a->common_known != b->common_known ||
            a->common != b->common)
        changed |= CHANGED_NEW;
    if (!flow_same_beat(&a->series, &b->series))
        changed |= CHANGED_BEAT;
    return changed;
}

static bool intrudes(atomic_ullong *since_us, uint64_t now_us)
{
    uint64_t since = atomic_load_explicit(since_us, memory_order_relaxed);

    return since != 0 && now_us < since + INTRUDES_US &&
           since < now_us + INTRUDES_US; /* the clock may step back */
}

/* Where only what is sent to all can be seen, no answer would be. */
static APART void look_at_absent(struct flow *flow)
{
    const struct conduct *conduct = &flow->device->conduct;

    if (!conduct->heard.ever)
        return;
    flow->outlook.fanout[FANOUT_ABSENT] = fanout_count(&conduct->fanout, FANOUT_ABSENT, flow->last_us);
    flow->outlook.absent = strangers_count(conduct->absent, flow->last_us);
}

/* ARP comes between a flow's packets. */
static void look_at_arp(struct flow *flow)
{
    const struct conduct *conduct = &flow->device->conduct;

    flow->outlook.fanout[FANOUT_ABSENT] = flow->outlook.absent = 0;
    if (conduct->absent != NULL) /* few devices look for such */
        look_at_absent(flow);
    flow->outlook.claims = strangers_count(conduct->claims, flow->last_us);
    flow->outlook.usurps = intrudes(&flow->device->usurped_us, flow->last_us);
    flow->outlook.intervenes = intrudes(&flow->device->between_us, flow->last_us);
    flow->outlook.leases = intrudes(&flow->device->leased_us, flow->last_us);
}

/* A packet to a device does not show whose address that is: it may be one that is known by its MAC
 * address, as its own packets will tell. */
static bool shows_device(const struct flow *flow)
{
    return flow->device->has_mac || flow->device_is_first || flow->packets[UP] > 0;
}

static enum ternary is_new_device(struct engine *engine, const struct flow *flow)
{
    return (enum ternary)seen_device(engine_began_us(engine, flow->first_us),
            engine->settings->learning_s, device_met_us(flow->device), flow->last_us);
}

/* What only changes with the flows that the device opens. */
static void look_around(struct engine *engine, const struct flow *flow, struct outlook *outlook)
{
    const struct conduct *conduct = &flow->device->conduct;

    for (unsigned kind = 0; kind < FANOUT_KINDS; kind++)
        outlook->fanout[kind] =
                fanout_count(&conduct->fanout, (enum fanout_kind)kind, flow->last_us);
    outlook->beats_lost = lost_count(&conduct->lost, flow->last_us);
    outlook->strangers = flow_count_strangers(flow);
    outlook->domains = conduct->seen.sets[SEEN_DOMAIN].count;
    outlook->accepted_known =
            (!flow->remote_is_public || atomic_load(&engine->hears_outside)) &&
            acceptance_read(&conduct->acceptance, flow->last_us, &outlook->accepted);
}

/* --- reports --- */

static void tell_remotes(struct engine *engine, struct flow *flow, struct engine_event *event)
{
    if (flow->device_initiated)
        flow_tell_remotes(engine, flow, event);
    else
        flow_note_upload(flow, NULL);
}

static void teach_device(struct engine *engine, struct flow *flow)
{
    if (!flow->device_initiated || !flow->settled)
        return;
    if (flow->domain != NULL)
        flow->outlook.new_domain =
                flow_teach_remote(engine, flow, seen_fact_text(SEEN_DOMAIN, flow->domain));
    flow_teach_name(engine, flow);
}

static void tell_device(struct flow *flow)
{
    flow_note_volume(flow);
    flow->burst_waits = false;
    flow->burst_bytes = flow->tail_bytes = 0;
    if (flow->packets[DOWN] != flow->reported_down && address_is_unicast(&flow->device_address))
        heard_note(&flow->device->conduct.heard, flow->last_us);
    flow->reported_down = flow->packets[DOWN];
}

static void look_at_device(struct engine *engine, struct flow *flow)
{
    if (flow->device_initiated)
        flow_look_at_remotes(flow);
    flow_look_up_usual(engine, flow);
    flow->outlook.beats_lost = lost_count(&flow->device->conduct.lost, flow->last_us);
    flow->outlook.strangers = flow_count_strangers(flow);
    flow->outlook.domains = flow->device->conduct.seen.sets[SEEN_DOMAIN].count;
    look_at_arp(flow);
}

static void pass_on(struct engine *engine, const struct flow *flow, struct engine_event *event)
{
    if (event->report.change == BEAT_AS_IT_WAS)
        return;
    event->device = flow->device;
    event->finding = NULL;
    engine_tell(engine, event);
}

uint32_t flow_report(struct engine *engine, struct flow *flow)
{
    struct engine_event event;
    struct outlook before = flow->outlook;

    event.report.change = BEAT_AS_IT_WAS;
    lock_take(&flow->device->lock);
    if (!flow->device->gone) {
        tell_remotes(engine, flow, &event);
        teach_device(engine, flow);
        tell_device(flow);
        look_at_device(engine, flow);
    }
    flow->reported_us = flow->last_us;
    lock_release(&flow->device->lock);
    pass_on(engine, flow, &event);
    return differences(&before, &flow->outlook);
}

static void recall_remotes(struct engine *engine, struct flow *flow)
{
    struct engine_event event;

    event.report.change = BEAT_AS_IT_WAS;
    flow_recall_remotes(flow, &event);
    pass_on(engine, flow, &event);
}

/* A hub asks its lamps again and again, though they are switched off; a scan goes on to others. */
static bool called_before(struct conduct *conduct, const struct flow *flow)
{
    uint64_t key = hash_bytes(flow->remote_address.bytes, sizeof(flow->remote_address.bytes));

    return strangers_note(&conduct->neighbours, NEIGHBOURS_MAX,
            key ^ (uint64_t)flow->remote_port << 48, flow->last_us);
}

static void note_fanout(struct engine *engine, struct flow *flow)
{
    struct conduct *conduct = &flow->device->conduct;
    struct fanout_budget *budget = &engine->budget.conduct.fanout;
    uint8_t port[] = { (uint8_t)(flow->remote_port >> 8), (uint8_t)flow->remote_port };

    if (flow->remote_is_public || !called_before(conduct, flow))
        fanout_note(&conduct->fanout, budget, flow->remote_is_public ? FANOUT_PUBLIC : FANOUT_LAN,
                flow->remote_address.bytes, sizeof(flow->remote_address.bytes), flow->last_us);
    if (flow->remote_port != 0)
        fanout_note(&conduct->fanout, budget, FANOUT_PORTS, port, sizeof(port), flow->last_us);
}

/* Outside nobody is known to be there. Who talks to many sites soon opens another flow, which tells how these
 * fared; others may open no more. */
static bool may_wait(const struct flow *flow)
{
    return flow->waits &&
           (!flow->remote_is_public || flow->device->conduct.seen.sets[SEEN_DOMAIN].count >= SITES_MANY);
}

void flow_report_opening(struct engine *engine, struct flow *flow)
{
    struct conduct *conduct = &flow->device->conduct;
    struct outlook *outlook = &flow->outlook;
    /* Asked in any case: the first flow begins the watch, whatever it shows. */
    enum ternary is_new = is_new_device(engine, flow);

    if (flow->device_initiated)
        recall_remotes(engine, flow);
    if (flow->device_initiated && !flow->to_many) {
        flow->waits = acceptance_open(&conduct->acceptance, may_wait(flow), flow->last_us);
        note_fanout(engine, flow);
        if (flow->remote_port != 0)
            outlook->new_port = flow_teach_port(engine, flow);
        if (flow->geo.asn != 0)
            outlook->new_asn = flow_teach_remote(engine, flow,
                    (struct seen_fact){ .kind = SEEN_ASN, .key = flow->geo.asn });
    }
    outlook->new_device = shows_device(flow) ? is_new : UNKNOWN;
    flow_look_up_usual(engine, flow);
    look_around(engine, flow, outlook);
    look_at_arp(flow);
    if (conduct->upload != NULL)
        outlook->upload_24h = upload_day_bytes(conduct->upload, flow->last_us);
}

void flow_stop_waiting(struct engine *engine, struct flow *flow)
{
    flow->waits = false;
    lock_take(&flow->device->lock);
    look_around(engine, flow, &flow->outlook);
    lock_release(&flow->device->lock);
    flow->changed |= CHANGED_FANOUT;
}

void flow_view_device(struct engine *engine, struct flow *flow)
{
    struct device *device = flow->device;
    struct outlook *outlook = &flow->outlook;

    lock_take(&device->lock);
    look_around(engine, flow, outlook);
    look_at_arp(flow);
    outlook->new_device = is_new_device(engine, flow);
    if (device->conduct.upload != NULL)
        outlook->upload_24h = upload_day_bytes(device->conduct.upload, flow->last_us);
    flow->dns.nxdomain = nxdomain_count(&device->conduct.nxdomain, flow->last_us);
    flow->dns.mail = strangers_count_lately(device->conduct.mail, MAIL_WINDOW_S, flow->last_us);
    lock_release(&device->lock);
}

/* Most flows end as they were last reported. */
static bool has_news(const struct flow *flow)
{
    return flow->narrow == NULL || flow->burst_waits || flow->burst_bytes > 0 ||
           flow->tail_bytes > 0 || flow->unreported_up > 0 ||
           flow->last_us >= flow->reported_us + SYMMETRY_SLOT_US;
}

/* Nobody looks at the flow any more, so it does not look at its device. */
static void tell_end(struct engine *engine, struct flow *flow, struct engine_event *event)
{
    if (has_news(flow))
        tell_remotes(engine, flow, event);
    teach_device(engine, flow);
    flow_teach_end(engine, flow);
    tell_device(flow);
    if (flow->syns > 0 || flow->silence)
        flow_tell_silence(engine, flow, flow->syns > 0);
}

void flow_report_end(struct engine *engine, struct flow *flow)
{
    struct engine_event event;
    struct device *device = flow->device;

    event.report.change = BEAT_AS_IT_WAS;
    flow->settled = true;
    lock_take(&device->lock);
    device->totals.bytes_up += flow->bytes[UP];
    device->totals.bytes_down += flow->bytes[DOWN];
    if (!device->gone)
        tell_end(engine, flow, &event);
    flow_leave_relay(engine, flow);
    lock_release(&device->lock);
    pass_on(engine, flow, &event);
}
