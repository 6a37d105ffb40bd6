#include "track/beat.h"

#include "base/time.h"
#include "track/beat_internal.h"
#include "track/burst.h"

#define GAP_S_MAX 1e8

#define SCORE_STEADY 0.8
#define SCORE_JITTER 0.4 /* what a jitter of 1 takes off */
#define SCORE_CHANGED 0.5

#define LATE_SHARE 0.15
#define LATE_S 1.0
/* The last beat that has to miss need not be wholly overdue. */
#define LOST_SHARE 0.9

/* The states, and what a burst means in each. Time alone leads from those that expect a beat to
 * LATE, and from there to LOST. */
static const struct {
    bool (*burst)(struct beat *, double gap_s, uint64_t time_us, struct beat_report *);
    bool expects_beat;
} states[] = {
    [BEAT_NONE] = { beat_learn, false },      /* to FORMING, STEADY */
    [BEAT_FORMING] = { beat_learn, false },   /* to NONE, STEADY */
    [BEAT_STEADY] = { beat_follow, true },    /* to CHANGED; FORMING if it dissolves */
    [BEAT_LATE] = { beat_follow, true },      /* to STEADY, CHANGED, FORMING */
    [BEAT_CHANGED] = { beat_follow, true },   /* to STEADY, FORMING */
    [BEAT_LOST] = { beat_resume, false },     /* to STEADY, FORMING */
};

static uint64_t us_of(double seconds)
{
    return (uint64_t)(seconds * US_PER_S);
}

static uint64_t add_us(uint64_t time_us, uint64_t more_us)
{
    return time_us > UINT64_MAX - more_us ? UINT64_MAX : time_us + more_us;
}

bool beat_tell(const struct beat *beat, struct beat_report *report, enum beat_change change,
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

/* The first burst, or the first after silence: no gap is known. */
static void begin(struct beat *beat, uint64_t time_us)
{
    if (beat->state == BEAT_LOST && !beat->remembered)
        beat_count_pause(beat, beat->active_us, time_us);
    beat->last_us = beat->active_us = time_us;
}

static bool is_echo(const struct beat *beat, double since_s)
{
    return states[beat->state].expects_beat &&
            since_s < BEAT_ECHO_SHARE * (double)beat->period_s;
}

bool beat_note(struct beat *beat, uint64_t time_us, struct beat_report *report)
{
    uint64_t latest_us = add_us(beat->last_us, us_of((double)beat->extra_s));
    double gap_s;

    *report = (struct beat_report){ .change = BEAT_AS_IT_WAS, .time_us = time_us };
    if (beat->last_us == 0) {
        begin(beat, time_us);
        return false;
    }
    if (beat->active_us < time_us)
        beat->active_us = time_us;
    if (time_us < latest_us || time_us - latest_us < BURST_QUIET_US)
        return false;
    gap_s = beat_lesser((double)(time_us - latest_us) / US_PER_S, GAP_S_MAX);
    if (is_echo(beat, gap_s + (double)beat->extra_s))
        return false;
    beat_close_size(beat);
    return states[beat->state].burst(beat, gap_s, time_us, report);
}

static double late_after_s(const struct beat *beat)
{
    return (double)beat->period_s * (1 + beat_greater(beat_reach(beat), LATE_SHARE)) + LATE_S;
}

static uint64_t lost_due_us(const struct beat *beat)
{
    double patience_s = (double)beat->period_s * (beat_patience(beat) + LOST_SHARE);
    double silence_s = beat_greater(patience_s, (double)BEAT_LOST_US_MIN / US_PER_S);

    return add_us(beat->late_us, us_of(beat_greater(silence_s - late_after_s(beat), 0)));
}

uint64_t beat_due_us(const struct beat *beat)
{
    if (beat->state == BEAT_LATE)
        return lost_due_us(beat);
    if (states[beat->state].expects_beat)
        return add_us(beat->active_us, us_of(late_after_s(beat)));
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
    beat_forget(beat, BEAT_LOST);
    beat->gap_count = 0;
    beat->last_us = 0;
    return beat_tell(beat, report, BEAT_STOPPED, (double)beat->period_s, due_us);
}

bool beat_is_sure(const struct beat *beat)
{
    return states[beat->state].expects_beat || (beat->state == BEAT_LOST && !beat->remembered);
}

bool beat_is_new(const struct beat *beat)
{
    return beat->last_us == 0 && beat->seen == 0;
}

/* It may have missed some, or had others: it counts as one that has just been found. */
void beat_remember(struct beat *beat, double period_s, double jitter, uint64_t bytes)
{
    if (!(period_s >= BEAT_QUICK_S)) /* has to last as long as any */
        return;
    *beat = (struct beat){ .state = BEAT_LOST, .remembered = true, .period_s = (float)period_s,
        .deviation = (float)(jitter / BEAT_JITTER_FACTOR), .beats = BEAT_SETTLED,
        .seen = JUDGE_GAPS_MAX + 1, .may_be_poll = beat->may_be_poll };
    for (; beat->size_count < BEAT_SIZES; beat->size_count++)
        beat->sizes[beat->size_count] = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
    beat->usual = beat->peak = beat->sizes[0];
}

void beat_read(const struct beat *beat, struct beat_view *view)
{
    double jitter = BEAT_JITTER_FACTOR * (double)beat->deviation;

    *view = (struct beat_view){ .state = beat->state, .known = beat_is_known(beat) };
    if (!view->known)
        return;
    view->score = (double)beat->score;
    if (beat->remembered)
        view->state = BEAT_FORMING;
    view->period_known = beat_is_sure(beat);
    if (!view->period_known)
        return;
    view->period_s = (double)beat->period_s;
    view->jitter = jitter;
    view->bytes = beat_usual_bytes(beat);
    view->score = beat->state == BEAT_CHANGED ?
            SCORE_CHANGED + (SCORE_STEADY - SCORE_CHANGED) * beat->trial / (BEAT_SETTLED + 1) :
            beat_greater(1 - SCORE_JITTER * jitter, SCORE_STEADY);
}
