/* How long an apparent beat has to last, how long a missing one is waited for, and when it moved. */
#include <math.h>

#include "track/beat_internal.h"

/* NTP polls each 2^n seconds, n from 4 to 17, spread by some seconds. Below 2^5, 15 s would be taken
 * for 16. */
#define POLL_LOG2_MIN 5
#define POLL_LOG2_MAX 17
#define POLL_NEAR_S 1.3
#define POLL_NEAR_SHARE 0.01
#define POLL_SPREAD_MAX 0.11
#define RUNG_NEAR 0.2
#define LADDER_RUNGS 2

/* What is held against a beat when there is no record of it missing: this much of a miss. */
#define MISS_PRIOR 0.15
#define MISS_SHARE_MAX 0.5
/* Nats against an error, for a period of one second. The longer the period, the fewer chances for
 * errors there are in a day. Once beats did miss, their share may be higher than it looks. */
#define NATS_SURE 14.5
#define NATS_SURE_LOG 0.62
#define NATS_SURE_MISSING 1.5
#define PATIENCE_MIN 2
#define PATIENCE_MAX 12

#define REACH_MIN 0.05
#define REACH_MAX 0.65
#define REACH_JITTERS 2.5
#define SPREAD_MIN 0.03
#define SPREAD_MAX 0.5
#define SPREAD_JITTERS 1.6

#define MOVED_GAPS_MIN 2
#define MOVED_GAPS_MAX 7
#define MOVED_SHARE_MIN 0.1

static double jitter(const struct beat *beat)
{
    return 1.25 * (double)beat->deviation;
}

double beat_reach(const struct beat *beat)
{
    return fmin(fmax(REACH_JITTERS * jitter(beat), REACH_MIN), REACH_MAX);
}

static bool is_near(double value, double other, double share)
{
    return fabs(value - other) <= share * other;
}

/* A rung is certain when the next gap keeps to it or doubles again; one long gap may be a miss. */
void beat_climb(struct beat *beat, double gap_s)
{
    double rung_s = (double)beat->rung_s, next_s = (double)beat->next_rung_s;

    if (next_s > 0 && (is_near(gap_s, next_s, RUNG_NEAR) || is_near(gap_s, 2 * next_s, RUNG_NEAR))) {
        beat->rung_s = beat->next_rung_s;
        beat->next_rung_s = is_near(gap_s, next_s, RUNG_NEAR) ? 0 : (float)gap_s;
        if (beat->rungs < UINT8_MAX)
            beat->rungs++;
        return;
    }
    beat->next_rung_s = is_near(gap_s, 2 * rung_s, RUNG_NEAR) ? (float)gap_s : 0;
    if (gap_s >= (1 - RUNG_NEAR) * rung_s && rung_s > 0)
        return;
    if (!is_near(2 * gap_s, rung_s, RUNG_NEAR)) /* NTP also steps down */
        beat->rungs = 0;
    beat->rung_s = (float)gap_s;
}

static bool is_poll(const struct judgement *judgement)
{
    double power = round(log2(judgement->period_s)), poll_s = exp2(power);

    return power >= POLL_LOG2_MIN && power <= POLL_LOG2_MAX &&
            judgement->spread <= POLL_SPREAD_MAX &&
            fabs(judgement->period_s - poll_s) <= POLL_NEAR_S + POLL_NEAR_SHARE * poll_s;
}

double beat_gaps_needed(const struct beat *beat, const struct judgement *judgement)
{
    if (beat->rungs >= LADDER_RUNGS)
        return BEAT_LADDER_GAPS;
    if (judgement->period_s < BEAT_QUICK_S)
        return BEAT_QUICK_SPAN_S / judgement->period_s;
    return is_poll(judgement) ? JUDGE_GAPS_MAX : 0;
}

static double miss_share(const struct beat *beat)
{
    return fmin((MISS_PRIOR + (double)beat->missed) / (1 + (double)beat->beats), MISS_SHARE_MAX);
}

static double odd_share(const struct beat *beat)
{
    return fmin((MISS_PRIOR + (double)beat->odd) / (1 + (double)beat->beats), MISS_SHARE_MAX);
}

static double nats_sure(const struct beat *beat)
{
    double missing = (double)beat->missed > MISS_SHARE_MAX ? NATS_SURE_MISSING : 0;

    return NATS_SURE - NATS_SURE_LOG * log((double)beat->period_s) + missing;
}

unsigned beat_patience(const struct beat *beat)
{
    double beats = ceil(nats_sure(beat) / -log(miss_share(beat)));

    return (unsigned)fmin(fmax(beats, PATIENCE_MIN), PATIENCE_MAX);
}

static double density(double gap_s, double period_s, double fold, double spread)
{
    double width = spread * sqrt(fold);

    return beat_flat((gap_s / period_s - fold) / width) / (width * period_s);
}

/* Of a gap, if the beat is what it was: on time, after misses, or odd. */
static double old_density(const struct beat *beat, double gap_s, double spread)
{
    double period_s = (double)beat->period_s, missing = miss_share(beat), odd = odd_share(beat);
    double share = 1, sum = odd / period_s * exp(-gap_s / period_s);

    for (unsigned fold = 1; fold <= JUDGE_FOLD; fold++, share *= missing)
        sum += share * density(gap_s, period_s, fold, spread);
    return sum;
}

unsigned beat_moved(const struct beat *beat, double *period_s)
{
    double spread = fmin(fmax(SPREAD_JITTERS * jitter(beat), SPREAD_MIN), SPREAD_MAX);
    double sum_s = 0, old_nats = 0;

    for (unsigned count = 1; count <= MOVED_GAPS_MAX && count <= beat->gap_count; count++) {
        const float *gaps_s = &beat->gaps_s[beat->gap_count - count];
        double mean_s, nats = log(2 * spread); /* the new period is made to fit */

        sum_s += (double)gaps_s[0];
        mean_s = sum_s / count;
        old_nats += log(old_density(beat, (double)gaps_s[0], spread));
        if (count < MOVED_GAPS_MIN || is_near(mean_s, (double)beat->period_s, MOVED_SHARE_MIN))
            continue;
        if (count == MOVED_GAPS_MIN && mean_s < (double)beat->period_s)
            continue; /* two short gaps are what a person does who presses a button thrice */
        for (unsigned i = 0; i < count; i++)
            nats += log(density((double)gaps_s[i], mean_s, 1, spread));
        if (nats - old_nats < nats_sure(beat))
            continue;
        *period_s = mean_s;
        return count;
    }
    return 0;
}
