/* The first screen of a report, and the table of its devices. */
#include <stdlib.h>
#include <string.h>

#include "detect/rules/kinds.h"
#include "report_page_internal.h"

/* --- what needs attention --- */

#define KINDS_SHOWN 3
/* Characters of advice: the first, which is the most urgent, is told as a whole. */
#define ADVICE_FIRST 1000
#define ADVICE_SHOWN 160

/* How many characters html_cut() is to leave of the text and its dots, so that a word is not cut. */
static size_t words_within(const char *text, size_t length)
{
    size_t end = length - 1;

    if (strlen(text) <= length)
        return length;
    while (end > 0 && text[end] != ' ')
        end--;
    return end + 1;
}

/* What to do about an alert, in short; the device's part of the page has all of it. */
static void put_advice(const struct page *page, const struct report_alert *alert, size_t length)
{
    const struct rule_kind *kind = page_kind_of(alert);

    fputs("<br><span class=\"todo\"><b>To do:</b> ", page->to);
    if (kind != NULL)
        html_cut(page->to, kind->advice, words_within(kind->advice, length), HTML_KEEP_START);
    else
        fprintf(page->to, "Rule %u is not one of Tattler's: look up what its author says of it, and look "
                "at what the device did then.", alert->sid);
    fputs("</span>", page->to);
}

/* What the urgent alerts of a device are about, each word once. */
static void put_kinds(const struct page *page, struct report_alert *const *alerts, size_t count)
{
    const struct rule_kind *shown[KINDS_SHOWN];
    size_t known = 0;

    for (size_t i = 0; i < count && known < KINDS_SHOWN; i++) {
        const struct rule_kind *kind = page_kind_of(alerts[i]);
        bool again = kind == NULL;

        for (size_t j = 0; j < known; j++)
            again |= shown[j] == kind;
        if (again)
            continue;
        shown[known++] = kind;
        fprintf(page->to, "%s%s", known > 1 ? ", " : "", kind->title);
    }
    if (known == 0)
        fputs("Alert", page->to);
}

static void put_device_link(const struct page *page, const struct report_device *device)
{
    fputs("<a href=\"#", page->to);
    page_device_id(page->to, device);
    fputs("\">", page->to);
    html_cut(page->to, page_device_name(device), 40, HTML_KEEP_START);
    fputs("</a>", page->to);
}

/* 'alerts' are the urgent ones of the device, the first of them told in its own words, with so many
 * characters of advice. */
static void put_attention(const struct page *page, const struct report_device *device,
        struct report_alert *const *alerts, size_t count, size_t advice)
{
    uint64_t last_us = 0;

    for (size_t i = 0; i < count; i++)
        last_us = alerts[i]->last_us > last_us ? alerts[i]->last_us : last_us;
    fprintf(page->to, "<li class=\"p%u\">", alerts[0]->priority);
    page_priority(page->to, alerts[0]->priority, 0);
    put_device_link(page, device);
    fputs(": <span class=\"what\">", page->to);
    put_kinds(page, alerts, count);
    fputs("</span>. ", page->to);
    html_cut(page->to, alerts[0]->signature, 90, HTML_KEEP_START);
    fputs("<br><span class=\"quiet\">", page->to);
    page_alert_remotes(page->to, alerts[0]);
    html_plural(page->to, device->alert_count[1] + device->alert_count[2], "alert", "alerts");
    if (count > 1)
        fprintf(page->to, " of %zu rules", count);
    fputs(", last ", page->to);
    page_time(page, last_us);
    fputs("</span>", page->to);
    if (advice > 0)
        put_advice(page, alerts[0], advice);
    fputs("</li>", page->to);
}

/* Nothing that asks for attention: is all well, or was nothing looked at? */
static void put_calm(const struct page *page)
{
    if (page->about->read.records == 0)
        fputs("<p>There is nothing to tell: no records were read. Give EVE JSON that <code>tattler live"
              "</code>, <code>tattler replay</code> or Suricata writes.</p>", page->to);
    else if (page->device_count == 0)
        fputs("<p>There is nothing to tell: no record is of a device. It takes records of <code>flow"
              "</code>, <code>alert</code> or <code>iot</code> with a host of the home networks, which "
              "<code>home-networks</code> in the configuration names.</p>", page->to);
    else
        fputs("<p>Nothing: no alert asks for something to be done (priority 1 or 2).</p>",
                page->to);
}

