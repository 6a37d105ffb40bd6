#include "track/upload.h"

#include <string.h>

#include "base/time.h"

#define DAY_SLOT_US (900 * US_PER_S)
#define WINDOW_SLOT_US (30 * US_PER_S)
#define SAMPLE_US (300 * US_PER_S)
#define LEARNED_A_DAY (DAY_S / UPLOAD_DAY_LEARN_S)

#define BINS_PER_OCTAVE 4
#define UNUSUAL 2
#define CALM_SAMPLES 12 /* an hour */
#define HELD_SAMPLES 72 /* six hours: more than one in a hundred of UPLOAD_SAMPLES_MAX */

/* --- sliding sums --- */

/* Is a ring's cell 'i' one of the last 'slots' at 'slot'? 'newest' was the last one entered. */
static bool is_live(uint64_t i, uint64_t newest, uint64_t slot, uint64_t slots)
{
    uint64_t age = (newest % slots + slots - i) % slots; /* before the newest */

    return slot <= newest || slot - newest + age < slots;
}

/* How many slots a ring has to be moved on by, all at most. Far in the past begins it anew. */
static uint64_t slots_passed(uint64_t newest, uint64_t slots, uint64_t slot)
{
    uint64_t passed = slot > newest ? slot - newest : newest - slot;

    if (passed >= slots)
        return slots;
    return slot > newest ? passed : 0;
}

/* Moves a ring on and returns the sum of what left it. */
static uint64_t move_on(uint64_t *newest, uint64_t *bytes, uint64_t slots, uint64_t slot)
{
    uint64_t passed = slots_passed(*newest, slots, slot), gone = 0;

    if (passed == 0)
        return 0;
    for (uint64_t at = slot % slots; passed > 0; passed--) {
        gone += bytes[at];
        bytes[at] = 0;
        at = at > 0 ? at - 1 : slots - 1;
    }
    *newest = slot;
    return gone;
}

/* Mostly the slot is the newest. */
static uint64_t enter_slot(uint64_t *newest, uint64_t *bytes, uint64_t slots, uint64_t slot)
{
    return slot == *newest ? 0 : move_on(newest, bytes, slots, slot);
}

uint64_t upload_day_bytes(struct upload *upload, uint64_t now_us)
{
    upload->day_total -= enter_slot(&upload->day_slot, upload->day_bytes, UPLOAD_DAY_SLOTS,
            now_us / DAY_SLOT_US);
    return upload->day_total;
}

static void add_to_day(struct upload *upload, uint64_t bytes, uint64_t now_us)
{
    upload_day_bytes(upload, now_us);
    upload->day_bytes[upload->day_slot % UPLOAD_DAY_SLOTS] += bytes;
    upload->day_total += bytes;
}

static void add_to_window(struct upload_window *window, uint64_t bytes, uint64_t now_us)
{
    window->total -= enter_slot(&window->slot, window->bytes, UPLOAD_WINDOW_SLOTS,
            now_us / WINDOW_SLOT_US);
    window->bytes[window->slot % UPLOAD_WINDOW_SLOTS] += bytes;
    window->total += bytes;
}

uint64_t upload_window_bytes(const struct upload_window *window, uint64_t now_us)
{
    uint64_t slot, total = 0;

    if (window->total == 0) /* most remotes get nothing for long */
        return 0;
    slot = now_us / WINDOW_SLOT_US;
    if (slot <= window->slot)
        return window->total;
    if (slot >= window->slot + UPLOAD_WINDOW_SLOTS) /* mostly: nothing was sent of late */
        return 0;
    for (uint64_t i = 0; i < UPLOAD_WINDOW_SLOTS; i++)
        if (is_live(i, window->slot, slot, UPLOAD_WINDOW_SLOTS))
            total += window->bytes[i];
    return total;
}

/* --- what is usual --- */

