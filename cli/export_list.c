/* The list as a whole: in order, and each remote once. */
#include <stdlib.h>
#include <string.h>

#include "export_uses.h"

static int compare_texts(const char *a, const char *b)
{
    return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int compare_targets(const struct export_entry *a, const struct export_entry *b)
{
    static const struct address none;
    bool by_name_a = a->address == NULL, by_name_b = b->address == NULL;
    int order = memcmp(by_name_a ? &none : a->address, by_name_b ? &none : b->address,
            sizeof(none));

    return order != 0 || !by_name_a ? order : compare_texts(a->name, b->name);
}

static int compare_for_devices(const void *a, const void *b)
{
    const struct export_entry *left = a, *right = b;
    int order = strcmp(left->device->key, right->device->key);

    return order != 0 ? order : compare_targets(left, right);
}

static int compare_for_all(const void *a, const void *b)
{
    int order = compare_targets(a, b);

    return order != 0 ? order : compare_for_devices(a, b);
}

static void merge(struct export_entry *into, const struct export_entry *from)
{
    into->alerts += from->alerts;
    into->port = into->port == from->port ? into->port : 0;
    into->protocol = into->protocol == from->protocol ? into->protocol : 0;
    if (from->priority != 0 && (into->priority == 0 || from->priority < into->priority)) {
        into->priority = from->priority;
        into->detects = from->detects;
    }
}

void export_list_sort(struct export_list *list, unsigned traits)
{
    int (*compare)(const void *, const void *) =
            (traits & EXPORT_BY_DEVICE) != 0 ? compare_for_devices : compare_for_all;
    size_t kept = 0;

    if (list->entry_count == 0)
        return;
    qsort(list->entries, list->entry_count, sizeof(list->entries[0]), compare);
    for (size_t i = 1; i < list->entry_count; i++) {
        struct export_entry *last = &list->entries[kept], *next = &list->entries[i];
        bool same_device = last->device == next->device || !(traits & EXPORT_BY_DEVICE);

        if (same_device && compare_targets(last, next) == 0)
            merge(last, next);
        else
            list->entries[++kept] = *next;
    }
    list->entry_count = kept + 1;
}

void export_list_clear(struct export_list *list)
{
    for (size_t i = 0; i < list->note_count; i++)
        free(list->notes[i].text);
    free(list->notes);
    free(list->entries);
    *list = (struct export_list){ 0 };
}
