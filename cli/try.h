/* try.h - one rule, one capture: for each connection, did it match, or what failed first.
 *
 * A rule's conditions stand in the order in which they are tried: its header, what it asks of packet
 * and connection, its patterns, the features, the marks of other rules. With each packet, message
 * and piece of a stream the rule is tried from the start; what counts for a connection is how far
 * it came at best. One thread. */
#ifndef TATTLER_CLI_TRY_H
#define TATTLER_CLI_TRY_H

#include <stdbool.h>
#include <stdio.h>

#include "base/hash.h"
#include "connection.h"
#include "detect/match/look.h"
#include "settings.h"

/* --- try_walk.c: the conditions, one after the other --- */

/* The direction comes before what answers would pass by. */
enum try_kind { TRY_PROTOCOL, TRY_APPLICATION, TRY_DIRECTION, TRY_SOURCE, TRY_SOURCE_PORT,
    TRY_DESTINATION, TRY_DESTINATION_PORT, TRY_TEST, TRY_BUFFER };

struct try_condition {
    enum try_kind kind;
    const struct rule_test *test;     /* of TRY_TEST */
    const struct rule_buffer *buffer; /* of TRY_BUFFER */
};

struct try_rule {
    const struct rule_set *set;
    const struct rule *rule;
    struct try_condition *conditions; /* owned */
    size_t count;
    bool has_messages; /* it looks at messages of an application */
};

/* Where an attempt ended. */
struct try_reach {
    size_t condition; /* the first that failed; try_rule's 'count': none */
    unsigned depth;   /* within it: 0 there was nothing to look at, 1 there was, then steps held */
    double distance;  /* of a number from what is asked for */
};

bool try_rule_open(struct try_rule *tried, const struct rule_set *set, const struct rule *rule);
void try_rule_close(struct try_rule *tried);

struct try_reach try_walk(const struct try_rule *tried, const struct look *look);
bool try_is_further(const struct try_reach *one, const struct try_reach *other);

/* --- try_say.c: conditions in words --- */

/* What is asked, in a sentence. */
void try_say_asked(FILE *to, const struct try_rule *tried, size_t condition);
/* What was there instead. */
void try_say_seen(FILE *to, const struct try_rule *tried, const struct try_reach *reach,
        const struct look *look);
/* "iot.strangers is 18; iot.service is telnet": all features that the rule asks for. */
void try_say_features(FILE *to, const struct rule *rule, const struct flow *flow);

/* --- try_flows.c: what is known of each connection --- */

/* A packet of the capture. */
struct try_place {
    uint64_t time_us, number; /* the first is 1 */
};

/* What was there where an attempt ended. */
struct try_sight {
    struct try_place place;
    char *text; /* owned */
};

#define TRY_SIGHTS 3 /* different ones that are kept; each as near as the others */

struct try_flow {
    uint64_t id;
    UT_hash_handle hh;
    uint64_t looks;
    struct try_place last;
    uint64_t matches, alerts;
    struct try_place matched; /* first */
    char *features;           /* then; owned */
    struct try_reach reach;
    struct try_sight seen[TRY_SIGHTS]; /* there */
    unsigned seen_count;
    char *title; /* owned; NULL while it lasts */
};

#define TRY_SHOWN 6

/* Connections that came to the same end. */
struct try_list {
    uint64_t count;
    struct try_flow *flows[TRY_SHOWN + 1]; /* the foremost come first; owned */
    size_t shown;
};

struct try_flows {
    const struct try_rule *tried;
    struct try_flow *open;
    struct try_list matched;
    uint64_t alerted; /* of those that matched */
    bool has_outside; /* packets of no connection are among those counted */
    struct try_list *missed; /* for each condition, and one behind the last; owned */
    bool no_memory;
};

bool try_flows_open(struct try_flows *flows, const struct try_rule *tried);
void try_flows_close(struct try_flows *flows);
void try_flows_look(struct try_flows *flows, const struct look *look, uint64_t number);
void try_flows_match(struct try_flows *flows, const struct match_packet *packet, bool alerts);
void try_flows_end(struct try_flows *flows, const struct connection *connection);
/* All connections have ended. */
void try_flows_finish(struct try_flows *flows);

/* --- try_print.c --- */

/* False: out of memory. */
bool try_print(const struct try_flows *flows, FILE *to, const char *capture, uint64_t packets);

/* --- try_lua.c: a heuristic --- */

/* Prints each finding as it is made, then what was called and read. The exit status: was anything
 * found? */
int try_heuristics(const struct settings *settings, const char *script, const char *capture);

#endif