/* Each octave above the floor is cut into four equal parts; the first has all that is less, too. */
static unsigned bin_of(uint64_t bytes)
{
    unsigned octave = 0;

    if (bytes <= UPLOAD_FLOOR)
        return 0;
    while (octave < UPLOAD_BINS / BINS_PER_OCTAVE && (bytes >> octave) >= 2 * UPLOAD_FLOOR)
        octave++;
    if (octave == UPLOAD_BINS / BINS_PER_OCTAVE)
        return UPLOAD_BINS - 1;
    return octave * BINS_PER_OCTAVE +
           (unsigned)(BINS_PER_OCTAVE * ((bytes >> octave) - UPLOAD_FLOOR) / UPLOAD_FLOOR);
}

static uint64_t bin_middle(unsigned bin)
{
    unsigned part = bin % BINS_PER_OCTAVE;

    if (bin == 0)
        return UPLOAD_FLOOR;
    return (UPLOAD_FLOOR * (2 * (BINS_PER_OCTAVE + part) + 1) / (2 * BINS_PER_OCTAVE))
           << (bin / BINS_PER_OCTAVE);
}

/* The smallest bin with at most one in a hundred samples above it. */
static uint64_t percentile(const struct upload *upload)
{
    uint32_t from_top = 0;
    unsigned bin = upload->highest + 1u;

    while (bin > 1 && from_top * 100 <= upload->sample_count)
        from_top += upload->samples[--bin];
    return from_top * 100 > upload->sample_count ? bin_middle(bin) : UPLOAD_FLOOR;
}

static uint64_t usual_bytes(const struct upload *upload)
{
    return upload->usual_bytes > 0 ? upload->usual_bytes : UPLOAD_FLOOR;
}

static void halve(struct upload *upload)
{
    upload->sample_count = 0;
    for (unsigned bin = 0; bin < UPLOAD_BINS; bin++) {
        upload->samples[bin] /= 2;
        upload->sample_count += upload->samples[bin];
    }
}

static void teach(struct upload *upload, uint64_t bytes, uint32_t times)
{
    unsigned bin = bin_of(bytes);

    upload->samples[bin] = (uint16_t)(upload->samples[bin] + times);
    if (bin > upload->highest)
        upload->highest = (uint8_t)bin;
    if (upload->fresh[bin] <= UINT16_MAX - times)
        upload->fresh[bin] = (uint16_t)(upload->fresh[bin] + times);
    upload->sample_count += times;
    if (upload->sample_count >= UPLOAD_SAMPLES_MAX)
        halve(upload);
    upload->usual_bytes = percentile(upload);
}

static void hold_back(struct upload *upload)
{
    if (upload->held_count == 0)
        upload->held_first = upload->sample_slot;
    upload->held_last = upload->sample_slot;
    upload->held_count++;
    if (upload->sample_bytes > upload->held_bytes)
        upload->held_bytes = upload->sample_bytes;
}

/* The held are taught at the level of the largest, since their own peak is what will recur. */
static void release_held(struct upload *upload, uint64_t slot)
{
    if (upload->held_count == 0 || (slot - upload->held_last <= CALM_SAMPLES &&
                                           slot - upload->held_first < HELD_SAMPLES))
        return;
    teach(upload, upload->held_bytes, upload->held_count);
    upload->held_count = 0;
    upload->held_bytes = 0;
}

void upload_unlearn(struct upload *upload)
{
    upload->sample_bytes = 0;
    upload->held_count = 0;
    upload->held_bytes = 0;
}

void upload_restore(struct upload *upload, const uint32_t samples[UPLOAD_BINS], uint64_t usual_day)
{
    uint64_t sum = 0;

    upload->usual_day = usual_day;
    for (unsigned bin = 0; bin < UPLOAD_BINS; bin++)
        sum += samples[bin];
    upload->sample_count = 0;
    for (unsigned bin = 0; bin < UPLOAD_BINS; bin++) {
        uint64_t count = samples[bin];

        upload->samples[bin] = (uint16_t)(sum < UPLOAD_SAMPLES_MAX
                                                  ? count
                                                  : count * (UPLOAD_SAMPLES_MAX / 2) / sum);
        upload->sample_count += upload->samples[bin];
    }
    upload->highest = UPLOAD_BINS - 1;
    upload->usual_bytes = percentile(upload);
    upload->known = sum > 0;
}

