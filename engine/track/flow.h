/* flow.h - one flow as seen from the device that it belongs to.
 *
 * The host makes one per connection (engine.h) and hands in packets and what its parsers found.
 * Only one thread at a time may use a flow; the host's own flow lock sees to that. 'up' is what the
 * device sends. */
#ifndef TATTLER_TRACK_FLOW_H
#define TATTLER_TRACK_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "enrich/geo.h"
#include "parse/service.h"
#include "track/beat.h"
#include "track/burst.h"
#include "track/device.h"
#include "track/echo.h"
#include "track/entropy.h"
#include "track/finding.h"
#include "track/relay.h"
#include "track/symmetry.h"
#include "track/tunnel.h"

enum direction { UP, DOWN };

/* A yes-or-no that may not be known; then no rule on it matches, negated or not. */
enum ternary { UNKNOWN, NO, YES };

enum name_source { NAME_NONE, NAME_DNS, NAME_HTTP, NAME_QUIC, NAME_SNI }; /* stronger ones later */

/* What may differ from one packet to the next; a rule is looked at only when something that it
 * asks for has changed. */
enum flow_change {
    CHANGED_OPEN = 1 << 0, /* fixed when the flow opens: address, network, device */
    CHANGED_NAME = 1 << 1,
    CHANGED_DNS = 1 << 2,
    CHANGED_SERVICE = 1 << 3,
    CHANGED_VOLUME = 1 << 4,
    CHANGED_AGE = 1 << 5,
    CHANGED_ENTROPY = 1 << 6,
    CHANGED_HOUR = 1 << 7,
    CHANGED_DEVICE = 1 << 8,
    CHANGED_SYMMETRY = 1 << 9,
    CHANGED_BEAT = 1 << 10,
    CHANGED_FANOUT = 1 << 11,
    CHANGED_UNANSWERED = 1 << 12,
    CHANGED_UPLOAD = 1 << 13,
    CHANGED_NEW = 1 << 14,
    CHANGED_QUERY = 1 << 15,
    CHANGED_RELAY = 1 << 16,
    CHANGED_FINDING = 1 << 17,
    CHANGED_BEAT_STATE = 1 << 18, /* told by itself: the figures of a beat move with every burst */
    CHANGED_ALL = (1 << 19) - 1,
};

/* What its device does, as of the flow's last report (flow_report.c). */
struct outlook {
    uint32_t fanout[FANOUT_KINDS];
    bool accepted_known;
    double accepted; /* share of the flows it opened */
    bool unanswered_known;
    uint32_t unanswered, refused;
    bool upload_burst_known;
    double upload_burst; /* over what is usual */
    bool upload_day_known;
    double upload_day; /* likewise */
    uint64_t upload_24h; /* bytes */
    enum ternary new_device, new_domain, new_asn, new_port;
    bool common_known;
    uint32_t common; /* other households' votes for its remote (enrich/profile.h) */
    bool has_usual; /* something may be usual: worth asking (engine.h, flow_is_usual()) */
    struct beat_view series; /* of all connections to this remote */
    uint32_t beats_lost, strangers, domains, absent, claims;
    bool usurps, intervenes, leases;
};

/* What a flow to a resolver shows; as of its last message. */
struct dns_view {
    bool dga_known, tunnel_known;
    double dga;                /* of the name asked for */
    struct tunnel_view tunnel; /* of its domain */
    uint32_t nxdomain, mail;
    enum ternary bypass;
};

/* What a flow that carries payload both ways has to do with relaying. */
struct flow_relay {
    struct relay_flow bins;
    bool known; /* the rest is */
    struct relay_view view;
    char controller[ADDRESS_TEXT_SIZE];
};

