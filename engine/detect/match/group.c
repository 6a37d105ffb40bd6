#include "detect/match/group.h"

#include <stdlib.h>

#include "detect/match/look.h"

/* --- searches --- */

static enum search_kind kind_of(const struct plan *plan)
{
    return plan->mark != NULL ? SEARCH_MARKED : plan->head != NULL ? SEARCH_HEADED : SEARCH_FREE;
}

/* Where what is looked for first has to end. */
static uint32_t depth_of(const struct plan *plan)
{
    return plan->fast->relative || plan->fast->end == 0 ? UINT32_MAX : plan->fast->end;
}

/* The size of the payloads that it asks for at most. */
static uint64_t largest_of(const struct plan *plan)
{
    const struct rule_test *gate = plan->gate;
    bool bound = gate != NULL && gate->kind == TEST_PAYLOAD_SIZE && !gate->number.negated &&
                 gate->number.mask == UINT64_MAX;

    return bound ? gate->number.high : UINT64_MAX;
}

static void note_rule(struct group_search *search, const struct plan *plan)
{
    uint32_t depth = depth_of(plan);
    uint64_t largest = largest_of(plan);

    if (depth > search->depth)
        search->depth = depth;
    if (largest > search->largest)
        search->largest = largest;
    search->marks |= plan->marks_needed;
    cases_add(&search->cases, plan);
}

static enum tattler_status make_search(const struct plans *plans, const struct plan_list *rules,
        enum search_kind kind, struct pattern_scratch **scratch, struct group_search *out)
{
    enum tattler_status status = TATTLER_OK;
    struct plan_list here = { 0 };

    for (uint32_t i = 0; i < rules->count && status == TATTLER_OK; i++) {
        const struct plan *plan = &plans->rules[rules->numbers[i]];

        if (kind_of(plan) != kind)
            continue;
        note_rule(out, plan);
        if (!plan_list_append(&here, rules->numbers[i]))
            status = TATTLER_NO_MEMORY;
    }
    if (status == TATTLER_OK)
        status = plans_search(plans, &here, scratch, &out->patterns);
    free(here.numbers);
    return status;
}

static enum tattler_status make_searches(const struct plans *plans, const struct plan_list *rules,
        uint8_t protocol, bool (*reads)(const struct plan *, uint8_t),
        struct pattern_scratch **scratch, struct group_search out[SEARCH_KINDS])
{
    enum tattler_status status = TATTLER_OK;
    struct plan_list readers = { 0 };

    for (uint32_t i = 0; i < rules->count && status == TATTLER_OK; i++) {
        const struct plan *plan = &plans->rules[rules->numbers[i]];

        if (plan->event == PLAN_PAYLOAD && reads(plan, protocol) &&
                !plan_list_append(&readers, rules->numbers[i]))
            status = TATTLER_NO_MEMORY;
    }
    for (int kind = 0; kind < SEARCH_KINDS && status == TATTLER_OK; kind++)
        status = make_search(plans, &readers, (enum search_kind)kind, scratch, &out[kind]);
    free(readers.numbers);
    return status;
}

enum tattler_status group_searches_make(const struct plans *plans, const struct plan_list *rules,
        uint8_t protocol, struct pattern_scratch **scratch, struct group_searches *out)
{
    enum tattler_status status = make_searches(plans, rules, protocol, plan_reads_packets, scratch,
            out->packets);

    return status != TATTLER_OK ? status
                                : make_searches(plans, rules, protocol, plan_reads_streams,
                                          scratch, out->streams);
}

void group_searches_clear(struct group_searches *searches)
{
    for (int kind = 0; kind < SEARCH_KINDS; kind++) {
        patterns_free(searches->packets[kind].patterns);
        patterns_free(searches->streams[kind].patterns);
    }
    *searches = (struct group_searches){ 0 };
}

/* --- rules --- */

void group_free(struct match_group *group)
{
    if (group == NULL)
        return;
    for (uint32_t i = 0; i < group->run_count; i++)
        free(group->runs[i].rules.numbers);
    address_rules_clear(&group->first_from);
    address_rules_clear(&group->first_to);
    heads_clear(&group->heads);
    free(group->first.numbers);
    free(group->each.numbers);
    free(group->each_marked.numbers);
    free(group->each_payload.numbers);
    free(group->each_payload_marked.numbers);
    free(group->features_marked.numbers);
    free(group->runs);
    free(group);
}

/* 'always': PLAN_ALWAYS or nothing. Who is asked with each packet does not have the others asked, too. */
static bool is_run_of(const struct feature_run *run, const struct condition *first, uint32_t always)
{
    return (run->mask & PLAN_ALWAYS) == always &&
           (first != NULL ? run->gated && run->gate.feature == first->feature : !run->gated);
}

/* NULL: out of memory. 'first': what a gate could be made of, NULL: nothing. The last run takes all that
 * find no room. */
