/* How long an apparent beat has to last, how long a missing one is waited for, and when it moved. */
#include <math.h>

#include "track/beat_internal.h"

/* NTP polls each 2^n seconds, n from 4 to 17, some seconds early or late. Below 2^5, 15 s would
 * be taken for 16. */
#define POLL_MIN_S 32
#define POLL_MAX_S 131072
#define POLL_NEAR_S 1.3
#define POLL_NEAR_SHARE 0.01
#define POLL_OFF_S 5.5
#define POLL_OFF_SHARE 0.025
#define POLL_LONGER_SHARE 0.045 /* ntpd waits this much longer at times */
#define POLL_ERRORS 1.5
#define POLL_COUNTED_MIN 0.4
#define POLL_ODD_SHARE 0.25 /* farther off is another thing, such as the level before */
#define RUNG_NEAR 0.2
#define LADDER_RUNGS 2

/* What is held against a beat when there is no record of it missing: this much of a miss. */
#define SHARE_PRIOR 0.15
#define SHARE_MAX 0.5
/* Nats against an error: with this much, two beats missing are enough for a stream that kept the 64
 * before. The longer the period, the fewer chances for errors there are in a day: hourly beats need 16.
 * Once beats did miss, their share may be higher than it looks. */
#define NATS_SURE 12.2
#define NATS_SURE_LONG 20.5
#define NATS_SURE_LOG 1.35
#define NATS_SURE_MISSING 3
#define PATIENCE_MIN 2
#define PATIENCE_MAX 20

#define YOUNG_BEATS 4

#define REACH_MIN 0.05
#define REACH_MAX 0.65
#define REACH_JITTERS 2.8
#define SPREAD_MIN 0.03
#define SPREAD_MAX 0.5
#define SPREAD_JITTERS 1.6

#define MOVED_GAPS_MIN 2
#define MOVED_SHORT_GAPS_MIN 3 /* two short ones are what a person does who presses a button thrice */
#define MOVED_LUCK 0.5         /* the new period is made to fit: how many gaps' worth that is */
#define MOVED_EASIER 1.5       /* gaps that agree deceive less often than as many missing beats */
#define MOVED_GAPS_MAX 7
#define MOVED_SHARE_MIN 0.1

/* A few beats may look more even than they are. */
static double jitter(const struct beat *beat)
{
    return 1.25 * (double)beat->deviation * (1 + YOUNG_BEATS / (1 + (double)beat->beats));
}

double beat_reach(const struct beat *beat)
{
    return fmin(fmax(REACH_JITTERS * jitter(beat), REACH_MIN), REACH_MAX);
}

