/* The alerts of each device in the table of summary.h. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"
#include "screen.h"
#include "summary.h"
#include "summary_internal.h"

#define ALERTS_SHOWN 12
#define LOUD_PRIORITY 2 /* act now, look today */

void page_paint(const struct page *page, const char *style)
{
    if (page->colour)
        fprintf(page->to, "\033[%sm", style);
}

void page_unpaint(const struct page *page)
{
    if (page->colour)
        fputs("\033[0m", page->to);
}

/* --- collecting --- */

static char *remote_of(const struct flow *flow)
{
    char address[ADDRESS_TEXT_SIZE];

    if (flow->name != NULL && flow->name[0] != '\0')
        return strdup(flow->name);
    screen_address(&flow->remote_address, address);
    return strdup(address);
}

static void note_remote(struct summary_alert *alert, const struct flow *flow)
{
    char *remote = remote_of(flow);

    if (alert->remote == NULL) {
        alert->remote = remote;
        return;
    }
    alert->several_remotes |= remote == NULL || strcmp(remote, alert->remote) != 0;
    free(remote);
}

/* The most urgent first. */
static int compare(const struct summary_alert *a, const struct summary_alert *b)
{
    int order = (a->priority > b->priority) - (a->priority < b->priority);

    return order != 0 ? order : (a->sid > b->sid) - (a->sid < b->sid);
}

static void free_alert(struct summary_alert *alert)
{
    free(alert->remote);
    free(alert->msg);
    free(alert->file);
    free(alert);
}

static struct summary_alert *make_alert(struct device_block *block, const struct rule *rule,
        uint64_t key)
{
    struct summary_alert *alert = calloc(1, sizeof(*alert));

    if (alert == NULL)
        return NULL;
    alert->rule = key;
    alert->sid = rule->sid;
    alert->priority = rule->priority;
    alert->msg = strdup(rule->msg != NULL ? rule->msg : "");
    alert->file = rule->file != NULL ? strdup(rule->file) : NULL;
    if (alert->msg != NULL)
        HASH_ADD_INORDER(hh, block->alerts, rule, sizeof(alert->rule), alert, compare);
    if (alert->hh.tbl != NULL)
        return alert;
    free_alert(alert);
    return NULL;
}

/* One for each rule at most, kept in order. NULL: out of memory. */
static struct summary_alert *find_alert(struct device_block *block, const struct rule *rule)
{
    uint64_t key = (uint64_t)rule->gid << 32 | rule->sid;
    struct summary_alert *alert;

    HASH_FIND(hh, block->alerts, &key, sizeof(key), alert);
    return alert != NULL ? alert : make_alert(block, rule, key);
}

void summary_alert(struct summary *summary, const struct flow *flow, const struct rule *rule)
{
    struct device_block *block = summary_block(summary, flow->device);
    struct summary_alert *alert = block != NULL ? find_alert(block, rule) : NULL;

    if (alert == NULL)
        return;
    alert->count++;
    note_remote(alert, flow);
}

void alerts_free(struct device_block *block)
{
    HASH_FREE(block->alerts, free_alert);
}

/* --- printing --- */

int alerts_priority(const struct device_block *block)
{
    return block->alerts != NULL ? block->alerts->priority : INT_MAX;
}

/* What the priorities of the pack mean; explain_rule.c says the same at length. */
static const char *const urgencies[] = { "", "act now", "look today", "context", "inventory" };

#define URGENCY_COUNT (sizeof(urgencies) / sizeof(urgencies[0]))
#define URGENCY_COLUMNS 12
#define TEXT_INDENT (2 + URGENCY_COLUMNS + 2 + 9) /* behind the urgency and the sid */

static const char *urgency_of(int priority)
{
    return priority > 0 && (size_t)priority < URGENCY_COUNT ? urgencies[priority] : "";
}