static struct feature_run *run_for(struct match_group *group, const struct condition *first,
        uint32_t always)
{
    struct feature_run *runs;
    uint32_t i = 0;

    while (i < group->run_count && i < GROUP_RUNS - 1 && !is_run_of(&group->runs[i], first, always))
        i++;
    if (i < group->run_count)
        return &group->runs[i];
    runs = realloc(group->runs, (group->run_count + 1) * sizeof(*runs));
    if (runs == NULL)
        return NULL;
    group->runs = runs;
    runs[i] = (struct feature_run){ .mask = always, .gated = first != NULL };
    if (first != NULL)
        runs[i].gate = *first;
    return &runs[group->run_count++];
}

static void pass_gate(struct feature_run *run, const struct condition *first)
{
    if (first == NULL || run->gate.feature != first->feature)
        run->gated = false;
    if (run->gated)
        gate_widen(&run->gate, first);
}

static bool add_feature(struct match_group *group, const struct plan *plan, uint32_t number)
{
    const struct condition *first = plan->condition_count > 0 ? plan->conditions[0] : NULL;
    struct feature_run *run;

    if (plan->mark != NULL && (plan->mask & PLAN_PACKETS) != 0)
        return plan_list_append(&group->features_marked, number);
    if (first != NULL && !gate_is_possible(first))
        first = NULL;
    run = run_for(group, first, plan->mask & PLAN_ALWAYS);
    if (run == NULL)
        return false;
    pass_gate(run, first);
    run->mask |= plan->mask;
    for (unsigned bit = 0; bit < 32; bit++)
        if ((plan->mask >> bit & 1) != 0)
            group->runs_of[bit] |= UINT64_C(1) << (run - group->runs);
    return plan_list_append(&run->rules, number);
}

static void note_flags(struct match_group *group, const struct rule_test *gate)
{
    for (unsigned flags = 0; flags <= UINT8_MAX; flags++)
        if (gate == NULL || gate->kind != TEST_TCP_FLAGS ||
                look_flags_fit(&gate->tcp_flags, (uint8_t)flags))
            group->each_flags[flags / 64] |= UINT64_C(1) << flags % 64;
}

static struct plan_list *list_of(struct match_group *group, const struct plan *plan)
{
    if (plan_has_payload(plan))
        return plan->mark != NULL ? &group->each_payload_marked : &group->each_payload;
    return plan->mark != NULL ? &group->each_marked : &group->each;
}

static bool add_each(struct match_group *group, const struct plan *plan, uint32_t number)
{
    struct plan_list *list = list_of(group, plan);

    if (list == &group->each)
        note_flags(group, plan->gate);
    return plan_list_append(list, number);
}

static bool add_first(struct match_group *group, const struct rule *rule, uint32_t number)
{
    const struct address *from = address_rules_key(rule, true);
    const struct address *to = address_rules_key(rule, false);

    if (from != NULL)
        return address_rules_add(&group->first_from, from, number);
    if (to != NULL)
        return address_rules_add(&group->first_to, to, number);
    return plan_list_append(&group->first, number);
}

static bool add_head(struct match_group *group, const struct rule_content *head, uint32_t number)
{
    return heads_add(&group->heads, head->bytes, head->length, head->begin, number);
}

static enum tattler_status add_rule(struct match_group *group, const struct plans *plans,
        uint32_t number)
{
    const struct plan *plan = &plans->rules[number];
    bool done = true;

    switch (plan->event) {
    case PLAN_FIRST_PACKET:
        done = add_first(group, plan->rule, number);
        break;
    case PLAN_HEAD:
        done = add_head(group, plan->head, number);
        break;
    case PLAN_PAYLOAD:
        done = kind_of(plan) != SEARCH_HEADED || add_head(group, plan->head, GROUP_HEADED);
        break;
    case PLAN_PACKET:
        done = add_each(group, plan, number);
        break;
    case PLAN_FEATURES:
        done = add_feature(group, plan, number);
        break;
    default:
        break;
    }
    group->wants_stream |= plan->rule->needs_stream;
    return done ? TATTLER_OK : TATTLER_NO_MEMORY;
}

static enum tattler_status add_all(struct match_group *group, const struct plans *plans,
        const struct plan_list *rules, const struct group_searches *searches)
{
    enum tattler_status status = TATTLER_OK;

    for (uint32_t i = 0; i < rules->count && status == TATTLER_OK; i++) {
        if (plans->rules[rules->numbers[i]].event == PLAN_PAYLOAD)
            group->searches = searches;
        status = add_rule(group, plans, rules->numbers[i]);
    }
    heads_sort(&group->heads);
    address_rules_sort(&group->first_from);
    address_rules_sort(&group->first_to);
    return status;
}

enum tattler_status group_new(const struct plans *plans, const struct plan_list *rules,
        const struct group_searches *searches, struct match_group **out)
{
    struct match_group *group = calloc(1, sizeof(*group));
    enum tattler_status status =
            group != NULL ? add_all(group, plans, rules, searches) : TATTLER_NO_MEMORY;

    if (status == TATTLER_OK)
        *out = group;
    else
        group_free(group);
    return status;
}
