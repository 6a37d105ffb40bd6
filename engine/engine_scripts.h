/* engine_scripts.h - an event as heuristics see it; between engine_heuristics.c and
 * engine_scripts.c. */
#ifndef TATTLER_ENGINE_SCRIPTS_H
#define TATTLER_ENGINE_SCRIPTS_H

#include "detect/heuristics/catalog.h"
#include "detect/heuristics/heuristics.h"
#include "engine.h"
#include "track/insight.h"

/* Only the thread that runs the event uses it; nothing here is locked while a script runs. */
struct script_scene {
    struct script_call call; /* first */
    struct engine *engine;
    const struct heuristics *set;
    struct heuristic_states *states;
    const struct catalogs *catalogs;
    const struct heuristic_witness *witness; /* NULL: none */
    struct device *device;       /* held */
    struct flow *flow;           /* NULL: the event is of none */
    uint64_t window_us;          /* of the device, that is over; zero: the event is another */
    uint64_t window_packets;
    bool ended;                  /* the flow has no more packets */
    const struct resolution *answer;
    const struct flow *flow_of_answer;
    const struct engine_event *change;
    struct flow *of_device;      /* room, not filled until it is asked for */
    bool looked;                 /* it is filled */
    char text[256];              /* where texts that are made for a script stand until the next */
    char engine_text[ADDRESS_TEXT_SIZE];
};

#endif
