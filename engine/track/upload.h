/* upload.h - how much a device sends, and whether one remote now gets far more than is usual.
 *
 * The last day is a ring of quarter hours, so it covers 23 h 45 min to 24 h. A remote's window is a
 * ring of half minutes and covers the last 4 min 30 s to 5 min.
 *
 * A burst is what one remote got in its window over what is usual for the device: the 99th
 * percentile of its samples, and never less than UPLOAD_FLOOR bytes. Every five minutes in which
 * the device sends give one sample, the most that any remote's window held in them; so a camera
 * that also calls a hundred small services is still judged as a camera. Samples go into a
 * histogram of four bins an octave, so a steady stream has a ratio of 0.9 to 1.1. All counts are
 * halved when there are UPLOAD_SAMPLES_MAX: a device that never rests forgets half in a week, one
 * that sends an hour a day in half a year.
 *
 * What is going on does not become usual by going on:
 * - a sample counts when its five minutes are over;
 * - a sample more than twice the usual is held back until an hour has passed without another, or
 *   until it has gone on for six hours. So a long theft is told all along, a nightly backup is
 *   usual after the first night or the second, and a camera that is set to stream for ever is told
 *   for six hours.
 * Nothing is known in a device's first UPLOAD_LEARN_S; what it does then is taken as usual, so a
 * camera that streams from the start is no burst.
 *
 * What goes out slowly never bursts. So what a remote got in a day, from its first byte on, is compared
 * as well: with the most that any remote got in a day before, and never less than UPLOAD_DAY_FLOOR.
 * In the device's first UPLOAD_DAY_LEARN_S nothing is known; whatever goes on then is taken to go on
 * all day. A day that is over teaches at most twice the usual: a theft is told for days, and what has
 * come to stay becomes usual in some.
 *
 * Time that steps back counts as the newest seen; by more than a sum covers, the sum starts anew.
 * Not locked: used under the device's lock. All zeros is new. */
#ifndef TATTLER_TRACK_UPLOAD_H
#define TATTLER_TRACK_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#define UPLOAD_FLOOR UINT64_C(1000000)
#define UPLOAD_LEARN_S 600 /* holds at least one whole five minutes, wherever it begins */
#define UPLOAD_SAMPLES_MAX 4096
#define UPLOAD_DAY_FLOOR UINT64_C(10000000)
#define UPLOAD_DAY_LEARN_S 3600

#define UPLOAD_DAY_SLOTS 96
#define UPLOAD_DAY_COVERS_US UINT64_C(85500000000) /* 23 h 45 min */
#define UPLOAD_WINDOW_SLOTS 10
#define UPLOAD_BINS 64 /* the last is for 57 GB in five minutes, 1.5 Gbit/s, and more */

/* One per remote of a device. */
struct upload_window {
    uint64_t slot; /* number of the newest */
    uint64_t total;
    uint64_t bytes[UPLOAD_WINDOW_SLOTS];
    uint64_t day_us; /* its day began; zero: not yet */
    uint64_t day_total;
};

/* One per device. */
struct upload {
    uint64_t day_slot; /* number of the newest */
    uint64_t day_bytes[UPLOAD_DAY_SLOTS];
    uint64_t day_total;

    bool began;
    bool known; /* what is usual, from before */
    uint64_t began_us;
    uint64_t sample_slot;  /* number of the five minutes not yet over */
    uint64_t sample_bytes; /* the most that a remote's window has held in them */
    uint64_t held_bytes;   /* the largest of the samples held back */
    uint64_t held_first, held_last; /* their slots */
    uint32_t held_count;
    uint64_t usual_bytes; /* by the samples; zero: none yet */
    uint64_t usual_day;   /* the most that a remote got in a day */
    uint32_t sample_count;
    uint8_t highest; /* no bin above it has a sample */
    uint16_t samples[UPLOAD_BINS];
    uint16_t fresh[UPLOAD_BINS]; /* taught since they were last saved (baseline.h) */
    uint64_t hours[2][24]; /* whole frames up and down by local hour, since then */
};

/* Counts what the device sent to a remote; 'window' is that remote's, NULL where none is kept. May
 * be called with a sum of some seconds. */
void upload_add(struct upload *upload, struct upload_window *window, uint64_t bytes,
        uint64_t now_us);

/* What is usual by samples saved earlier, of any number, and by what went out on a day then. For one
 * that is new. */
void upload_restore(struct upload *upload, const uint32_t samples[UPLOAD_BINS], uint64_t usual_day);

uint64_t upload_day_bytes(struct upload *upload, uint64_t now_us);
uint64_t upload_window_bytes(const struct upload_window *window, uint64_t now_us);

/* An alert says that what is going on is not usual: it is not learned. */
void upload_unlearn(struct upload *upload);

/* False while the device's usual is not known. */
bool upload_burst(const struct upload *upload, const struct upload_window *window, uint64_t now_us,
        double *ratio);
/* What the remote got today over the usual; the same. */
bool upload_day(const struct upload *upload, const struct upload_window *window, uint64_t now_us,
        double *ratio);

#endif
