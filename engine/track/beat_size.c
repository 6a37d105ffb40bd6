/* The payload of beats, and when it has grown. */
#include <string.h>

#include "track/beat_internal.h"

#define SIZES_MIN 5 /* before anything has grown */
#define PEAK_FADE 256
#define PEAK_STEP 4 /* one beat alone raises the peak no more than so many times */

static uint32_t at_least(uint32_t bytes)
{
    return bytes > BEAT_BYTES_MIN ? bytes : BEAT_BYTES_MIN;
}

static uint32_t median(const uint32_t *sizes, unsigned count)
{
    uint32_t sorted[BEAT_SIZES] = { 0 };

    for (unsigned i = 0; i < count; i++) {
        unsigned at = i;

        for (; at > 0 && sorted[at - 1] > sizes[i]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = sizes[i];
    }
    return sorted[count / 2];
}

/* Heartbeats mostly carry the same again, and then nothing has to be sorted; nor while nobody asks. */
static bool keeps_median(uint32_t middle, uint32_t gone, uint32_t come)
{
    return come == middle || (gone < middle && come < middle) || (gone > middle && come > middle);
}

uint32_t beat_usual_bytes(const struct beat *beat)
{
    return beat->size_count > 0 ? beat->usual : beat->bytes;
}

void beat_find_usual(struct beat *beat)
{
    if (beat->size_count > 0)
        beat->usual = median(beat->sizes, beat->size_count);
}

/* The peak is of beats before the latest two, which may be the beginning of growth. */
static void raise_peak(struct beat *beat, uint32_t bytes)
{
    uint64_t most = (uint64_t)at_least(beat->peak) * PEAK_STEP;
    uint32_t raised = bytes < most ? bytes : (uint32_t)most;

    beat->peak -= beat->peak / PEAK_FADE;
    if (raised > beat->peak)
        beat->peak = raised;
}

void beat_close_size(struct beat *beat)
{
    uint32_t rest[BEAT_SIZES - 1]; /* in place, where memmove() would be called */
    bool keeps = false;

    if (beat->size_count == BEAT_SIZES) {
        keeps = keeps_median(beat->usual, beat->sizes[0], beat->bytes);
        memcpy(rest, beat->sizes + 1, sizeof(rest));
        memcpy(beat->sizes, rest, sizeof(rest));
        beat->size_count--;
    }
    beat->sizes[beat->size_count++] = beat->bytes;
    if (!keeps && beat_is_sure(beat))
        beat_find_usual(beat);
    if (beat->size_count > 2)
        raise_peak(beat, beat->sizes[beat->size_count - 3]);
    beat->bytes = 0;
}

static bool is_times(uint32_t bytes, uint64_t factor, uint32_t other)
{
    return bytes >= factor * at_least(other);
}

static bool is_big(const struct beat *beat, uint32_t bytes, uint32_t usual)
{
    return is_times(bytes, BEAT_GROWN_FACTOR, usual) && is_times(bytes, 2, beat->peak);
}

static bool has_grown(const struct beat *beat, uint32_t usual)
{
    const uint32_t *latest = &beat->sizes[beat->size_count - 2];

    if (beat->bytes >= BEAT_HEIST_BYTES && is_times(beat->bytes, BEAT_HEIST_FACTOR, usual) &&
            is_times(beat->bytes, BEAT_HEIST_FACTOR, beat->peak))
        return true;
    return is_big(beat, beat->bytes, usual) && is_big(beat, latest[1], usual) &&
            (beat->bytes >= BEAT_GROWN_BYTES || is_big(beat, latest[0], usual));
}

bool beat_add(struct beat *beat, uint64_t time_us, uint64_t bytes, struct beat_report *report)
{
    uint32_t usual;

    *report = (struct beat_report){ .change = BEAT_AS_IT_WAS, .time_us = time_us };
    if (time_us > beat->active_us)
        beat->active_us = time_us;
    beat->bytes = bytes > UINT32_MAX - beat->bytes ? UINT32_MAX : beat->bytes + (uint32_t)bytes;
    if (beat->state != BEAT_STEADY && beat->state != BEAT_LATE && beat->state != BEAT_CHANGED)
        return false;
    if (beat->size_count < SIZES_MIN || beat->bytes <= beat->peak)
        return false; /* by far the most */
    usual = beat_usual_bytes(beat);
    if (!has_grown(beat, usual))
        return false;
    report->change = BEAT_GREW;
    report->period_before_s = report->period_after_s = (double)beat->period_s;
    report->bytes_before = usual;
    report->bytes_after = beat->bytes;
    beat->size_count = 0;
    beat->peak = beat->bytes;
    beat->trial = 0;
    beat->state = BEAT_CHANGED;
    return true;
}
