/* The charts of a report, as SVG. They have no text inside what is stretched: a chart is as wide as
 * its place, places in it are shares of that, and letters keep their size. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "report_page_internal.h"

#define MONDAY_S (4 * DAY_S) /* 1970-01-05, so that weeks begin with one */
#define TICKS_MAX 9
#define LEAST_BYTES 100.0             /* what is less is as high as nothing */
#define SYMMETRY_BYTES (16 * 1024)    /* as the feature: below this it says nothing */
#define HALF 100                      /* the height of a half in the plot's own units */

/* --- the axis --- */

static double span_s(const struct page *page)
{
    return (double)timeline_count(&page->report->timeline) * page->report->timeline.width_s;
}

/* In percent of the width. */
static double place_of(const struct page *page, uint64_t time_us)
{
    double start_us = (double)timeline_start_us(&page->report->timeline, 0);
    double share = ((double)time_us - start_us) / 1e6 / span_s(page);

    return 100 * (share < 0 ? 0 : share > 1 ? 1 : share);
}

static int64_t tick_step_s(const struct page *page)
{
    static const int64_t steps_s[] = { 1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
        3 * 3600, 6 * 3600, 12 * 3600, DAY_S, 2 * DAY_S, 7 * DAY_S, 14 * DAY_S, 28 * DAY_S,
        91 * DAY_S, 365 * DAY_S };
    size_t i = 0;

    while (i + 1 < sizeof(steps_s) / sizeof(steps_s[0]) &&
            span_s(page) / (double)steps_s[i] > TICKS_MAX)
        i++;
    return steps_s[i];
}

static const char *tick_format(int64_t step_s, int64_t local_s)
{
    if (step_s >= 2 * DAY_S || (step_s < DAY_S && local_s % DAY_S == 0))
        return step_s >= 91 * DAY_S ? "%-d %b %Y" : "%-d %b";
    if (step_s == DAY_S)
        return "%a %-d";
    return step_s >= 60 ? "%H:%M" : "%H:%M:%S";
}

static void put_tick(const struct page *page, uint64_t time_us, const char *format, bool minor,
        unsigned height)
{
    double place = place_of(page, time_us);

    fprintf(page->to, "<g%s><line class=\"grid\" x1=\"%.2f%%\" x2=\"%.2f%%\" y2=\"%u\"/>",
            minor ? " class=\"minor\"" : "", place, place, height);
    fprintf(page->to, "<text x=\"%.2f%%\" y=\"%u\" dx=\"%s\"%s>", place, height + 11,
            place > 88 ? "-3" : "3", place > 88 ? " text-anchor=\"end\"" : "");
    page_time_text(page, time_us, format);
    fputs("</text></g>", page->to);
}

/* Lines and times at round local times; every second one may be left out where it is narrow. */
static void put_ticks(const struct page *page, unsigned height)
{
    const struct timeline *timeline = &page->report->timeline;
    int64_t step_s = tick_step_s(page);
    int64_t start_s = (int64_t)(timeline_start_us(timeline, 0) / 1000000);
    int64_t end_s = start_s + (int64_t)span_s(page);
    int64_t local_s = start_s + zone_east_s(page->report->zone, (uint64_t)start_s * 1000000);
    bool minor = false;

    for (local_s -= (local_s - MONDAY_S) % step_s;; local_s += step_s) {
        int64_t guess_s = local_s - timeline->east_s;
        int64_t at_s = local_s - zone_east_s(page->report->zone,
                                         guess_s > 0 ? (uint64_t)guess_s * 1000000 : 0);

        if (at_s > end_s)
            break;
        if (at_s < start_s)
            continue;
        put_tick(page, (uint64_t)at_s * 1000000, tick_format(step_s, local_s), minor, height);
        minor = !minor;
    }
}

/* --- volumes --- */

uint64_t chart_peak(const struct page *page, const struct report_bin *bins)
{
    uint64_t peak = 0;

    for (size_t i = 0; i < timeline_count(&page->report->timeline); i++)
        for (size_t way = 0; way < 2; way++)
            if (bins[i].bytes[way] > peak)
                peak = bins[i].bytes[way];
    return peak;
}

static int height_of(uint64_t bytes, uint64_t scale)
{
    double top = log10((double)scale / LEAST_BYTES), height;

    if (bytes == 0 || top <= 0)
        return bytes == 0 ? 0 : 4;
    height = HALF * log10((double)bytes / LEAST_BYTES) / top;
    return height < 4 ? 4 : height > HALF ? HALF : (int)height;
}

typedef uint64_t (*bar_fn)(const struct page *page, const void *of, enum report_way way, size_t bin);

static uint64_t bin_bytes(const struct page *page, const void *of, enum report_way way, size_t bin)
{
    (void)page;
    return ((const struct report_bin *)of)[bin].bytes[way];
}

static uint64_t usual_bytes(const struct page *page, const void *of, enum report_way way, size_t bin)
{
    const struct timeline *timeline = &page->report->timeline;

    return (uint64_t)usual_volume(of, page->report->zone, way, timeline_start_us(timeline, bin),
            timeline_start_us(timeline, bin + 1));
}

