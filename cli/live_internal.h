/* live_internal.h - what the files of 'tattler live' share; no one else's. */
#ifndef TATTLER_CLI_LIVE_INTERNAL_H
#define TATTLER_CLI_LIVE_INTERNAL_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine.h"
#include "heuristics.h"
#include "inspect.h"
#include "interface.h"
#include "keeper.h"
#include "live.h"
#include "notify.h"
#include "outputs.h"
#include "privileges.h"
#include "summary.h"

/* What a reload replaces. */
struct generation {
    struct settings settings;
    struct heuristics *heuristics;
    struct rules rules;
};

struct reload;

struct live {
    const struct live_options *options;
    const struct settings *started; /* those that this began with */
    struct identity identity;
    const char *folder; /* of logs */
    char baseline_folder[PATH_MAX];
    size_t heuristic_count; /* read at the start */
    struct interface *interface;
    struct outputs *outputs;
    struct engine *engine;
    struct keeper *keeper;   /* NULL: no baseline is kept */
    struct summary *summary; /* NULL: nobody reads one */
    struct rules rules; /* read at the start; cleared when others are in use */
    struct generation *now; /* NULL: nothing was reloaded yet */
    struct reload *reload;  /* under way; NULL: none is */
    struct inspector *inspector;
    struct inspect_sink sink;
    struct notify notify;
    bool alerted; /* since records were flushed */
    /* The newest packet's time, and when it was handed in: time goes on from there without packets,
     * whatever becomes of the machine's clock. */
    uint64_t packet_us, packet_at_us;
};

/* --- live_reload.c --- */

/* Reads settings and rules by a thread of its own; told if it cannot begin. One at a time. */
void live_reload_begin(struct live *live);
/* Often, while one is under way: goes on by what was read, or as before if something was wrong with
 * it, which was told. True: it is over. */
bool live_reload_finish(struct live *live);
/* Waits for one that is under way and forgets it. */
void live_reload_stop(struct live *live);

void generation_free(struct generation *generation); /* accepts NULL */

/* --- live_start.c --- */

/* Opens the interface, gives up rights, opens and reads all else. Returns an exit status; what was
 * opened is there to be closed, whatever that is. */
int live_open(struct live *live);
/* 'tells': the summary, if there is one. */
void live_close(struct live *live, bool tells);

#endif
