/* The page as a whole: its skeleton, its policy and its words. */
#include "report_page.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "report_data.h"
#include "report_page_internal.h"

/* --- words --- */

const char *page_device_name(const struct report_device *device)
{
    if (device->name[0] != '\0')
        return device->name;
    return device->mac[0] != '\0' ? device->mac : device->address;
}

void page_device_id(FILE *to, const struct report_device *device)
{
    fputs("d-", to);
    for (const char *at = device->key; *at != '\0'; at++)
        putc(*at == ':' || *at == '.' ? '-' : *at, to);
}

void page_time_text(const struct page *page, uint64_t time_us, const char *format)
{
    time_t local = (time_t)(time_us / 1000000) + zone_east_s(page->report->zone, time_us);
    struct tm tm;
    char text[64];

    if (gmtime_r(&local, &tm) == NULL)
        return;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* all are ours */
    if (strftime(text, sizeof(text), format, &tm) > 0)
        fputs(text, page->to);
#pragma GCC diagnostic pop
}

static bool is_within_a_day(const struct page *page)
{
    return page->report->last_us - page->report->first_us < DAY_US;
}

void page_time(const struct page *page, uint64_t time_us)
{
    time_t utc = (time_t)(time_us / 1000000);
    char text[32];
    struct tm tm;

    if (gmtime_r(&utc, &tm) == NULL || strftime(text, sizeof(text), "%FT%TZ", &tm) == 0)
        return;
    fprintf(page->to, "<time datetime=\"%s\">", text);
    page_time_text(page, time_us,
            is_within_a_day(page) ? "%-d&nbsp;%b %H:%M:%S" : "%-d&nbsp;%b %H:%M");
    fputs("</time>", page->to);
}

void page_priority(FILE *to, unsigned priority, uint64_t count)
{
    static const char *const meaning[] = { "", "act now", "look today", "context", "inventory",
        "of another priority" };

    fprintf(to, "<span class=\"p p%u\" title=\"priority %u: %s\">", priority, priority,
            meaning[priority]);
    if (priority < REPORT_PRIORITIES)
        fprintf(to, "P%u", priority);
    else
        fputs("P?", to);
    if (count > 0) {
        fputs("&nbsp;×", to);
        html_count(to, count);
    }
    fputs("</span>", to);
}

void page_more(FILE *to, uint64_t count, unsigned columns)
{
    if (count == 0)
        return;
    fprintf(to, "<tr class=\"rest\"><td colspan=\"%u\">and ", columns);
    html_count(to, count);
    fputs(" more</td></tr>", to);
}

/* --- policy --- */

void report_page_hash(FILE *to, const char *text)
{
    struct sha256_ctx hash;
    uint8_t digest[SHA256_DIGEST_SIZE];
    char encoded[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE) + 1];

    sha256_init(&hash);
    sha256_update(&hash, strlen(text), (const uint8_t *)text);
    sha256_digest(&hash, sizeof(digest), digest);
    base64_encode_raw(encoded, sizeof(digest), digest);
    encoded[sizeof(encoded) - 1] = '\0';
    fprintf(to, "'sha256-%s'", encoded);
}

static void page_policy(const struct page *page)
{
    fputs("default-src 'none'; style-src ", page->to);
    report_page_hash(page->to, report_page_css);
    fputs("; script-src ", page->to);
    report_page_hash(page->to, report_page_js);
    fprintf(page->to, "; base-uri 'none'; form-action 'none'%s",
            page->about->is_live ? "; connect-src 'self'" : "");
}

static void page_style(const struct page *page)
{
    fputs(report_page_css, page->to);
}

static void page_script(const struct page *page)
{
    fputs(report_page_js, page->to);
}

/* --- the head --- */

static void page_live(const struct page *page)
{
    if (page->about->is_live)
        fprintf(page->to, " data-version=\"%llu\"", (unsigned long long)page->about->version);
}

static void page_title(const struct page *page)
{
    page_time_text(page, page->report->first_us, "%-d %B %Y");
}

static void put_zone(const struct page *page)
{
    int east_min = zone_east_s(page->report->zone, page->report->first_us) / 60;
    int later_min = zone_east_s(page->report->zone, page->report->last_us) / 60;

    fputs("times are local: ", page->to);
    if (page->about->zone_name != NULL) {
        html_text(page->to, page->about->zone_name);
        fputs(", ", page->to);
    }
    fprintf(page->to, "UTC%c%02d:%02d", east_min < 0 ? '-' : '+', abs(east_min) / 60,
            abs(east_min) % 60);
    if (later_min != east_min)
        fprintf(page->to, ", later UTC%c%02d:%02d", later_min < 0 ? '-' : '+', abs(later_min) / 60,
                abs(later_min) % 60);
}

