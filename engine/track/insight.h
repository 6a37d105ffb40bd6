/* insight.h - what heuristics keep of a device: their memory, and what they have found.
 *
 * The memory is a few values under names of a heuristic's choice. A device that has no room for one
 * more forgets what was written longest ago; where all devices together have none, a device makes
 * room out of its own, and one that has nothing yet is refused, which is counted.
 *
 * Not locked: part of a device, used under that device's lock. */
#ifndef TATTLER_TRACK_INSIGHT_H
#define TATTLER_TRACK_INSIGHT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "base/value.h"
#include "track/finding.h"

#define MEMORY_PER_DEVICE 128  /* values */
#define MEMORY_KEY_MAX 63      /* bytes of a name, with the heuristic's id and a dot before it */
#define MEMORY_TEXT_MAX 127    /* bytes of a text */

/* The same finding about a device is told again when its score has risen by so much or after so
 * long. */
#define FINDING_RISE 0.1
#define FINDING_AGAIN_US DAY_US

/* Limits and counters that all devices share; any thread. */
struct insight_budget {
    size_t max_memory; /* values */
    atomic_size_t memory;  /* held now */
    atomic_ullong forgotten; /* values dropped or refused for lack of room */
};

struct insight; /* made with the first value or finding */

/* False: nothing is kept under this name. A text is borrowed until the next change. */
bool insight_recall(const struct insight *insight, const char *key, size_t len,
        struct value *out);

/* Keeps a copy under a name of at most MEMORY_KEY_MAX bytes; VALUE_NONE forgets it. False: no room
 * at all, or no memory. */
bool insight_remember(struct insight **insight, struct insight_budget *budget, const char *key,
        size_t len, const struct value *value);

/* Is this finding news: not told of the device before, higher than then, or told long ago? Then it
 * counts as told. */
bool insight_is_news(struct insight **insight, const char *id, double score, uint64_t now_us);

/* What was found of the device and waits to be shown with its next packet; NULL: out of memory, or
 * nothing was ever kept of it and not 'make'. */
struct findings *insight_waiting(struct insight **insight, bool make);

void insight_free(struct insight *insight, struct insight_budget *budget); /* accepts NULL */

#endif
