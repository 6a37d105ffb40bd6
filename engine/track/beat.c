#include "track/beat_internal.h"

#include <math.h>
#include <string.h>

#include "track/burst.h"

#define US_PER_S 1e6
#define GAP_S_MAX 1e8

#define SCORE_FORMING_MAX 0.49
#define SCORE_FORMING 0.1 /* less is no sign */
#define SCORE_STEADY 0.8
#define SCORE_JITTER 0.4  /* what full jitter takes off */

/* Counts halve here, so that they tell the last some hundred beats. */
#define BEATS_REMEMBERED 1024
/* Period and deviation are means over so many beats. */
#define BEATS_AVERAGED 64

#define SOMEWHAT_OFF 0.4

#define ASTRAY_ODD 3
#define ASTRAY_LOST 24
#define ASTRAY_CHANGED 9
#define ASTRAY_NATS 5.0
#define SAME_PERIOD 0.1
#define RESUME_BEATS 2
#define RESUME_BEATS_JITTERY 3
#define JITTERY_REACH 0.2
#define RESUME_GAPS 12

#define PAUSE_MAX 12 /* beats */

#define LATE_MAX 0.65
#define LATE_SHARE 0.15
#define LATE_S 1.0
/* A missing beat may still be this share of a period ahead of the last moment. */
#define LOST_SHARE 0.9

static uint64_t to_us(double seconds)
{
    return (uint64_t)(seconds * US_PER_S);
}

static uint64_t add_us(uint64_t time_us, uint64_t more_us)
{
    return time_us > UINT64_MAX - more_us ? UINT64_MAX : time_us + more_us;
}

static bool tell(const struct beat *beat, struct beat_report *report, enum beat_change change,
        double before_s, uint64_t time_us)
{
    bool stopped = change == BEAT_STOPPED;

    *report = (struct beat_report){
        .change = change,
        .period_before_s = before_s,
        .period_after_s = stopped ? 0 : (double)beat->period_s,
        .bytes_before = beat_usual_bytes(beat),
        .bytes_after = stopped ? 0 : beat_usual_bytes(beat),
        .time_us = time_us,
    };
    return true;
}

/* Begins again to look for a beat; a stream that had one is no longer fresh. */
static void forget(struct beat *beat, enum beat_state state)
{
    beat->state = (uint8_t)state;
    if (beat->seen < JUDGE_GAPS_MAX + 1)
        beat->seen = JUDGE_GAPS_MAX + 1;
    beat->proven = 0;
    beat->trial = 0;
    beat->late_us = 0;
    beat->extra_s = 0;
    beat->score = 0;
}

static void settle(struct beat *beat, const struct beat_found *found, uint64_t time_us)
{
    double period_s = found->judgement.period_s, spread = found->judgement.spread, error = 0;
    double late = 1 + fmin(fmax(2 * spread, 0.5), LATE_MAX);
    unsigned beats = 0;

    beat->missed = beat->odd = 0;
    for (unsigned i = 0; i < found->count; i++) {
        double periods = found->gaps_s[i] / period_s;
        unsigned fold = periods <= late ? 1 : beat_fold(found->gaps_s[i], period_s);
        double off = fabs(periods - fold);

        beat->gaps_s[i] = (float)found->gaps_s[i];
        if (off > fmax(2.2 * spread * sqrt(fold), 0.1)) {
            beat->odd += 1;
            continue;
        }
        beat->missed += (float)(fold - 1);
        error += off;
        beats++;
    }
    beat->gap_count = (uint8_t)found->count;
    beat->period_s = (float)period_s;
    beat->deviation = (float)(fmax(beats > 0 ? error / beats : 0, spread / 2));
    beat->beats = (float)found->count;
    beat->last_us = time_us - to_us(found->since_beat_s);
    beat->astray = 0;
    beat->proven = 0;
    beat->trial = BEAT_SETTLED;
    beat->state = BEAT_STEADY;
}

/* Counts the gaps that keep to an apparent period, as long as one is apparent. */
static bool is_proven(struct beat *beat, const struct beat_found *found)
{
    double period_s = found->judgement.period_s;
    double last_s = found->gaps_s[found->count - 1];

    if (found->surety < 1) {
        beat->proven = 0;
        return false;
    }
    if (beat->proven == 0 || fabs((double)beat->period_s / period_s - 1) > SAME_PERIOD)
        beat->proven = found->count;
    else if (beat_fold(last_s, period_s) == 1)
        beat->proven++;
    beat->period_s = (float)period_s;
    return beat->proven >= beat_gaps_needed(beat, found);
}

