/* The part of a report that is about one device. */
#include <stdlib.h>
#include <string.h>

#include "detect/features.h"
#include "detect/rules/kinds.h"
#include "report_page_internal.h"

/* --- alerts --- */

static int compare_alerts(const void *one, const void *other)
{
    const struct report_alert *a = *(struct report_alert *const *)one;
    const struct report_alert *b = *(struct report_alert *const *)other;

    if (a->priority != b->priority)
        return a->priority < b->priority ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return (a->sid > b->sid) - (a->sid < b->sid);
}

struct report_alert **page_alerts_of(const struct report_device *device, size_t *count)
{
    struct report_alert **alerts = calloc(HASH_COUNT(device->alerts) + 1, sizeof(*alerts)), *alert;

    *count = 0;
    if (alerts == NULL)
        return NULL;
    for (alert = device->alerts; alert != NULL; alert = alert->hh.next)
        alerts[(*count)++] = alert;
    qsort(alerts, *count, sizeof(*alerts), compare_alerts);
    return alerts;
}

void page_alert_remotes(FILE *to, const struct report_alert *alert)
{
    if (alert->remotes[0][0] == '\0')
        return;
    fputs("With ", to);
    for (size_t i = 0; i < REPORT_ALERT_REMOTES && alert->remotes[i][0] != '\0'; i++) {
        fputs(i == 0 ? "<bdi>" : ", <bdi>", to);
        html_cut(to, alert->remotes[i], 60, HTML_KEEP_END);
        fputs("</bdi>", to);
    }
    fputs(alert->more_remotes ? " and others; " : "; ", to);
}

const struct rule_kind *page_kind_of(const struct report_alert *alert)
{
    char word[REPORT_WORD_SIZE];
    size_t len = strcspn(alert->detects, ",");

    if (len >= sizeof(word))
        return NULL;
    memcpy(word, alert->detects, len);
    word[len] = '\0';
    return rule_kind_find(word);
}

static void put_numbers(const struct page *page, const struct report_alert *alert)
{
    if (alert->numbers[0].name == NULL)
        return;
    fputs("<p class=\"quiet\">Last: ", page->to);
    for (size_t i = 0; i < REPORT_ALERT_NUMBERS && alert->numbers[i].name != NULL; i++) {
        const struct feature *feature = feature_find(alert->numbers[i].name);

        fprintf(page->to, "%s<code>iot.%s</code> ", i > 0 ? ", " : "", alert->numbers[i].name);
        html_cut(page->to, alert->numbers[i].value, 60, HTML_KEEP_END);
        if (feature != NULL && feature->unit[0] != '\0')
            fprintf(page->to, "&nbsp;%s", feature->unit);
    }
    fputs("</p>", page->to);
}

/* 'kind' is what is to be explained; NULL: nothing. */
static void put_alert(const struct page *page, const struct report_alert *alert,
        const struct rule_kind *kind)
{
    fprintf(page->to, "<div class=\"alert p%u\"><h4>", alert->priority);
    page_priority(page->to, alert->priority, 0);
    html_text(page->to, alert->signature);
    fputs("</h4><p>", page->to);
    page_alert_remotes(page->to, alert);
    html_plural(page->to, alert->count, "time, ", "times, ");
    page_time(page, alert->first_us);
    if (alert->count > 1) {
        fputs(" to ", page->to);
        page_time(page, alert->last_us);
    }
    fprintf(page->to, ". <a href=\"#sid-%u\">Rule %u</a></p>", alert->sid, alert->sid);
    put_numbers(page, alert);
    if (kind != NULL) {
        fprintf(page->to, "<p><b>%s.</b> ", kind->title);
        html_text(page->to, kind->meaning);
        fputs("</p><p><b>To do:</b> ", page->to);
        html_text(page->to, kind->advice);
        fputs("</p>", page->to);
    }
    fputs("</div>", page->to);
}

/* What has been explained above of the same device is not again. */
static const struct rule_kind *new_kind(struct report_alert *const *alerts, size_t at)
{
    const struct rule_kind *kind = page_kind_of(alerts[at]);

    for (size_t i = 0; i < at; i++)
        if (page_kind_of(alerts[i]) == kind)
            return NULL;
    return kind;
}

static void put_alerts(const struct page *page, const struct report_device *device)
{
    size_t count;
    struct report_alert **alerts = page_alerts_of(device, &count);
    uint64_t more = device->alerts_left_out;

    if (count > 0)
        fputs("<h3>Alerts</h3>", page->to);
    for (size_t i = 0; i < count && i < PAGE_ALERTS; i++)
        put_alert(page, alerts[i], new_kind(alerts, i));
    for (size_t i = PAGE_ALERTS; i < count; i++)
        more += alerts[i]->count;
    if (more > 0) {
        fputs("<p>and ", page->to);
        html_plural(page->to, more, "more alert</p>", "more alerts</p>");
    }
    free(alerts);
}

/* --- heartbeats --- */

static void put_pace(const struct page *page, const struct report_beat_change *change)
{
    fputs("<td class=\"number\" data-name=\"period\">", page->to);
    if (change->period_s > 0)
        html_duration(page->to, change->period_s);
    fputs("</td><td class=\"number\" data-name=\"size\">", page->to);
    html_size(page->to, change->bytes);
    fputs("</td>", page->to);
}

