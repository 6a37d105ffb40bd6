#include "detect/match/limit_count.h"

#include "base/time.h"

static bool is_inside(const struct limit_count *count, const struct limit_plan *plan,
        uint64_t now_us)
{
    return now_us <= count->start_us + plan->limit.seconds * US_PER_S;
}

/* Counts, in a new window if the old one is over: then false. */
static bool advance(struct limit_count *count, const struct limit_plan *plan, uint64_t now_us)
{
    if (is_inside(count, plan, now_us)) {
        count->count++;
        return true;
    }
    count->start_us = now_us;
    count->count = 1;
    return false;
}

/* Whether 'count' alerts, if it is 1. */
static enum limit_verdict at_one(const struct limit_plan *plan)
{
    return plan->limit.count == 1 ? LIMIT_ALERT : LIMIT_NO_MATCH;
}

static enum limit_verdict go_on_limit(struct limit_count *count, const struct limit_plan *plan,
        uint64_t now_us)
{
    if (!advance(count, plan, now_us))
        return LIMIT_ALERT;
    return count->count <= plan->limit.count ? LIMIT_ALERT : LIMIT_SILENT;
}

/* A later window does not alert at its first match, though 'count' be 1. */
static enum limit_verdict go_on_threshold(struct limit_count *count, const struct limit_plan *plan,
        uint64_t now_us)
{
    if (!advance(count, plan, now_us) || count->count < plan->limit.count)
        return LIMIT_NO_MATCH;
    count->count = 0;
    return LIMIT_ALERT;
}

static enum limit_verdict go_on_both(struct limit_count *count, const struct limit_plan *plan,
        uint64_t now_us)
{
    if (!advance(count, plan, now_us))
        return at_one(plan);
    if (count->count > plan->limit.count)
        return LIMIT_SILENT;
    return count->count == plan->limit.count ? LIMIT_ALERT : LIMIT_NO_MATCH;
}

static enum limit_verdict go_on_filter(struct limit_count *count, const struct limit_plan *plan,
        uint64_t now_us)
{
    return advance(count, plan, now_us) && count->count > plan->limit.count ? LIMIT_ALERT
                                                                           : LIMIT_NO_MATCH;
}

static void back_off(struct limit_count *count, const struct limit_plan *plan)
{
    uint64_t next = (uint64_t)count->next * plan->limit.multiplier;

    count->next = next < UINT32_MAX ? (uint32_t)next : UINT32_MAX;
}

static enum limit_verdict go_on_backoff(struct limit_count *count, const struct limit_plan *plan,
        uint64_t now_us)
{
    (void)now_us;
    if (count->count == UINT32_MAX || ++count->count != count->next)
        return LIMIT_SILENT;
    back_off(count, plan);
    return LIMIT_ALERT;
}

/* Does the new action apply? Its time is counted in whole seconds and ends where time steps back. */
static bool is_changed(struct limit_count *count, const struct limit_plan *plan, uint64_t now_us)
{
    if (count->changed_us == 0) {
        if (advance(count, plan, now_us) && count->count > plan->limit.count)
            count->changed_us = now_us;
        return count->changed_us != 0;
    }
    if (now_us / US_PER_S - count->changed_us / US_PER_S <= plan->timeout_s)
        return true;
    count->changed_us = 0;
    return false;
}

static void change(enum rule_action *action, enum threshold_action wanted)
{
    static const enum rule_action actions[] = {
        [THRESHOLD_ALERT] = ACTION_ALERT,
        [THRESHOLD_DROP] = ACTION_DROP,
        [THRESHOLD_PASS] = ACTION_PASS,
        [THRESHOLD_REJECT] = ACTION_REJECT,
    };

    if (wanted != THRESHOLD_LOG) /* which Suricata does not have yet */
        *action = actions[wanted];
}

enum limit_verdict limit_count_begin(struct limit_count *count, const struct limit_plan *plan,
        uint64_t now_us)
{
    enum rule_limit_kind kind = plan->limit.kind;

    *count = (struct limit_count){ .start_us = now_us, .count = 1, .next = plan->limit.count };
    if (kind == LIMIT_LIMIT || kind == LIMIT_RATE)
        return LIMIT_ALERT;
    if (kind == LIMIT_DETECTION_FILTER)
        return LIMIT_NO_MATCH;
    if (kind == LIMIT_BACKOFF && plan->limit.count == 1)
        back_off(count, plan);
    return at_one(plan);
}

enum limit_verdict limit_count_go_on(struct limit_count *count, const struct limit_plan *plan,
        uint64_t now_us, enum rule_action *action)
{
    static enum limit_verdict (*const go_on[])(struct limit_count *, const struct limit_plan *,
            uint64_t) = {
        [LIMIT_LIMIT] = go_on_limit,
        [LIMIT_THRESHOLD] = go_on_threshold,
        [LIMIT_BOTH] = go_on_both,
        [LIMIT_BACKOFF] = go_on_backoff,
        [LIMIT_DETECTION_FILTER] = go_on_filter,
    };

    if (plan->limit.kind != LIMIT_RATE)
        return go_on[plan->limit.kind](count, plan, now_us);
    if (is_changed(count, plan, now_us))
        change(action, plan->action);
    return LIMIT_ALERT;
}

bool limit_count_is_over(const struct limit_count *count, const struct limit_plan *plan,
        uint64_t now_us)
{
    return !is_inside(count, plan, now_us) && count->changed_us == 0;
}
