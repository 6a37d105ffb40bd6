/* beat.h - heartbeats: bursts that come back as if by a clock, and what becomes of them.
 *
 * One 'struct beat' follows the bursts (track/burst.h) of one connection, or of all connections of
 * one device to one remote. It tells a heartbeat from bursts at random times, learns period, jitter
 * and payload, and reports once each when the beat stops, moves to another period, carries far more
 * than it used to, or is back.
 *
 *   NONE      too few bursts, or no sign of a clock
 *   FORMING   some signs; the score says how many, and stays below 0.5
 *   STEADY    surely a heartbeat; the score is 0.8 to 1, more the less it jitters
 *   LATE      steady, and the next beat is overdue
 *   LOST      so many beats are missing that it has stopped; the score stays what it was
 *   CHANGED   it moved or grew, and the new way has not lasted BEAT_SETTLED beats
 *
 * What it takes to be steady: a fresh stream needs 8 beats, 10 if it jitters by ±30 %, up to 17 if
 * it also misses some. One that was watched for long without a beat must be surer, or a day of
 * random bursts would look like a clock at some time: some 10 beats if it hardly jitters, 20 at
 * ±30 %. Periods under BEAT_QUICK_S must last BEAT_QUICK_SPAN_S: a dialogue of a minute is no
 * heartbeat. Even gaps of a power of two seconds are how NTP polls: where it may be that, they need
 * a full window. If they grew by doubling, as NTP's do when its clock is good, or as a client's that
 * backs off, they need BEAT_LADDER_GAPS.
 *
 * What it takes to be lost or moved: the chance of that many beats missing in a row, by the share
 * that this very stream missed before, is small against the number of beats in a day. Two, and the
 * moment of the third, are enough for a stream that kept the 64 before; one that misses 5 % needs
 * four or five. A silence that nobody watched (beat_clock() was not called in time: the capture has
 * a gap) does not count, nor does a missing beat while other bursts go on: many keepalives wait for
 * silence. A beat that dissolves into irregular bursts is FORMING again without a report.
 *
 * Not locked; no pointers, so it may be copied. All zeros is new. Times are the packets' and may
 * step back a little: a burst that is reported late counts as part of the latest one. A burst costs
 * up to 2 us. */
#ifndef TATTLER_TRACK_BEAT_H
#define TATTLER_TRACK_BEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "track/beat_judge.h"

#define BEAT_SETTLED 8
#define BEAT_QUICK_S 8
#define BEAT_QUICK_SPAN_S 180
#define BEAT_LADDER_GAPS 100

/* beat_clock() is to be called within this time after beat_due_us(), while there are packets. */
#define BEAT_WATCH_US UINT64_C(15000000)

/* No beat is lost before, lest a pause of a quick one is told. */
#define BEAT_LOST_US_MIN UINT64_C(28000000)

/* Payload has grown when two beats in a row (three below BEAT_GROWN_BYTES) carry BEAT_GROWN_FACTOR
 * times the usual and twice the most seen of late; or at once when one carries BEAT_HEIST_FACTOR
 * times as much and BEAT_HEIST_BYTES. Below BEAT_BYTES_MIN, a payload counts as that. */
#define BEAT_GROWN_BYTES 1024
#define BEAT_GROWN_FACTOR 8
#define BEAT_HEIST_FACTOR 64
#define BEAT_HEIST_BYTES 1048576
#define BEAT_BYTES_MIN 16

#define BEAT_SIZES 7

/* Standard deviation by mean absolute deviation of a normal distribution: sqrt(pi / 2). */
#define BEAT_JITTER_FACTOR 1.2533

enum beat_state { BEAT_NONE, BEAT_FORMING, BEAT_STEADY, BEAT_LATE, BEAT_LOST, BEAT_CHANGED };

enum beat_change {
    BEAT_AS_IT_WAS,
    BEAT_BECAME_STEADY,
    BEAT_STOPPED, /* period_after_s and bytes_after are zero */
    BEAT_MOVED,
    BEAT_GREW,    /* bytes_after is what the beat carries by now */
    BEAT_RESUMED, /* after it stopped, with the period it had */
};

struct beat_report {
    enum beat_change change;
    double period_before_s, period_after_s;
    uint64_t bytes_before, bytes_after;
    uint64_t time_us;
};

struct beat {
    uint64_t last_us;   /* the latest beat began; zero: none yet */
    uint64_t active_us; /* latest sign of life */
    uint64_t late_us;   /* LATE: since when */
    float extra_s;      /* from the latest beat to a later burst that was none; zero: none */

    float gaps_s[JUDGE_GAPS_MAX]; /* oldest first */
    uint8_t gap_count;
    uint8_t state;
    uint8_t trial;   /* CHANGED: beats that kept to the new way. LOST: to the old one */
    uint8_t astray;  /* rises with odd gaps, falls with beats */
    uint8_t looked;  /* beats since the gaps were judged again */
    uint32_t seen;   /* gaps in all */
    uint32_t proven; /* gaps of a period that still has to last, */
    float needed;    /* and how many it takes, as of the latest search */

    float period_s, deviation; /* mean absolute, as a share of the period */
    float score;
    float beats, missed, odd;  /* of late: old ones fade */

    float rung_s;    /* the ladder of doubling gaps: its highest rung that is certain */
    float next_rung_s;
    uint8_t rungs;
    bool may_be_poll; /* set by the caller: these are datagrams, as NTP's are */
    bool remembered;  /* LOST, by beat_remember() */

    uint8_t size_count;
    uint32_t sizes[BEAT_SIZES]; /* payload of finished beats, oldest first */
    uint32_t usual; /* their median */
    uint32_t bytes, peak;
};

struct beat_view {
    double score, period_s;
    double jitter;     /* of a gap, as a share of the period: the mean absolute deviation times
                        * BEAT_JITTER_FACTOR. ±30 % drawn evenly is 0.19, on a grid 0.25. */
    uint64_t bytes;    /* median of the latest beats */
    enum beat_state state;
    bool known;        /* the score is: beat_is_known(); else all of this is zero */
    bool period_known; /* period_s, jitter and bytes are: it is or was steady */
};

/* All three return true if there is something to report; 'report' is written either way. */

/* A burst began. */
bool beat_note(struct beat *beat, uint64_t time_us, struct beat_report *report);

/* The burst noted last carries so many bytes more: those of the device alone, if an upload is what
 * shall be told. Also a sign of life, as a burst may last. */
bool beat_add(struct beat *beat, uint64_t time_us, uint64_t bytes, struct beat_report *report);

/* Time passed without a burst. */
bool beat_clock(struct beat *beat, uint64_t now_us, struct beat_report *report);

/* A new one was a heartbeat before, when somebody else watched. Two beats on time, three if it jitters
 * by ±30 %, and it is STEADY again, not RESUMED; with another period it has MOVED, and its payload may
 * have grown from its first beat. Until then it is FORMING, and forgotten after a dozen bursts that
 * are none of this. Periods under BEAT_QUICK_S are not remembered. */
void beat_remember(struct beat *beat, double period_s, double jitter, uint64_t bytes);
/* Has nothing happened to it yet? */
bool beat_is_new(const struct beat *beat);

/* When beat_clock() will have something to do; UINT64_MAX: never. */
uint64_t beat_due_us(const struct beat *beat);

/* Are there gaps enough to judge? */
static inline bool beat_is_known(const struct beat *beat)
{
    return beat->seen >= JUDGE_GAPS_MIN;
}

void beat_read(const struct beat *beat, struct beat_view *view);

/* Is it, or was it until it stopped, a heartbeat? */
bool beat_is_sure(const struct beat *beat);

#endif
