/* Packets and flows of Suricata, handed to the engine; and which rules a packet may concern. */
#include "plugin.h"

#include "flow-callbacks.h"
#include "flow-storage.h"
#include "thread-callbacks.h"
#include "thread-storage.h"
#include "util-debug.h"

#include "base/apart.h"
#include "base/pool.h"
#include "base/time.h"
#include "parse/packet.h"

#define FIRED_ROOM 4 /* rules that alert on one flow, to begin with */

/* Set once while Suricata starts. */
static struct engine *the_engine;
static ThreadStorageId worker_slot = { .id = -1 };
static FlowStorageId flow_slot = { .id = -1 };
static struct pool waits; /* of flows; by itself for all threads */

/* --- a packet in the engine's words --- */

static struct address AddressOf(const Address *address)
{
    return address->family == AF_INET ? address_from_v4(address->addr_data8)
                                      : address_from_v6(address->addr_data8);
}

static uint8_t TtlOf(const Packet *p)
{
    if (PacketIsIPv4(p))
        return IPV4_GET_RAW_IPTTL(PacketGetIPv4(p));
    return PacketIsIPv6(p) ? IPV6_GET_RAW_HLIM(PacketGetIPv6(p)) : 0;
}

/* What changes from packet to packet. Suricata may find that it took a flow the wrong way round and
 * swaps it: then 'to server' is no longer the way of the first packet. The ends stay as they are: to
 * clear them for each packet would take longer than all else. */
static void ViewPacket(const Flow *f, const Packet *p, struct packet_view *view)
{
    view->time_us = SCTIME_SECS(p->ts) * US_PER_S + SCTIME_USECS(p->ts);
    view->protocol = p->proto;
    view->tcp_flags = PacketIsTCP(p) ? PacketGetTCP(p)->th_flags : 0;
    view->icmp_type = PacketIsICMPv4(p) || PacketIsICMPv6(p) ? p->icmp_s.type : 0;
    view->bytes = GET_PKT_LEN(p);
    view->payload = cursor_over(p->payload, p->payload_len);
    view->from_first_sender = (PKT_IS_TOSERVER(p) != 0) != ((f->flags & FLOW_DIR_REVERSED) != 0);
}

struct Macs {
    struct mac from, to;
};

/* Of a Linux cooked capture, such as of the interface 'any', which has the sender's address alone and
 * whose header Suricata passes over. */
static bool ReadCookedMac(const Packet *p, struct mac *from)
{
    struct packet packet;

    if ((p->datalink != PACKET_LINK_LINUX_SLL && p->datalink != PACKET_LINK_LINUX_SLL2) ||
            packet_decode(p->datalink, cursor_over(GET_PKT_DATA(p), GET_PKT_LEN(p)), &packet) !=
                    TATTLER_OK ||
            !packet.has_src_mac)
        return false;
    *from = packet.src_mac;
    return true;
}

bool TattlerSenderMac(const Packet *p, struct mac *out)
{
    if (!PacketIsEthernet(p))
        return ReadCookedMac(p, out);
    memcpy(out->bytes, PacketGetEthernet(p)->eth_src, sizeof(out->bytes));
    return true;
}

/* What is the same for all packets of a flow, or of no interest later. */
static void ViewEnds(const Packet *p, struct Macs *macs, struct packet_view *view)
{
    const bool has_ports = PacketIsTCP(p) || PacketIsUDP(p) || PacketIsSCTP(p);

    view->source = AddressOf(&p->src);
    view->destination = AddressOf(&p->dst);
    view->ttl = TtlOf(p);
    view->source_port = has_ports ? p->sp : 0;
    view->destination_port = has_ports ? p->dp : 0;
    view->from_mac = TattlerSenderMac(p, &macs->from) ? &macs->from : NULL;
    view->to_mac = NULL;
    if (PacketIsEthernet(p)) {
        memcpy(macs->to.bytes, PacketGetEthernet(p)->eth_dst, sizeof(macs->to.bytes));
        view->to_mac = &macs->to;
    }
}

/* --- which rules a packet may concern --- */

static uint32_t PhaseOf(const Flow *f, const Packet *p)
{
    return (uint32_t)f->alproto << 1 | ((p->flowflags & FLOW_PKT_ESTABLISHED) != 0 ? 1 : 0);
}

static bool IsReversed(const struct TattlerFlow *state, const Flow *f)
{
    return ((f->flags & FLOW_DIR_REVERSED) != 0) != state->reversed;
}

/* What was told to the rules of one direction is nothing to those of the other. */
static void Reverse(struct TattlerFlow *state)
{
    state->reversed = !state->reversed;
    for (unsigned way = 0; way < 2; way++) {
        state->waits[way].group = NULL;
        state->carried[way] = UINT32_MAX;
    }
}

/* What the packet has changed, for the rules that are about to look at it. None looks at an ICMP error
 * about a flow (TattlerFlowOfPacket), so both ways' next packets tell what that has changed. */
static void TellRules(struct TattlerFlow *state, const Flow *f, const Packet *p)
{
    const unsigned way = TattlerDirectionOf(p);
    const uint32_t changed = state->flow.changed | state->in_facts, phase = PhaseOf(f, p);

    if (p->proto != f->proto) {
        state->carried[0] |= state->flow.changed;
        state->carried[1] |= state->flow.changed;
        return;
    }
    state->in_facts = 0;
    if (state->waits == NULL) /* rules may be loaded later than the flow opens, or never */
        state->waits = pool_take_zeroed(&waits);
    if (state->waits == NULL)
        return;
    if (IsReversed(state, f))
        Reverse(state);
    state->unseen[way] = state->carried[way] | changed;
    state->carried[way] = 0;
    state->carried[!way] |= changed;
    if (phase != state->phase[way])
        state->unseen[way] |= TATTLER_CHANGED_PHASE;
    state->phase[way] = phase;
}

