/* report_page_internal.h - what the files that write a report's page share. */
#ifndef TATTLER_CLI_REPORT_PAGE_INTERNAL_H
#define TATTLER_CLI_REPORT_PAGE_INTERNAL_H

#include "html.h"
#include "report_page.h"

struct page {
    FILE *to;
    const struct report *report;
    const struct report_about *about;
    struct report_device **devices; /* those with the most urgent alerts first */
    size_t device_count;
    uint64_t scale; /* the most bytes one way in a bin of any device */
};

/* How many rows a table shows; what there is beyond is counted in its last line. */
#define PAGE_ATTENTION_ROWS 5
#define PAGE_OPEN 10 /* devices that are unfolded at first */
#define PAGE_SILENT 40 /* names of silent devices */
#define PAGE_ALERTS 12
#define PAGE_REMOTES 15
#define PAGE_STRAIGHT 10 /* remotes called without DNS */
#define PAGE_BEATS 12
#define PAGE_USUAL 40 /* facts of a kind */
#define PAGE_TOP 20 /* destinations of all devices */

/* --- words --- */

const char *page_device_name(const struct report_device *device);
/* Known by name or address alone: it had no connection, heartbeat or alert. Scans of a network
 * leave many. */
bool page_is_silent(const struct report_device *device);
/* The 'id' of its part of the page. */
void page_device_id(FILE *to, const struct report_device *device);
/* "21 Nov 04:49", as a <time> of local time. */
void page_time(const struct page *page, uint64_t time_us);
/* The same without tags; 'format' is strftime()'s. */
void page_time_text(const struct page *page, uint64_t time_us, const char *format);
/* A priority's number in a box; 'count' behind it unless that is 0. */
void page_priority(FILE *to, unsigned priority, uint64_t count);
/* "and 12 more", in a row over so many columns; nothing for 0. */
void page_more(FILE *to, uint64_t count, unsigned columns);

/* --- charts, report_chart.c --- */

/* Bytes up and down by time, before those that are usual unless that is NULL, and when there were
 * alerts. 'called' is of whom they are. */
void chart_life(const struct page *page, const struct report_bin *bins, const char *called,
        const struct usual_device *usual, uint64_t scale);
void chart_spark(const struct page *page, const struct report_bin *bins);
void chart_symmetry(const struct page *page, const struct report_bin *bins);
void chart_beat(const struct page *page, const struct report_beat *beat, uint64_t until_us);
/* "stopped" */
const char *chart_beat_change(enum report_change change);
uint64_t chart_peak(const struct page *page, const struct report_bin *bins);

/* --- parts, each what stands in one place of page.html --- */

void page_attention(const struct page *page);
void page_tiles(const struct page *page);
void page_device_rows(const struct page *page);
void page_silent(const struct page *page);
void page_absent(const struct page *page);
void page_devices(const struct page *page);
void page_domains(const struct page *page);
void page_networks(const struct page *page);
void page_countries(const struct page *page);
void page_meanings(const struct page *page);
void page_about(const struct page *page);

/* --- of a device --- */

/* What is usual for it; NULL: the store, if there is one, does not know it. */
const struct usual_device *page_usual_of(const struct page *page, const struct report_device *device);
/* How far it has learned. */
void page_learning(const struct page *page, const struct report_device *device);
/* What the store knows of it. */
void page_usual(const struct page *page, const struct report_device *device);
/* Behind the name of a remote: that it is not usual for the device. Nothing if it is, or if nobody
 * knows. */
void page_odd_remote(const struct page *page, const struct usual_device *usual,
        const struct report_remote *remote);
void page_remotes(const struct page *page, const struct report_device *device);
void page_straight(const struct page *page, const struct report_device *device);
/* The most urgent first; the caller frees the list. NULL: none, or no memory. */
struct report_alert **page_alerts_of(const struct report_device *device, size_t *count);
/* Whom the alert was about: "a.example, b.example and others". */
void page_alert_remotes(FILE *to, const struct report_alert *alert);
/* The word that says what it is foremost; NULL: it has none that we know. */
const struct rule_kind *page_kind_of(const struct report_alert *alert);

#endif