unsigned beat_periods(const struct beat *beat, double gap_s)
{
    double period_s = (double)beat->period_s;

    return gap_s <= period_s * (1 + beat_reach(beat)) ? 1 : beat_fold(gap_s, period_s);
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

static bool is_poll(const struct beat_found *found)
{
    double poll_s = exp2(round(log2(found->judgement.period_s)));
    double near_s = POLL_NEAR_S + POLL_NEAR_SHARE * poll_s, sum = 0, squares = 0, mean, error;
    double off_max = fmax(POLL_OFF_S + POLL_NEAR_SHARE * poll_s, POLL_OFF_SHARE * poll_s);
    unsigned count = 0;

    if (poll_s < POLL_MIN_S || poll_s > POLL_MAX_S)
        return false;
    for (unsigned i = 0; i < found->count; i++) {
        double gap_s = found->gaps_s[i];
        double off = gap_s / beat_fold(gap_s, found->judgement.period_s) - poll_s;

        if (fabs(off) > POLL_ODD_SHARE * poll_s)
            continue;
        if (off < -off_max || off > off_max + POLL_LONGER_SHARE * poll_s)
            return false;
        count++;
        sum += off;
        squares += off * off;
    }
    if (count < POLL_COUNTED_MIN * found->count)
        return false;
    mean = sum / count;
    error = sqrt(fmax(squares / count - mean * mean, 0) / count);
    near_s += POLL_ERRORS * error;
    return mean >= -near_s && mean <= near_s + POLL_LONGER_SHARE * poll_s;
}

double beat_gaps_needed(const struct beat *beat, const struct beat_found *found)
{
    if (beat->rungs >= LADDER_RUNGS)
        return BEAT_LADDER_GAPS;
    if (found->judgement.period_s < BEAT_QUICK_S)
        return BEAT_QUICK_SPAN_S / found->judgement.period_s;
    return is_poll(found) ? JUDGE_GAPS_MAX : 0;
}

/* The share of beats that something befell, of those before the latest few. */
static double share_of(double befell, double beats)
{
    return fmin((SHARE_PRIOR + fmax(befell, 0)) / (1 + fmax(beats, 0)), SHARE_MAX);
}

static double nats_sure(const struct beat *beat)
{
    double missing = (double)beat->missed > SHARE_MAX ? NATS_SURE_MISSING : 0;

    return fmin(NATS_SURE, NATS_SURE_LONG - NATS_SURE_LOG * log((double)beat->period_s)) + missing;
}

unsigned beat_patience(const struct beat *beat)
{
    double beats = ceil(nats_sure(beat) / -log(share_of((double)beat->missed, (double)beat->beats)));

    return (unsigned)fmin(fmax(beats, PATIENCE_MIN), PATIENCE_MAX);
}

static double density(double gap_s, double period_s, double fold, double spread)
{
    double width = spread * sqrt(fold);

    return beat_flat((gap_s / period_s - fold) / width) / (width * period_s);
}

/* Logarithm of the density of the latest gaps if the beat is what it was before them: on time, late by
 * missed beats, or odd. */
static double old_nats(const struct beat *beat, const float *gaps_s, unsigned count, double spread)
{
    double period_s = (double)beat->period_s, missed = (double)beat->missed;
    double missing, odd = share_of((double)beat->odd - count, (double)beat->beats - count);
    double nats = 0;

    for (unsigned i = 0; i < count; i++)
        missed -= beat_periods(beat, (double)gaps_s[i]) - 1;
    missing = share_of(missed, (double)beat->beats - count);
    for (unsigned i = 0; i < count; i++) {
        double gap_s = (double)gaps_s[i], share = 1, sum = odd / period_s * exp(-gap_s / period_s);

        for (unsigned fold = 1; fold <= JUDGE_FOLD; fold++, share *= missing)
            sum += share * density(gap_s, period_s, fold, spread);
        nats += log(sum);
    }
    return nats;
}

static double new_nats(const float *gaps_s, unsigned count, double period_s, double spread)
{
    double nats = MOVED_LUCK * log(2 * spread);

    for (unsigned i = 0; i < count; i++)
        nats += log(density((double)gaps_s[i], period_s, 1, spread));
    return nats;
}

unsigned beat_moved(const struct beat *beat, double *period_s)
{
    double spread = fmin(fmax(SPREAD_JITTERS * jitter(beat), SPREAD_MIN), SPREAD_MAX), sum_s = 0;
    double old_s = (double)beat->period_s;

    for (unsigned count = 1; count <= MOVED_GAPS_MAX && count <= beat->gap_count; count++) {
        const float *gaps_s = &beat->gaps_s[beat->gap_count - count];
        double mean_s;

        if (is_near((double)gaps_s[0], old_s, fmax(spread / 2, MOVED_SHARE_MIN)))
            return 0; /* the old one goes on */
        sum_s += (double)gaps_s[0];
        mean_s = sum_s / count;
        if (count < (mean_s < old_s ? MOVED_SHORT_GAPS_MIN : MOVED_GAPS_MIN))
            continue;
        if (new_nats(gaps_s, count, mean_s, spread) - old_nats(beat, gaps_s, count, spread) <
                nats_sure(beat) - MOVED_EASIER)
            continue;
        *period_s = mean_s;
        return count;
    }
    return 0;
}
