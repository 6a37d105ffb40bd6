#include "report_time.h"

/* Each is a multiple of the one before. */
static const uint32_t widths_s[] = { 1, 5, 10, 30, 60, 300, 600, 1800, 3600, 3 * 3600, 6 * 3600,
    12 * 3600, 86400, 7 * 86400, 28 * 86400 };
#define WIDTHS (sizeof(widths_s) / sizeof(widths_s[0]))

static int64_t floor_div(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

static int64_t number_of(uint64_t time_us, int32_t east_s, uint32_t width_s)
{
    return floor_div((int64_t)(time_us / 1000000) + east_s, width_s);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The narrowest width, from the present one on, that has room for all; 0: none has. */
static uint32_t width_for(const struct timeline *timeline, uint64_t time_us)
{
    for (size_t i = 0; i < WIDTHS; i++) {
        uint32_t factor = widths_s[i] / timeline->width_s;
        int64_t number = number_of(time_us, timeline->east_s, widths_s[i]);

        if (factor == 0)
            continue;
        if (most(floor_div(timeline->last, factor), number) -
                        least(floor_div(timeline->first, factor), number) <
                TIMELINE_BINS)
            return widths_s[i];
    }
    return 0;
}

bool timeline_include(struct timeline *timeline, uint64_t time_us, int32_t east_s,
        struct timeline_change *change)
{
    uint32_t width_s;
    int64_t number;

    if (timeline->width_s == 0) {
        *timeline = (struct timeline){ .width_s = widths_s[0], .east_s = east_s };
        timeline->first = timeline->last = number_of(time_us, east_s, widths_s[0]);
    }
    width_s = width_for(timeline, time_us);
    if (width_s == 0)
        return false;
    change->first_before = timeline->first;
    change->factor = width_s / timeline->width_s;
    number = number_of(time_us, timeline->east_s, width_s);
    timeline->width_s = width_s;
    timeline->first = least(floor_div(timeline->first, change->factor), number);
    timeline->last = most(floor_div(timeline->last, change->factor), number);
    change->first_after = timeline->first;
    return true;
}

size_t timeline_moved(const struct timeline_change *change, size_t index)
{
    return (size_t)(floor_div(change->first_before + (int64_t)index, change->factor) -
                    change->first_after);
}

size_t timeline_bin(const struct timeline *timeline, uint64_t time_us)
{
    return (size_t)(number_of(time_us, timeline->east_s, timeline->width_s) - timeline->first);
}

size_t timeline_count(const struct timeline *timeline)
{
    return timeline->width_s == 0 ? 0 : (size_t)(timeline->last - timeline->first + 1);
}

uint64_t timeline_start_us(const struct timeline *timeline, size_t bin)
{
    int64_t local_s = (timeline->first + (int64_t)bin) * timeline->width_s;

    return local_s <= timeline->east_s ? 0 : (uint64_t)(local_s - timeline->east_s) * 1000000;
}
