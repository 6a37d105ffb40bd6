/* engine_scripts.h - an event as heuristics see it; between engine_heuristics.c and
 * engine_scripts.c. */
#ifndef TATTLER_ENGINE_SCRIPTS_H
#define TATTLER_ENGINE_SCRIPTS_H

#include "detect/heuristics/catalog.h"
#include "detect/heuristics/heuristics.h"
#include "engine.h"
#include "track/insight.h"

struct device_window {
    uint64_t us;
    uint64_t packets; /* sent in it */
};

/* What most events never use, and so is not cleared for them. */
struct scene_room {
    struct flow of_device; /* the device's features, once they are asked for */
    char text[256];        /* where texts that are made for a script stand until the next */
};

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
    struct device_window window;   /* that is over; zeros: the event is another */
    bool ended;                  /* the flow has no more packets */
    const struct resolution *answer;
    const struct flow *flow_of_answer;
    const struct engine_event *change;
    bool looked;                 /* 'room->of_device' is filled */
    struct scene_room *room;
};

#endif