struct TattlerFlow *TattlerFlowOfPacket(const Packet *p)
{
    struct TattlerFlow *state;

    if (p->flow == NULL || p->proto != p->flow->proto || PKT_IS_PSEUDOPKT(p))
        return NULL;
    state = TattlerFlowGet(p->flow);
    return state != NULL && state->waits != NULL ? state : NULL;
}

static bool IsSyn(const Packet *p)
{
    return PacketIsTCP(p) && (PacketGetTCP(p)->th_flags & TH_SYN) != 0;
}

/* The stream engine and the protocol detection come between the update and the rules, so the
 * phase may have moved with this very packet, or the directions been exchanged. */
uint32_t TattlerFlowChanges(const struct TattlerFlow *state, const Packet *p)
{
    const unsigned way = TattlerDirectionOf(p);
    const bool moved = PhaseOf(p->flow, p) != state->phase[way];

    if (IsReversed(state, p->flow))
        return UINT32_MAX;
    return state->unseen[way] | TATTLER_CHANGED_ALWAYS | (IsSyn(p) ? TATTLER_CHANGED_SYN : 0) |
           (moved ? TATTLER_CHANGED_PHASE : 0) |
           (p->flow->flowvar != NULL ? TATTLER_CHANGED_BITS : 0);
}

/* --- rules that have alerted --- */

static uint32_t FindFired(const struct TattlerFlow *state, uint64_t rule)
{
    uint32_t i = 0;

    while (i < state->fired_count && state->fired[i] != rule)
        i++;
    return i;
}

bool TattlerFlowHasFired(const struct TattlerFlow *state, uint64_t rule)
{
    return FindFired(state, rule) < state->fired_count;
}

/* Without memory the rule may alert again on this flow. */
void TattlerFlowSetFired(struct TattlerFlow *state, uint64_t rule)
{
    if (TattlerFlowHasFired(state, rule))
        return;
    if (state->fired_count == state->fired_room) {
        uint32_t room = state->fired_room > 0 ? state->fired_room * 2 : FIRED_ROOM;
        uint64_t *fired = SCRealloc(state->fired, room * sizeof(*fired));

        if (fired == NULL)
            return;
        state->fired = fired;
        state->fired_room = room;
    }
    state->fired[state->fired_count++] = rule;
}

void TattlerFlowClearFired(struct TattlerFlow *state, uint64_t rule)
{
    const uint32_t i = FindFired(state, rule);

    if (i < state->fired_count)
        state->fired[i] = state->fired[--state->fired_count];
}

/* --- life of a flow --- */

static void FreeState(void *data)
{
    struct TattlerFlow *state = data;

    TattlerEveForget(state);
    SCFree(state->fired);
    pool_give(&waits, state->waits);
    flow_close(the_engine, &state->flow);
}

static APART struct TattlerFlow *OpenState(struct worker *worker, Flow *f,
        const struct packet_view *view)
{
    struct TattlerFlow *state = (struct TattlerFlow *)flow_open(worker, view);

    if (state == NULL)
        return NULL;
    state->carried[0] = state->carried[1] = CHANGED_ALL; /* rules may be loaded later */
    if (FlowSetStorageById(f, flow_slot, state) != 0) {
        FreeState(state);
        return NULL;
    }
    return state;
}

/* Runs for each packet of a flow, before the stream engine, with the flow locked. ICMP errors come
 * with the flow they are about. */
static void OnFlowUpdate(ThreadVars *tv, Flow *f, Packet *p, void *unused)
{
    struct worker *worker = TattlerWorkerGet(tv);
    struct TattlerFlow *state = TattlerFlowGet(f);
    struct packet_view view;
    struct Macs macs;

    (void)unused;
    if (worker == NULL || (state == NULL && p->proto != f->proto))
        return;
    ViewPacket(f, p, &view);
    if (state == NULL || flow_wants_ends(&state->flow))
        ViewEnds(p, &macs, &view);
    if (state == NULL)
        state = OpenState(worker, f, &view);
    if (state == NULL)
        return;
    flow_packet(worker, &state->flow, &view);
    if (TattlerRulesAsk())
        TellRules(state, f, p);
    TattlerEveNote(state);
}

/* FlowGetStorageById() and its like for threads take two calls each to tell the same, with each
 * packet. */
struct TattlerFlow *TattlerFlowGet(const Flow *f)
{
    return f->storage[flow_slot.id].ptr;
}

/* --- life of a thread --- */

static void FreeWorker(void *data)
{
    worker_free(data);
}

static void OnThreadInit(ThreadVars *tv, void *unused)
{
    struct worker *worker = worker_new(the_engine);

    (void)unused;
    TattlerBaselineStart();
    if (worker == NULL || ThreadSetStorageById(tv, worker_slot, worker) != 0)
        FatalError("no memory for thread %s", tv->name);
}

struct worker *TattlerWorkerGet(ThreadVars *tv)
{
    return tv->storage[worker_slot.id].ptr;
}

bool TattlerFlowRegister(struct engine *engine)
{
    the_engine = engine;
    engine_extend_flows(engine, sizeof(struct TattlerFlow));
    pool_init(&waits, 2 * sizeof(struct TattlerWait));
    worker_slot = ThreadStorageRegister("tattler", sizeof(void *), NULL, FreeWorker);
    flow_slot = FlowStorageRegister("tattler", sizeof(void *), NULL, FreeState);
    return worker_slot.id >= 0 && flow_slot.id >= 0 &&
           SCThreadRegisterInitCallback(OnThreadInit, NULL) &&
           SCFlowRegisterUpdateCallback(OnFlowUpdate, NULL);
}