static bool learn(struct beat *beat, double gap_s, uint64_t time_us, struct beat_report *report)
{
    struct beat_found found;

    if (beat->seen < UINT32_MAX)
        beat->seen++;
    beat_push_gap(beat, gap_s);
    beat_climb(beat, gap_s);
    beat->last_us = time_us;
    found = beat_search(beat);
    if (found.count > 0 && is_proven(beat, &found)) {
        settle(beat, &found, time_us);
        return tell(beat, report, BEAT_BECAME_STEADY, 0, time_us);
    }
    beat->score = (float)(SCORE_FORMING_MAX * fmin(found.surety, 1));
    beat->state = (double)beat->score >= SCORE_FORMING ? BEAT_FORMING : BEAT_NONE;
    return false;
}

/* Lost, and bursts come again: the old beat, another one, or nothing like it? */
static bool resume(struct beat *beat, double gap_s, uint64_t time_us, struct beat_report *report)
{
    double before_s = (double)beat->period_s, reach = beat_reach(beat);
    unsigned fold = beat_fold(gap_s, before_s);
    struct beat_found found;

    beat->last_us = time_us;
    beat_push_gap(beat, gap_s);
    beat->trial = fabs(gap_s / before_s - fold) <= reach && fold <= 2 ? beat->trial + 1 : 0;
    if (beat->trial >= (reach > JITTERY_REACH ? RESUME_BEATS_JITTERY : RESUME_BEATS)) {
        beat->trial = BEAT_SETTLED;
        beat->astray = 0;
        beat->state = BEAT_STEADY;
        return tell(beat, report, BEAT_RESUMED, before_s, time_us);
    }
    found = beat_search(beat);
    if (found.surety >= 1 && beat_gaps_needed(beat, &found) <= found.count) {
        settle(beat, &found, time_us);
        return tell(beat, report, BEAT_MOVED, before_s, time_us);
    }
    if (beat->gap_count >= RESUME_GAPS)
        forget(beat, BEAT_FORMING);
    return false;
}

