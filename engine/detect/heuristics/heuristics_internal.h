/* heuristics_internal.h - what the files of the heuristics share; no one else's. */
#ifndef TATTLER_DETECT_HEURISTICS_INTERNAL_H
#define TATTLER_DETECT_HEURISTICS_INTERNAL_H

#include "detect/features.h"
#include "detect/heuristics/catalog.h"
#include "detect/heuristics/heuristics.h"

struct heuristic_file {
    char *path, *text; /* owned */
    size_t len;
    struct script *declared; /* owned: what it says of itself, and the state of one worker */
    atomic_bool borrowed;    /* that worker has it */
    atomic_uint faults;
    atomic_bool off;
};

/* A parameter that the configuration sets. */
struct param_set {
    size_t heuristic, param;
    int rank;           /* of whom it is for: the device above its type above all */
    const char *target; /* the type, or the device's MAC or IP address as text; NULL: all */
    char *target_text;  /* owned */
    struct value value;
    char *text; /* owned, where 'value' points */
};

struct needs_view;

struct listed_need {
    const struct script_need *need;
    unsigned choice;
    size_t number; /* of the first one of this event that is the same */
    bool (*is_so)(const struct listed_need *listed, const struct needs_view *view);
    const struct feature *feature; /* of a flow; what it is compared with: */
    uint64_t least;
};

/* Those that have a handler for an event, and what they need for it. */
struct heuristic_list {
    struct listed_heuristic {
        size_t number;
        const struct listed_need *needs, *needs_end;
    } *items; /* owned, as the next */
    size_t count;
    struct listed_need *needs;
    size_t need_count;
};

struct heuristics {
    atomic_uint holders;
    const struct script_module *module; /* NULL: none was needed, or there is none */
    struct script_limits limits;
    struct script_host host;
    struct catalogs catalogs; /* of 'host' */
    struct heuristic_file **files;
    size_t file_count;
    struct heuristic *items; /* those of a file stand together */
    size_t count;
    uint32_t events;
    struct heuristic_list of_event[SCRIPT_EVENTS];
    size_t answer_count; /* at most so many needs an event */
    struct param_set *params;
    size_t param_count;
    bool is_param_wrong;
    const struct heuristic_witness *witness;
    heuristic_tell_fn tell;
    void *user;
};

/* --- needs.c --- */

/* An event, and what was asked of it so far, by numbers of needs. */
struct needs_view {
    const struct heuristics *set;
    const struct flow *flow;
    struct script_call *call;
    uint8_t *answers;
};
enum { NOT_ASKED, SO, NOT_SO };

/* False: out of memory; clear it in any case. */
bool needs_list(struct heuristics *heuristics);
void needs_clear(struct heuristics *heuristics);
/* The first that does not hold, of choices one of the last; NULL: all do. */
const struct script_need *needs_missing(const struct listed_heuristic *item,
        const struct needs_view *view);
/* What can never hold; 'text' says why. */
bool needs_refuse(const struct heuristics *heuristics, const struct script_need *need, char *text,
        size_t size);

/* --- params.c --- */

/* 'is_whole': all files could be read. False: something was wrong and told. */
bool params_read(struct heuristics *heuristics, const struct heuristics_source *source,
        bool is_whole);
void params_clear(struct heuristics *heuristics);

#endif
