/* finding.h - what a heuristic has concluded of a flow or a device, with its reasons.
 *
 * A finding never changes once made, so all threads may read it; it lives as long as somebody holds
 * it. Flows and devices hold a few each. */
#ifndef TATTLER_TRACK_FINDING_H
#define TATTLER_TRACK_FINDING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/value.h"

#define FINDING_ID_SIZE 24     /* with its NUL */
#define FINDING_REASONS_MAX 16
#define FINDING_TEXT_MAX 128   /* bytes of a name or a text among the reasons; longer ones are cut */
#define FINDINGS_MAX 8         /* of one flow, or waiting for a device's next packet */

struct finding_reason {
    const char *name; /* NUL-terminated */
    struct value value;
};

struct finding {
    atomic_uint holders; /* private to finding.c */
    char id[FINDING_ID_SIZE];
    uint8_t severity; /* as a rule's priority: 1 act now … 4 inventory */
    double score; /* 0 to 1 */
    uint64_t time_us;
    size_t reason_count;
    struct finding_reason reasons[]; /* in the order of their names; texts are behind them */
};

/* All zeros is empty. */
struct findings {
    size_t count;
    const struct finding *items[FINDINGS_MAX]; /* held; one of an id */
};

/* Copies the reasons, at most FINDING_REASONS_MAX. Held for the caller. NULL: out of memory. */
struct finding *finding_new(const char *id, uint8_t severity, double score, uint64_t time_us,
        const struct finding_reason reasons[], size_t count);
const struct finding *finding_hold(const struct finding *finding);
void finding_release(const struct finding *finding); /* accepts NULL */

/* Takes the place of one with the same id; with none, and if there is no room, of the one with the
 * lowest score if that is lower, else it is left out, false. Holds it. */
bool findings_put(struct findings *findings, const struct finding *finding);
const struct finding *findings_get(const struct findings *findings, const char *id, size_t len);
void findings_clear(struct findings *findings);

#endif
