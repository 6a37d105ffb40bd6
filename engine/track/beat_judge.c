#include "track/beat_judge.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define FLAT_AREA 2.05234 /* of 1 / (1 + u^8): (pi / 4) / sin(pi / 8) */
#define ODD_SHARE 0.1
#define MISS_SHARE 0.1

/* Gaps whose half lies this far from the median cannot be told from random ones. */
#define UNEVEN 0.6
#define EVEN_SHARE 0.6

/* The grid's period is searched around the mean gap. */
#define GRID_STEPS 17
#define GRID_REACH 0.18
#define GRID_ARC_MIN 0.04
#define GRID_ARC_MAX 0.85
/* What the search over period and phase wins by chance: with it off, both clocks deceive equally
 * often (measured on 10^6 random windows for each count of gaps). */
#define GRID_LUCK 3.4
/* The grid is worth its cost only when the waiting clock fits a little. */
#define GRID_FROM_NATS 1.0

static const double spreads[] = { 0.02, 0.05, 0.11, 0.20, 0.32, 0.45 };
#define SPREADS (sizeof(spreads) / sizeof(spreads[0]))

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

static bool looks_even(const double *gaps_s, unsigned count, double median_s)
{
    unsigned near = 0;

    for (unsigned i = 0; i < count; i++)
        near += fabs(gaps_s[i] - median_s) < UNEVEN * median_s;
    return near >= EVEN_SHARE * count;
}

/* Exponential gaps beyond the dead time, with the mean that fits best. */
static void suppose_random(struct window *window, double dead_s)
{
    double mean_s = window->total_s / window->count - dead_s;

    window->random_nats = 0;
    for (unsigned i = 0; i < window->count; i++) {
        double nats = -(window->gaps_s[i] - dead_s) / mean_s - log(mean_s);

        window->random[i] = exp(nats);
        window->random_nats += nats;
    }
}

static void suppose_waiting(const struct window *window, double period_s, struct judgement *best)
{
    static const double roots[JUDGE_FOLD + 1] = { 0, 1, 1.41421356, 1.73205081, 2 };
    double ratios[SPREADS];

    for (unsigned s = 0; s < SPREADS; s++)
        ratios[s] = 1;
    for (unsigned i = 0; i < window->count; i++) {
        unsigned fold = beat_fold(window->gaps_s[i], period_s);
        double error = (window->gaps_s[i] / period_s - fold) / roots[fold];
        double weight = (1 - ODD_SHARE) * fold_share(fold) /
                (roots[fold] * period_s * window->random[i]);

        for (unsigned s = 0; s < SPREADS; s++)
            ratios[s] *= ODD_SHARE + weight / spreads[s] * beat_flat(error / spreads[s]);
    }
    for (unsigned s = 0; s < SPREADS; s++)
        if (log(ratios[s]) > best->nats)
            *best = (struct judgement){ log(ratios[s]), period_s, spreads[s] };
}

/* The shortest arc of the circle of one period that holds all beats, and the middle of the rest. */
static double grid_arc(const double *times, unsigned count, double period_s, double *rest)
{
    double phases[JUDGE_GAPS_MAX + 1], widest, from;

    for (unsigned i = 0; i < count; i++)
        phases[i] = times[i] / period_s - floor(times[i] / period_s);
    beat_sort(phases, count);
    widest = phases[0] + 1 - phases[count - 1];
    from = phases[count - 1];
    for (unsigned i = 1; i < count; i++) {
        if (phases[i] - phases[i - 1] <= widest)
            continue;
        widest = phases[i] - phases[i - 1];
        from = phases[i - 1];
    }
    *rest = from + widest / 2;
    return 1 - widest;
}

/* Logarithm of the share of streams that miss beats as this one does; false when two beats are in
 * one period or too many are missed. */
static bool grid_misses(const double *times, unsigned count, double period_s, double rest,
        double *nats)
{
    double before = floor(times[0] / period_s - rest);

    *nats = 0;
    for (unsigned i = 1; i < count; i++) {
        double now = floor(times[i] / period_s - rest), passed = now - before;

        if (passed < 1 || passed > JUDGE_FOLD)
            return false;
        *nats += log(fold_share((unsigned)passed));
        before = now;
    }
    return true;
}

static void suppose_grid(const struct window *window, double around_s, struct judgement *best)
{
    double times[JUDGE_GAPS_MAX + 1] = { 0 }, count = window->count;

    for (unsigned i = 0; i < window->count; i++)
        times[i + 1] = times[i] + window->gaps_s[i];
    for (int step = 0; step < GRID_STEPS; step++) {
        double period_s = around_s * (1 + GRID_REACH * (2.0 * step / (GRID_STEPS - 1) - 1));
        double rest, misses, nats;
        double arc = grid_arc(times, window->count + 1, period_s, &rest);

        if (arc > GRID_ARC_MAX || !grid_misses(times, window->count + 1, period_s, rest, &misses))
            continue;
        /* n + 1 beats within an arc show (n + 2) / n of it */
        arc = fmax(arc * (count + 2) / count, GRID_ARC_MIN);
        nats = misses - count * log(arc * period_s) - window->random_nats - GRID_LUCK;
        if (nats > best->nats)
            *best = (struct judgement){ nats, period_s, arc / 2 };
    }
}

struct judgement beat_judge(const double *gaps_s, unsigned count, double dead_s)
{
    struct judgement best = { 0, 0, 0 };
    struct window window = { .gaps_s = gaps_s, .count = count };
    double folded[JUDGE_GAPS_MAX], median_s, folds = 0;

    memcpy(folded, gaps_s, count * sizeof(*folded));
    beat_sort(folded, count);
    median_s = median(folded, count);
    if (!looks_even(gaps_s, count, median_s))
        return best;
    for (unsigned i = 0; i < count; i++) {
        unsigned fold = beat_fold(gaps_s[i], median_s);

        window.total_s += gaps_s[i];
        folded[i] = gaps_s[i] / fold;
        folds += fold;
    }
    beat_sort(folded, count);
    suppose_random(&window, dead_s);
    suppose_waiting(&window, median(folded, count), &best);
    suppose_waiting(&window, window.total_s / folds, &best);
    suppose_waiting(&window, (folded[0] + folded[count - 1]) / 2, &best);
    if (best.nats > GRID_FROM_NATS)
        suppose_grid(&window, window.total_s / folds, &best);
    return best;
}
