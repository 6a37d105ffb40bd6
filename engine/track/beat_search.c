/* Is there a beat in the latest gaps? Windows, echoes, and how sure one has to be. */
#include <string.h>

#include "track/beat_internal.h"
#include "track/burst.h"

/* Shorter gaps cannot be seen; half of it, as one may be cut where times step back. */
#define DEAD_S ((double)BURST_QUIET_US / 2e6)

/* A stream of thousands of random bursts has thousands of windows, a fresh one has one: so errors
 * are spent where they buy most. Of 1000 random streams 3 are taken for a beat at SPENT_GAPS, ten
 * beats, and 1 more at any other time of a day. */
#define NATS_YOUNG 9.5
#define NATS_SPENT 6.8
#define SPENT_GAPS 9
#define NATS_PER_LATER_GAP 0.4
#define NATS_OLD 15.0
#define NATS_PER_AGE 1.2
#define OLD_GAPS 24

/* If the latest few gaps say less, more of them are not looked at. */
#define NATS_WORTH_MORE 2.0

struct gaps {
    double gaps_s[JUDGE_GAPS_MAX]; /* oldest first */
    unsigned count;
    double dead_s;       /* shorter ones cannot be */
    double since_beat_s; /* to the latest burst */
};

void beat_push_gap(struct beat *beat, double gap_s)
{
    float rest[JUDGE_GAPS_MAX - 1]; /* in place, where memmove() would be called */

    if (beat->gap_count == JUDGE_GAPS_MAX) {
        memcpy(rest, beat->gaps_s + 1, sizeof(rest));
        memcpy(beat->gaps_s, rest, sizeof(rest));
        beat->gap_count--;
    }
    beat->gaps_s[beat->gap_count++] = (float)gap_s;
}

static double nats_when_old(uint32_t gaps)
{
    return NATS_OLD + NATS_PER_AGE * log(beat_greater(gaps, OLD_GAPS) / OLD_GAPS);
}

/* For the window of all gaps that there were. */
static double nats_when_fresh(uint32_t gaps)
{
    if (gaps == SPENT_GAPS)
        return NATS_SPENT;
    return NATS_YOUNG + (gaps > SPENT_GAPS ? NATS_PER_LATER_GAP * (gaps - SPENT_GAPS) : 0);
}

/* Returns the nats. */
static double consider(struct beat_found *best, const struct gaps *gaps, unsigned latest,
        double nats_needed)
{
    const double *gaps_s = gaps->gaps_s + gaps->count - latest;
    struct judgement judgement = beat_judge(gaps_s, latest, gaps->dead_s);

    if (judgement.nats / nats_needed <= best->surety)
        return judgement.nats;
    best->judgement = judgement;
    best->surety = judgement.nats / nats_needed;
    best->count = latest;
    best->since_beat_s = gaps->since_beat_s;
    memcpy(best->gaps_s, gaps_s, latest * sizeof(*gaps_s));
    return judgement.nats;
}

static void search_windows(const struct beat *beat, const struct gaps *gaps,
        struct beat_found *best)
{
    static const unsigned longer[] = { 12, 16, 20, JUDGE_GAPS_MAX };
    double nats_needed = nats_when_old(beat->seen), nats = 0;
    unsigned most = gaps->count; /* of those not yet judged */

    if (!beat_may_be_even(gaps->gaps_s, gaps->count))
        return;
    if (beat->seen == beat->gap_count)
        nats = consider(best, gaps, most--,
                beat_lesser(nats_when_fresh(beat->seen), nats_needed));
    if (most >= JUDGE_LATEST)
        nats = consider(best, gaps, JUDGE_LATEST, nats_needed);
    if (nats < NATS_WORTH_MORE)
        return;
    for (unsigned i = 0; i < sizeof(longer) / sizeof(longer[0]) && longer[i] <= most; i++)
        consider(best, gaps, longer[i], nats_needed);
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
static void merge(struct gaps *gaps)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < gaps->count; i++) {
        gaps->since_beat_s += gaps->gaps_s[i];
        if (gaps->since_beat_s < gaps->dead_s)
            continue;
        gaps->gaps_s[kept++] = gaps->since_beat_s;
        gaps->since_beat_s = 0;
    }
    gaps->count = kept;
}

struct beat_found beat_search(const struct beat *beat)
{
    struct beat_found best = { .surety = 0 };
    struct gaps gaps = { .count = beat->gap_count, .dead_s = DEAD_S };

    if (gaps.count < JUDGE_GAPS_MIN)
        return best;
    for (unsigned i = 0; i < gaps.count; i++)
        gaps.gaps_s[i] = (double)beat->gaps_s[i];
    search_windows(beat, &gaps, &best);
    gaps.dead_s = beat_greater(BEAT_ECHO_SHARE * long_gap(gaps.gaps_s, gaps.count), DEAD_S);
    merge(&gaps);
    if (gaps.count < beat->gap_count)
        search_windows(beat, &gaps, &best);
    return best;
}
