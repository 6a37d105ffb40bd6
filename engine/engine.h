/* engine.h - all that a host calls: bytes and a time in, features out.
 *
 * A host (the Suricata plugin, the stand-alone command) makes one engine, one worker per thread
 * that inspects, and one flow per connection. It hands in every packet of a flow and what its own
 * parsers found; features.h reads the result. The engine opens files only in engine_new(), reads no
 * clock and starts no thread: 'time_us' is packet time, microseconds since 1970.
 *
 * Threads: an engine may be used by all; a worker and a flow by one thread at a time. flow_close()
 * needs no worker, since Suricata ends flows on threads that have none. */
#ifndef TATTLER_ENGINE_H
#define TATTLER_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/cursor.h"
#include "base/status.h"
#include "settings.h"
#include "track/flow.h"
#include "track/names.h"

struct engine;
struct heuristics;
struct worker;

/* Told of each problem with a data file: it is left out, the rest is used. */
typedef void (*engine_problem_fn)(void *user, const char *what);

/* Loads the data files that 'settings' name; 'settings' is borrowed for the engine's life. 'seed'
 * is any secret number: it keeps hostile traffic from choosing hash collisions and never changes a
 * result. NULL: out of memory. Set-up only. */
struct engine *engine_new(const struct settings *settings, uint64_t seed,
        engine_problem_fn problem, void *user);
/* All workers and flows must be gone. */
void engine_free(struct engine *engine);

/* A host that keeps something of each flow has a struct of this size for it, which begins with a struct flow:
 * flow_open() makes such, the rest all zeros, and flow_close() frees it. Set-up only. */
void engine_extend_flows(struct engine *engine, size_t size);

struct worker *worker_new(struct engine *engine); /* NULL: out of memory */
void worker_free(struct worker *worker);          /* accepts NULL */

/* Time goes by without packets: notices what is late by now. flow_open() and flow_packet() do so by
 * themselves. */
void worker_tick(struct worker *worker, uint64_t time_us);

/* From now on these heuristics (detect/heuristics) are called, and no others; NULL: none. Any time:
 * workers take them up with their next event. Held by the engine as long as it uses them. */
void engine_use_heuristics(struct engine *engine, struct heuristics *heuristics);

/* Calls heuristics for what waits, such as flows that were closed. flow_packet() does it; a host
 * does it once more when no packet comes any more. */
void worker_judge_waiting(struct worker *worker);

/* --- flows --- */

struct packet_view {
    uint64_t time_us;
    struct address source, destination;
    uint16_t source_port, destination_port; /* 0 where the protocol has none */
    uint8_t protocol;                       /* IP protocol number */
    uint8_t ttl;
    uint8_t tcp_flags;          /* 0 unless TCP */
    uint8_t icmp_type;          /* 0 unless ICMP of either version */
    const struct mac *from_mac; /* borrowed; NULL where the link has none */
    const struct mac *to_mac;
    uint32_t bytes;         /* of the whole frame */
    struct cursor payload;  /* behind the transport header; borrowed for the call */
    bool from_first_sender; /* goes the way of the flow's first packet */
};

/* The flow's first packet; hand it to flow_packet() as well. NULL: out of memory, counted; the
 * host goes on without. */
struct flow *flow_open(struct worker *worker, const struct packet_view *packet);

/* Every packet of the flow in the order of arrival. Packets of another protocol (ICMP errors about
 * this flow) are ignored. Addresses, ports, TTL and MACs are read only while
 * flow_wants_ends(). */
void flow_packet(struct worker *worker, struct flow *flow, const struct packet_view *packet);

/* The flow has ended: judges what waited for more packets, so that its record can be written. Any thread that
 * has the flow to itself; flow_close() does so, too. */
void flow_conclude(struct engine *engine, struct flow *flow);

/* Adds the flow to its device's totals and frees it; any thread. Accepts NULL. */
void flow_close(struct engine *engine, struct flow *flow);

/* --- what a host's parsers found in a flow; each takes effect with the next packet --- */

struct hello_view {
    bool quic;            /* else TLS over TCP */
    const char *sni;      /* borrowed, any case, as on the wire */
    size_t sni_len;       /* 0: none */
    bool ech;             /* encrypted_client_hello offered */
    bool dns_alpn;        /* ALPN "dot" (RFC 7858 registry) or "doq" (RFC 9250) */
};
void flow_learn_hello(struct worker *worker, struct flow *flow, const struct hello_view *hello);

/* Host header, or the authority of a proxy request: without port, IPv6 without brackets. */
void flow_learn_http(struct worker *worker, struct flow *flow, const char *host, size_t len);

/* A DNS response that this flow carried, from a host that parses DNS over TCP. Over UDP
 * flow_packet() reads it by itself. */
void flow_learn_dns(struct worker *worker, struct flow *flow, const struct resolution *answer);

/* --- rules, which the host runs --- */

/* Priorities up to this are urgent: the flow that such a rule alerts on teaches its device nothing. */
#define FLOW_ALERT_PRIORITY 2
void flow_note_alert(struct engine *engine, struct flow *flow, int priority);

struct rule_identity {
    uint32_t gid, sid;
};

/* Rules with the keyword 'iot.unusual' match only what is not usual for the device: where the rule,
 * all else of which may hold, did not hold with this remote while the device learned. */
