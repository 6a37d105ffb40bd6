/* Is there a beat in the latest gaps? Windows, echoes, and how sure one has to be. */
#include <math.h>
#include <string.h>

#include "track/beat_internal.h"
#include "track/burst.h"

#define DEAD_S ((double)BURST_QUIET_US / 2e6)

/* A stream of thousands of random bursts has thousands of windows, a fresh one has one: so errors are
 * spent where they buy most. At SPENT_GAPS, ten beats, 2 random streams in 1000 are taken for one;
 * all other windows of a day add 1. */
#define NATS_YOUNG 9.5
#define NATS_SPENT 6.8
#define SPENT_GAPS 9
#define NATS_PER_LATER_GAP 0.4
#define NATS_OLD 15.0
#define NATS_PER_AGE 1.2
#define OLD_GAPS 24

/* Bursts within this share of the longer gaps go with the beat before: answers, acknowledgements,
 * a second connection. */
#define ECHO_SHARE 0.25

void beat_push_gap(struct beat *beat, double gap_s)
{
    if (beat->gap_count == JUDGE_GAPS_MAX) {
        memmove(beat->gaps_s, beat->gaps_s + 1, sizeof(beat->gaps_s) - sizeof(beat->gaps_s[0]));
        beat->gap_count--;
    }
    beat->gaps_s[beat->gap_count++] = (float)gap_s;
}

static double nats_when_old(uint32_t gaps)
{
    return NATS_OLD + NATS_PER_AGE * log(fmax(gaps, OLD_GAPS) / OLD_GAPS);
}

/* For the window of all gaps that there were. */
static double nats_when_fresh(uint32_t gaps)
{
    if (gaps == SPENT_GAPS)
        return NATS_SPENT;
    return NATS_YOUNG + (gaps > SPENT_GAPS ? NATS_PER_LATER_GAP * (gaps - SPENT_GAPS) : 0);
}

static void consider(struct beat_found *best, const double *gaps_s, unsigned count, double dead_s,
        double since_beat_s, double nats)
{
    struct judgement judgement;

    if (count < JUDGE_GAPS_MIN)
        return;
    judgement = beat_judge(gaps_s, count, dead_s);
    if (judgement.nats / nats <= best->surety)
        return;
    best->judgement = judgement;
    best->surety = judgement.nats / nats;
    best->count = count;
    best->since_beat_s = since_beat_s;
    memcpy(best->gaps_s, gaps_s, count * sizeof(*gaps_s));
}

/* Median of the gaps above the mean: between beats even if most gaps are between a beat and its
 * echoes. */
static double long_gap(const double *gaps_s, unsigned count)
{
    double longer[JUDGE_GAPS_MAX], mean_s = 0;
    unsigned kept = 0;

    for (unsigned i = 0; i < count; i++)
        mean_s += gaps_s[i] / count;
    for (unsigned i = 0; i < count; i++)
        if (gaps_s[i] > mean_s)
            longer[kept++] = gaps_s[i];
    beat_sort(longer, kept);
    return kept > 0 ? longer[kept / 2] : mean_s;
}

/* Leaves echoes out. */
static unsigned merge(double *gaps_s, unsigned count, double dead_s, double *since_beat_s)
{
    unsigned kept = 0;

    *since_beat_s = 0;
    for (unsigned i = 0; i < count; i++) {
        *since_beat_s += gaps_s[i];
        if (*since_beat_s < dead_s)
            continue;
        gaps_s[kept++] = *since_beat_s;
        *since_beat_s = 0;
    }
    return kept;
}

static void search_bursts(const struct beat *beat, const double *gaps_s, struct beat_found *best)
{
    static const unsigned windows[] = { 8, 12, 16, 20, JUDGE_GAPS_MAX };
    unsigned count = beat->gap_count;

    if (beat->seen == count)
        consider(best, gaps_s, count, DEAD_S, 0, nats_when_fresh(beat->seen));
    for (unsigned i = 0; i < sizeof(windows) / sizeof(windows[0]) && windows[i] <= count; i++)
        consider(best, gaps_s + count - windows[i], windows[i], DEAD_S, 0,
                nats_when_old(beat->seen));
}

struct beat_found beat_search(const struct beat *beat)
{
    struct beat_found best = { .surety = 0 };
    double gaps_s[JUDGE_GAPS_MAX], dead_s, since_beat_s;
    unsigned count = beat->gap_count;

    if (count < JUDGE_GAPS_MIN)
        return best;
    for (unsigned i = 0; i < count; i++)
        gaps_s[i] = (double)beat->gaps_s[i];
    if (beat_may_be_even(gaps_s, count))
        search_bursts(beat, gaps_s, &best);
    dead_s = fmax(ECHO_SHARE * long_gap(gaps_s, count), DEAD_S);
    count = merge(gaps_s, count, dead_s, &since_beat_s);
    if (count < beat->gap_count && beat_may_be_even(gaps_s, count))
        consider(&best, gaps_s, count, dead_s, since_beat_s, beat->seen == beat->gap_count ?
                nats_when_fresh(beat->seen) : nats_when_old(beat->seen));
    return best;
}
