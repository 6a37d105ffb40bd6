/* engine_internal.h - what the parts of the engine share; no host includes this. */
#ifndef TATTLER_ENGINE_INTERNAL_H
#define TATTLER_ENGINE_INTERNAL_H

#include <stdatomic.h>

#include "base/pool.h"
#include "base/time.h"
#include "baseline.h"
#include "detect/suppress.h"
#include "detect/heuristics/heuristics.h"
#include "engine.h"
#include "enrich/domain.h"
#include "enrich/geo.h"
#include "enrich/oui.h"
#include "enrich/profile.h"
#include "enrich/resolvers.h"
#include "enrich/risk.h"
#include "enrich/zone.h"
#include "parse/rdnss.h"
#include "track/calls.h"
#include "track/device.h"
#include "track/question.h"
#include "track/leases.h"
#include "track/resolver.h"
#include "track/uplink.h"

/* Histograms filling at once (0.5 KiB each); flows beyond it have no entropy. */
#define ENTROPY_FLOWS_MAX 16384

/* Changes of heartbeats that nobody has taken yet. */
#define EVENTS_MAX 1024
struct events {
    struct lock lock;
    atomic_bool wanted; /* somebody has asked */
    size_t first;
    atomic_size_t count; /* changed under the lock */
    struct engine_event ring[EVENTS_MAX];
};

/* What heuristics have yet to be called for. */
#define WAITING_MAX 1024
struct waiting_event {
    struct flow *ended; /* owned; NULL: 'change' */
    struct engine_event change;
};

struct heuristic_states;

/* Heuristics and their queue (engine_heuristics.c). */
struct heuristics_use {
    struct lock lock;
    struct heuristics *set; /* held; NULL: none */
    atomic_uint generation; /* of 'set' */
    atomic_uint events;     /* enum script_event, those that 'set' has handlers for */
    struct heuristic_counters counters;
    atomic_ullong lost;
    size_t first;
    atomic_size_t waiting; /* changed under the lock */
    struct waiting_event ring[WAITING_MAX];
};

/* Flows followed for relaying at once (0.7 KiB each). */
#define RELAY_FLOWS_MAX 16384

/* NULL: none loaded. */
struct engine_files {
    struct geo *geo;
    struct risk *risk;
    struct oui *oui;
    struct resolvers *resolvers;
    struct domain_list *domains;
    struct zone *zone;
    struct profile *profile; /* of other households */
    struct suppressions *suppressions; /* never NULL */
};

struct engine {
    const struct settings *settings;
    struct engine_files *files;
    struct device_budget budget;
    struct devices *devices;
    struct pool flow_pool, entropy_pool, relay_pool; /* flows and what they come to need */
    struct resolver_table network_resolvers;
    struct leases leases;
    struct calls calls; /* for answers, in the last seconds */
    struct memory *memory;       /* baselines from before; NULL: none */
    struct events events;
    struct heuristics_use judgement;
    atomic_ullong findings;
    atomic_ullong flows, flows_failed, no_dns, no_dns_late, events_lost, entropy_skipped, suppressed;
    atomic_ullong began_us; /* the first packet; 0: none yet */
    struct lock uplink_lock;
    struct uplink uplink;
    atomic_bool uplink_waits; /* for an answer; most need not be told */
    atomic_bool hears_outside; /* something has come in: not only what goes out is seen */
    atomic_ullong swept_us; /* all devices were last swept */
    atomic_ullong names_trimmed_us;
    atomic_ullong entropies; /* filling now */
    atomic_ullong relay_flows; /* followed now */
    atomic_uint openers; /* workers that have opened flows, and are still there */
};

/* What the databases say of an address, remembered: flows come back to the same few remotes. */
#define NETWORK_CACHE_SLOTS 1024
struct network {
    struct address address;
    bool used;
    struct geo_record geo;
    uint8_t risk;
};

struct worker {
    struct engine *engine;
    uint64_t swept_us; /* worker_move_clock() was last called, where that was not too far back */
    bool opens;        /* it has opened flows */
    uint32_t behind;   /* packets since then that were */
    uint32_t steps_back;
    struct network networks[NETWORK_CACHE_SLOTS];
    struct domain_memory domains;
    struct heuristic_states *states; /* NULL: none yet */
    unsigned generation;             /* of the heuristics that they are of */
};

/* Learns the network's resolvers that settings name. */
void engine_learn_settings(struct engine *engine);

/* The caller reads it before the next call with the same worker. */
const struct network *worker_network(struct worker *worker, const struct address *address);

/* The registrable domain as a tail of 'name' (lower case, no final dot); NULL: none. */
const char *flow_domain(struct worker *worker, const char *name, size_t len);

/* The device's first packet of a flow that the remote's began: now its MAC can be seen. */
void flow_meet_device(struct worker *worker, struct flow *flow, const struct packet_view *packet);

/* Asks the opening flow's device, by its own memory of names; everything under its lock happens here. */
void flow_consult_device(struct worker *worker, struct flow *flow);

/* Judges 'no_dns' if it is unknown, once more is known of the flow or its device. With the device's
 * lock held. */