static void average(struct beat *beat, double periods, unsigned fold)
{
    double weight = 1 / fmin((double)beat->beats + 1, BEATS_AVERAGED);
    double error = periods / fold - 1;

    beat->period_s *= (float)(1 + weight * error);
    beat->deviation += (float)(weight * (fabs(periods - fold) / sqrt(fold) -
            (double)beat->deviation));
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

/* Takes a burst as the next beat if it comes at the right time after the latest beat, or after the
 * latest other burst: many keepalives wait for silence. What is only somewhat off is no beat, but
 * tells that beats may be. */
static bool is_on_time(struct beat *beat, double since_s)
{
    double period_s = (double)beat->period_s, reach = beat_reach(beat);
    double periods = since_s / period_s, extra = (since_s - (double)beat->extra_s) / period_s;
    unsigned fold = beat_periods(beat, since_s);
    double off = fabs(periods - fold) / sqrt(fold), extra_off = fabs(extra - 1);

    if (beat->extra_s > 0 && (fold > 1 || extra_off < off)) {
        if (extra_off < SOMEWHAT_OFF)
            average(beat, extra, 1);
        return extra_off <= reach;
    }
    if (off <= reach || (fold == 1 && off < SOMEWHAT_OFF))
        average(beat, periods, fold);
    return off <= reach;
}

static void go_astray(struct beat *beat)
{
    unsigned limit = beat->trial < BEAT_SETTLED ? ASTRAY_CHANGED : ASTRAY_LOST;

    beat->odd += 1;
    beat->astray += ASTRAY_ODD;
    if (beat->astray < limit)
        return;
    beat->astray /= 2;
    if (beat_search(beat).judgement.nats < ASTRAY_NATS)
        forget(beat, BEAT_FORMING);
}

static void keep_on(struct beat *beat)
{
    if (beat->astray > 0)
        beat->astray--;
    if (beat->trial < BEAT_SETTLED)
        beat->trial++;
    if (beat->trial == BEAT_SETTLED)
        beat->state = BEAT_STEADY;
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
    beat->astray = 0;
    beat->trial = 0;
    beat->state = BEAT_CHANGED;
    beat->last_us = time_us;
    beat->extra_s = 0;
    return tell(beat, report, BEAT_MOVED, before_s, time_us);
}

/* A beat that pauses will do so again: what was missed counts, as far as somebody watched. */
static void count_pause(struct beat *beat, uint64_t from_us, uint64_t to_us)
{
    if (from_us == 0 || from_us >= to_us)
        return;
    beat->missed += (float)fmin((double)(to_us - from_us) / US_PER_S / (double)beat->period_s,
            PAUSE_MAX);
}

/* A steady beat's next burst. */
static bool follow(struct beat *beat, double gap_s, uint64_t time_us, struct beat_report *report)
{
    double since_s = gap_s + (double)beat->extra_s, period_s;
    uint64_t late_us = beat->late_us;
    bool on_time = is_on_time(beat, since_s);
    unsigned gaps;

    beat->late_us = 0;
    beat->state = beat->trial < BEAT_SETTLED ? BEAT_CHANGED : BEAT_STEADY;
    if (gap_s > (JUDGE_FOLD + 1) * (double)beat->period_s) {
        count_pause(beat, late_us, time_us);
        beat->last_us = time_us;
        beat->extra_s = 0;
        return false;
    }
    count_beat(beat);
    beat_push_gap(beat, gap_s);
    if (on_time)
        keep_on(beat);
    gaps = beat_moved(beat, &period_s);
    if (gaps > 0)
        return move(beat, gaps, period_s, time_us, report);
    if (on_time || since_s > (double)beat->period_s) {
        beat->last_us = time_us;
        beat->extra_s = 0;
    } else {
        beat->extra_s = (float)since_s;
    }
    if (!on_time)
        go_astray(beat);
    return false;
}

static bool is_followed(const struct beat *beat)
{
    return beat->state == BEAT_STEADY || beat->state == BEAT_LATE || beat->state == BEAT_CHANGED;
}

/* A burst soon after a beat goes with it. */
static bool is_echo(const struct beat *beat, double since_s)
{
    double early = fmin(0.25, 1 - beat_reach(beat));

    return is_followed(beat) && since_s < early * (double)beat->period_s;
}

bool beat_note(struct beat *beat, uint64_t time_us, struct beat_report *report)
{
    uint64_t latest_us = add_us(beat->last_us, to_us((double)beat->extra_s));
    double gap_s;

    *report = (struct beat_report){ .change = BEAT_AS_IT_WAS, .time_us = time_us };
    if (beat->last_us == 0) {
        if (beat->state == BEAT_LOST)
            count_pause(beat, beat->active_us, time_us);
        beat->last_us = beat->active_us = time_us;
        return false;
    }
    if (beat->active_us < time_us)
        beat->active_us = time_us;
    if (time_us < latest_us || time_us - latest_us < BURST_QUIET_US)
        return false;
    gap_s = fmin((double)(time_us - latest_us) / US_PER_S, GAP_S_MAX);
    if (is_echo(beat, gap_s + (double)beat->extra_s))
        return false;
    beat_close_size(beat);
    if (is_followed(beat))
        return follow(beat, gap_s, time_us, report);
    if (beat->state == BEAT_LOST)
        return resume(beat, gap_s, time_us, report);
    return learn(beat, gap_s, time_us, report);
}

static double late_after_s(const struct beat *beat)
{
    return (double)beat->period_s * (1 + fmax(LATE_SHARE, beat_reach(beat))) + LATE_S;
}

static uint64_t lost_due_us(const struct beat *beat)
{
    double patience_s = (double)beat->period_s * (beat_patience(beat) + LOST_SHARE);
    uint64_t silence_us = to_us(fmax(patience_s, (double)BEAT_LOST_US_MIN / US_PER_S));
    uint64_t late_after_us = to_us(late_after_s(beat));

    return add_us(beat->late_us, silence_us > late_after_us ? silence_us - late_after_us : 0);
}

uint64_t beat_due_us(const struct beat *beat)
{
    if (beat->state == BEAT_LATE)
        return lost_due_us(beat);
    if (beat->state == BEAT_STEADY || beat->state == BEAT_CHANGED)
        return add_us(beat->active_us, to_us(late_after_s(beat)));
    return UINT64_MAX;
}

bool beat_clock(struct beat *beat, uint64_t now_us, struct beat_report *report)
{
    uint64_t due_us = beat_due_us(beat);

    *report = (struct beat_report){ .change = BEAT_AS_IT_WAS, .time_us = now_us };
    if (now_us < due_us || due_us == UINT64_MAX)
        return false;
    if (beat->state != BEAT_LATE) {
        beat->late_us = now_us - due_us <= BEAT_WATCH_US ? due_us : now_us;
        beat->state = BEAT_LATE;
        due_us = lost_due_us(beat);
        if (now_us < due_us)
            return false;
    }
    forget(beat, BEAT_LOST);
    beat->gap_count = 0;
    beat->last_us = 0;
    return tell(beat, report, BEAT_STOPPED, (double)beat->period_s, due_us);
}

static double steady_score(double jitter)
{
    return fmax(1 - SCORE_JITTER * jitter, SCORE_STEADY);
}

void beat_read(const struct beat *beat, struct beat_view *view)
{
    double jitter = 1.25 * (double)beat->deviation;

    *view = (struct beat_view){ .state = beat->state, .known = beat->gap_count > 0 || beat->seen > 0 };
    if (!view->known)
        return;
    view->bytes = beat_usual_bytes(beat);
    view->score = (double)beat->score;
    view->period_known = is_followed(beat) || beat->state == BEAT_LOST;
    if (!view->period_known)
        return;
    view->period_s = (double)beat->period_s;
    view->jitter = jitter;
    view->score = steady_score(jitter);
    if (beat->state == BEAT_CHANGED)
        view->score = 0.5 + (SCORE_STEADY - 0.5) * beat->trial / (BEAT_SETTLED + 1);
}
