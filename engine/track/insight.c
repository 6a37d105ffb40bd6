#include "track/insight.h"

#include <stdlib.h>
#include <string.h>

#define TOLD_MAX 16

struct memory {
    uint64_t written; /* count of writes when this was */
    size_t key_len;
    char key[MEMORY_KEY_MAX + 1];
    struct value value;
    char *text; /* owned; where 'value' points */
};

struct told {
    char id[FINDING_ID_SIZE];
    double score;
    uint64_t time_us;
};

struct insight {
    struct memory *memory; /* owned */
    size_t count, room;
    uint64_t writes;
    struct told told[TOLD_MAX];
    size_t told_count;
    struct findings waiting;
};

static struct insight *made(struct insight **insight)
{
    if (*insight == NULL)
        *insight = calloc(1, sizeof(**insight));
    return *insight;
}

/* --- memory --- */

static struct memory *find(const struct insight *insight, const char *key, size_t len)
{
    for (size_t i = 0; insight != NULL && i < insight->count; i++)
        if (insight->memory[i].key_len == len &&
                memcmp(insight->memory[i].key, key, len) == 0)
            return &insight->memory[i];
    return NULL;
}

bool insight_recall(const struct insight *insight, const char *key, size_t len, struct value *out)
{
    const struct memory *memory = find(insight, key, len);

    if (memory == NULL)
        return false;
    *out = memory->value;
    return true;
}

static void drop(struct insight *insight, struct insight_budget *budget, struct memory *memory)
{
    free(memory->text);
    *memory = insight->memory[--insight->count];
    atomic_fetch_sub(&budget->memory, 1);
}

static void drop_oldest(struct insight *insight, struct insight_budget *budget)
{
    struct memory *oldest = &insight->memory[0];

    for (size_t i = 1; i < insight->count; i++)
        if (insight->memory[i].written < oldest->written)
            oldest = &insight->memory[i];
    drop(insight, budget, oldest);
    atomic_fetch_add(&budget->forgotten, 1);
}

/* The place for one more; NULL: there is none. */
static struct memory *append(struct insight *insight, struct insight_budget *budget)
{
    size_t room = insight->room == 0 ? 4 : insight->room * 2;
    struct memory *moved;

    if (insight->count == MEMORY_PER_DEVICE)
        drop_oldest(insight, budget);
    if (atomic_fetch_add(&budget->memory, 1) >= budget->max_memory) {
        if (insight->count == 0) {
            atomic_fetch_sub(&budget->memory, 1);
            return NULL;
        }
        drop_oldest(insight, budget);
    }
    if (insight->count == insight->room) {
        moved = realloc(insight->memory, room * sizeof(*moved));
        if (moved == NULL) {
            atomic_fetch_sub(&budget->memory, 1);
            return NULL;
        }
        insight->memory = moved;
        insight->room = room;
    }
    return &insight->memory[insight->count++];
}

static bool set(struct memory *memory, const struct value *value)
{
    char *text = NULL;

    if (value->type == VALUE_TEXT) {
        text = malloc(value->len + 1);
        if (text == NULL)
            return false;
        memcpy(text, value->text, value->len);
    }
    free(memory->text);
    memory->text = text;
    memory->value = *value;
    if (text != NULL)
        memory->value.text = text;
    return true;
}

bool insight_remember(struct insight **insight, struct insight_budget *budget, const char *key,
        size_t len, const struct value *value)
{
    struct memory *memory;

    len = len < MEMORY_KEY_MAX ? len : MEMORY_KEY_MAX;
    memory = find(*insight, key, len);
    if (value->type == VALUE_NONE) {
        if (memory != NULL)
            drop(*insight, budget, memory);
        return true;
    }
    if (memory == NULL && made(insight) != NULL) {
        memory = append(*insight, budget);
        if (memory != NULL)
            *memory = (struct memory){ .value = { .type = VALUE_NONE }, .key_len = len };
        if (memory != NULL)
            memcpy(memory->key, key, len);
    }
    if (memory == NULL || !set(memory, value)) {
        atomic_fetch_add(&budget->forgotten, 1);
        return false;
    }
    memory->written = ++(*insight)->writes;
    return true;
}

/* --- findings --- */

/* The one told before under this id, else the one told longest ago, which is news. */
static struct told *place_of(struct insight *insight, const char *id, bool *is_new)
{
    struct told *oldest = &insight->told[0];

    *is_new = false;
    for (size_t i = 0; i < insight->told_count; i++) {
        if (strcmp(insight->told[i].id, id) == 0)
            return &insight->told[i];
        if (insight->told[i].time_us < oldest->time_us)
            oldest = &insight->told[i];
    }
    *is_new = true;
    return insight->told_count < TOLD_MAX ? &insight->told[insight->told_count++] : oldest;
}

bool insight_is_news(struct insight **insight, const char *id, double score, uint64_t now_us)
{
    struct told *told;
    bool is_new;

    if (made(insight) == NULL)
        return true;
    told = place_of(*insight, id, &is_new);
    if (!is_new && score < told->score + FINDING_RISE &&
            now_us < told->time_us + FINDING_AGAIN_US)
        return false;
    *told = (struct told){ .score = score, .time_us = now_us };
    memcpy(told->id, id, strnlen(id, sizeof(told->id) - 1));
    return true;
}

struct findings *insight_waiting(struct insight **insight, bool make)
{
    if (make)
        made(insight);
    return *insight != NULL ? &(*insight)->waiting : NULL;
}

void insight_free(struct insight *insight, struct insight_budget *budget)
{
    if (insight == NULL)
        return;
    while (insight->count > 0)
        drop(insight, budget, &insight->memory[0]);
    findings_clear(&insight->waiting);
    free(insight->memory);
    free(insight);
}
