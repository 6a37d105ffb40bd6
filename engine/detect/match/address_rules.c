#include "detect/match/address_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

const struct address *address_rules_key(const struct rule *rule, bool of_source)
{
    const struct address_set *set = of_source ? rule->source : rule->destination;
    const struct address_range *range = set->v4_count > 0 ? set->v4 : set->v6;

    if (rule->bidirectional || set->any || set->v4_count + set->v6_count != 1 ||
            !address_equal(&range->first, &range->last))
        return NULL;
    return &range->first;
}

bool address_rules_add(struct address_rules *list, const struct address *address,
        uint32_t number)
{
    struct address_rule *rules =
            grow(list->rules, &list->room, list->count + 1, sizeof(*rules));

    if (rules == NULL)
        return false;
    list->rules = rules;
    rules[list->count++] = (struct address_rule){ *address, number };
    return true;
}

static int compare(const void *left, const void *right)
{
    const struct address_rule *a = left, *b = right;
    int order = memcmp(&a->address, &b->address, sizeof(a->address));

    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

void address_rules_sort(struct address_rules *list)
{
    if (list->count > 1)
        qsort(list->rules, list->count, sizeof(*list->rules), compare);
}

void address_rules_clear(struct address_rules *list)
{
    free(list->rules);
    *list = (struct address_rules){ 0 };
}

void address_rules_find(const struct address_rules *list, const struct address *address,
        void (*found)(void *user, uint32_t number), void *user)
{
    size_t low = 0, high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (memcmp(&list->rules[middle].address, address, sizeof(*address)) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < list->count && address_equal(&list->rules[low].address, address); low++)
        found(user, list->rules[low].number);
}
