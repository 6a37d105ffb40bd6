/* Names of remotes that stand in other records than what the flow carried. */
#include <stdlib.h>
#include <string.h>

#include "report_internal.h"

static void drop(struct report *report, struct report_name *name)
{
    HASH_DEL(report->names, name);
    free(name->name);
    free(name);
}

void report_clear_names(struct report *report)
{
    struct report_name *name, *next;

    HASH_ITER(hh, report->names, name, next)
        drop(report, name);
}

static struct report_name *find(const struct report *report, uint64_t flow_id)
{
    struct report_name *name = NULL;

    HASH_FIND(hh, report->names, &flow_id, sizeof(flow_id), name);
    return name;
}

/* The first name of a flow stays. */
void report_note_name(struct report *report, const struct eve_event *event)
{
    struct report_name *name;

    if (event->flow_id == 0 || event->name[0] == '\0' || event->domain[0] != '\0' ||
            find(report, event->flow_id) != NULL)
        return;
    if (HASH_COUNT(report->names) == REPORT_FLOWS_MAX)
        drop(report, report->names);
    name = calloc(1, sizeof(*name));
    if (name == NULL)
        return;
    name->flow_id = event->flow_id;
    name->name = strdup(event->name);
    if (name->name != NULL)
        HASH_ADD(hh, report->names, flow_id, sizeof(name->flow_id), name);
    if (name->hh.tbl != NULL)
        return;
    free(name->name);
    free(name);
}

void report_fill_name(const struct report *report, struct eve_event *event)
{
    const struct report_name *name = event->name[0] == '\0' ? find(report, event->flow_id) : NULL;

    if (name != NULL)
        report_copy(event->name, sizeof(event->name), name->name);
}
