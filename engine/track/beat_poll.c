/* NTP polls like a heartbeat but is none, as its period doubles while the clock is good: how long
 * an apparent beat has to last before it is believed. A program that sleeps a minute and works four
 * seconds comes each 64 s as well, but over TCP. */
#include "track/beat_internal.h"

/* NTP polls each 2^n seconds, n from 4 to 17 (RFC 5905, 7.3), give or take some seconds. Below 2^5,
 * 15 s would be taken for 16. */
#define POLL_MIN_S 32
#define POLL_MAX_S 131072
/* Each gap is within the larger of these, and the mean is nearer: 60 s with jitter are not 64. Real
 * ones were seen to be some percent longer. */
#define POLL_OFF_S 5.5
#define POLL_OFF_SHARE 0.025
#define POLL_NEAR_S 1.3
#define POLL_NEAR_SHARE 0.01
#define POLL_LONGER_SHARE 0.045
#define POLL_ERRORS 1.5 /* standard errors of the mean */
#define POLL_SPREAD_MAX 0.2
/* Gaps farther off are of another kind, such as the level before. */
#define POLL_ODD_SHARE 0.25
#define POLL_COUNTED_MIN 0.4

#define RUNG_NEAR 0.15
#define LADDER_RUNGS 2

/* Is it the gap of a level, after a missed poll or a step down as well? */
static bool keeps_to(double gap_s, double rung_s)
{
    return beat_is_near(2 * gap_s, rung_s, RUNG_NEAR) ||
            beat_is_near(gap_s, beat_fold(gap_s, rung_s) * rung_s, RUNG_NEAR);
}

/* A rung is certain when the next gap keeps to it or doubles again; one long gap may be a miss. */
void beat_climb(struct beat *beat, double gap_s)
{
    double rung_s = (double)beat->rung_s, next_s = (double)beat->next_rung_s;
    bool stays = beat_is_near(gap_s, next_s, RUNG_NEAR);

    if (next_s > 0 && (stays || beat_is_near(gap_s, 2 * next_s, RUNG_NEAR))) {
        beat->rung_s = beat->next_rung_s;
        beat->next_rung_s = stays ? 0 : (float)gap_s;
        if (beat->rungs < UINT8_MAX)
            beat->rungs++;
        return;
    }
    beat->next_rung_s = beat_is_near(gap_s, 2 * rung_s, RUNG_NEAR) ? (float)gap_s : 0;
    if (rung_s > 0 && keeps_to(gap_s, rung_s)) {
        beat->rung_s = (float)beat_lesser(gap_s, rung_s);
        return;
    }
    beat->rungs = 0;
    beat->rung_s = (float)gap_s;
}

static bool is_poll(const struct beat_found *found)
{
    double poll_s = exp2(round(log2(found->judgement.period_s)));
    double near_s = POLL_NEAR_S + POLL_NEAR_SHARE * poll_s, sum = 0, squares = 0, mean;
    double off_max = beat_greater(POLL_OFF_S + POLL_NEAR_SHARE * poll_s, POLL_OFF_SHARE * poll_s);
    unsigned count = 0;

    if (poll_s < POLL_MIN_S || poll_s > POLL_MAX_S || found->judgement.spread > POLL_SPREAD_MAX)
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
    near_s += POLL_ERRORS * sqrt(beat_greater(squares / count - mean * mean, 0) / count);
    return mean >= -near_s && mean <= near_s + POLL_LONGER_SHARE * poll_s;
}

double beat_gaps_needed(const struct beat *beat, const struct beat_found *found)
{
    double period_s = found->judgement.period_s, rung_s = (double)beat->rung_s;

    /* a lower level with polls missing looks likely for a while, too */
    if (beat->rungs >= LADDER_RUNGS &&
            beat_is_near(period_s * beat_fold(rung_s, period_s), rung_s, RUNG_NEAR))
        return BEAT_LADDER_GAPS;
    if (period_s < BEAT_QUICK_S)
        return BEAT_QUICK_SPAN_S / period_s;
    return beat->may_be_poll && is_poll(found) ? JUDGE_GAPS_MAX : 0;
}
