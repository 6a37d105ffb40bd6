/* beat_internal.h - what the parts of beat.h share; nobody else includes it. */
#ifndef TATTLER_TRACK_BEAT_INTERNAL_H
#define TATTLER_TRACK_BEAT_INTERNAL_H

#include <math.h>

#include "track/beat.h"

/* A burst sooner than this share of a period after a beat goes with it: an answer, an
 * acknowledgement, a second connection. */
#define BEAT_ECHO_SHARE 0.25

/* Periods that differ less are the same. */
#define BEAT_SAME_PERIOD 0.1

/* A verdict on the latest gaps, with what lies between the beats left out. */
struct beat_found {
    struct judgement judgement;
    double gaps_s[JUDGE_GAPS_MAX]; /* between beats, oldest first */
    unsigned count;
    double since_beat_s;           /* from the latest beat to the latest burst: an echo's delay */
    double surety;                 /* nats by those needed: 1 or more is enough */
};

static inline bool beat_is_near(double value, double other, double share)
{
    return fabs(value - other) <= share * other;
}

/* As fmin() and fmax() where 'limit' is a number, without a call. */
static inline double beat_lesser(double value, double limit)
{
    return value < limit ? value : limit;
}

static inline double beat_greater(double value, double limit)
{
    return value > limit ? value : limit;
}

static inline double beat_within(double value, double least, double most)
{
    return beat_lesser(beat_greater(value, least), most);
}

/* Adds a gap between bursts; the oldest one falls out. */
void beat_push_gap(struct beat *beat, double gap_s);

/* The surest verdict on windows of the latest gaps. */
struct beat_found beat_search(const struct beat *beat);

/* Follows the ladder of doubling gaps. */
void beat_climb(struct beat *beat, double gap_s);
/* Gaps that an apparent beat has to last before it is believed; any that were found if 0. */
double beat_gaps_needed(const struct beat *beat, const struct beat_found *found);

/* By how much of its period a beat may be early or late and still be one. */
double beat_reach(const struct beat *beat);
/* How many of its periods a gap is; a late beat, by up to 'reach', is one. */
unsigned beat_periods(const struct beat *beat, double gap_s, double reach);
/* Beats that have to miss in a row to say that it stopped. */
unsigned beat_patience(const struct beat *beat);
/* Do the latest gaps follow another period rather than the old one with misses? Then how many do,
 * else 0. */
unsigned beat_moved(const struct beat *beat, double *period_s);

/* Takes what was found as the beat, steady since a burst at 'time_us'. */
void beat_settle(struct beat *beat, const struct beat_found *found, uint64_t time_us);
/* Begins again to look for a beat; a stream that had one is no longer fresh. */
void beat_forget(struct beat *beat, enum beat_state state);

/* What a burst means, by state: true if 'report' has been written. */
bool beat_learn(struct beat *beat, double gap_s, uint64_t time_us, struct beat_report *report);
bool beat_follow(struct beat *beat, double gap_s, uint64_t time_us, struct beat_report *report);
bool beat_resume(struct beat *beat, double gap_s, uint64_t time_us, struct beat_report *report);

/* A beat that pauses will do so again: what it missed counts. */
void beat_count_pause(struct beat *beat, uint64_t from_us, uint64_t until_us);

/* Writes the report; always true. */
bool beat_tell(const struct beat *beat, struct beat_report *report, enum beat_change change,
        double before_s, uint64_t time_us);

/* Ends the present beat's payload. */
void beat_close_size(struct beat *beat);
/* As of the latest beat_find_usual(), which beat_close_size() calls while the beat is sure. */
uint32_t beat_usual_bytes(const struct beat *beat);
void beat_find_usual(struct beat *beat);

#endif
