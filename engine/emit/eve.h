/* eve.h - EVE JSON records of the stand-alone host, field for field as Suricata 8 writes them.
 *
 * Each function writes one whole record into an emptied 'json' (json.h), without the newline.
 * doc/eve.schema.json describes them. What a host does not see is left out rather than guessed: of
 * TLS and QUIC there is only what the client's hello says. Any thread; no state. */
#ifndef TATTLER_EMIT_EVE_H
#define TATTLER_EMIT_EVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/cursor.h"
#include "detect/suppress.h"
#include "emit/json.h"
#include "engine.h"
#include "parse/tls.h"
#include "track/device.h"
#include "track/flow.h"

/* What all records of a flow begin with. */
struct eve_head {
    uint64_t time_us;
    uint64_t flow_id; /* 0: the packet belongs to none */
    uint64_t packet_number; /* EVE's pcap_cnt; 0: none (flow records) */
    const char *packet_source; /* EVE's pkt_src: "defrag", "gre tunnel" …; NULL: "wire/pcap" */
    struct address source, destination;
    /* ICMP: type << 8 | code, and in flow records those of the answer. */
    uint16_t source_port, destination_port;
    bool has_ports; /* TCP, UDP and SCTP */
    bool is_fragment; /* of a datagram: type and code of ICMP are not known */
    uint8_t protocol;   /* IP protocol number */
    uint8_t ip_version; /* 4 or 6 */
    uint8_t vlan_count;
    const uint16_t *vlans;  /* borrowed */
    const char *app_proto;  /* NULL: not known */
    bool cut; /* the capture cut the packet short: what can be read of it is logged */
    uint64_t transaction;   /* of DNS: messages of this flow before this one, EVE's tx_id */
    const struct flow *flow; /* for the 'iot' object; NULL: none */
    const char *const *flowbits; /* those that rules have set; borrowed */
    size_t flowbit_count;
};

struct eve_flow {
    uint64_t packets[2], bytes[2]; /* 0: to the server */
    uint64_t first_us, last_us;
    const char *state, *reason; /* "established", "timeout" … */
    bool alerted;
    uint64_t transactions; /* EVE's tx_cnt; 0: not known */
    bool is_tcp;
    uint8_t tcp_flags[2]; /* seen, 0: to the server */
    const char *tcp_state;
};

void eve_flow_record(struct json *json, const struct eve_head *head, const struct eve_flow *flow);
/* One DNS message over UDP or TCP, event_type "dns" in EVE's DNS version 3, or "mdns" where that is
 * the head's 'app_proto'. False, and nothing to be used, where Suricata logs none: the header is
 * impossible, or the questions and answers cannot be read to their end (of a cut packet the
 * questions are enough). Authorities and additional records that cannot be are left out. */
bool eve_dns_record(struct json *json, const struct eve_head *head, struct cursor message);
bool eve_dns_is_told(const struct eve_head *head, struct cursor message); /* the same answer */
void eve_tls_record(struct json *json, const struct eve_head *head,
        const struct tls_hello *hello);
void eve_quic_record(struct json *json, const struct eve_head *head,
        const struct tls_hello *hello);
/* event_type "iot": what is known of a device, taking its lock; a heartbeat that changed, or a finding. */
void eve_device_record(struct json *json, uint64_t time_us, struct device *device);
void eve_event_record(struct json *json, const struct engine_event *event);
uint64_t eve_event_us(const struct engine_event *event);
/* The 'iot' objects of these alone, for a host that writes the records itself. */
void eve_put_device(struct json *json, struct device *device);
void eve_put_event(struct json *json, const struct engine_event *event);

/* A host's own counters beside the engine's: nested below "stats", those of a section in a row. Those
 * of the engine's section stand behind the engine's own. */
#define EVE_OWN_SECTION "tattler"
struct eve_counter {
    const char *section, *name; /* "decoder", "pkts" */
    uint64_t value;
};
void eve_stats_record(struct json *json, uint64_t time_us, uint64_t uptime_s,
        const struct engine_counters *engine, const struct suppressions *suppressions,
        const struct eve_counter *counters, size_t count);

#endif