/* What each packet asks for stands first, together; then what each payload does, and what bursts do. */
struct flow {
    struct device *device; /* held */
    uint64_t first_us, last_us;
    uint64_t tick_us, quarter_us; /* its age in seconds changes, and the hour may */
    uint32_t changed; /* enum flow_change, on the packet last handed in */
    uint32_t pending; /* learned since then */
    uint8_t protocol; /* IP protocol number */
    bool device_is_first; /* the device sent the first packet seen */
    bool device_initiated;
    bool midstream; /* TCP whose SYN was not seen */
    bool remote_is_public;
    bool to_many; /* the remote is a multicast or broadcast address */
    bool forged;  /* the device's address is none of its own */
    bool awaits_answer; /* of DNS, which another worker may still have to read */
    bool talks;   /* its datagrams tell of its device */
    bool accepted; /* the device opened it, and the first answer was no refusal */
    bool waits;    /* for the first answer, see acceptance.h */
    bool goes_on;  /* the device acts as if it were, though no answer was seen */
    bool settled; /* what names the remote is known by now, or will not be */
    bool ending;  /* a FIN or RST was seen */
    bool burst_waits; /* until then, or as long as its first packet is the only one */
    bool alone;       /* no other flow led to this remote so far */
    bool entropy_done;
    bool relay_refused;
    uint8_t payloads_seen[2];
    uint8_t syns; /* without an answer, not yet reported */
    uint8_t hour; /* local hour of the last packet */
    enum service service;
    uint64_t bytes[2], packets[2]; /* by enum direction; whole frames, as Suricata counts */
    uint64_t unreported_up;        /* payload */
    struct entropy *counting; /* owned; NULL before the device's first payload and when done */
    struct flow_relay *relay; /* owned; NULL until both ends have spoken */

    uint32_t opening_bytes[2]; /* until the other end speaks */
    uint64_t reported_volume[2]; /* as of flow_report() */
    struct burst burst;
    struct symmetry symmetry;

    enum name_source name_source;
    enum beat_state beat_state; /* as was told */
    struct beat *beat; /* owned; of the bursts within this flow; NULL before the second, and while
                        * it would tell no more than the remote's */
    uint64_t burst_us; /* when the present one began */
    /* Payload that the device sent in it and in the one before, not yet reported. */
    uint64_t burst_bytes, tail_bytes;
    uint64_t tail_us;
    uint64_t burst_total; /* of the present one, reported or not */
    uint64_t reported_us;   /* when flow_report() was last called */
    uint64_t reported_down; /* of packets[DOWN] */
    struct remote *narrow, *wide; /* whom it tells, borrowed from the device; see flow_remotes.c */
    uint64_t remotes_drops; /* as of when these were looked up */
    uint64_t opening_us; /* the first payload */

    uint64_t call; /* calls_key(), where it goes to many */
    uint64_t syn_us; /* the device's last SYN that was no copy of another */
    struct address device_address, remote_address;
    uint16_t device_port, remote_port;
    bool accused; /* an urgent rule has alerted: it teaches nothing */
    bool silence; /* its endpoint has an entry, which has to learn of an answer */
    bool was_resolved; /* some name led to this address when the flow opened */
    uint8_t risk;      /* 0 to 100 */
    enum ternary ech, sni_is_ip, sni_mismatch;
    enum ternary no_dns;
    char *name;         /* owned, lower case; NULL: none */
    const char *domain; /* the tail of 'name'; NULL: none */
    const char *taught; /* the name that its device has been taught */
    struct geo_record geo;

    struct outlook outlook;
    struct dns_view dns;
    double entropy; /* bits per byte, when done; below zero: never counted */

    struct echo *echo; /* owned; NULL: no ping was sent */
    struct findings *findings; /* owned; of heuristics; NULL: none so far */
    uint64_t window_us;        /* heuristics were called for it, or it opened */
    uint8_t name_told;         /* enum name_source, of the name they were called for */
    bool end_told;
};

/* Bits per byte of what the device sent so far; false while unknown. 256 logarithms. */
bool flow_entropy(const struct flow *flow, double *bits);

/* Must the next packet_view tell addresses, ports and MACs? Only while the device behind a flow that
 * the remote began has not been heard, and where who sent a datagram is asked (DHCP). */
static inline bool flow_wants_ends(const struct flow *flow)
{
    return flow->talks || (!flow->device_is_first && flow->packets[UP] == 0);
}

/* The heartbeat that this flow belongs to: within it, or of all connections to its remote,
 * whichever is surer. */
void flow_beat(const struct flow *flow, struct beat_view *out);

static inline uint64_t flow_age_s(const struct flow *flow)
{
    return (flow->last_us - flow->first_us) / 1000000u;
}

#endif
