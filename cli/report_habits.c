/* What is usual for a device, and what is not, on its part of a report's page. */
#include <stdlib.h>
#include <string.h>

#include "report_page_internal.h"

const struct usual_device *page_usual_of(const struct page *page, const struct report_device *device)
{
    return usual_of(page->about->usual, device->key);
}

/* --- how far it is --- */

/* By the records alone. */
static void put_told_learning(const struct page *page, const struct report_device *device)
{
    if (strcmp(device->learning, "learning") == 0)
        fprintf(page->to, "It has learned %d&nbsp;%% of what it takes to know what is usual for it. ",
                (int)(100 * device->learned));
    else if (strcmp(device->learning, "trusted") == 0)
        fputs("What is usual for it has been learned. ", page->to);
    else if (strcmp(device->learning, "frozen") == 0)
        fputs("What is usual for it is frozen. ", page->to);
}

void page_learning(const struct page *page, const struct report_device *device)
{
    const struct usual_device *usual = page_usual_of(page, device);
    const struct baseline_progress *progress = usual != NULL ? &usual->progress : NULL;

    if (progress == NULL) {
        put_told_learning(page, device);
        return;
    }
    if (progress->state == BASELINE_FROZEN) {
        fputs("What is usual for it is frozen: it learns nothing more. ", page->to);
    } else if (progress->state == BASELINE_TRUSTED) {
        fputs("What is usual for it has been learned by ", page->to);
        page_time(page, progress->trusted_us);
        fputs(". ", page->to);
    } else {
        fprintf(page->to, "It has learned %d&nbsp;%% of what it takes to know what is usual for it",
                (int)(100 * progress->share));
        if (progress->trusted_us != 0) {
            fputs(", which will be known from ", page->to);
            page_time(page, progress->trusted_us);
        }
        fputs(". ", page->to);
    }
}

/* --- remotes --- */

void page_odd_remote(const struct page *page, const struct usual_device *usual,
        const struct report_remote *remote)
{
    const struct usual_fact *fact;
    enum usual_verdict verdict = usual != NULL ? usual_judge(usual, remote, &fact) : USUAL_UNKNOWN;

    if (verdict <= USUAL_YES)
        return;
    fputs(" <b class=\"odd\">not usual</b> <small>", page->to);
    if (verdict == USUAL_RECENT) {
        fputs("first met ", page->to);
        page_time(page, fact->first_us);
    } else {
        fputs(verdict == USUAL_NEVER     ? "not known of this device"
              : verdict == USUAL_ACCUSED ? "met by connections that alerted alone"
                                         : "first met within a day of an urgent alert",
                page->to);
    }
    fputs("</small>", page->to);
}

/* --- all that is known --- */

static const struct {
    enum seen_kind kind;
    const char *one, *many;
} shown[] = {
    { SEEN_DOMAIN, "domain", "domains" },
    { SEEN_NAME, "name", "names" },
    { SEEN_ASN, "network", "networks" },
    { SEEN_PORT, "port", "ports" },
    { SEEN_SERVICE, "service", "services" },
};

#define SHOWN_KINDS (sizeof(shown) / sizeof(shown[0]))

static int compare_recent(const void *one, const void *other)
{
    const struct usual_fact *a = *(const struct usual_fact *const *)one;
    const struct usual_fact *b = *(const struct usual_fact *const *)other;

    return (a->last_us < b->last_us) - (a->last_us > b->last_us);
}

/* Usual ones of a kind, those met last first. The caller frees. */
static const struct usual_fact **usual_facts(const struct usual_device *usual, enum seen_kind kind,
        size_t *count)
{
    const struct usual_fact **facts = calloc(usual->fact_count + 1, sizeof(facts[0]));

    *count = 0;
    for (size_t i = 0; facts != NULL && i < usual->fact_count; i++)
        if (usual->facts[i].kind == kind && usual->facts[i].verdict == USUAL_YES)
            facts[(*count)++] = &usual->facts[i];
    if (facts != NULL)
        qsort(facts, *count, sizeof(facts[0]), compare_recent);
    return facts;
}

static void put_facts(const struct page *page, const struct usual_device *usual, size_t at)
{
    size_t count;
    const struct usual_fact **facts = usual_facts(usual, shown[at].kind, &count);

    if (count > 0) {
        fputs("<dt>", page->to);
        html_plural(page->to, count, shown[at].one, shown[at].many);
        fputs("</dt><dd>", page->to);
    }
    for (size_t i = 0; i < count && i < PAGE_USUAL; i++) {
        fprintf(page->to, "%s<bdi>%s", i > 0 ? ", " : "", shown[at].kind == SEEN_ASN ? "AS" : "");
        html_cut(page->to, facts[i]->value, 60, HTML_KEEP_END);
        fputs("</bdi>", page->to);
    }
    if (count > 0)
        fputs(count > PAGE_USUAL ? " …</dd>" : "</dd>", page->to);
    free(facts);
}

static void put_beats(const struct page *page, const struct usual_device *usual)
{
    if (usual->beat_count == 0)
        return;
    fputs("<dt>", page->to);
    html_plural(page->to, usual->beat_count, "heartbeat", "heartbeats");
    fputs("</dt><dd>", page->to);
    for (size_t i = 0; i < usual->beat_count && i < PAGE_USUAL; i++) {
        fputs(i > 0 ? "; every " : "every ", page->to);
        html_duration(page->to, usual->beats[i].period_s);
        fputs(" with <bdi>", page->to);
        html_cut(page->to, usual->beats[i].remote, 60, HTML_KEEP_END);
        fputs("</bdi>, ", page->to);
        html_size(page->to, usual->beats[i].bytes);
    }
    fputs(usual->beat_count > PAGE_USUAL ? " …</dd>" : "</dd>", page->to);
}

static void put_kept_out(const struct page *page, const struct baseline_progress *progress)
{
    if (progress->accused + progress->suspect == 0)
        return;
    fputs("<dt>kept out</dt><dd>", page->to);
    html_plural(page->to, progress->accused, "fact", "facts");
    fputs(" met by connections that alerted alone, ", page->to);
    html_count(page->to, progress->suspect);
    fputs(" within a day of an urgent alert; <code>tattler devices --trust</code> takes them in</dd>",
            page->to);
}

void page_usual(const struct page *page, const struct report_device *device)
{
    const struct usual_device *usual = page_usual_of(page, device);

    if (usual == NULL)
        return;
    fputs("<details class=\"more\" id=\"usual-", page->to);
    page_device_id(page->to, device);
    fputs("\"><summary>What is usual for it</summary><dl class=\"words\">", page->to);
    for (size_t i = 0; i < SHOWN_KINDS; i++)
        put_facts(page, usual, i);
    put_beats(page, usual);
    put_kept_out(page, &usual->progress);
    fputs("</dl></details>", page->to);
}
