/* engine_scripts.h - an event as heuristics see it; between engine_heuristics.c, engine_scripts.c and
 * engine_scripts_read.c. */
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

static inline struct script_scene *scene_of(struct script_call *call)
{
    return (struct script_scene *)(void *)call;
}

/* --- engine_scripts_read.c --- */

/* As struct script_host has it. */
bool scene_read(struct script_call *call, enum script_object object, size_t field,
        struct value *out);
/* 'value' is NULL where it is unknown. */
static inline void scene_tell_read(const struct script_scene *scene, const char *object,
        const char *field, const struct value *value)
{
    if (scene->witness != NULL)
        scene->witness->read(scene->witness->user, object, field, value);
}

#endif