/* Is there the same to do about both? */
static bool is_same_to_do(const struct report_alert *one, const struct report_alert *other)
{
    const struct rule_kind *kind = page_kind_of(one);

    return kind == page_kind_of(other) && (kind != NULL || one->sid == other->sid);
}

/* What to do is said once, for the first device of those that the same befell. */
void page_attention(const struct page *page)
{
    const struct report_alert *told[PAGE_ATTENTION_ROWS];
    size_t found = 0;

    fputs("<ol>", page->to);
    for (size_t i = 0; i < page->device_count && report_urgency(page->devices[i]) <= 2; i++) {
        size_t count, urgent = 0;
        struct report_alert **alerts = page_alerts_of(page->devices[i], &count);

        while (urgent < count && alerts[urgent]->priority <= 2)
            urgent++;
        if (urgent > 0 && found < PAGE_ATTENTION_ROWS) {
            bool again = false;

            told[found] = alerts[0];
            for (size_t j = 0; j < found; j++)
                again |= is_same_to_do(told[j], alerts[0]);
            put_attention(page, page->devices[i], alerts, urgent,
                    again        ? 0
                    : found == 0 ? ADVICE_FIRST
                                 : ADVICE_SHOWN);
        }
        found += urgent > 0;
        free(alerts);
    }
    fputs("</ol>", page->to);
    if (found == 0)
        put_calm(page);
    if (found > PAGE_ATTENTION_ROWS) {
        fputs("<p><a href=\"#devices\">and ", page->to);
        html_plural(page->to, found - PAGE_ATTENTION_ROWS, "more device", "more devices");
        fputs("</a></p>", page->to);
    }
}

/* --- tiles --- */

static void count_alerts(const struct page *page, uint64_t counts[REPORT_PRIORITIES])
{
    memset(counts, 0, REPORT_PRIORITIES * sizeof(counts[0]));
    for (size_t i = 0; i < page->device_count; i++)
        for (unsigned j = 0; j < REPORT_PRIORITIES; j++)
            counts[j] += page->devices[i]->alert_count[j];
}

static void put_devices_tile(const struct page *page)
{
    size_t alerted = 0;

    for (size_t i = 0; i < page->device_count; i++)
        alerted += report_urgency(page->devices[i]) <= 2;
    fputs("<div><dt>Devices</dt><dd>", page->to);
    html_count(page->to, page->device_count);
    fputs("<small>", page->to);
    html_count(page->to, alerted);
    fputs(" to look at</small></dd></div>", page->to);
}

static void put_alerts_tile(const struct page *page, const char *name, uint64_t first,
        uint64_t second, const char *meaning)
{
    fprintf(page->to, "<div><dt>%s</dt><dd>", name);
    html_count(page->to, first);
    fputs(" / ", page->to);
    html_count(page->to, second);
    fprintf(page->to, "<small>%s</small></dd></div>", meaning);
}

static void put_traffic_tiles(const struct page *page)
{
    struct report_tally all = { 0 };
    uint64_t straight = 0, beats = 0, remotes = 0;

    for (size_t i = 0; i < page->device_count; i++) {
        const struct report_device *device = page->devices[i];

        report_tally_add(&all, &device->all);
        straight += device->straight;
        beats += HASH_COUNT(device->beats) + device->beats_left_out;
        remotes += HASH_COUNT(device->remotes) + device->folded_remotes;
    }
    fputs("<div><dt>Connections</dt><dd>", page->to);
    html_count(page->to, all.connections);
    fputs("<small>", page->to);
    html_count(page->to, straight);
    fputs(" without DNS</small></dd></div><div><dt>Up / down</dt><dd>", page->to);
    html_size(page->to, all.bytes[REPORT_UP]);
    fputs(" / ", page->to);
    html_size(page->to, all.bytes[REPORT_DOWN]);
    fputs("<small>by all devices</small></dd></div><div><dt>Heartbeats</dt><dd>", page->to);
    html_count(page->to, beats);
    fputs("<small>of ", page->to);
    html_plural(page->to, remotes, "remote", "remotes");
    fputs("</small></dd></div>", page->to);
}

void page_tiles(const struct page *page)
{
    uint64_t counts[REPORT_PRIORITIES];

    count_alerts(page, counts);
    put_alerts_tile(page, "Alerts P1 / P2", counts[1], counts[2], "act now / look today");
    put_alerts_tile(page, "Alerts P3 / P4", counts[3], counts[4] + counts[0],
            "context / inventory");
    put_devices_tile(page);
    put_traffic_tiles(page);
}

/* --- the table of devices --- */