void flow_judge_again(struct engine *engine, struct flow *flow);
/* What the device resolved to call its remote is still in use. Takes its lock. */
void flow_keep_name(struct engine *engine, struct flow *flow);

/* The local hour, as of the flow's last packet, and when it has to be read again. */
void flow_read_hour(const struct engine *engine, struct flow *flow);

/* With each packet of a flow that waits for an answer which another worker may still have to read. */
void flow_await_answer(struct engine *engine, struct flow *flow);

/* The device has no name for the flow's remote, which is outside: counts it. With the device's lock
 * held. */
void flow_note_stranger(struct engine *engine, struct flow *flow);
/* As iot.strangers tells, with the device's lock held. */
uint32_t flow_count_strangers(const struct flow *flow);

/* Is it one of those whose datagrams tell of the device (DHCP, mDNS)? */
bool flow_talks(const struct flow *flow);
/* Reads what a UDP payload says about names and devices, if it is of a kind that does. */
void flow_learn_datagram(struct worker *worker, struct flow *flow, enum direction way,
        const struct packet_view *packet);

/* The first payload of an HTTP client. Hosts read requests as well, but streams only as far as they are
 * acknowledged: what comes last, and all where one direction is seen, would come too late for rules. */
void flow_learn_request(struct worker *worker, struct flow *flow, struct cursor payload);

/* The service is now known to be this; notes encrypted resolvers. */
void flow_learn_service(struct engine *engine, struct flow *flow, enum service service);

/* If this flow leads to an encrypted resolver, its device uses one by now. */
void flow_note_resolver(struct flow *flow);

/* --- engine_arp.c --- */

/* The device has no address yet and asks for one, or whether one is free. Takes its lock. */
void engine_note_joined(struct device *device);

/* --- engine_events.c --- */

void engine_tell(struct engine *engine, const struct engine_event *event);
void events_clear(struct engine *engine);

/* Fills all but the device. What is called to all changes its pace as it likes, and nobody wants to
 * know; only that it is steady is told of it. */
void event_take(struct engine_event *event, const struct remote *remote,
        const struct beat_report *report);

/* Heartbeats that are late, entries that are of no use: every few seconds of packet time, by whichever
 * worker comes first. For each packet, before what has to know of it. */
void worker_move_clock(struct worker *worker, uint64_t now_us);

static inline void worker_sweep(struct worker *worker, uint64_t now_us)
{
    if (now_us - worker->swept_us > US_PER_S) /* also when time has stepped back */
        worker_move_clock(worker, now_us);
}

/* When the first packet came; now, if this is it. */
uint64_t engine_began_us(struct engine *engine, uint64_t now_us);

/* --- engine_heuristics.c --- */

static inline bool engine_judges(const struct engine *engine)
{
    return atomic_load_explicit(&engine->judgement.events, memory_order_relaxed) != 0;
}

/* A packet of the flow, when all else knows of it. No lock may be held, as with the next. */
void worker_judge(struct worker *worker, struct flow *flow, enum direction way, uint8_t tcp_flags);
void worker_judge_answer(struct worker *worker, struct flow *flow,
        const struct resolution *answer);
void worker_leave_heuristics(struct worker *worker);

/* Queued for whoever comes next; locks may be held. engine_await_end() takes the flow if it returns
 * true. */
void engine_await_change(struct engine *engine, const struct engine_event *change);
bool engine_await_end(struct engine *engine, struct flow *flow);
void engine_clear_waiting(struct engine *engine);

/* --- flow_open.c --- */

void flow_free(struct engine *engine, struct flow *flow);

/* --- flow_dns.c --- */

/* Does the device ask a resolver, rather than its neighbours, and has it begun? */
bool flow_asks_resolver(const struct flow *flow);

/* A DNS message that the device has sent. */
void flow_read_question(struct worker *worker, struct flow *flow, struct cursor payload);
void flow_note_question(struct worker *worker, struct flow *flow, const struct question *question);

/* A DNS message that came to the device: addresses, if it asked for them. */
void flow_read_answer(struct worker *worker, struct flow *flow, struct cursor payload);

/* Is the remote, if it is a resolver, one of the network's? 'answered': it has just answered. */
void flow_judge_resolver(struct engine *engine, struct flow *flow, bool answered);

/* DHCP offers these. */
void engine_learn_offer(struct engine *engine, const struct address resolvers[], size_t count,
        uint64_t time_us);

/* --- flow_lease.c --- */

struct dhcp_message;
struct dhcp6_message;
/* A server's message. False: it intrudes beside the network's own, so what it offers is not the
 * network's. */
bool flow_note_lease(struct worker *worker, struct flow *flow, const struct packet_view *packet,
        const struct dhcp_message *message);
bool flow_note_lease6(struct worker *worker, struct flow *flow, const struct packet_view *packet,
        const struct dhcp6_message *message);

/* --- flow_claim.c --- */

/* What the device sent may say that a name is its own. */
void flow_note_claim(struct worker *worker, struct flow *flow, const struct packet_view *packet);

/* --- flow_report.c: they return what changed, enum flow_change --- */