/* The pace that the store knows. */
static void put_usual_pace(const struct page *page, const struct report_device *device,
        const struct report_beat *beat)
{
    const struct usual_device *usual = page_usual_of(page, device);
    const struct baseline_beat *known = usual != NULL ? usual_beat(usual, beat->remote) : NULL;

    if (usual == NULL)
        return;
    fputs("<small>", page->to);
    if (known != NULL) {
        fputs("usual: ", page->to);
        html_duration(page->to, known->period_s);
        fputs(", ", page->to);
        html_size(page->to, known->bytes);
    } else {
        fputs("none is usual", page->to);
    }
    fputs("</small>", page->to);
}

static void put_beat(const struct page *page, const struct report_device *device,
        const struct report_beat *beat)
{
    const struct report_beat_change *last = &beat->changes[beat->change_count - 1];

    fputs("<tr><th scope=\"row\"><bdi>", page->to);
    html_cut(page->to, beat->remote, 60, HTML_KEEP_END);
    fputs("</bdi>", page->to);
    put_usual_pace(page, device, beat);
    fputs("</th><td class=\"strip\">", page->to);
    chart_beat(page, beat, device->last_us);
    fputs("</td>", page->to);
    put_pace(page, last);
    fprintf(page->to, "<td data-name=\"now\">%s since ", chart_beat_change(last->change));
    page_time(page, last->time_us);
    if (beat->change_count + beat->changes_left_out > 1) {
        fputs("<small>", page->to);
        html_count(page->to, beat->change_count + beat->changes_left_out - 1);
        fputs(" changes</small>", page->to);
    }
    fputs("</td></tr>", page->to);
}

static void put_beats(const struct page *page, const struct report_device *device)
{
    const struct report_beat *beat = device->beats;
    uint64_t shown = 0;

    if (beat == NULL)
        return;
    fputs("<h3>Heartbeats</h3><div class=\"wide\"><table class=\"stack\"><thead><tr>"
          "<th scope=\"col\">With</th><th scope=\"col\">When</th><th scope=\"col\" class=\"number\">"
          "Period</th><th scope=\"col\" class=\"number\">Bytes a beat</th><th scope=\"col\">Now</th>"
          "</tr></thead><tbody>", page->to);
    for (; beat != NULL && shown < PAGE_BEATS; beat = beat->hh.next, shown++)
        put_beat(page, device, beat);
    fputs("</tbody><tfoot>", page->to);
    page_more(page->to, HASH_COUNT(device->beats) - shown + device->beats_left_out, 5);
    fputs("</tfoot></table></div>", page->to);
}

/* --- all of it --- */

static void put_summary(const struct page *page, const struct report_device *device)
{
    fputs("<summary><span class=\"name\">", page->to);
    html_cut(page->to, page_device_name(device), 60, HTML_KEEP_START);
    fputs("</span> ", page->to);
    for (unsigned i = 1; i < REPORT_PRIORITIES; i++)
        if (device->alert_count[i] > 0)
            page_priority(page->to, i, device->alert_count[i]);
    fputs("<span class=\"quiet\">", page->to);
    html_cut(page->to, device->type, 30, HTML_KEEP_START);
    fputs(device->type[0] != '\0' ? " " : "", page->to);
    html_text(page->to, device->address);
    fputs("</span></summary>", page->to);
}

static void put_facts(const struct page *page, const struct report_device *device)
{
    fputs("<p class=\"quiet\">", page->to);
    if (device->vendor[0] != '\0') {
        html_cut(page->to, device->vendor, 60, HTML_KEEP_START);
        fputs(", ", page->to);
    }
    if (device->mac[0] != '\0')
        fprintf(page->to, "%s, ", device->mac);
    fputs("seen ", page->to);
    page_time(page, device->first_us);
    fputs(" to ", page->to);
    page_time(page, device->last_us);
    fputs(device->joined ? ", joined while it was watched" : "", page->to);
    fputs(device->encrypted_dns ? ", uses an encrypted resolver" : "", page->to);
    fputs(". ", page->to);
    page_learning(page, device);
    html_plural(page->to, device->all.connections, "connection, ", "connections, ");
    html_size(page->to, device->all.bytes[REPORT_UP]);
    fputs(" up, ", page->to);
    html_size(page->to, device->all.bytes[REPORT_DOWN]);
    fputs(" down; of these within the home ", page->to);
    html_count(page->to, device->local.connections);
    fputs(" with ", page->to);
    html_size(page->to, device->local.bytes[REPORT_UP]);
    fputs(" and ", page->to);
    html_size(page->to, device->local.bytes[REPORT_DOWN]);
    fputs(".</p>", page->to);
}

static void put_device(const struct page *page, const struct report_device *device, bool open)
{
    fputs("<details class=\"device\" id=\"", page->to);
    page_device_id(page->to, device);
    fputs(open ? "\" open>" : "\">", page->to);
    put_summary(page, device);
    put_facts(page, device);
    chart_life(page, device->bins, page_device_name(device), page_usual_of(page, device),
            page->scale);
    chart_symmetry(page, device->bins);
    put_alerts(page, device);
    put_beats(page, device);
    page_straight(page, device);
    page_remotes(page, device);
    page_usual(page, device);
    fputs("</details>\n", page->to);
}

void page_devices(const struct page *page)
{
    for (size_t i = 0; i < page->device_count; i++)
        put_device(page, page->devices[i], i < PAGE_OPEN && report_urgency(page->devices[i]) <= 2);
}
