#include "track/beat_judge.h"

#include <string.h>

#include "track/beat_internal.h"

#define FLAT_AREA 2.05234 /* of 1 / (1 + u^8): (pi / 4) / sin(pi / 8) */
#define ODD_SHARE 0.1

/* If fewer are this near to the median, nothing will come of the rest. */
#define NEAR_MEDIAN 0.6
#define NEAR_DOUBLE 0.3 /* or to its double, after a missed beat */
#define NEAR_SHARE 0.6
#define NEAR_SHARE_LATEST 0.75

/* The grid's period is searched around the mean gap. */
#define GRID_STEPS 17
#define GRID_REACH 0.18
#define GRID_ARC_MIN 0.04
#define GRID_ARC_MAX 0.85
/* What the search over period and phase wins by chance: with it off, both clocks deceive equally
 * often (measured on 10^6 random windows for each count of gaps). */
#define GRID_LUCK 3.4
/* Other periods are tried only when the median gap is nearly one. */
#define WORTH_MORE_NATS 1.0
/* The grid is worth its cost only when the waiting clock fits a little. */
#define GRID_FROM_NATS 4.0
#define GRID_FROM_SPREAD 0.05

static const double spreads[] = { 0.02, 0.05, 0.11, 0.20, 0.32, 0.45 };
/* Multiplied with rather than divided by, many times for each burst. */
static const double by_spread[] = { 1 / 0.02, 1 / 0.05, 1 / 0.11, 1 / 0.20, 1 / 0.32, 1 / 0.45 };
#define SPREADS (sizeof(spreads) / sizeof(spreads[0]))

/* Gaps that spread this widely must not do it in steps: 64, 64, 64, 128, 128, 128 is a level that
 * changed. The measure is von Neumann's (1941): squared differences of neighbours by squared
 * differences from the mean, 2 for independent gaps, more on a grid. */
#define WIDE_SPREAD 0.15
#define NEIGHBOURS_MIN 0.75
/* More missed beats are not a few that were lost. */
#define MISSING_SHARE_MAX 0.34

struct window {
    const double *gaps_s;
    double random[JUDGE_GAPS_MAX]; /* density of each gap if it comes at random */
    double total_s, random_nats;
    unsigned count;
};

double beat_flat(double u)
{
    double square = u * u, fourth = square * square;

    return 1 / (FLAT_AREA * (1 + fourth * fourth));
}

unsigned beat_fold(double gap_s, double period_s)
{
    double periods = gap_s / period_s + 0.5;

    if (!(periods >= 2)) /* no period is no number */
        return 1;
    return periods >= JUDGE_FOLD ? JUDGE_FOLD : (unsigned)periods;
}

void beat_sort(double *values, unsigned count)
{
    for (unsigned i = 1; i < count; i++) {
        double value = values[i];
        unsigned at = i;

        for (; at > 0 && values[at - 1] > value; at--)
            values[at] = values[at - 1];
        values[at] = value;
    }
}

static double median(const double *sorted, unsigned count)
{
    return (sorted[count / 2] + sorted[(count - 1) / 2]) / 2;
}

/* Probability that a gap is so many periods, and its logarithm. */
static double fold_share(unsigned fold)
{
    static const double shares[JUDGE_FOLD + 1] = { 0, 0.9, 0.09, 0.009, 0.0009 };

    return shares[fold];
}

static double sort_copy(double *sorted, const double *gaps_s, unsigned count)
{
    memcpy(sorted, gaps_s, count * sizeof(*sorted));
    beat_sort(sorted, count);
    return median(sorted, count);
}

static bool are_near(const double *gaps_s, unsigned count, double median_s, double share)
{
    unsigned near = 0;

    for (unsigned i = 0; i < count; i++)
        near += fabs(gaps_s[i] - median_s) < NEAR_MEDIAN * median_s ||
                fabs(gaps_s[i] - 2 * median_s) < NEAR_DOUBLE * median_s;
    return near >= share * count;
}

bool beat_may_be_even(const double *gaps_s, unsigned count)
{
    double sorted[JUDGE_LATEST];

    if (count < JUDGE_GAPS_MIN)
        return false;
    if (count > JUDGE_LATEST) {
        gaps_s += count - JUDGE_LATEST;
        count = JUDGE_LATEST;
    }
    return are_near(gaps_s, count, sort_copy(sorted, gaps_s, count), NEAR_SHARE_LATEST);
}

/* Exponential gaps beyond the dead time, with the mean that fits best. */
static void suppose_random(struct window *window, double dead_s)
{
    double mean_s = window->total_s / window->count - dead_s, rate_nats = -log(mean_s);

    window->random_nats = 0;
    for (unsigned i = 0; i < window->count; i++) {
        double nats = rate_nats - (window->gaps_s[i] - dead_s) / mean_s;

        window->random[i] = exp(nats);
        window->random_nats += nats;
    }
}

static void suppose_waiting(const struct window *window, double period_s, struct judgement *best)
{
    double ratios[SPREADS];
    unsigned likeliest = 0;

    for (unsigned s = 0; s < SPREADS; s++)
        ratios[s] = 1;
    for (unsigned i = 0; i < window->count; i++) {
        unsigned fold = beat_fold(window->gaps_s[i], period_s);
        double error = (window->gaps_s[i] / period_s - fold) / beat_root(fold);
        double weight = (1 - ODD_SHARE) * fold_share(fold) /
                (beat_root(fold) * period_s * window->random[i]);

        for (unsigned s = 0; s < SPREADS; s++)
            ratios[s] *= ODD_SHARE + weight * by_spread[s] * beat_flat(error * by_spread[s]);
    }
    for (unsigned s = 1; s < SPREADS; s++)
        if (ratios[s] > ratios[likeliest])
            likeliest = s;
    if (log(ratios[likeliest]) > best->nats)
        *best = (struct judgement){ log(ratios[likeliest]), period_s, spreads[likeliest] };
}

