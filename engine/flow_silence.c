/* Connections that nobody answers: what a TCP flow's SYNs and their answers tell its device.
 *
 * One that is answered at once leaves no trace: an endpoint is remembered from the second SYN of a
 * flow on, or when a flow ends with its first still unanswered. */
#include "base/hash.h"
#include "engine.h"
#include "engine_internal.h"
#include "parse/packet.h"

#define SYN_AGAIN_US UINT64_C(100000) /* hosts wait 1 s (RFC 6298 section 2), impatient ones 200 ms */

/* Only SYNs make one. */
static struct remote *find_endpoint(const struct flow *flow)
{
    if (flow->protocol != PACKET_PROTOCOL_TCP)
        return NULL;
    return remotes_find(&flow->device->conduct.remotes, REMOTE_ENDPOINT, flow_endpoint_hash(flow));
}

static struct remote *use_endpoint(struct engine *engine, const struct flow *flow)
{
    char text[ADDRESS_TEXT_SIZE];
    struct remote_identity who = { REMOTE_ENDPOINT, flow_endpoint_hash(flow), text,
        address_text(&flow->remote_address, text) };

    return remotes_use(&flow->device->conduct.remotes, &engine->budget.conduct.remotes, &who,
            flow->last_us);
}

/* --- the uplink --- */

/* The first does for ever, so threads need not share what they write. */
void flow_note_heard(struct engine *engine, const struct flow *flow)
{
    if (flow->remote_is_public &&
            !atomic_load_explicit(&engine->hears_outside, memory_order_relaxed))
        atomic_store(&engine->hears_outside, true);
}

static void answer_uplink(struct engine *engine, uint64_t now_us)
{
    if (!atomic_load(&engine->uplink_waits))
        return;
    lock_take(&engine->uplink_lock);
    if (uplink_answer(&engine->uplink, now_us))
        atomic_store(&engine->uplink_waits, false);
    lock_release(&engine->uplink_lock);
}

static void ask_uplink(struct engine *engine, const struct flow *flow)
{
    const struct address *remote = &flow->remote_address;

    if (!flow->remote_is_public)
        return;
    lock_take(&engine->uplink_lock);
    uplink_ask(&engine->uplink, hash_bytes(remote->bytes, sizeof(remote->bytes)), flow->last_us);
    atomic_store(&engine->uplink_waits, true);
    lock_release(&engine->uplink_lock);
}

static void hear_uplink(struct engine *engine, const struct flow *flow)
{
    if (!flow->remote_is_public)
        return;
    lock_take(&engine->uplink_lock);
    uplink_hear(&engine->uplink);
    lock_release(&engine->uplink_lock);
}

bool flow_uplink_failed(struct engine *engine, const struct flow *flow, uint64_t at_us)
{
    bool failed;

    if (!flow->remote_is_public)
        return false;
    lock_take(&engine->uplink_lock);
    failed = uplink_was_out(&engine->uplink, at_us, flow->last_us);
    lock_release(&engine->uplink_lock);
    return failed;
}

/* --- endpoints --- */

/* SYNs of before an outage was known to be one are taken back; those answered unseen do not count. */
static void count_syns(struct engine *engine, struct flow *flow, struct unanswered *unanswered)
{
    if (unanswered->syns > 0 && flow_uplink_failed(engine, flow, unanswered->since_us))
        unanswered->syns = 0;
    if (flow->goes_on || flow_uplink_failed(engine, flow, flow->last_us))
        flow->syns = 0;
    for (; flow->syns > 0; flow->syns--)
        unanswered_syn(unanswered, flow->last_us);
}

static void look(struct engine *engine, struct flow *flow, const struct remote *endpoint)
{
    static const struct unanswered none;
    const struct unanswered *unanswered = endpoint != NULL ? &endpoint->unanswered : &none;
    bool outage =
            unanswered->syns > 0 && flow_uplink_failed(engine, flow, unanswered->since_us);

    flow->outlook.unanswered_known =
            !outage && unanswered_syns(unanswered, &flow->device->conduct.heard, flow->last_us,
                               &flow->outlook.unanswered);
    flow->outlook.refused = unanswered->refusals;
    flow->changed |= CHANGED_UNANSWERED;
}