static bool is_learning(const struct upload *upload, uint64_t now_us)
{
    return !upload->known &&
           (!upload->began || now_us < upload->began_us + UPLOAD_LEARN_S * US_PER_S);
}

/* The five minutes of the sample are over. */
static void end_sample(struct upload *upload)
{
    bool learning = is_learning(upload, (upload->sample_slot + 1) * SAMPLE_US - 1);

    if (upload->sample_bytes > UNUSUAL * usual_bytes(upload) && !learning)
        hold_back(upload);
    else if (upload->sample_bytes > 0)
        teach(upload, upload->sample_bytes, 1);
    upload->sample_bytes = 0;
}

static void take_sample(struct upload *upload, uint64_t window_bytes, uint64_t now_us)
{
    uint64_t slot = now_us / SAMPLE_US;

    if (!upload->began) {
        upload->began = true;
        upload->began_us = now_us;
        upload->sample_slot = slot;
    }
    if (slot > upload->sample_slot || upload->sample_slot - slot >= CALM_SAMPLES) {
        end_sample(upload);
        upload->sample_slot = slot;
        release_held(upload, slot);
    }
    if (window_bytes > upload->sample_bytes)
        upload->sample_bytes = window_bytes;
}

/* --- day by day --- */

static uint64_t usual_day(const struct upload *upload)
{
    return upload->usual_day > UPLOAD_DAY_FLOOR ? upload->usual_day : UPLOAD_DAY_FLOOR;
}

static bool is_learning_days(const struct upload *upload, uint64_t now_us)
{
    return !upload->known &&
           (!upload->began || now_us < upload->began_us + UPLOAD_DAY_LEARN_S * US_PER_S);
}

static void teach_day(struct upload *upload, uint64_t bytes)
{
    uint64_t most = 2 * usual_day(upload);

    if (bytes > most)
        bytes = most;
    if (bytes > upload->usual_day)
        upload->usual_day = bytes;
}

static bool is_today(const struct upload_window *window, uint64_t now_us)
{
    return window->day_us != 0 && now_us < window->day_us + DAY_US &&
           window->day_us < now_us + DAY_US;
}

static void add_to_days(struct upload *upload, struct upload_window *window, uint64_t bytes,
        uint64_t now_us)
{
    if (!is_today(window, now_us)) {
        teach_day(upload, window->day_total);
        window->day_us = now_us;
        window->day_total = 0;
    }
    window->day_total += bytes;
    if (is_learning_days(upload, now_us) && window->day_total * LEARNED_A_DAY > upload->usual_day)
        upload->usual_day = window->day_total * LEARNED_A_DAY;
}

void upload_add(struct upload *upload, struct upload_window *window, uint64_t bytes,
        uint64_t now_us)
{
    add_to_day(upload, bytes, now_us);
    if (window == NULL)
        return;
    add_to_window(window, bytes, now_us);
    take_sample(upload, window->total, now_us);
    add_to_days(upload, window, bytes, now_us);
}

bool upload_burst(const struct upload *upload, const struct upload_window *window, uint64_t now_us,
        double *ratio)
{
    if (is_learning(upload, now_us))
        return false;
    *ratio = (double)upload_window_bytes(window, now_us) / (double)usual_bytes(upload);
    return true;
}

bool upload_day(const struct upload *upload, const struct upload_window *window, uint64_t now_us,
        double *ratio)
{
    if (is_learning_days(upload, now_us))
        return false;
    *ratio = is_today(window, now_us) ? (double)window->day_total / (double)usual_day(upload) : 0;
    return true;
}
