/* What becomes of a beat that was steady. */
#include <string.h>

#include "track/beat_internal.h"

/* Counts halve here, so that they tell the last some hundred beats. */
#define BEATS_REMEMBERED 1024
/* Period and deviation are means over so many beats. */
#define BEATS_AVERAGED 64

/* Gaps this far off still tell how far beats may be off. */
#define SOMEWHAT_OFF 0.4

/* 'astray' gains with each odd gap and loses one with each beat: a limit is reached if more than a
 * quarter of the gaps are odd. */
#define ASTRAY_ODD 3
#define ASTRAY_STEADY 24
#define ASTRAY_CHANGED 9
/* Then, and each full ring if beats jitter so much that random bursts are on time as well, the gaps
 * have to say this much for a beat, or there is none any more. */
#define ASTRAY_NATS 5.0
#define JITTERY_REACH 0.3

/* A lost beat is back after so many on time. */
#define RESUME_BEATS 2
#define RESUME_BEATS_JITTERY 3
#define RESUME_FOLD 2
#define RESUME_GAPS 12 /* or is forgotten after so many that are not */

#define PAUSE_MAX 12 /* beats */

static void average(struct beat *beat, double periods, unsigned fold)
{
    double weight = 1 / beat_lesser((double)beat->beats + 1, BEATS_AVERAGED);
    double deviation = fabs(periods - fold) / beat_root(fold);

    beat->period_s *= (float)(1 + weight * (periods / fold - 1));
    beat->deviation += (float)(weight * (deviation - (double)beat->deviation));
    beat->missed += (float)(fold - 1);
}

static void count_beat(struct beat *beat)
{
    beat->beats += 1;
    if (beat->beats <= BEATS_REMEMBERED)
        return;
    beat->beats /= 2;
    beat->missed /= 2;
    beat->odd /= 2;
}

void beat_count_pause(struct beat *beat, uint64_t from_us, uint64_t until_us)
{
    double pause_s = from_us < until_us ? (double)(until_us - from_us) / 1e6 : 0;

    beat->missed += (float)beat_lesser(pause_s / (double)beat->period_s, PAUSE_MAX);
}

/* Takes a burst as the next beat if it comes at the right time after the latest beat, or after the
 * latest other burst: many keepalives wait for silence. What is only somewhat off is no beat, but
 * tells that beats may be. */
static bool is_on_time(struct beat *beat, double since_s, double reach)
{
    double period_s = (double)beat->period_s, periods = since_s / period_s;
    double extra = (since_s - (double)beat->extra_s) / period_s;
    unsigned fold = beat_periods(beat, since_s, reach);
    double off = fabs(periods - fold) / beat_root(fold), extra_off = fabs(extra - 1);

    if (beat->extra_s > 0 && (fold > 1 || extra_off < off)) {
        if (extra_off < SOMEWHAT_OFF)
            average(beat, extra, 1);
        return extra_off <= reach;
    }
    if (off <= reach || (fold == 1 && off < SOMEWHAT_OFF))
        average(beat, periods, fold);
    return off <= reach;
}

static void look_again(struct beat *beat)
{
    beat->looked = 0;
    if (beat_search(beat).judgement.nats < ASTRAY_NATS)
        beat_forget(beat, BEAT_FORMING);
}

static void go_astray(struct beat *beat)
{
    unsigned limit = beat->trial < BEAT_SETTLED ? ASTRAY_CHANGED : ASTRAY_STEADY;

    beat->odd += 1;
    beat->astray += ASTRAY_ODD;
    if (beat->astray < limit)
        return;
    beat->astray /= 2;
    look_again(beat);
}

static void keep_on(struct beat *beat)
{
    if (beat->astray > 0)
        beat->astray--;
    if (beat->trial < BEAT_SETTLED)
        beat->trial++;
    if (beat->trial == BEAT_SETTLED)
        beat->state = BEAT_STEADY;
    if (++beat->looked >= JUDGE_GAPS_MAX && beat_reach(beat) > JITTERY_REACH)
        look_again(beat);
}

static bool move(struct beat *beat, unsigned gaps, double period_s, uint64_t time_us,
        struct beat_report *report)
{
    double before_s = (double)beat->period_s;

    memmove(beat->gaps_s, &beat->gaps_s[beat->gap_count - gaps], gaps * sizeof(beat->gaps_s[0]));
    beat->gap_count = (uint8_t)gaps;
    beat->period_s = (float)period_s;
    beat->beats = (float)gaps;
    beat->missed = beat->odd = 0;
    beat->astray = beat->looked = 0;
    beat->trial = 0;
    beat->state = BEAT_CHANGED;
    beat->last_us = time_us;
    beat->extra_s = 0;
    return beat_tell(beat, report, BEAT_MOVED, before_s, time_us);
}

/* The next beat is counted from here. */
static void mark(struct beat *beat, uint64_t time_us, double extra_s)
{
    if (extra_s <= 0)
        beat->last_us = time_us;
    beat->extra_s = (float)extra_s;
}

bool beat_follow(struct beat *beat, double gap_s, uint64_t time_us, struct beat_report *report)
{
    double since_s = gap_s + (double)beat->extra_s, period_s = (double)beat->period_s;
    uint64_t late_us = beat->late_us;
    unsigned gaps;
    bool on_time;

    beat->late_us = 0;
    beat->state = beat->trial < BEAT_SETTLED ? BEAT_CHANGED : BEAT_STEADY;
    if (gap_s > (JUDGE_FOLD + 1) * period_s) {
        if (late_us > 0) /* before that nobody watched */
            beat_count_pause(beat, late_us, time_us);
        mark(beat, time_us, 0);
        return false;
    }
    on_time = is_on_time(beat, since_s, beat_reach(beat));
    count_beat(beat);
    beat_push_gap(beat, gap_s);
    gaps = beat_moved(beat, &period_s);
    if (gaps > 0)
        return move(beat, gaps, period_s, time_us, report);
    mark(beat, time_us, on_time || since_s > period_s ? 0 : since_s);
    if (on_time)
        keep_on(beat);
    else
        go_astray(beat);
    return false;
}

/* Lost, and bursts come again: the old beat, another one, or nothing like it? */
bool beat_resume(struct beat *beat, double gap_s, uint64_t time_us, struct beat_report *report)
{
    double before_s = (double)beat->period_s, reach = beat_reach(beat);
    unsigned fold = beat_fold(gap_s, before_s);
    unsigned enough = reach > JITTERY_REACH ? RESUME_BEATS_JITTERY : RESUME_BEATS;
    struct beat_found found;
    enum beat_change change;

    beat->last_us = time_us;
    beat_push_gap(beat, gap_s);
    if (fold > RESUME_FOLD || fabs(gap_s / before_s - fold) > reach)
        beat->trial = 0;
    else if (++beat->trial >= enough) {
        beat->trial = BEAT_SETTLED;
        beat->astray = beat->looked = 0;
        beat->state = BEAT_STEADY;
        beat_find_usual(beat);
        change = beat->remembered ? BEAT_BECAME_STEADY : BEAT_RESUMED;
        beat->remembered = false;
        return beat_tell(beat, report, change, before_s, time_us);
    }
    found = beat_search(beat);
    if (found.surety >= 1 && found.count >= beat_gaps_needed(beat, &found)) {
        beat_settle(beat, &found, time_us);
        return beat_tell(beat, report, BEAT_MOVED, before_s, time_us);
    }
    if (beat->gap_count >= RESUME_GAPS)
        beat_forget(beat, BEAT_FORMING);
    return false;
}