static double phase_of(double periods)
{
    return periods - (double)(int64_t)periods;
}

/* The shortest arc of the circle of one period that holds all beats, and the middle of the rest: the
 * widest gap. As that is one part in 'count' at least, it is between bins of this size, of which the
 * first and the last beat are enough. */
static double grid_arc(const double *times, unsigned count, double period_s, double *rest)
{
    double first[JUDGE_GAPS_MAX + 1], last[JUDGE_GAPS_MAX + 1], widest = 0, from = 0, before = 0;

    for (unsigned i = 0; i < count; i++) {
        first[i] = 1;
        last[i] = -1;
    }
    for (unsigned i = 0; i < count; i++) {
        double phase = phase_of(times[i] / period_s);
        unsigned bin = (unsigned)beat_lesser(phase * count, count - 1);

        first[bin] = beat_lesser(phase, first[bin]);
        last[bin] = beat_greater(phase, last[bin]);
    }
    for (unsigned i = 0; i < count; i++)
        if (last[i] >= 0)
            before = last[i] - 1; /* of the last bin, a period ago */
    for (unsigned i = 0; i < count; i++) {
        if (last[i] < 0)
            continue;
        if (first[i] - before > widest) {
            widest = first[i] - before;
            from = before;
        }
        before = last[i];
    }
    *rest = from + widest / 2;
    return 1 - widest;
}

/* Logarithm of the share of streams that miss beats as this one does; false when two beats are in
 * one period or too many are missed. */
static bool grid_misses(const double *times, unsigned count, double period_s, double rest,
        double *nats)
{
    double before = floor(times[0] / period_s - rest), share = 1;

    for (unsigned i = 1; i < count; i++) {
        double now = floor(times[i] / period_s - rest), passed = now - before;

        if (passed < 1 || passed > JUDGE_FOLD)
            return false;
        share *= fold_share((unsigned)passed);
        before = now;
    }
    *nats = log(share);
    return true;
}

/* Periods are tried from short to long: one that is too long for each beat to have its own ends it. */
static void suppose_grid(const struct window *window, double around_s, struct judgement *best)
{
    double times[JUDGE_GAPS_MAX + 1] = { 0 }, count = window->count;

    for (unsigned i = 0; i < window->count; i++)
        times[i + 1] = times[i] + window->gaps_s[i];
    for (int step = 0; step < GRID_STEPS; step++) {
        double period_s = around_s * (1 + GRID_REACH * (2.0 * step / (GRID_STEPS - 1) - 1));
        double arc, rest, misses, width_nats, nats;

        if (times[window->count] < (count - 1) * period_s)
            return;
        arc = grid_arc(times, window->count + 1, period_s, &rest);
        if (arc > GRID_ARC_MAX)
            continue;
        /* n + 1 beats within an arc show (n + 2) / n of it */
        arc = fmax(arc * (count + 2) / count, GRID_ARC_MIN);
        width_nats = count * log(arc * period_s) + window->random_nats + GRID_LUCK;
        if (-width_nats <= best->nats || /* misses only take off */
                !grid_misses(times, window->count + 1, period_s, rest, &misses))
            continue;
        nats = misses - width_nats;
        if (nats > best->nats)
            *best = (struct judgement){ nats, period_s, arc / 2 };
    }
}

static bool has_steps(const double *gaps_s, unsigned count, double period_s)
{
    double neighbours = 0, sum = 0, squares = 0, before = 0;

    for (unsigned i = 0; i < count; i++) {
        double gap = gaps_s[i] / beat_fold(gaps_s[i], period_s) / period_s;

        sum += gap;
        squares += gap * gap;
        if (i > 0)
            neighbours += (gap - before) * (gap - before);
        before = gap;
    }
    return neighbours < NEIGHBOURS_MIN * (squares - sum * sum / count);
}

static bool is_plausible(const double *gaps_s, unsigned count, const struct judgement *judgement)
{
    unsigned missing = 0;

    for (unsigned i = 0; i < count; i++)
        missing += beat_fold(gaps_s[i], judgement->period_s) > 1;
    if (missing > MISSING_SHARE_MAX * count)
        return false;
    return judgement->spread < WIDE_SPREAD || !has_steps(gaps_s, count, judgement->period_s);
}

struct judgement beat_judge(const double *gaps_s, unsigned count, double dead_s)
{
    struct judgement best = { 0, 0, 0 };
    struct window window = { .gaps_s = gaps_s, .count = count };
    double folded[JUDGE_GAPS_MAX], median_s, folds = 0;

    median_s = sort_copy(folded, gaps_s, count);
    if (!are_near(gaps_s, count, median_s, NEAR_SHARE))
        return best;
    for (unsigned i = 0; i < count; i++) {
        unsigned fold = beat_fold(folded[i], median_s);

        window.total_s += folded[i];
        folded[i] /= fold; /* mostly by one, then sorting costs little */
        folds += fold;
    }
    beat_sort(folded, count);
    suppose_random(&window, dead_s);
    suppose_waiting(&window, median(folded, count), &best);
    if (best.nats > WORTH_MORE_NATS) { /* or no other period helps */
        suppose_waiting(&window, window.total_s / folds, &best);
        suppose_waiting(&window, (folded[0] + folded[count - 1]) / 2, &best);
        if (best.nats > GRID_FROM_NATS && best.spread > GRID_FROM_SPREAD)
            suppose_grid(&window, window.total_s / folds, &best);
    }
    if (best.nats > 0 && !is_plausible(gaps_s, count, &best))
        best.nats = 0;
    return best;
}
