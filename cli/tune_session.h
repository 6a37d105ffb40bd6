/* tune_session.h - one run of 'tattler tune': what was asked for, and what is at hand. One thread. */
#ifndef TATTLER_CLI_TUNE_SESSION_H
#define TATTLER_CLI_TUNE_SESSION_H

#include "rules_told.h"
#include "tune.h"

struct tune_arguments {
    struct rule_options rules;
    const char *threshold, *apply;
    bool undo, list, json, limit, parameter;
    uint64_t since_us;
    const char *device;
    unsigned top;
    struct tune_options options;
    const char *const *sources;
    size_t source_count;
};

struct tune {
    struct tune_arguments arguments;
    struct settings settings;
    struct zone *zone;
    struct rules rules;
    struct heuristics *heuristics; /* NULL: none */
    struct tune_history history;
    uint64_t now_us;
    bool interactive;
    bool failed; /* some input could not be read */
    bool stuck;  /* a change could not be made */
    json_t *groups, *applied;
};

/* The file that changes go to; NULL: none. */
const char *tune_target(const struct tune_arguments *arguments);

/* Shows a group and what could be done about it, asks where somebody is there to answer, and does it
 * where that was said. False: the user wants no more. */
bool tune_treat(struct tune *tune, struct tune_group *group, size_t number);

/* Shows the entries that are in force and those that have expired; with a history, what it tells that each
 * has silenced. */
void tune_list(const struct tune *tune);

#endif