/* The outline of all bars of one way, upwards or downwards from 0. */
static void put_bars(const struct page *page, const char *class, bar_fn bytes, const void *of,
        enum report_way way, uint64_t scale)
{
    size_t count = timeline_count(&page->report->timeline);
    int before = 0, sign = way == REPORT_UP ? -1 : 1;

    fprintf(page->to, "<path class=\"%s\" d=\"", class);
    for (size_t i = 0; i < count; i++) {
        int height = height_of(bytes(page, of, way, i), scale);

        if (before == 0 && height != 0)
            fprintf(page->to, "M%zu 0", i);
        if (height != before)
            fprintf(page->to, "V%d", sign * height);
        if (height != 0)
            fprintf(page->to, "H%zu", i + 1);
        before = height;
    }
    fputs(before != 0 ? "V0\"/>" : "\"/>", page->to);
}

/* Behind the bars stands what is usual, unless that is NULL. */
static void put_volumes(const struct page *page, const struct report_bin *bins,
        const struct usual_device *usual, unsigned y, unsigned height, uint64_t scale)
{
    fprintf(page->to, "<svg y=\"%u\" width=\"100%%\" height=\"%u\" viewBox=\"0 %d %zu %d\" "
            "preserveAspectRatio=\"none\">", y, height, -HALF,
            timeline_count(&page->report->timeline), 2 * HALF);
    for (size_t way = 0; way < 2 && usual != NULL && usual->days > 0; way++)
        put_bars(page, "usual", usual_bytes, usual, (enum report_way)way, scale);
    put_bars(page, "up", bin_bytes, bins, REPORT_UP, scale);
    put_bars(page, "down", bin_bytes, bins, REPORT_DOWN, scale);
    fputs("</svg>", page->to);
}

/* 1 kB, 1 MB …, as far as the scale goes, both ways. */
static void put_levels(const struct page *page, unsigned y, unsigned half, uint64_t scale)
{
    for (uint64_t level = 1000; level <= scale && level <= UINT64_C(1000000000000); level *= 1000) {
        double up = (double)half * height_of(level, scale) / HALF;

        for (int sign = -1; sign <= 1; sign += 2)
            fprintf(page->to, "<line class=\"grid\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>",
                    y + half + sign * up, y + half + sign * up);
        fprintf(page->to, "<text x=\"100%%\" y=\"%.1f\" text-anchor=\"end\">", y + half - up - 2);
        html_size(page->to, level);
        fputs("</text>", page->to);
    }
}

static void put_alerts(const struct page *page, const struct report_bin *bins)
{
    size_t count = timeline_count(&page->report->timeline);

    for (size_t i = 0; i < count; i++) {
        if (bins[i].alerts == 0)
            continue;
        fprintf(page->to, "<circle class=\"p%u\" cx=\"%.2f%%\" cy=\"6\" r=\"4\"><title>",
                bins[i].priority, 100 * ((double)i + 0.5) / (double)count);
        html_plural(page->to, bins[i].alerts, "alert", "alerts");
        fprintf(page->to, ", most urgent %u, ", bins[i].priority);
        page_time_text(page, timeline_start_us(&page->report->timeline, i), "%-d %b %H:%M");
        fputs("</title></circle>", page->to);
    }
}

static void put_caption(const struct page *page, const struct report_bin *bins,
        const struct usual_device *usual)
{
    fputs("<figcaption><svg class=\"key\" aria-hidden=\"true\"><rect class=\"up\" width=\"100%\" "
          "height=\"100%\"/></svg> up and <svg class=\"key\" aria-hidden=\"true\"><rect class=\"down\" "
          "width=\"100%\" height=\"100%\"/></svg> down in ", page->to);
    html_duration(page->to, page->report->timeline.width_s);
    fputs(" each, logarithmic, at most ", page->to);
    html_size(page->to, chart_peak(page, bins));
    fputs("; dots are alerts", page->to);
    if (usual != NULL && usual->days > 0) {
        fputs("; <svg class=\"key\" aria-hidden=\"true\"><rect class=\"usual\" width=\"100%\" "
              "height=\"100%\"/></svg> what goes to and from the Internet at these hours on average of ",
                page->to);
        html_plural(page->to, usual->days, "day", "days");
    }
    fputs("</figcaption>", page->to);
}

#define LIFE_TOP 12
#define LIFE_HALF 38

void chart_life(const struct page *page, const struct report_bin *bins, const char *called,
        const struct usual_device *usual, uint64_t scale)
{
    unsigned height = LIFE_TOP + 2 * LIFE_HALF;

    fprintf(page->to, "<figure class=\"life\"><svg width=\"100%%\" height=\"%u\" role=\"img\" "
            "aria-label=\"Bytes by time of ", height + 14);
    html_text(page->to, called);
    fputs("\">", page->to);
    put_ticks(page, height);
    put_volumes(page, bins, usual, LIFE_TOP, 2 * LIFE_HALF, scale);
    put_levels(page, LIFE_TOP, LIFE_HALF, scale);
    fprintf(page->to, "<line class=\"axis\" x2=\"100%%\" y1=\"%u\" y2=\"%u\"/>",
            LIFE_TOP + LIFE_HALF, LIFE_TOP + LIFE_HALF);
    put_alerts(page, bins);
    fputs("</svg>", page->to);
    put_caption(page, bins, usual);
    fputs("</figure>", page->to);
}

