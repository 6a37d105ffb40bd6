/* heuristics.h - heuristics in Lua: the files loaded, and the states that run them.
 *
 * A set of heuristics never changes once loaded but for which of its files are switched off; all
 * threads share it. Each worker opens states of its own from it. Nothing here knows Lua: the module
 * that does is opened when there are files to run. */
#ifndef TATTLER_DETECT_HEURISTICS_H
#define TATTLER_DETECT_HEURISTICS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "detect/heuristics/script.h"
#include "settings.h"

/* A file whose heuristics have failed so often is switched off until it is loaded again. */
#define HEURISTIC_FAULTS_MAX 8

struct heuristics;
struct catalogs;
struct flow;

/* A line for people from a thread that inspects: a fault, or what a script has logged. 'line' 0:
 * none. */
typedef void (*heuristic_tell_fn)(void *user, const char *file, unsigned line, const char *text);

/* Of all threads and all sets that an engine has used. */
struct heuristic_counters {
    atomic_ullong calls, faults, switched_off, lines_dropped;
};

/* Told of each call, of what is read in it, and of the need for want of which there was none, by the thread
 * that runs it; for 'tattler try'. */
struct heuristic_witness {
    void (*call)(void *user, const struct script_heuristic *heuristic, enum script_event event);
    void (*missing)(void *user, enum script_event event, const char *object, const char *field);
    /* 'object' and 'field' are names; 'value' is NULL where it is unknown. */
    void (*read)(void *user, const char *object, const char *field, const struct value *value);
    void *user;
};

struct heuristics_source {
    const struct settings *settings; /* budgets and parameters; borrowed for the call */
    const char *const *paths;        /* files, and folders whose files '*.lua' are read by name */
    size_t path_count;
    bool is_part; /* of what the settings name: parameters of heuristics that are not there are no mistake */
    settings_problem_fn problem; /* during the call */
    heuristic_tell_fn tell;      /* later, from any thread */
    void *user;                  /* of both */
    const struct heuristic_witness *witness; /* borrowed for life; NULL: none */
};

/* TATTLER_MALFORMED: something was wrong and told; the rest is there. TATTLER_NO_MEMORY: nothing.
 * Without paths the set is empty and no module is needed. Set-up only. */
enum tattler_status heuristics_load(const struct heuristics_source *source,
        struct heuristics **out);
struct heuristics *heuristics_hold(struct heuristics *heuristics);
void heuristics_release(struct heuristics *heuristics); /* accepts NULL */

struct heuristic {
    const struct script_heuristic *declared;
    const char *file;
    size_t file_number, number_in_file;
};
size_t heuristics_count(const struct heuristics *heuristics);
/* Is a parameter that the settings set wrong, and not for want of a file that could not be read? */
bool heuristics_settings_wrong(const struct heuristics *heuristics);
const struct heuristic *heuristics_at(const struct heuristics *heuristics, size_t index);
const struct heuristic *heuristics_find(const struct heuristics *heuristics, const char *id);
/* The id that 'id' may have been meant to be; NULL: none is near. */
const char *heuristics_nearest(const struct heuristics *heuristics, const char *id);
/* Bits of enum script_event that some heuristic has a handler for. */
uint32_t heuristics_events(const struct heuristics *heuristics);
/* What scripts see (catalog.h). */
const struct catalogs *heuristics_catalogs(const struct heuristics *heuristics);
const struct heuristic_witness *heuristics_witness(const struct heuristics *heuristics);

/* Whom a parameter may be set for; any may be NULL. */
struct heuristic_target {
    const char *type;
    const char *mac, *address; /* as text */
};
/* What a parameter is for this device: as set for it, for its type, for all, or by default. */
void heuristics_param(const struct heuristics *heuristics, size_t heuristic, size_t param,
        const struct heuristic_target *target, struct value *out);

/* --- of one worker --- */

struct heuristic_states;

/* One state for each file, of which 'heuristics' is held. NULL: out of memory. */
struct heuristic_states *heuristics_open(struct heuristics *heuristics,
        struct heuristic_counters *counters);
void heuristics_close(struct heuristic_states *states); /* accepts NULL */

const struct heuristics *heuristics_set(const struct heuristic_states *states);

/* Calls every heuristic that has a handler for it and needs nothing that is not so. 'flow' is NULL
 * where the event is of none. Faults are counted and told. */
void heuristics_run(struct heuristic_states *states, enum script_event event,
        const struct flow *flow, struct script_call *call);

/* A line that the heuristic of 'call' logs, at most LOG_LINES_MAX a minute of packet time and file. */
void heuristics_log(struct heuristic_states *states, const struct script_call *call,
        const char *text, size_t len);

/* --- the module --- */

/* Opens the module that runs Lua. NULL: 'error' says why. */
const struct script_module *heuristics_module(const char *path, char *error, size_t error_size);

#endif
