#include "detect/match/limit_plans.h"

#include <stdlib.h>

/* --- making --- */

static bool has_limit(const struct limit_plan *plan)
{
    return plan->limit.kind != LIMIT_NONE || plan->limit.track != TRACK_NONE;
}

static void apply_limit(struct limit_plan *plan, const struct threshold *line)
{
    bool replaces = line->sid != 0 && line->limit.kind != LIMIT_RATE;

    if (has_limit(plan) && !replaces)
        return;
    plan->limit = line->limit;
    plan->action = line->action;
    plan->timeout_s = line->timeout_s;
}

static void apply(struct limit_plan *plan, const struct threshold *line)
{
    if (line->limit.kind != LIMIT_SUPPRESS)
        apply_limit(plan, line);
    else if (line->limit.track == TRACK_RULE)
        plan->is_silent = true;
}

static void push(const struct suppression **list, struct suppression *item)
{
    item->next = *list;
    *list = item;
}

static void apply_to_many(struct limit_plans *plans, const struct rule_set *set,
        const struct threshold *line, struct suppression *item)
{
    size_t count = rule_set_count(set);

    if (line->suppressed != NULL) {
        push(&plans->wide, item);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (line->gid == 0 || line->gid == rule_set_rule(set, i)->gid)
            apply(&plans->rules[i], line);
}

static void apply_to_one(struct limit_plans *plans, const struct rule_set *set,
        const struct threshold *line, struct suppression *item)
{
    const struct rule *rule = rule_set_find(set, line->gid, line->sid);

    if (rule == NULL)
        return;
    if (line->suppressed != NULL)
        push(&plans->rules[rule->index].suppressions, item);
    else
        apply(&plans->rules[rule->index], line);
}

static void apply_lines(struct limit_plans *plans, const struct rule_set *set,
        const struct threshold *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        plans->all[i].line = &lines[i];
        if (lines[i].sid == 0)
            apply_to_many(plans, set, &lines[i], &plans->all[i]);
        else
            apply_to_one(plans, set, &lines[i], &plans->all[i]);
    }
}

enum tattler_status limit_plans_make(struct limit_plans *plans, const struct rule_set *set)
{
    size_t rule_count = rule_set_count(set), line_count;
    const struct threshold *lines = rule_set_thresholds(set, &line_count);

    plans->rules = calloc(rule_count + 1, sizeof(*plans->rules));
    plans->all = calloc(line_count + 1, sizeof(*plans->all));
    plans->wide = NULL;
    if (plans->rules == NULL || plans->all == NULL) {
        limit_plans_clear(plans);
        return TATTLER_NO_MEMORY;
    }
    for (size_t i = 0; i < rule_count; i++)
        plans->rules[i].limit = rule_set_rule(set, i)->limit;
    apply_lines(plans, set, lines, line_count);
    return TATTLER_OK;
}

void limit_plans_clear(struct limit_plans *plans)
{
    free(plans->rules);
    free(plans->all);
    *plans = (struct limit_plans){ .rules = NULL };
}

/* --- suppress --- */

static bool holds(const struct threshold *line, const struct address *source,
        const struct address *destination)
{
    enum rule_track track = line->limit.track;

    return (track != TRACK_DESTINATION && address_set_contains(line->suppressed, source)) ||
           (track != TRACK_SOURCE && address_set_contains(line->suppressed, destination));
}

bool limit_plans_suppress(const struct limit_plans *plans, const struct rule *rule,
        const struct address *source, const struct address *destination)
{
    const struct suppression *item;

    for (item = plans->rules[rule->index].suppressions; item != NULL; item = item->next)
        if (holds(item->line, source, destination))
            return true;
    for (item = plans->wide; item != NULL; item = item->next)
        if ((item->line->gid == 0 || item->line->gid == rule->gid) &&
                holds(item->line, source, destination))
            return true;
    return false;
}