/* "203.0.113.7 and others, 12 times", in a line of its own where 'used' columns leave no room. */
static void print_whom(const struct page *page, const struct summary_alert *alert, size_t used)
{
    const char *remote = alert->remote != NULL ? alert->remote : "";
    char rest[64];
    size_t len = strlen(remote) < page->remote_columns ? strlen(remote) : page->remote_columns;

    snprintf(rest, sizeof(rest), "%s", alert->several_remotes ? " and others" : "");
    if (alert->count > 1)
        snprintf(rest + strlen(rest), sizeof(rest) - strlen(rest), ", %llu times",
                (unsigned long long)alert->count);
    page_paint(page, DIM);
    if (used + 2 + len + strlen(rest) > page->columns)
        fprintf(page->to, "\n%*s", TEXT_INDENT, "");
    else
        fputs("  ", page->to);
    screen_print(page->to, cursor_over(remote, strlen(remote)), page->remote_columns,
            SCREEN_KEEP_END);
    fputs(rest, page->to);
    page_unpaint(page);
}

/* "  1 act now     1000040  TATTLER device scans the Internet, host by host  203.0.113.7 and others" */
static void print_alert(const struct page *page, const struct summary_alert *alert)
{
    size_t used = TEXT_INDENT;

    page_paint(page, alert->priority <= LOUD_PRIORITY ? RED : DIM);
    fprintf(page->to, "  %d %-*s", alert->priority, URGENCY_COLUMNS - 2,
            urgency_of(alert->priority));
    page_unpaint(page);
    fprintf(page->to, "  %-7u  ", alert->sid);
    used += screen_print(page->to, cursor_over(alert->msg, strlen(alert->msg)), page->columns - TEXT_INDENT,
            SCREEN_KEEP_START);
    print_whom(page, alert, used);
    fputc('\n', page->to);
}

void alerts_print(const struct page *page, const struct device_block *block)
{
    unsigned shown = 0;

    for (const struct summary_alert *alert = block->alerts; alert != NULL; alert = alert->hh.next)
        if (shown++ < ALERTS_SHOWN)
            print_alert(page, alert);
    if (shown > ALERTS_SHOWN)
        fprintf(page->to, "  and %u more rules that alerted\n", shown - ALERTS_SHOWN);
}

/* The counts by priority, in the last place those of the priorities without a name. Returns the
 * alert to begin with; NULL: there are none. */
static const struct summary_alert *count_alerts(const struct summary *summary,
        uint64_t counts[URGENCY_COUNT + 1])
{
    const struct summary_alert *first = NULL;

    for (const struct device_block *block = summary->blocks; block != NULL; block = block->hh.next)
        for (const struct summary_alert *alert = block->alerts; alert != NULL;
                alert = alert->hh.next) {
            int priority = alert->priority;

            counts[urgency_of(priority)[0] != '\0' ? (size_t)priority : URGENCY_COUNT] +=
                    alert->count;
            if (first == NULL || compare(alert, first) < 0)
                first = alert;
        }
    return first;
}

void alerts_print_total(const struct page *page, const struct summary *summary)
{
    uint64_t counts[URGENCY_COUNT + 1] = { 0 };
    const struct summary_alert *first = count_alerts(summary, counts);
    const char *before = "alerts: ";

    if (first == NULL)
        return;
    for (size_t i = 1; i <= URGENCY_COUNT; i++) {
        if (counts[i] == 0)
            continue;
        fprintf(page->to, "%s%llu %s", before, (unsigned long long)counts[i],
                i < URGENCY_COUNT ? urgencies[i] : "others");
        before = ", ";
    }
    fprintf(page->to, "; what one means and what to do about it: %s explain ", program_invocation_name);
    if (first->file != NULL && !rules_are_of_pack(first->file)) {
        fputs("-S ", page->to);
        screen_print(page->to, cursor_over(first->file, strlen(first->file)), SCREEN_ALL, SCREEN_KEEP_START);
        fputc(' ', page->to);
    }
    fprintf(page->to, "%u\n", first->sid);
}
