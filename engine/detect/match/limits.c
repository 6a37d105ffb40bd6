#include "detect/match/limits.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "detect/match/limit_count.h"
#include "detect/match/limit_plans.h"

#define LOOK_AT 2 /* others, for each count that is new */

/* Compared and hashed as bytes: it must have no padding. What the track does not tell apart is 0. */
struct limit_key {
    uint64_t rule, flow;
    struct address first, second;
};

_Static_assert(sizeof(struct limit_key) == 2 * sizeof(uint64_t) + 2 * sizeof(struct address),
        "padding in struct limit_key");

struct limit_entry {
    struct limit_key key;
    struct limit_count count;
    struct limit_entry *next, **link; /* of the same flow; 'link' is NULL without one */
    UT_hash_handle hh;
};

struct limits {
    struct limit_plans plans;
    struct limit_entry *entries; /* in the order they were made */
    struct limit_entry *look;    /* at this one next; NULL: at the first */
    size_t max_entries;
    struct limits_counters counters;
};

enum tattler_status limits_new(const struct rule_set *set, size_t max_entries, struct limits **out)
{
    struct limits *limits = calloc(1, sizeof(*limits));

    if (limits == NULL || limit_plans_make(&limits->plans, set) != TATTLER_OK) {
        free(limits);
        return TATTLER_NO_MEMORY;
    }
    limits->max_entries = max_entries;
    *out = limits;
    return TATTLER_OK;
}

/* --- the table --- */

static void unlink_entry(struct limit_entry *entry)
{
    if (entry->link == NULL)
        return;
    *entry->link = entry->next;
    if (entry->next != NULL)
        entry->next->link = entry->link;
}

static void link_entry(struct limit_entry *entry, struct limit_flow *flow)
{
    entry->next = flow->entries;
    entry->link = &flow->entries;
    if (entry->next != NULL)
        entry->next->link = &entry->next;
    flow->entries = entry;
}

static void drop(struct limits *limits, struct limit_entry *entry)
{
    if (limits->look == entry)
        limits->look = entry->hh.next;
    unlink_entry(entry);
    HASH_DEL(limits->entries, entry);
    free(entry);
}

/* In a flow a count lasts as long as the flow. */
static bool is_over(const struct limits *limits, const struct limit_entry *entry, uint64_t now_us)
{
    return entry->link == NULL &&
           limit_count_is_over(&entry->count, &limits->plans.rules[entry->key.rule], now_us);
}

/* From half full on, so that each entry is looked at before the table is full, and none is missed
 * where the time of a capture steps back by little. */
static void tidy(struct limits *limits, uint64_t now_us)
{
    if (HASH_COUNT(limits->entries) < limits->max_entries / 2)
        return;
    for (int i = 0; i < LOOK_AT && limits->entries != NULL; i++) {
        struct limit_entry *entry = limits->look != NULL ? limits->look : limits->entries;

        limits->look = entry->hh.next;
        if (is_over(limits, entry, now_us))
            drop(limits, entry);
    }
}

static void make_room(struct limits *limits, uint64_t now_us)
{
    tidy(limits, now_us);
    if (limits->entries == NULL || HASH_COUNT(limits->entries) < limits->max_entries)
        return;
    limits->counters.evicted += !is_over(limits, limits->entries, now_us);
    drop(limits, limits->entries);
}

/* NULL: out of memory. */
static struct limit_entry *make(struct limits *limits, const struct limit_key *key,
        const struct limit_packet *packet)
{
    struct limit_entry *entry;

    make_room(limits, packet->time_us);
    entry = calloc(1, sizeof(*entry));
    if (entry == NULL)
        return NULL;
    entry->key = *key;
    HASH_ADD(hh, limits->entries, key, sizeof(entry->key), entry);
    if (entry->hh.tbl == NULL) {
        free(entry);
        return NULL;
    }
    if (key->flow != 0)
        link_entry(entry, packet->flow);
    return entry;
}

void limits_flow_end(struct limits *limits, struct limit_flow *flow)
{
    while (flow->entries != NULL)
        drop(limits, flow->entries);
}

void limits_free(struct limits *limits)
{
    if (limits == NULL)
        return;
    while (limits->entries != NULL)
        drop(limits, limits->entries);
    limit_plans_clear(&limits->plans);
    free(limits);
}