/* Does a rule see the same in both? */
bool flow_same_beat(const struct beat_view *a, const struct beat_view *b);
uint32_t flow_report(struct engine *engine, struct flow *flow);
/* What is of the flow's device alone, as of flow->last_us; takes its lock. */
void flow_view_device(struct engine *engine, struct flow *flow);
/* Its remote had time enough to answer; takes the lock as well. */
void flow_stop_waiting(struct engine *engine, struct flow *flow);
/* With the device's lock held, as the next. */
void flow_report_opening(struct engine *engine, struct flow *flow);
void flow_report_end(struct engine *engine, struct flow *flow);

/* --- flow_remotes.c: with the device's lock held --- */

/* Tells the remotes of the flow about bursts and uploads not yet reported. 'event' is written if a
 * heartbeat changed. */
void flow_tell_remotes(struct engine *engine, struct flow *flow, struct engine_event *event);
/* What is known of them in return; only after the above. */
void flow_look_at_remotes(struct flow *flow);
/* The same with nothing to tell: the flow has just opened. */
void flow_recall_remotes(struct flow *flow, struct engine_event *event);
/* Counts what the device has uploaded since the last time; 'remote' may be NULL. */
void flow_note_upload(struct flow *flow, struct remote *remote);

uint64_t flow_endpoint_hash(const struct flow *flow);

/* --- baseline.c, baseline_import.c --- */

/* A fact in words; NULL: out of memory. And back; false: not understood. */
char *baseline_value(enum seen_kind kind, const struct seen_item *item);
bool baseline_fact(const struct baseline_item *item, struct seen_fact *fact);
/* "203.0.113.9 tcp/8443", as struct baseline_beat has it. */
void baseline_remote(const struct remote *remote, char out[BASELINE_REMOTE_SIZE]);
/* The heartbeat that the device had to this remote before, if any. With the device's lock held. */
void baseline_recall_beat(const struct engine *engine, const struct device *device,
        struct remote *remote);
/* For a device that nobody else knows, or with its lock held. */
void baseline_take_ruling(struct engine *engine, struct device *device, uint64_t began_us,
        const struct baseline_ruling *ruling);
void memory_free(struct memory *memory); /* accepts NULL */

/* --- flow_usual.c: with the device's lock held --- */

/* 'text' is borrowed. */
struct seen_fact seen_fact_text(enum seen_kind kind, const char *text);
/* Are they new? A domain or network that other households know is not. */
enum ternary flow_teach_remote(struct engine *engine, const struct flow *flow, struct seen_fact fact);
enum ternary flow_teach_port(struct engine *engine, const struct flow *flow);
void flow_teach_name(struct engine *engine, struct flow *flow);
void flow_teach_end(struct engine *engine, struct flow *flow);
void flow_look_up_usual(const struct engine *engine, struct flow *flow);
/* Neither it nor an earlier one has had its remote accused. */
bool flow_is_blameless(const struct flow *flow);

/* --- flow_common.c: likewise --- */

void flow_look_up_common(const struct engine *engine, struct flow *flow);
/* What others of its type talk to need not be told of while the device learns, nor when it has learned
 * the same. */
bool flow_is_common(const struct engine *engine, const struct flow *flow);
/* Is its domain or network known so widely that it is not new? */
bool flow_is_known_elsewhere(const struct engine *engine, const struct flow *flow,
        const struct seen_fact *fact);

/* --- flow_burst.c --- */

/* A packet with payload, or a SYN. */
void flow_follow_bursts(struct engine *engine, struct flow *flow,
        const struct packet_view *packet, enum direction way);
/* Something of its beat has changed: what has become of it, too? */
void flow_tell_beat_state(struct flow *flow);

/* --- flow_relay.c --- */

/* Payload of either way. */
void flow_follow_relay(struct engine *engine, struct flow *flow, enum direction way,
        uint64_t time_us, uint32_t bytes);
/* With the device's lock held, these two: what the flow carried since; the flow ends. */
void flow_note_volume(struct flow *flow);
void flow_leave_relay(struct engine *engine, struct flow *flow);

/* --- flow_silence.c --- */

/* A packet of this flow came to the device. */
void flow_note_heard(struct engine *engine, const struct flow *flow);

/* SYNs without an answer so far; with the device's lock held. 'make': even if the endpoint has
 * answered all before. */
void flow_tell_silence(struct engine *engine, struct flow *flow, bool make);
void flow_note_syn(struct engine *engine, struct flow *flow);
void flow_note_answer(struct engine *engine, struct flow *flow, enum syn_answer answer);
/* The device acknowledges an answer from outside that was not seen. It counts as an answer only for who
 * was never seen to get any from there: else it would be cheap to make up for who scans. */
void flow_note_going_on(struct flow *flow);
/* An error says that the remote cannot be reached: it refuses. */
void flow_note_unreachable(struct engine *engine, struct flow *flow);
/* Was the line to the Internet out at that time? False for remotes at home. */
bool flow_uplink_failed(struct engine *engine, const struct flow *flow, uint64_t at_us);

#endif
