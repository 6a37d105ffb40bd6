/* inspect.h - the stand-alone host: frames in, EVE records out, what Suricata does for the plugin.
 *
 * Decodes, puts fragments together, cuts packets into flows, hands them to the engine, runs the
 * parsers, and writes a record for what was found. One thread. */
#ifndef TATTLER_CLI_INSPECT_H
#define TATTLER_CLI_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture.h"
#include "connection.h"
#include "emit/json.h"
#include "detect/rules/rule_set.h"
#include "engine.h"

/* Where records go; each is one line with its newline. */
typedef void (*inspect_write_fn)(void *user, const char *record, size_t len);
/* A flow has ended; it is freed after the call. */
typedef void (*inspect_flow_fn)(void *user, const struct connection *connection);

/* A rule has alerted on a flow. */
typedef void (*inspect_alert_fn)(void *user, const struct connection *connection,
        const struct rule *rule);

/* Appends the host's own counters to a record of statistics: at most 'room', returns how many. */
struct eve_counter;
typedef size_t (*inspect_count_fn)(void *user, struct eve_counter *out, size_t room);

/* The engine has noticed something by itself (engine.h). */
typedef void (*inspect_event_fn)(void *user, const struct engine_event *event);

struct match_witness;

struct inspect_sink {
    inspect_write_fn write; /* this and the next may be NULL: nobody asks; then no records are made */
    inspect_flow_fn flow;
    inspect_alert_fn alert;
    inspect_count_fn count;
    inspect_event_fn event;
    const struct match_witness *witness; /* of what rules do (matcher.h) */
    void *user;
};

struct inspector;

/* All arguments are borrowed for life; 'rules' may be NULL. NULL: out of memory. */
struct inspector *inspector_new(struct engine *engine, const struct settings *settings,
        const struct rule_set *rules, const struct inspect_sink *sink);

/* Ends all flows, writes the summaries of devices and the statistics, frees. Accepts NULL. */
void inspector_finish(struct inspector *inspector);

void inspector_frame(struct inspector *inspector, const struct captured *frame);
/* All that the capture has. False: something could not be read, which was told. */
bool inspector_read(struct inspector *inspector, struct capture *capture);

/* Time goes by without packets: ends flows whose time has come and tells of heartbeats that are
 * late. Once a second is often enough. */
void inspector_tick(struct inspector *inspector, uint64_t time_us);

/* Writes a record of statistics. */
void inspector_stats(struct inspector *inspector);

/* Writes a summary of each device that was seen since the last time. */
void inspector_devices(struct inspector *inspector);

/* --- other settings and rules, between two packets --- */

struct inspect_renewal;

/* Makes all ready that takes time, in any thread. 'settings' and 'rules' (or NULL) are borrowed for
 * the rest of the inspector's life or until the next renewal; problems with data files are told. NULL:
 * out of memory. */
struct inspect_renewal *inspector_prepare(struct inspector *inspector,
        const struct settings *settings, const struct rule_set *rules, engine_problem_fn problem,
        void *user);
void inspect_renewal_free(struct inspect_renewal *renewal); /* accepts NULL */

/* Goes on by them; devices and flows stay, and what rules know of these (match/inherit.h). The old
 * settings and rules are then of no more use. Frees the renewal. False: out of memory, and all is as
 * it was. */
bool inspector_renew(struct inspector *inspector, struct inspect_renewal *renewal);

/* Packets handed in so far. */
uint64_t inspector_packets(const struct inspector *inspector);

#endif
