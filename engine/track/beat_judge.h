/* beat_judge.h - do these gaps between bursts come from a clock, or do things happen at random?
 *
 * The verdict is a logarithm of a likelihood ratio, in nats: how much likelier the gaps are if a
 * clock makes them than if a memoryless (Poisson) source of the same rate does. Two clocks are
 * tried and the better one counts:
 *  - one that waits a period after each beat: gaps are period·(1 + u), errors add up;
 *  - one that ticks on a grid: beats are at k·period + u·period, errors do not add up.
 * Both may miss beats (a gap of up to JUDGE_FOLD periods), the first may also have odd gaps in
 * between. u is flat within ±spread, since programs draw their jitter so; the spread is fitted.
 *
 * Sizes play no part: messages of equal size at random times are no heartbeat.
 *
 * A gap is worth ln(1 / (2·spread)) + 1 nats at best: 1.5 at ±30 %. Of a memoryless source's
 * windows of 7 to 12 gaps, measured, 2 in 1000 reach 7 nats and 2 in a million 14; of longer ones
 * fewer. */
#ifndef TATTLER_TRACK_BEAT_JUDGE_H
#define TATTLER_TRACK_BEAT_JUDGE_H

#include <stdbool.h>

#define JUDGE_GAPS_MIN 7
#define JUDGE_GAPS_MAX 24
#define JUDGE_LATEST 8
#define JUDGE_FOLD 4 /* longer gaps are not missed beats but silence */

struct judgement {
    double nats;      /* zero or more */
    double period_s;  /* of the likelier clock */
    double spread;    /* share of the period */
};

/* A quick look at the latest JUDGE_LATEST gaps: false where there is nothing to judge. */
bool beat_may_be_even(const double *gaps_s, unsigned count);

/* Judges JUDGE_GAPS_MIN to JUDGE_GAPS_MAX gaps, all longer than 'dead_s', below which the caller
 * could not have seen any. */
struct judgement beat_judge(const double *gaps_s, unsigned count, double dead_s);

/* How many periods a gap is, 1 to JUDGE_FOLD. */
unsigned beat_fold(double gap_s, double period_s);

/* How far the errors of so many periods add up. */
static inline double beat_root(unsigned fold)
{
    static const double roots[JUDGE_FOLD + 1] = { 0, 1, 1.4142135623730951, 1.7320508075688772, 2 };

    return roots[fold];
}

/* Density at u of a flat-topped bell of width ±1: level inside, falling with the 8th power
 * outside, where an edge would let one outlier decide. */
double beat_flat(double u);

void beat_sort(double *values, unsigned count);

#endif
