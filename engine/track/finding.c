#include "track/finding.h"

#include <stdlib.h>
#include <string.h>

static size_t cut(size_t len)
{
    return len < FINDING_TEXT_MAX ? len : FINDING_TEXT_MAX;
}

static char *append(char *room, const char *text, size_t len)
{
    memcpy(room, text, len);
    room[len] = '\0';
    return room + len + 1;
}

static int compare(const void *left, const void *right)
{
    return strcmp(((const struct finding_reason *)left)->name,
            ((const struct finding_reason *)right)->name);
}

static void copy_reasons(struct finding *finding, const struct finding_reason reasons[])
{
    char *room = (char *)&finding->reasons[finding->reason_count];

    for (size_t i = 0; i < finding->reason_count; i++) {
        struct finding_reason *reason = &finding->reasons[i];

        *reason = reasons[i];
        reason->name = room;
        room = append(room, reasons[i].name, cut(strlen(reasons[i].name)));
        if (reason->value.type != VALUE_TEXT)
            continue;
        reason->value.text = room;
        reason->value.len = cut(reasons[i].value.len);
        room = append(room, reasons[i].value.text, reason->value.len);
    }
    qsort(finding->reasons, finding->reason_count, sizeof(finding->reasons[0]), compare);
}

struct finding *finding_new(const char *id, uint8_t severity, double score, uint64_t time_us,
        const struct finding_reason reasons[], size_t count)
{
    struct finding *finding;
    size_t texts = 0;

    if (count > FINDING_REASONS_MAX)
        count = FINDING_REASONS_MAX;
    for (size_t i = 0; i < count; i++) {
        texts += cut(strlen(reasons[i].name)) + 1;
        if (reasons[i].value.type == VALUE_TEXT)
            texts += cut(reasons[i].value.len) + 1;
    }
    finding = malloc(sizeof(*finding) + count * sizeof(finding->reasons[0]) + texts);
    if (finding == NULL)
        return NULL;
    atomic_init(&finding->holders, 1);
    memset(finding->id, 0, sizeof(finding->id));
    memcpy(finding->id, id, strnlen(id, sizeof(finding->id) - 1));
    finding->severity = severity;
    finding->score = score;
    finding->time_us = time_us;
    finding->reason_count = count;
    copy_reasons(finding, reasons);
    return finding;
}

/* Those who hold it count themselves in what is const to all of them. */
static struct finding *counted(const struct finding *finding)
{
    union {
        const struct finding *read;
        struct finding *write;
    } same = { .read = finding };

    return same.write;
}

const struct finding *finding_hold(const struct finding *finding)
{
    atomic_fetch_add(&counted(finding)->holders, 1);
    return finding;
}

void finding_release(const struct finding *finding)
{
    if (finding != NULL && atomic_fetch_sub(&counted(finding)->holders, 1) == 1)
        free(counted(finding));
}

static size_t place_for(const struct findings *findings, const struct finding *finding)
{
    size_t lowest = 0;

    for (size_t i = 0; i < findings->count; i++) {
        if (strcmp(findings->items[i]->id, finding->id) == 0)
            return i;
        if (findings->items[i]->score < findings->items[lowest]->score)
            lowest = i;
    }
    if (findings->count < FINDINGS_MAX)
        return findings->count;
    return findings->items[lowest]->score < finding->score ? lowest : FINDINGS_MAX;
}

bool findings_put(struct findings *findings, const struct finding *finding)
{
    size_t place = place_for(findings, finding);

    if (place == FINDINGS_MAX)
        return false;
    if (place < findings->count)
        finding_release(findings->items[place]);
    else
        findings->count++;
    findings->items[place] = finding_hold(finding);
    return true;
}

const struct finding *findings_get(const struct findings *findings, const char *id, size_t len)
{
    for (size_t i = 0; i < findings->count; i++)
        if (strlen(findings->items[i]->id) == len && memcmp(findings->items[i]->id, id, len) == 0)
            return findings->items[i];
    return NULL;
}

void findings_clear(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        finding_release(findings->items[i]);
    findings->count = 0;
}