void flow_tell_silence(struct engine *engine, struct flow *flow, bool make)
{
    struct remote *endpoint = find_endpoint(flow);

    if (endpoint != NULL || make)
        endpoint = use_endpoint(engine, flow);
    flow->silence = endpoint != NULL;
    if (endpoint != NULL)
        count_syns(engine, flow, &endpoint->unanswered);
    look(engine, flow, endpoint);
}

/* A flow taken for one already going on turns out to begin now; a stray ACK must not hide it. */
static void see_start(struct engine *engine, struct flow *flow)
{
    flow->midstream = false;
    flow_judge_again(engine, flow);
}

/* A mirror port that sees a packet come and go shows it twice. Nobody tries again so soon. */
static bool is_copy(const struct flow *flow)
{
    return flow->packets[UP] > 1 && flow->last_us < flow->syn_us + SYN_AGAIN_US;
}

void flow_note_syn(struct engine *engine, struct flow *flow)
{
    if (is_copy(flow))
        return;
    flow->syn_us = flow->last_us;
    if (flow->packets[DOWN] == 0 && flow->syns < UINT8_MAX)
        flow->syns++;
    ask_uplink(engine, flow);
    lock_take(&flow->device->lock);
    if (flow->midstream)
        see_start(engine, flow);
    if (flow->syns > 0)
        flow_tell_silence(engine, flow, flow->syns > 1);
    lock_release(&flow->device->lock);
}

static void count_answer(struct flow *flow, bool accepted)
{
    acceptance_answer(&flow->device->conduct.acceptance, flow->waits, accepted, flow->first_us,
            flow->last_us);
    flow->waits = false;
}

/* An endpoint that accepts is of no more interest, one that refuses is. */
void flow_note_answer(struct engine *engine, struct flow *flow, enum syn_answer answer)
{
    struct conduct *conduct = &flow->device->conduct;
    struct remote *endpoint = NULL;

    flow->syns = 0;
    flow->accepted = answer == SYN_ACCEPTED;
    lock_take(&flow->device->lock);
    heard_note(&conduct->heard, flow->last_us);
    conduct->heard.outside |= flow->remote_is_public;
    if (flow->remote_is_public && answer == SYN_ACCEPTED)
        answer_uplink(engine, flow->last_us);
    flow_judge_again(engine, flow); /* now that both directions are known to be seen */
    if (answer == SYN_REFUSED)
        endpoint = use_endpoint(engine, flow);
    else if (flow->silence)
        endpoint = find_endpoint(flow);
    if (endpoint != NULL)
        unanswered_answer(&endpoint->unanswered, answer, flow->last_us);
    look(engine, flow, endpoint);
    if (!flow->goes_on) /* else it was counted */
        count_answer(flow, flow->accepted);
    if (flow->accepted && endpoint != NULL)
        remotes_drop(&conduct->remotes, &engine->budget.conduct.remotes, endpoint);
    lock_release(&flow->device->lock);
    flow->silence = false;
}

static void answer_unseen(struct flow *flow)
{
    struct remote *endpoint = flow->silence ? find_endpoint(flow) : NULL;

    count_answer(flow, true);
    if (endpoint != NULL)
        unanswered_answer(&endpoint->unanswered, SYN_ACCEPTED, flow->last_us);
    flow->goes_on = true;
}

void flow_note_going_on(struct flow *flow)
{
    lock_take(&flow->device->lock);
    if (!flow->device->conduct.heard.outside)
        answer_unseen(flow);
    lock_release(&flow->device->lock);
}

void flow_note_unreachable(struct engine *engine, struct flow *flow)
{
    hear_uplink(engine, flow);
    flow_note_answer(engine, flow, SYN_REFUSED);
}
