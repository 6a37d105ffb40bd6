/* What a report says of its alerts, whatever device they are of, and of itself. */
#include <stdlib.h>
#include <string.h>

#include "detect/rules/kinds.h"
#include "explain.h"
#include "report_page_internal.h"

#define MEANINGS_MAX 400 /* rules */

/* --- rules that alerted, each once --- */

struct meaning {
    uint32_t sid;
    const struct report_alert *alert; /* of the first device */
    uint64_t count, devices;
    UT_hash_handle hh;
};

static void collect(const struct report_device *device, struct meaning **meanings, uint64_t *more)
{
    const struct report_alert *alert = device->alerts;

    for (; alert != NULL; alert = alert->hh.next) {
        struct meaning *meaning = NULL;

        HASH_FIND(hh, *meanings, &alert->sid, sizeof(alert->sid), meaning);
        if (meaning == NULL && HASH_COUNT(*meanings) < MEANINGS_MAX) {
            meaning = calloc(1, sizeof(*meaning));
            if (meaning == NULL)
                return;
            meaning->sid = alert->sid;
            meaning->alert = alert;
            HASH_ADD(hh, *meanings, sid, sizeof(meaning->sid), meaning);
        }
        if (meaning == NULL) {
            ++*more;
            continue;
        }
        meaning->count += alert->count;
        meaning->devices++;
    }
}

/* The most urgent first. */
static int compare_meanings(struct meaning *a, struct meaning *b)
{
    if (a->alert->priority != b->alert->priority)
        return a->alert->priority < b->alert->priority ? -1 : 1;
    return (a->sid > b->sid) - (a->sid < b->sid);
}

static const struct rule *rule_of(const struct page *page, uint32_t sid)
{
    const struct rule_set *set = page->about->rules;

    for (size_t i = 0; set != NULL && i < rule_set_count(set); i++)
        if (rule_set_rule(set, i)->sid == sid)
            return rule_set_rule(set, i);
    return NULL;
}

static void put_rule(const struct page *page, const struct rule *rule)
{
    struct prose prose;

    if (!prose_open(&prose, page->to, PROSE_HTML))
        return;
    fprintf(page->to, "<details class=\"more\" id=\"rule-%u\"><summary>What the rule looks for, and how "
            "to tune it</summary>", rule->sid);
    explain_note(&prose, rule);
    explain_conditions(&prose, page->about->rules, rule);
    explain_tuning(&prose, page->about->rules, rule);
    explain_references(&prose, rule);
    prose_close(&prose);
    fputs("</details>", page->to);
}

static void put_meaning(const struct page *page, const struct meaning *meaning)
{
    const struct rule *rule = rule_of(page, meaning->sid);

    fprintf(page->to, "<div class=\"alert p%u\" id=\"sid-%u\"><h4>", meaning->alert->priority,
            meaning->sid);
    page_priority(page->to, meaning->alert->priority, 0);
    html_text(page->to, meaning->alert->signature);
    fprintf(page->to, "</h4><p class=\"quiet\">Rule %u; ", meaning->sid);
    html_plural(page->to, meaning->count, "alert of ", "alerts of ");
    html_plural(page->to, meaning->devices, "device</p>", "devices</p>");
    if (rule != NULL)
        put_rule(page, rule);
    fputs("</div>\n", page->to);
}

static void put_labelled(const struct page *page, const char *label, const char *text)
{
    fprintf(page->to, "<p>%s", label);
    html_text(page->to, text);
    fputs("</p>", page->to);
}

/* A kind, then all its rules, which leave the table. */
static void put_kind(const struct page *page, struct meaning **meanings)
{
    const struct rule_kind *kind = page_kind_of((*meanings)->alert);
    struct meaning *meaning, *next;

    fprintf(page->to, "<h3>%s</h3>", kind != NULL ? kind->title : "Other rules");
    if (kind != NULL) {
        put_labelled(page, "", kind->meaning);
        put_labelled(page, "<b>Harmless:</b> ", kind->harmless);
        put_labelled(page, "<b>To do:</b> ", kind->advice);
    }
    HASH_ITER(hh, *meanings, meaning, next) {
        if (page_kind_of(meaning->alert) != kind)
            continue;
        put_meaning(page, meaning);
        HASH_DEL(*meanings, meaning);
        free(meaning);
    }
}

void page_meanings(const struct page *page)
{
    struct meaning *meanings = NULL;
    uint64_t more = 0;

    for (size_t i = 0; i < page->device_count; i++)
        collect(page->devices[i], &meanings, &more);
    if (meanings == NULL)
        fputs("<p>There were no alerts.</p>", page->to);
    HASH_SORT(meanings, compare_meanings);
    while (meanings != NULL)
        put_kind(page, &meanings);
    if (more > 0)
        fputs("<p>Rules beyond these are left out.</p>", page->to);
}

/* --- about the page --- */

static void put_line(const struct page *page, uint64_t count, const char *one, const char *many)
{
    if (count == 0)
        return;
    fputs("<li>", page->to);
    html_plural(page->to, count, one, many);
    fputs("</li>", page->to);
}

static void put_left_out(const struct page *page)
{
    uint64_t remotes = 0, connections = 0;

    for (size_t i = 0; i < page->device_count; i++) {
        remotes += page->devices[i]->folded_remotes;
        connections += page->devices[i]->folded.connections;
    }
    put_line(page, page->about->read.bad,
            "line was no EVE record and is left out: the command told which",
            "lines were no EVE records and are left out: the command told which");
    put_line(page, page->report->out_of_time,
            "record had no time, or one too far from the others, and is left out",
            "records had no time, or one too far from the others, and are left out");
    put_line(page, page->report->strangers, "record is of no device of the home networks and is left out",
            "records are of no device of the home networks and are left out");
    put_line(page, page->report->devices_left_out,
            "record of a device for which there was no room is left out",
            "records of devices for which there was no room are left out");
    put_line(page, remotes, "remote with little traffic is counted but not named",
            "remotes with little traffic are counted but not named");
    if (page->report->out_of_memory)
        fputs("<li>memory ran out: numbers are too low</li>", page->to);
}

void page_about(const struct page *page)
{
    const struct report *report = page->report;

    fputs("<li>Read from ", page->to);
    for (size_t i = 0; i < page->about->source_count; i++) {
        fputs(i > 0 ? ", " : "", page->to);
        html_cut(page->to, page->about->sources[i], 80, HTML_KEEP_END);
    }
    fputs(": ", page->to);
    html_plural(page->to, page->about->read.records, "record (", "records (");
    html_plural(page->to, report->flows, "connection, ", "connections, ");
    html_plural(page->to, report->alerts, "alert)</li>", "alerts)</li>");
    put_left_out(page);
}
