#include "learn_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void free_fact(struct learn_fact *fact)
{
    free(fact->key);
    free(fact);
}

static void free_learner(struct learner *learner)
{
    HASH_FREE(learner->facts, free_fact);
    free(learner);
}

void learn_table_clear(struct learn_table *table)
{
    HASH_FREE(table->devices, free_learner);
}

struct learner *learn_table_device(struct learn_table *table, const char *key)
{
    struct learner *learner;

    HASH_FIND_STR(table->devices, key, learner);
    if (learner != NULL)
        return learner;
    if (HASH_COUNT(table->devices) >= table->max_devices) {
        table->refused++;
        return NULL;
    }
    learner = calloc(1, sizeof(*learner));
    if (learner != NULL) {
        snprintf(learner->baseline.key, sizeof(learner->baseline.key), "%s", key);
        HASH_ADD_STR(table->devices, baseline.key, learner);
        if (learner->hh.tbl != NULL)
            return learner;
        free(learner);
    }
    table->no_memory = true;
    return NULL;
}

static void fact_key(enum seen_kind kind, const char *value, char out[LEARN_FACT_SIZE + 1])
{
    snprintf(out, LEARN_FACT_SIZE + 1, "%c%s", 'a' + (int)kind, value);
}

struct learn_fact *learn_table_find(const struct learner *learner, enum seen_kind kind,
        const char *value)
{
    char key[LEARN_FACT_SIZE + 1];
    struct learn_fact *fact;

    fact_key(kind, value, key);
    HASH_FIND_STR(learner->facts, key, fact);
    return fact;
}

struct learn_fact *learn_table_make(struct learn_table *table, struct learner *learner,
        enum seen_kind kind, const char *value)
{
    char key[LEARN_FACT_SIZE + 1];
    struct learn_fact *fact;

    if (learner->kept[kind] >= STORE_ITEMS_MAX) {
        table->refused++;
        return NULL;
    }
    fact_key(kind, value, key);
    fact = calloc(1, sizeof(*fact));
    if (fact != NULL && (fact->key = strdup(key)) != NULL) {
        HASH_ADD_KEYPTR(hh, learner->facts, fact->key, strlen(fact->key), fact);
        if (fact->hh.tbl != NULL) {
            fact->item.kind = kind;
            learner->kept[kind]++;
            return fact;
        }
    }
    table->no_memory = true;
    if (fact != NULL)
        free(fact->key);
    free(fact);
    return NULL;
}

static bool copy(const struct learner *learner, struct baseline *out)
{
    *out = learner->baseline;
    out->items = calloc(HASH_COUNT(learner->facts) + 1, sizeof(*out->items));
    if (out->items == NULL)
        return false;
    for (const struct learn_fact *fact = learner->facts; fact != NULL; fact = fact->hh.next) {
        struct baseline_item *item = &out->items[out->item_count];

        *item = fact->item;
        item->value = strdup(fact->key + 1);
        if (item->value == NULL)
            return false;
        out->item_count++;
    }
    return true;
}

bool learn_table_copy(const struct learn_table *table, struct baselines *out)
{
    *out = (struct baselines){ .items = calloc(HASH_COUNT(table->devices) + 1,
                                       sizeof(*out->items)) };
    if (out->items == NULL)
        return false;
    for (const struct learner *learner = table->devices; learner != NULL;
            learner = learner->hh.next)
        if (!copy(learner, &out->items[out->count++]))
            return false;
    return true;
}