static void put_number(const struct page *page, const char *name, uint64_t number, bool is_size)
{
    fprintf(page->to, "<td class=\"number\" data-name=\"%s\" data-sort=\"%llu\">", name,
            (unsigned long long)number);
    if (is_size)
        html_size(page->to, number);
    else
        html_count(page->to, number);
    fputs("</td>", page->to);
}

/* The most urgent first, and more of them before fewer. */
static double rank_of(const struct report_device *device)
{
    unsigned urgency = report_urgency(device);
    double count = (double)device->alert_count[urgency < REPORT_PRIORITIES ? urgency : 0];

    return urgency - count / (count + 1);
}

static void put_remotes(const struct page *page, const struct report_device *device)
{
    size_t count = HASH_COUNT(device->remotes) + device->folded_remotes;
    size_t odd = usual_count_odd(page_usual_of(page, device), device);

    fprintf(page->to, "<td class=\"number\" data-name=\"remotes\" data-sort=\"%zu\">", count);
    html_count(page->to, count);
    if (odd > 0) {
        fputs("<small>", page->to);
        html_count(page->to, odd);
        fputs(" not usual</small>", page->to);
    }
    fputs("</td>", page->to);
}

static void put_chips(const struct page *page, const struct report_device *device)
{
    for (unsigned i = 1; i < REPORT_PRIORITIES; i++)
        if (device->alert_count[i] > 0)
            page_priority(page->to, i, device->alert_count[i]);
    if (device->alert_count[0] > 0)
        page_priority(page->to, REPORT_PRIORITIES, device->alert_count[0]);
}

static void put_device_row(const struct page *page, const struct report_device *device)
{
    fputs("<tr data-device=\"", page->to);
    page_device_id(page->to, device);
    fputs("\"><th scope=\"row\">", page->to);
    put_device_link(page, device);
    fputs("<small>", page->to);
    html_cut(page->to, device->vendor, 40, HTML_KEEP_START);
    fprintf(page->to, "</small></th><td data-sort=\"%.6f\">", rank_of(device));
    put_chips(page, device);
    fputs("</td><td>", page->to);
    chart_spark(page, device->bins);
    fputs("</td>", page->to);
    put_number(page, "up", device->all.bytes[REPORT_UP], true);
    put_number(page, "down", device->all.bytes[REPORT_DOWN], true);
    put_remotes(page, device);
    put_number(page, "without DNS", device->straight, false);
    fprintf(page->to, "<td class=\"time\" data-name=\"last seen\" data-sort=\"%llu\">",
            (unsigned long long)device->last_us);
    page_time(page, device->last_us);
    fputs("</td></tr>\n", page->to);
}

void page_device_rows(const struct page *page)
{
    for (size_t i = 0; i < page->device_count; i++)
        put_device_row(page, page->devices[i]);
}

/* --- silent ones --- */

bool page_is_silent(const struct report_device *device)
{
    return device->all.connections == 0 && device->beats == NULL && device->alerts == NULL;
}

void page_silent(const struct page *page)
{
    size_t all = HASH_COUNT(page->report->devices), shown = 0;
    const struct report_device *device = page->report->devices;

    if (all == page->device_count)
        return;
    fputs("<p class=\"hint\">", page->to);
    html_plural(page->to, all - page->device_count, "more was", "more were");
    fputs(" seen or looked for without any connection: ", page->to);
    for (; device != NULL && shown < PAGE_SILENT; device = device->hh.next) {
        if (!page_is_silent(device))
            continue;
        fputs(shown++ > 0 ? ", " : "", page->to);
        html_cut(page->to, page_device_name(device), 40, HTML_KEEP_START);
    }
    fputs(all - page->device_count > shown ? " …</p>" : ".</p>", page->to);
}

/* Whose records may be in other files, or who is gone. */
void page_absent(const struct page *page)
{
    const struct usual *usual = page->about->usual;

    if (usual == NULL || usual->absent_count == 0)
        return;
    fputs("<p class=\"hint\">Known from before, and nothing was heard of: ", page->to);
    for (size_t i = 0; i < usual->absent_count && i < USUAL_ABSENT_SHOWN; i++) {
        fputs(i > 0 ? ", " : "", page->to);
        html_cut(page->to, usual->absent[i], 40, HTML_KEEP_START);
    }
    if (usual->absent_count > USUAL_ABSENT_SHOWN) {
        fputs(" and ", page->to);
        html_count(page->to, usual->absent_count - USUAL_ABSENT_SHOWN);
        fputs(" more", page->to);
    }
    fputs(".</p>", page->to);
}