bool flow_is_usual(struct engine *engine, const struct flow *flow,
        const struct rule_identity *rule);
/* Such a rule has matched: by and by that is usual. */
void flow_note_told(struct engine *engine, const struct flow *flow,
        const struct rule_identity *rule);

/* --- what no flow carries --- */

/* Who holds an address: ARP for IPv4 over Ethernet (RFC 826), or neighbour discovery (RFC 4861 sections
 * 4.3 and 4.4). */
struct neighbour_view {
    bool asks; /* a request, a solicitation; else a reply, an advertisement */
    const struct mac *sender_mac; /* borrowed for the call */
    struct address sender; /* who asks, or what is advertised; without one (0.0.0.0, ::) a request
                            * probes the target before it is taken (RFC 5227, RFC 4862) */
    struct address target; /* what is asked for, or who is told */
};
void engine_learn_neighbour(struct engine *engine, const struct neighbour_view *said,
        uint64_t time_us);

/* A router advertisement (RFC 4861 section 4.2), which may offer resolvers. Hop limit 255 only
 * (section 6.1.2). */
struct router_view {
    const struct mac *sender_mac; /* borrowed for the call; NULL: the link has none */
    struct address sender;
    uint32_t link; /* which of several that are watched at once, as of struct packet; 0: the only one */
    uint16_t lifetime_s; /* 0: no way out, as those say who only know one to a network of their own */
    struct cursor advertisement; /* behind its first eight bytes */
};
void engine_learn_router(struct engine *engine, const struct router_view *said, uint64_t time_us);

/* --- alerts --- */

/* Asked for each alert before it is told: is it one that the configuration's list 'suppress' silences
 * (detect/suppress.h)? Then it is counted, for its entry and for the device. The caller fills in
 * 'sid', 'detects' with 'rule', and 'time_us'; the rest comes from the flow, if there is one. */
struct suppress_alert;
bool engine_suppresses(struct engine *engine, struct flow *flow_or_null,
        struct suppress_alert *alert);
/* For statistics of each entry. */
const struct suppressions *engine_suppressions(const struct engine *engine);

/* --- what no packet tells --- */

/* A heartbeat that became steady, stopped, moved, grew or is back (track/beat.h); or what a heuristic
 * has found. */
struct engine_event {
    struct device *device; /* held for who takes the event, as is 'finding': engine_drop_event() */
    const struct finding *finding; /* NULL: a heartbeat */
    char remote[REMOTE_LABEL_SIZE]; /* the remote's name, else domain, network or address; "": none */
    struct beat_report report;
    struct beat_view beat; /* as it is now */
};

/* Is there one? Quick enough to ask with each packet; any thread. Before the first call none is kept. */
bool engine_has_event(struct engine *engine);
/* The next one, in the order they happened; any thread. They wait in a queue of limited size: take
 * them after each packet or once a second. */
bool engine_take_event(struct engine *engine, struct engine_event *out);
void engine_drop_event(struct engine *engine, struct engine_event *event);

/* --- other settings, while packets flow --- */

struct engine_files;

/* The data files that 'settings' name, as engine_new() loads them; any thread. NULL: out of memory. */
struct engine_files *engine_files_load(const struct settings *settings, engine_problem_fn problem,
        void *user);
void engine_files_free(struct engine_files *files); /* accepts NULL */

/* From now on by these settings and files, without forgetting anything. 'settings' is borrowed from
 * now on; '*files' becomes those used until now, to be freed once each worker and flow has been
 * renewed, too. Limits stay as they were, and types of devices that had one. No other thread may use
 * the engine meanwhile. */
void engine_renew(struct engine *engine, const struct settings *settings,
        struct engine_files **files);
void worker_renew(struct worker *worker);
void flow_renew(struct worker *worker, struct flow *flow);

/* --- for statistics --- */

/* Each counter says how often something happened or was refused; nothing is lost in silence. */
struct engine_counters {
    uint64_t flows, flows_failed;
    uint64_t devices, devices_made, devices_evicted, devices_merged, routers;
    uint64_t names, names_forgotten;
    uint64_t no_dns, no_dns_late;
    uint64_t remotes, remotes_forgotten;
    uint64_t sketches_refused, baseline_refused;
    uint64_t relays_refused, leases_refused, events_lost;
    uint64_t entropy_skipped; /* flows whose entropy stays unknown: too many at once */
    uint64_t suppressed; /* alerts, see engine_suppresses() */
    uint64_t findings, heuristic_calls, heuristic_faults, heuristics_off;
    uint64_t heuristic_events_lost, heuristic_memory, heuristic_memory_lost, heuristic_lines_dropped;
};
void engine_count(struct engine *engine, struct engine_counters *out);

/* One row per counter: its name in statistics and what it means. False behind the last. */
bool engine_counter_describe(size_t index, const char **name, const char **doc, size_t *offset);

/* Devices, for summaries: see devices_each(). */
struct devices;
struct devices *engine_devices(struct engine *engine);

/* What is open, for 'doctor' and 'geo lookup'. NULL where nothing is loaded. */
const struct geo *engine_geo(const struct engine *engine);
const struct risk *engine_risk(const struct engine *engine);

#endif
