/* beat_internal.h - what the parts of beat.h share; nobody else includes it. */
#ifndef TATTLER_TRACK_BEAT_INTERNAL_H
#define TATTLER_TRACK_BEAT_INTERNAL_H

#include "track/beat.h"

/* A verdict on the latest gaps, with what lies between the beats left out. */
struct beat_found {
    struct judgement judgement;
    double gaps_s[JUDGE_GAPS_MAX]; /* between beats, oldest first */
    unsigned count;
    double since_beat_s;           /* from the latest beat to the latest burst: an echo's delay */
    double surety;                 /* nats by those needed: 1 or more is enough */
};

/* Adds a gap between bursts; the oldest one falls out. */
void beat_push_gap(struct beat *beat, double gap_s);

/* The surest verdict on windows of the latest gaps. */
struct beat_found beat_search(const struct beat *beat);

/* Gaps that an apparent beat still has to keep to; from 0. Follows the ladder of doubling gaps. */
void beat_climb(struct beat *beat, double gap_s);
double beat_gaps_needed(const struct beat *beat, const struct beat_found *found);

/* By how much of its period a beat may be early or late and still be one. */
double beat_reach(const struct beat *beat);

/* How many of its periods a gap is; a late beat is one. */
unsigned beat_periods(const struct beat *beat, double gap_s);

/* Beats that have to miss in a row to say that it stopped. */
unsigned beat_patience(const struct beat *beat);

/* Do the latest gaps follow another period rather than the old one with misses? Then how many do,
 * else 0. */
unsigned beat_moved(const struct beat *beat, double *period_s);

/* Ends the present beat's payload. */
void beat_close_size(struct beat *beat);
uint32_t beat_usual_bytes(const struct beat *beat);

#endif