struct limits_counters limits_counters(const struct limits *limits)
{
    struct limits_counters counters = limits->counters;

    counters.entries = HASH_COUNT(limits->entries);
    return counters;
}

/* --- other rules --- */

static bool limits_alike(const struct limit_plan *a, const struct limit_plan *b)
{
    return a->limit.kind == b->limit.kind && a->limit.track == b->limit.track &&
           a->limit.count == b->limit.count && a->limit.seconds == b->limit.seconds &&
           a->limit.multiplier == b->limit.multiplier && a->action == b->action &&
           a->timeout_s == b->timeout_s;
}

static bool take_over(struct limits *limits, const struct limits *old, struct limit_entry *entry,
        uint32_t rule)
{
    if (rule == UINT32_MAX ||
            !limits_alike(&limits->plans.rules[rule], &old->plans.rules[entry->key.rule]))
        return false;
    entry->key.rule = rule;
    HASH_ADD(hh, limits->entries, key, sizeof(entry->key), entry);
    return entry->hh.tbl != NULL;
}

void limits_inherit(struct limits *limits, struct limits *old, const uint32_t of[])
{
    struct limit_entry *entry, *next;

    HASH_ITER(hh, old->entries, entry, next) {
        HASH_DEL(old->entries, entry);
        if (!take_over(limits, old, entry, of[entry->key.rule])) {
            unlink_entry(entry);
            free(entry);
        }
    }
    old->look = NULL;
    limits->counters = old->counters;
}

/* --- judging --- */

/* A threshold of 1 always alerts; in a flow it counts all the same, see limit_count.c. */
static bool is_unlimited(const struct rule_limit *limit)
{
    if (limit->kind == LIMIT_NONE || limit->track == TRACK_NONE)
        return limit->kind == LIMIT_NONE && limit->track == TRACK_NONE;
    return limit->kind == LIMIT_THRESHOLD && limit->count == 1 && limit->track != TRACK_FLOW;
}

/* False: there is nothing to count by. */
static bool take_key(const struct rule *rule, enum rule_track track,
        const struct limit_packet *packet, struct limit_key *key)
{
    const struct address *source = packet->source, *destination = packet->destination;
    bool swap = memcmp(source, destination, sizeof(*source)) > 0;

    *key = (struct limit_key){ .rule = rule->index };
    if (track == TRACK_SOURCE)
        key->first = *source;
    else if (track == TRACK_DESTINATION)
        key->first = *destination;
    else if (track == TRACK_FLOW)
        key->flow = (uintptr_t)packet->flow;
    else if (track == TRACK_BOTH) {
        key->first = swap ? *destination : *source;
        key->second = swap ? *source : *destination;
    }
    return track != TRACK_NONE && (track != TRACK_FLOW || packet->flow != NULL);
}

static enum limit_verdict count(struct limits *limits, const struct rule *rule,
        const struct limit_packet *packet, enum rule_action *action)
{
    const struct limit_plan *plan = &limits->plans.rules[rule->index];
    struct limit_count unkept;
    struct limit_entry *entry;
    struct limit_key key;

    if (is_unlimited(&plan->limit))
        return LIMIT_ALERT;
    /* Suricata takes a threshold that lacks one of both, and then never alerts. */
    if (plan->limit.kind == LIMIT_NONE || !take_key(rule, plan->limit.track, packet, &key))
        return LIMIT_NO_MATCH;
    HASH_FIND(hh, limits->entries, &key, sizeof(key), entry);
    if (entry != NULL)
        return limit_count_go_on(&entry->count, plan, packet->time_us, action);
    entry = make(limits, &key, packet);
    limits->counters.refused += entry == NULL;
    return limit_count_begin(entry != NULL ? &entry->count : &unkept, plan, packet->time_us);
}

enum limit_verdict limits_judge(struct limits *limits, const struct rule *rule,
        const struct limit_packet *packet, enum rule_action *action)
{
    enum limit_verdict verdict;

    *action = rule->action;
    if (limit_plans_suppress(&limits->plans, rule, packet->source, packet->destination))
        return LIMIT_SILENT;
    verdict = count(limits, rule, packet, action);
    /* A pass rule has no alert that this could take away. */
    if (verdict == LIMIT_ALERT && limits->plans.rules[rule->index].is_silent &&
            rule->action != ACTION_PASS)
        verdict = LIMIT_SILENT;
    return verdict;
}