static void page_triage(const struct page *page)
{
    if (page->about->has_triage)
        fputs(" <a href=\"/tune\">Make it quieter</a>", page->to);
}

static void page_span(const struct page *page)
{
    const struct report *report = page->report;

    if (report->last_us == 0) {
        fputs("no records of devices were read", page->to);
        return;
    }
    page_time_text(page, report->first_us, "%a %-d %B %Y %H:%M");
    fputs(" to ", page->to);
    page_time_text(page, report->last_us, "%a %-d %B %Y %H:%M");
    fputs(" (", page->to);
    html_duration(page->to, (double)(report->last_us - report->first_us) / 1e6);
    fputs("); ", page->to);
    put_zone(page);
}

/* --- the whole --- */

static void page_life(const struct page *page)
{
    struct report_bin *all = calloc(TIMELINE_BINS, sizeof(*all));

    for (size_t i = 0; all != NULL && i < page->device_count; i++)
        for (size_t j = 0; j < TIMELINE_BINS; j++)
            report_bin_add(&all[j], &page->devices[i]->bins[j]);
    if (all != NULL && page->device_count > 0)
        chart_life(page, all, "all devices", NULL, chart_peak(page, all));
    free(all);
}

static const struct {
    const char *name;
    void (*put)(const struct page *page);
} parts[] = {
    { "csp", page_policy },
    { "title", page_title },
    { "css", page_style },
    { "live", page_live },
    { "span", page_span },
    { "triage", page_triage },
    { "attention", page_attention },
    { "tiles", page_tiles },
    { "life", page_life },
    { "device_rows", page_device_rows },
    { "silent", page_silent },
    { "absent", page_absent },
    { "devices", page_devices },
    { "domains", page_domains },
    { "networks", page_networks },
    { "countries", page_countries },
    { "meanings", page_meanings },
    { "about", page_about },
    { "js", page_script },
};

static void put_part(const struct page *page, const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strlen(parts[i].name) == len && strncmp(parts[i].name, name, len) == 0)
            parts[i].put(page);
}

static void put_page(const struct page *page)
{
    const char *at = report_page_html, *open, *close;

    while ((open = strstr(at, "{{")) != NULL && (close = strstr(open, "}}")) != NULL) {
        fwrite(at, 1, (size_t)(open - at), page->to);
        put_part(page, open + 2, (size_t)(close - open - 2));
        at = close + 2;
    }
    fputs(at, page->to);
}

static int compare_counts(uint64_t one, uint64_t other)
{
    return (one < other) - (one > other);
}

static int compare_devices(const void *one, const void *other)
{
    const struct report_device *a = *(struct report_device *const *)one;
    const struct report_device *b = *(struct report_device *const *)other;
    unsigned urgency = report_urgency(a);
    int order = (int)urgency - (int)report_urgency(b);

    if (order == 0 && urgency < REPORT_PRIORITIES)
        order = compare_counts(a->alert_count[urgency], b->alert_count[urgency]);
    if (order == 0)
        order = compare_counts(a->straight, b->straight);
    if (order == 0)
        order = compare_counts(a->all.bytes[REPORT_UP] + a->all.bytes[REPORT_DOWN],
                b->all.bytes[REPORT_UP] + b->all.bytes[REPORT_DOWN]);
    return order != 0 ? order : strcmp(a->key, b->key);
}

bool report_page_write(FILE *to, const struct report *report, const struct report_about *about)
{
    struct page page = { .to = to, .report = report, .about = about };
    struct report_device *device;

    page.devices = calloc(HASH_COUNT(report->devices) + 1, sizeof(page.devices[0]));
    if (page.devices == NULL)
        return false;
    for (device = report->devices; device != NULL; device = device->hh.next) {
        uint64_t peak = chart_peak(&page, device->bins);

        if (page_is_silent(device))
            continue;
        page.devices[page.device_count++] = device;
        page.scale = peak > page.scale ? peak : page.scale;
    }
    qsort(page.devices, page.device_count, sizeof(page.devices[0]), compare_devices);
    put_page(&page);
    free(page.devices);
    return true;
}