void chart_spark(const struct page *page, const struct report_bin *bins)
{
    fputs("<svg class=\"spark\" aria-hidden=\"true\">", page->to);
    put_volumes(page, bins, NULL, 0, 26, page->scale);
    fputs("</svg>", page->to);
}

/* --- symmetry --- */

/* In hundredths; negative: too little went to say. */
static int symmetry_of(const struct report_bin *bin)
{
    uint64_t up = bin->public_bytes[REPORT_UP], down = bin->public_bytes[REPORT_DOWN];

    if (up + down < SYMMETRY_BYTES)
        return -1;
    return (int)(200.0 * (double)(up < down ? up : down) / ((double)up + (double)down));
}

static void put_symmetry(FILE *to, const struct report_bin *bins, size_t count)
{
    bool drawing = false;

    fputs("<path class=\"even\" vector-effect=\"non-scaling-stroke\" d=\"", to);
    for (size_t i = 0; i < count; i++) {
        int value = symmetry_of(&bins[i]);

        if (value >= 0 && drawing)
            fprintf(to, "V%d", 100 - value);
        else if (value >= 0)
            fprintf(to, "M%zu %d", i, 100 - value);
        drawing = value >= 0;
        if (drawing)
            fprintf(to, "H%zu", i + 1);
    }
    fputs("\"/>", to);
}

#define SYMMETRY_HEIGHT 40

void chart_symmetry(const struct page *page, const struct report_bin *bins)
{
    size_t count = timeline_count(&page->report->timeline), known = 0;

    for (size_t i = 0; i < count; i++)
        known += symmetry_of(&bins[i]) >= 0;
    if (known == 0)
        return;
    fprintf(page->to, "<figure><figcaption>Symmetry of what went to and from the Internet: 1 is as "
            "much up as down</figcaption><svg width=\"100%%\" height=\"%u\" role=\"img\" "
            "aria-label=\"Symmetry by time\">", SYMMETRY_HEIGHT + 14);
    put_ticks(page, SYMMETRY_HEIGHT);
    for (unsigned i = 0; i <= 2; i++)
        fprintf(page->to, "<line class=\"grid\" x2=\"100%%\" y1=\"%u\" y2=\"%u\"/>",
                i * SYMMETRY_HEIGHT / 2, i * SYMMETRY_HEIGHT / 2);
    fprintf(page->to, "<text x=\"100%%\" y=\"11\" text-anchor=\"end\">1</text>"
            "<text x=\"100%%\" y=\"%u\" text-anchor=\"end\">0</text>"
            "<svg width=\"100%%\" height=\"%u\" viewBox=\"0 0 %zu 100\" "
            "preserveAspectRatio=\"none\">", SYMMETRY_HEIGHT - 2, SYMMETRY_HEIGHT, count);
    put_symmetry(page->to, bins, count);
    fputs("</svg></svg></figure>", page->to);
}

/* --- heartbeats --- */

static const struct {
    const char *class, *text;
} changes[BEAT_CHANGES] = {
    [BEAT_CHANGE_STEADY] = { "beat", "steady" },
    [BEAT_CHANGE_STOPPED] = { "beat off", "stopped" },
    [BEAT_CHANGE_MOVED] = { "beat moved", "period moved" },
    [BEAT_CHANGE_GREW] = { "beat grew", "grew" },
    [BEAT_CHANGE_RESUMED] = { "beat", "back" },
};

const char *chart_beat_change(enum report_change change)
{
    return changes[change].text;
}

static void put_stretch(const struct page *page, const struct report_beat_change *change,
        uint64_t until_us)
{
    double from = place_of(page, change->time_us), to = place_of(page, until_us);

    fprintf(page->to, "<rect class=\"%s\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"3\" "
            "height=\"10\"><title>", changes[change->change].class, from,
            to - from > 0.4 ? to - from : 0.4);
    fprintf(page->to, "%s, ", changes[change->change].text);
    page_time_text(page, change->time_us, "%-d %b %H:%M");
    fputs("</title></rect>", page->to);
}

void chart_beat(const struct page *page, const struct report_beat *beat, uint64_t until_us)
{
    fputs("<svg width=\"100%\" height=\"16\" role=\"img\" aria-label=\"When it beat\">"
          "<line class=\"grid\" x2=\"100%\" y1=\"8\" y2=\"8\"/>", page->to);
    for (size_t i = 0; i < beat->change_count; i++) {
        const struct report_beat_change *change = &beat->changes[i];

        put_stretch(page, change, i + 1 < beat->change_count ? change[1].time_us : until_us);
        if (i > 0)
            fprintf(page->to, "<line class=\"beat-mark\" x1=\"%.2f%%\" x2=\"%.2f%%\" y2=\"16\"/>",
                    place_of(page, change->time_us), place_of(page, change->time_us));
    }
    fputs("</svg>", page->to);
}
