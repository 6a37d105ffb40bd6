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
#include "track/device.h"
#include "track/entropy.h"
#include "track/symmetry.h"

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
    CHANGED_ALL = (1 << 10) - 1,
};

struct flow {
    struct device *device; /* held */
    struct address device_address, remote_address;
    uint16_t device_port, remote_port;
    uint8_t protocol;         /* IP protocol number */
    bool device_is_first;     /* the device sent the first packet seen */
    bool device_initiated;
    bool midstream;           /* TCP whose SYN was not seen */
    bool remote_is_public;

    uint64_t first_us, last_us;
    uint64_t bytes[2], packets[2]; /* by enum direction; whole frames, as Suricata counts */
    uint8_t payloads_seen[2];
    uint8_t hour; /* local hour of the last packet */

    uint32_t changed; /* enum flow_change, on the packet last handed in */
    uint32_t pending; /* learned since then */

    enum service service;
    enum name_source name_source;
    char *name;   /* owned, lower case; NULL: none */
    const char *domain; /* the tail of 'name'; NULL: none */
    enum ternary ech, sni_is_ip, sni_mismatch;
    enum ternary no_dns;
    bool was_resolved; /* some name led to this address when the flow opened */

    struct geo_record geo;
    uint8_t risk; /* 0 to 100 */

    struct symmetry symmetry;

    struct entropy *counting; /* owned; NULL before the device's first payload and when done */
    bool entropy_done;
    double entropy; /* bits per byte, when done; below zero: never counted */
};

/* Bits per byte of what the device sent so far; false while unknown. 256 logarithms. */
bool flow_entropy(const struct flow *flow, double *bits);

/* Must the next packet_view tell addresses, ports and MACs? Only while the device behind a flow that
 * the remote began has not been heard. */
static inline bool flow_wants_ends(const struct flow *flow)
{
    return !flow->device_is_first && flow->packets[UP] == 0;
}

static inline uint64_t flow_age_s(const struct flow *flow)
{
    return (flow->last_us - flow->first_us) / 1000000u;
}

#endif
