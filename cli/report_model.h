/* report_model.h - what a report tells, collected from EVE records one at a time.
 *
 * Everything is added up while it is read, so a month takes no more memory than a day: bins of time
 * (report_time.h), and per device its remotes, heartbeats and alerts, each with a cap. When a
 * device has too many remotes, those with the least traffic are counted together; of the other tables the
 * first are kept. All that is not told by itself is counted. One thread. */
#ifndef TATTLER_CLI_REPORT_MODEL_H
#define TATTLER_CLI_REPORT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/hash.h"
#include "enrich/zone.h"
#include "eve_event.h"
#include "report_time.h"

#define REPORT_DEVICES_MAX 4096
#define REPORT_REMOTES_MAX 400000      /* of all devices */
#define REPORT_DEVICE_REMOTES_MAX 512  /* of one */
#define REPORT_DEVICE_REMOTES_MIN 16   /* of one, when there are too many of all */
#define REPORT_DEVICE_BEATS_MAX 64
#define REPORT_DEVICE_ALERTS_MAX 128
#define REPORT_BEAT_CHANGES 16
#define REPORT_ALERT_REMOTES 4
#define REPORT_ALERT_NUMBERS 6
#define REPORT_FLOWS_MAX 32768 /* whose names were told before they ended */
#define REPORT_PRIORITIES 5 /* 1 to 4, and what has another or none */

/* Texts are cut to these sizes, with their NUL, whatever a record holds. */
#define REPORT_LABEL_SIZE 128
#define REPORT_WORD_SIZE 32
#define REPORT_NUMBER_SIZE 64

enum report_way { REPORT_UP, REPORT_DOWN };

enum report_change { BEAT_CHANGE_STEADY, BEAT_CHANGE_STOPPED, BEAT_CHANGE_MOVED, BEAT_CHANGE_GREW,
    BEAT_CHANGE_RESUMED, BEAT_CHANGES };

struct report_tally {
    uint64_t connections, no_dns, bytes[2];
};

struct report_bin {
    uint64_t bytes[2], public_bytes[2];
    uint32_t connections;
    uint32_t alerts;
    uint8_t priority; /* of the most urgent alert; 0: none */
};

struct report_remote {
    struct report_remote_key { /* one in several networks stands in each by itself */
        uint32_t asn;
        char label[REPORT_LABEL_SIZE]; /* domain, else name, else address */
    } key;
    char name[REPORT_LABEL_SIZE], address[ADDRESS_TEXT_SIZE]; /* of the first */
    char as_org[REPORT_LABEL_SIZE], country[3], service[REPORT_WORD_SIZE];
    char protocol[REPORT_WORD_SIZE];
    uint16_t port;
    bool several_names, several_services, several_ports, alerted;
    uint64_t no_dns_unexcused; /* of tally.no_dns: not to NTP, STUN or DNS */
    struct report_tally tally;
    uint64_t first_us, last_us;
    UT_hash_handle hh;
};

struct report_beat {
    char remote[REPORT_LABEL_SIZE];
    struct report_beat_change {
        uint64_t time_us;
        enum report_change change;
        double period_s; /* from then on, of what stopped before; 0: unknown */
        uint64_t bytes;
    } changes[REPORT_BEAT_CHANGES];
    size_t change_count;
    uint64_t changes_left_out; /* older ones, behind the first */
    UT_hash_handle hh;
};

struct report_alert {
    uint32_t sid, priority;
    char signature[REPORT_LABEL_SIZE];
    char detects[REPORT_LABEL_SIZE]; /* words with ", " between */
    char remotes[REPORT_ALERT_REMOTES][REPORT_LABEL_SIZE];
    bool more_remotes;
    /* Features that decided, of the last: "heartbeat.period_s", "60.1". */
    struct report_number {
        const char *name; /* NULL: no more */
        char value[REPORT_NUMBER_SIZE];
    } numbers[REPORT_ALERT_NUMBERS];
    uint64_t count, first_us, last_us;
    UT_hash_handle hh;
};

struct report_device {
    char key[ADDRESS_TEXT_SIZE]; /* MAC, else address */
    char name[REPORT_LABEL_SIZE], mac[MAC_TEXT_SIZE], vendor[REPORT_LABEL_SIZE];
    char type[REPORT_WORD_SIZE], address[ADDRESS_TEXT_SIZE];
    uint64_t first_us, last_us;
    bool joined, encrypted_dns;
    char learning[REPORT_WORD_SIZE]; /* "learning", "trusted", "frozen"; "": not told */
    double learned;                  /* the share, 0 to 1 */
    struct report_tally all, local; /* local: not with a public address */
    struct report_bin bins[TIMELINE_BINS];
    struct report_remote *remotes;
    struct report_beat *beats;
    struct report_alert *alerts;
    uint64_t straight; /* connections without DNS that had no good reason */
    uint64_t alert_count[REPORT_PRIORITIES]; /* [0]: another priority, or none */
    struct report_tally folded; /* remotes that were counted together */
    uint64_t folded_remotes, beats_left_out, alerts_left_out;
    UT_hash_handle hh;
};

/* Of another program: a record of its own says what TLS, QUIC or HTTP call the remote. */
struct report_name {
    uint64_t flow_id;
    char *name; /* owned */
    UT_hash_handle hh;
};

struct report {
    const struct zone *zone;        /* borrowed; NULL: UTC */
    const struct prefix_list *home; /* borrowed */
    struct timeline timeline;
    uint64_t first_us, last_us;
    struct report_device *devices;
    size_t remote_count;
    struct report_name *names; /* the oldest first */
    uint64_t flows, alerts, others; /* records */
    uint64_t strangers;        /* connections, alerts and summaries of no device */
    uint64_t devices_left_out; /* records of devices for which there was no room */
    uint64_t out_of_time;      /* records without a time, or too far from the others */
    bool out_of_memory;
};

void report_init(struct report *report, const struct zone *zone, const struct prefix_list *home);
void report_clear(struct report *report);
/* The event is borrowed for the call, and may build its trees. */
void report_take(struct report *report, struct eve_event *event);

/* The most urgent that it has: 1 to 4, 5 for alerts of other priorities, 6 for none. */
unsigned report_urgency(const struct report_device *device);
void report_tally_add(struct report_tally *to, const struct report_tally *other);
void report_bin_add(struct report_bin *to, const struct report_bin *other);
/* Services that are called without DNS with good reason: NTP, STUN and DNS itself. */
bool report_excuses(const char *service);

#endif
