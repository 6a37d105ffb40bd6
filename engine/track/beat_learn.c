/* From random bursts to a steady beat. */
#include "track/beat_internal.h"

#define SEARCH_ALL_SCORE 0.3
/* A stream that has shown no clock is searched each so many gaps, once it had HOPELESS_GAPS less
 * often. */
#define SEARCH_EACH 16
#define HOPELESS_GAPS 240
#define HOPELESS_EACH 48
#define SCORE_FORMING_MAX 0.49
#define SCORE_FORMING 0.1 /* less is no sign */

/* Gaps farther off than the spread, with its soft edge, are no beats. */
#define OFF_SPREADS 2.2
#define OFF_MIN 0.1
#define LATE_MIN 0.5
#define LATE_MAX 0.65

void beat_forget(struct beat *beat, enum beat_state state)
{
    beat->state = (uint8_t)state;
    if (beat->seen <= JUDGE_GAPS_MAX)
        beat->seen = JUDGE_GAPS_MAX + 1;
    beat->proven = 0;
    beat->trial = 0;
    beat->late_us = 0;
    beat->extra_s = 0;
    beat->score = 0;
    beat->remembered = false;
}

/* Learns from the gaps of the window how far beats are off and how many are missed. */
static double count_gaps(struct beat *beat, const struct beat_found *found)
{
    double period_s = found->judgement.period_s, spread = found->judgement.spread, error = 0;
    double late = 1 + beat_within(2 * spread, LATE_MIN, LATE_MAX);
    unsigned beats = 0;

    beat->missed = beat->odd = 0;
    for (unsigned i = 0; i < found->count; i++) {
        double periods = found->gaps_s[i] / period_s;
        unsigned fold = periods <= late ? 1 : beat_fold(found->gaps_s[i], period_s);
        double off = fabs(periods - fold);

        if (off > beat_greater(OFF_SPREADS * spread * beat_root(fold), OFF_MIN)) {
            beat->odd += 1;
            continue;
        }
        beat->missed += (float)(fold - 1);
        error += off;
        beats++;
    }
    return beats > 0 ? error / beats : 0;
}

void beat_settle(struct beat *beat, const struct beat_found *found, uint64_t time_us)
{
    double deviation = count_gaps(beat, found);

    for (unsigned i = 0; i < found->count; i++)
        beat->gaps_s[i] = (float)found->gaps_s[i];
    beat->gap_count = (uint8_t)found->count;
    beat->period_s = (float)found->judgement.period_s;
    beat->deviation = (float)beat_greater(deviation, found->judgement.spread / 2);
    beat->beats = (float)found->count;
    beat->last_us = time_us - (uint64_t)(found->since_beat_s * 1e6);
    beat->astray = beat->looked = 0;
    beat->proven = 0;
    beat->trial = BEAT_SETTLED;
    beat->state = BEAT_STEADY;
    beat->remembered = false;
    beat_find_usual(beat);
}

/* Counts the gaps that keep to an apparent period, as long as one is apparent. */
static bool is_proven(struct beat *beat, const struct beat_found *found)
{
    double period_s = found->judgement.period_s;

    if (found->surety < 1) {
        beat->proven = 0;
        return false;
    }
    if (beat->proven == 0 || !beat_is_near((double)beat->period_s, period_s, BEAT_SAME_PERIOD))
        beat->proven = found->count;
    else if (beat_fold(found->gaps_s[found->count - 1], period_s) == 1)
        beat->proven++;
    beat->period_s = (float)period_s;
    beat->needed = (float)beat_gaps_needed(beat, found);
    return (double)beat->proven >= (double)beat->needed;
}

/* A search costs some ten thousand instructions. A fresh stream is searched at each gap, one that has
 * shown nothing for long now and then, and again at each once something shows. */
static bool is_worth_a_search(const struct beat *beat)
{
    if (beat->seen <= JUDGE_GAPS_MAX || (double)beat->score >= SEARCH_ALL_SCORE)
        return true;
    return beat->seen % (beat->seen < HOPELESS_GAPS ? SEARCH_EACH : HOPELESS_EACH) == 0;
}

/* An apparent beat that has to last: gaps that keep to it are counted without a search, but the last. */
static bool keeps_to(struct beat *beat, double gap_s)
{
    if (beat->proven + 1 >= (double)beat->needed ||
            !beat_is_near(gap_s, (double)beat->period_s, BEAT_SAME_PERIOD))
        return false;
    beat->proven++;
    return true;
}

bool beat_learn(struct beat *beat, double gap_s, uint64_t time_us, struct beat_report *report)
{
    struct beat_found found;

    if (beat->seen < UINT32_MAX)
        beat->seen++;
    beat_push_gap(beat, gap_s);
    beat_climb(beat, gap_s);
    beat->last_us = time_us;
    if (beat->proven > 0 ? keeps_to(beat, gap_s) : !is_worth_a_search(beat))
        return false;
    found = beat_search(beat);
    if (is_proven(beat, &found)) {
        beat_settle(beat, &found, time_us);
        return beat_tell(beat, report, BEAT_BECAME_STEADY, 0, time_us);
    }
    beat->score = (float)(SCORE_FORMING_MAX * beat_lesser(found.surety, 1));
    beat->state = (double)beat->score >= SCORE_FORMING ? BEAT_FORMING : BEAT_NONE;
    return false;
}
