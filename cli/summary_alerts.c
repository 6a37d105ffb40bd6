/* The alerts of each device in the table of summary.h. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

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

/* One for each rule at most. NULL: out of memory. */
static struct summary_alert *find_alert(struct device_block *block, const struct rule *rule)
{
    struct summary_alert *alert;

    HASH_FIND_PTR(block->alerts, &rule, alert);
    if (alert != NULL)
        return alert;
    alert = calloc(1, sizeof(*alert));
    if (alert == NULL)
        return NULL;
    alert->rule = rule;
    HASH_ADD_PTR(block->alerts, rule, alert);
    if (alert->hh.tbl == NULL) {
        free(alert);
        return NULL;
    }
    return alert;
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
    struct summary_alert *alert, *next;

    HASH_ITER(hh, block->alerts, alert, next) {
        HASH_DEL(block->alerts, alert);
        free(alert->remote);
        free(alert);
    }
}

/* --- printing --- */

static int compare(const void *left, const void *right)
{
    const struct rule *a = (*(const struct summary_alert *const *)left)->rule;
    const struct rule *b = (*(const struct summary_alert *const *)right)->rule;
    int order = (a->priority > b->priority) - (a->priority < b->priority);

    return order != 0 ? order : (a->sid > b->sid) - (a->sid < b->sid);
}

int alerts_priority(const struct device_block *block)
{
    int priority = INT_MAX;

    for (const struct summary_alert *alert = block->alerts; alert != NULL; alert = alert->hh.next)
        if (alert->rule->priority < priority)
            priority = alert->rule->priority;
    return priority;
}

/* "  1 TATTLER scan of public hosts  203.0.113.7 and others  x 12  sid 1000040" */
static void print_alert(const struct page *page, const struct summary_alert *alert)
{
    const struct rule *rule = alert->rule;
    const char *msg = rule->msg != NULL ? rule->msg : "", *remote = alert->remote;

    page_paint(page, rule->priority <= LOUD_PRIORITY ? RED : DIM);
    fprintf(page->to, "  ! %d ", rule->priority);
    screen_print(page->to, cursor_over(msg, strlen(msg)), page->columns, SCREEN_KEEP_START);
    page_unpaint(page);
    fputs("\n        ", page->to);
    if (remote != NULL)
        screen_print(page->to, cursor_over(remote, strlen(remote)), page->remote_columns,
                SCREEN_KEEP_END);
    fprintf(page->to, "%s, sid %u", alert->several_remotes ? " and others" : "", rule->sid);
    if (alert->count > 1)
        fprintf(page->to, ", %llu times", (unsigned long long)alert->count);
    fputc('\n', page->to);
}

void alerts_print(const struct page *page, const struct device_block *block)
{
    size_t count = HASH_COUNT(block->alerts), filled = 0;
    const struct summary_alert **alerts = malloc((count + 1) * sizeof(*alerts));

    if (alerts == NULL)
        return;
    for (const struct summary_alert *alert = block->alerts; alert != NULL; alert = alert->hh.next)
        alerts[filled++] = alert;
    qsort(alerts, count, sizeof(*alerts), compare);
    for (size_t i = 0; i < count && i < ALERTS_SHOWN; i++)
        print_alert(page, alerts[i]);
    if (count > ALERTS_SHOWN)
        fprintf(page->to, "  and %zu more rules that alerted\n", count - ALERTS_SHOWN);
    free(alerts);
}
