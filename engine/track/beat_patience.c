/* How far off a beat may be, how long a missing one is waited for, and when it has moved. */
#include "base/apart.h"
#include "track/beat_internal.h"

/* With no record of a beat missing, this much of a miss is held against it. */
#define SHARE_PRIOR 0.15
#define SHARE_MAX 0.5
/* Nats against an error: with this much, two beats missing are enough for a stream that kept the 64
 * before. The longer the period, the fewer chances for errors there are in a day: 16 do for hourly
 * beats. Once beats did miss, their share may be higher than it looks. */
#define NATS_SURE 12.2
#define NATS_SURE_LONG 20.5
#define NATS_SURE_LOG 1.35
#define NATS_SURE_MISSING 3
#define PATIENCE_MIN 2
#define PATIENCE_MAX 20

#define YOUNG_BEATS 4

/* Beats drawn evenly from a grid of ±30 % are off by up to 60 %, and jitter by 25 %. */
#define REACH_MIN 0.05
#define REACH_MAX 0.65
#define REACH_JITTERS 2.8
#define SPREAD_MIN 0.03
#define SPREAD_MAX 0.5
#define SPREAD_JITTERS 1.6

#define MOVED_GAPS_MIN 2
#define MOVED_GAPS_MAX 7
#define MOVED_KNOWN_BEATS 128
#define MOVED_LUCK 0.5 /* the new period is made to fit: so many gaps' worth */
#define MOVED_EASIER 1 /* gaps that agree deceive less often than as many missing beats */

/* A few beats may look more even than they are. */
static double jitter(const struct beat *beat)
{
    double doubt = 1 + YOUNG_BEATS / (1 + (double)beat->beats);

    return BEAT_JITTER_FACTOR * (double)beat->deviation * doubt;
}

double beat_reach(const struct beat *beat)
{
    return beat_within(REACH_JITTERS * jitter(beat), REACH_MIN, REACH_MAX);
}

unsigned beat_periods(const struct beat *beat, double gap_s, double reach)
{
    double period_s = (double)beat->period_s;

    return gap_s <= period_s * (1 + reach) ? 1 : beat_fold(gap_s, period_s);
}

/* Of beats that something befell. */
static double share_of(double befell, double beats)
{
    double share = (SHARE_PRIOR + beat_greater(befell, 0)) / (1 + beat_greater(beats, 0));

    return beat_lesser(share, SHARE_MAX);
}

static double nats_sure(const struct beat *beat, double missed)
{
    double missing = missed > SHARE_MAX ? NATS_SURE_MISSING : 0;
    double nats = NATS_SURE_LONG - NATS_SURE_LOG * log((double)beat->period_s);

    return beat_lesser(nats, NATS_SURE) + missing;
}

unsigned beat_patience(const struct beat *beat)
{
    double missed = (double)beat->missed;
    double beats = nats_sure(beat, missed) / -log(share_of(missed, (double)beat->beats));

    return (unsigned)beat_within(ceil(beats), PATIENCE_MIN, PATIENCE_MAX);
}

static double density(double gap_s, double period_s, unsigned fold, double spread)
{
    double width = spread * beat_root(fold);

    return beat_flat((gap_s / period_s - fold) / width) / (width * period_s);
}

/* How well one gap fits the beat as it was, by how many periods it took, and an odd one. */
struct fit {
    double folds[JUDGE_FOLD]; /* densities */
    double odd;
};

static struct fit fit_of(double gap_s, double period_s, double spread)
{
    struct fit fit = { .odd = exp(-gap_s / period_s) / period_s };

    for (unsigned fold = 1; fold <= JUDGE_FOLD; fold++)
        fit.folds[fold - 1] = density(gap_s, period_s, fold, spread);
    return fit;
}

/* Density of the latest gaps if the beat is what it was before them, when it had 'missed' so many: on
 * time, late by missed beats, or odd. */
static double old_density(const struct beat *beat, const struct fit *fits, unsigned count,
        double missed)
{
    double beats = (double)beat->beats - count, product = 1;
    double missing = share_of(missed, beats), odd = share_of((double)beat->odd - count, beats);

    for (unsigned i = 0; i < count; i++) {
        double share = 1, sum = odd * fits[i].odd;

        for (unsigned fold = 0; fold < JUDGE_FOLD; fold++, share *= missing)
            sum += share * fits[i].folds[fold];
        product *= sum;
    }
    return product;
}

static double new_density(const float *gaps_s, unsigned count, double period_s, double spread)
{
    double product = 1;

    for (unsigned i = 0; i < count; i++)
        product *= density((double)gaps_s[i], period_s, 1, spread);
    return product;
}

/* One more gap for a beat that is not long known, two for short gaps: a person who presses a button
 * makes two or three, and so does a restart. */
static unsigned gaps_to_move(const struct beat *beat, double mean_s)
{
    if (mean_s < (double)beat->period_s)
        return MOVED_GAPS_MIN + 2;
    return (double)beat->beats > MOVED_KNOWN_BEATS ? MOVED_GAPS_MIN : MOVED_GAPS_MIN + 1;
}

/* Is the gap one as before? */
static bool goes_on(const struct beat *beat, float gap_s, double spread)
{
    return beat_is_near((double)gap_s, (double)beat->period_s,
            beat_greater(spread / 2, BEAT_SAME_PERIOD));
}

/* Compares densities, a logarithm for each would take longer than all else: of some gaps that are no
 * longer than JUDGE_FOLD + 1 periods, they are far from the least that a double can hold. */
static APART unsigned count_moved(const struct beat *beat, double spread, double *period_s)
{
    double old_s = (double)beat->period_s, missed = (double)beat->missed, sum_s = 0;
    double reach = beat_reach(beat);
    struct fit fits[MOVED_GAPS_MAX]; /* latest first */
    unsigned fitted = 0;

    for (unsigned count = 1; count <= MOVED_GAPS_MAX && count <= beat->gap_count; count++) {
        const float *gaps_s = &beat->gaps_s[beat->gap_count - count];
        double mean_s, ratio;

        if (goes_on(beat, gaps_s[0], spread))
            return 0;
        sum_s += (double)gaps_s[0];
        mean_s = sum_s / count;
        missed -= beat_periods(beat, (double)gaps_s[0], reach) - 1;
        if (count < gaps_to_move(beat, mean_s))
            continue;
        for (; fitted < count; fitted++)
            fits[fitted] = fit_of((double)gaps_s[count - 1 - fitted], old_s, spread);
        ratio = new_density(gaps_s, count, mean_s, spread) / old_density(beat, fits, count, missed);
        if (!(ratio > 1) || MOVED_LUCK * log(2 * spread) + log(ratio) <
                                    nats_sure(beat, missed) - MOVED_EASIER)
            continue;
        *period_s = mean_s;
        return count;
    }
    return 0;
}

unsigned beat_moved(const struct beat *beat, double *period_s)
{
    double spread = beat_within(SPREAD_JITTERS * jitter(beat), SPREAD_MIN, SPREAD_MAX);

    if (beat->gap_count == 0 || goes_on(beat, beat->gaps_s[beat->gap_count - 1], spread)) /* mostly */
        return 0;
    return count_moved(beat, spread, period_s);
}
