/* Rules on features: asked when one of these has changed that they wait for. */
#include "detect/match/matcher_internal.h"

#include "parse/packet.h"

/* --- one rule --- */

/* What a condition has found. */
struct sight {
    bool known;
    struct feature_value value;
};

/* The first condition on features, from this one on, that does not hold; NULL: all do. */
static const struct condition *find_failed(const struct plan *plan, uint32_t from,
        const struct flow *flow, struct sight *seen)
{
    for (uint32_t i = from; i < plan->condition_count; i++) {
        const struct condition *condition = plan->conditions[i];

        seen->known = flow != NULL && condition->feature->get(flow, &seen->value);
        if (!seen->known || !condition_accepts(condition, &seen->value))
            return condition;
    }
    return NULL;
}

bool runs_hold(const struct plan *plan, const struct flow *flow)
{
    struct sight seen;

    return find_failed(plan, 0, flow, &seen) == NULL;
}

static void note_failed(struct matcher *matcher, uint32_t number)
{
    if (matcher->flow->fired_count > 0)
        fired_wake(matcher->flow, number);
}

/* It holds: has it not been told? */
static bool is_news(const struct matcher *matcher, uint32_t number, const struct look *look)
{
    return !fired_has(matcher->flow, number) &&
           look_header(look, matcher->plans.rules[number].rule);
}

/* Without its flowbit, too, one that has alerted may be woken. */
void runs_add_marked(struct matcher *matcher, const struct plan_list *rules,
        const struct look *look, const struct marks *marks)
{
    uint64_t any = marks->set | marks->made;

    for (uint32_t i = 0; i < rules->count; i++) {
        uint32_t number = rules->numbers[i];
        const struct plan *plan = &matcher->plans.rules[number];

        if ((plan->marks_needed & any) == 0 && !fired_has(matcher->flow, number))
            continue;
        if (!runs_hold(plan, look->packet->flow))
            note_failed(matcher, number);
        else if (is_news(matcher, number, look))
            candidates_add_fit(matcher, number, look);
    }
}

/* --- one run --- */

/* Whose runs are asked. */
struct asking {
    const struct look *look;
    struct match_wait *wait;
    size_t run;
};

/* 'failed' does not hold; 'value': of its feature, NULL: unknown. */
static void settle_failed(struct matcher *matcher, const struct asking *asking, uint32_t number,
        const struct condition *failed, const struct feature_value *value)
{
    note_failed(matcher, number);
    wait_to_hold(asking->wait, asking->run, matcher->plans.rules[number].mask, failed, value);
}

/* All its conditions do. What is no news although it has not been told never is in this phase of the
 * flow. */
static void settle_holding(struct matcher *matcher, const struct asking *asking, uint32_t number)
{
    const struct plan *plan = &matcher->plans.rules[number];
    bool news = is_news(matcher, number, asking->look);

    if (news || fired_has(matcher->flow, number))
        wait_to_fail(asking->wait, asking->run, plan, !news);
    else
        wait_to_turn(asking->wait, asking->run, plan);
    if (news)
        candidates_add_fit(matcher, number, asking->look);
}

/* From this condition on. */
static void ask_rule(struct matcher *matcher, const struct asking *asking, uint32_t number,
        uint32_t from)
{
    struct sight seen;
    const struct condition *failed = find_failed(&matcher->plans.rules[number], from,
            asking->look->packet->flow, &seen);

    if (failed != NULL)
        settle_failed(matcher, asking, number, failed, seen.known ? &seen.value : NULL);
    else
        settle_holding(matcher, asking, number);
}

/* None of its rules can hold. */
static void stay_closed(struct matcher *matcher, const struct feature_run *run,
        const struct asking *asking, const struct feature_value *value)
{
    if (matcher->flow->fired_count > 0)
        fired_wake_all(matcher->flow, &run->rules);
    wait_to_hold(asking->wait, asking->run, run->mask, &run->gate, value);
}

static bool value_is_number(const struct feature *feature)
{
    return feature->type == FEATURE_NUMBER || feature->type == FEATURE_REAL;
}

/* The value of the gate's feature goes for all their first conditions. What is no number is waited for
 * by all that do not hold in the same way. */
static void ask_opened(struct matcher *matcher, const struct feature_run *run,
        const struct asking *asking, const struct feature_value *value)
{
    const struct condition *failed = NULL;

    for (uint32_t i = 0; i < run->rules.count; i++) {
        uint32_t number = run->rules.numbers[i];
        const struct condition *first = matcher->plans.rules[number].conditions[0];

        if (condition_accepts(first, value)) {
            ask_rule(matcher, asking, number, 1);
        } else if (failed == NULL || value_is_number(first->feature)) {
            failed = first;
            settle_failed(matcher, asking, number, first, value);
        } else {
            note_failed(matcher, number);
        }
    }
}

static void ask_known(struct matcher *matcher, const struct feature_run *run,
        const struct asking *asking, const struct feature_value *value)
{
    if (condition_accepts(&run->gate, value))
        ask_opened(matcher, run, asking, value);
    else
        stay_closed(matcher, run, asking, value);
}

static void ask_ungated(struct matcher *matcher, const struct feature_run *run,
        const struct asking *asking)
{
    for (uint32_t i = 0; i < run->rules.count; i++)
        ask_rule(matcher, asking, run->rules.numbers[i], 0);
}

/* Mostly the gate's feature is unknown, and then waited for by all its rules. */
static inline void ask_run(struct matcher *matcher, const struct feature_run *run,
        const struct asking *asking)
{
    struct feature_value value;

    asking->wait->runs[asking->run] = 0;
    if (!run->gated) {
        ask_ungated(matcher, run, asking);
    } else if (run->gate.feature->get(asking->look->packet->flow, &value)) {
        ask_known(matcher, run, asking, &value);
    } else {
        wait_to_know(asking->wait, asking->run, run->gate.feature);
        if (matcher->flow->fired_count > 0)
            fired_wake_all(matcher->flow, &run->rules);
    }
}

/* --- all of them --- */

/* Rules may ask for protocol and 'established'. Returns PLAN_PHASE: they have changed; all: nothing was
 * known of the flow in this direction. */
static uint32_t note_phase(struct match_flow *flow, const struct match_packet *packet,
        enum rule_application application)
{
    unsigned way = packet->to_server ? 0 : 1;
    uint32_t before = flow->phase[way];

    flow->phase[way] = 1 + ((uint32_t)application << 1 | (packet->established ? 1 : 0));
    if (before == PHASE_NONE)
        return RUNS_ALL;
    return flow->phase[way] != before ? PLAN_PHASE : 0;
}

/* Since the packet before in this direction. */
static uint32_t note_changes(struct match_flow *flow, const struct match_packet *packet)
{
    unsigned way = packet->to_server ? 0 : 1;
    uint32_t changed = packet->flow->changed, unseen = flow->carried[way] | changed;
    bool is_end = (packet->tcp_flags & LOOK_FLAGS_OF_ENDS) != 0;
    bool is_syn = (packet->tcp_flags & PACKET_TCP_SYN) != 0;

    flow->carried[way] = 0;
    flow->carried[!way] |= changed;
    return unseen | PLAN_ALWAYS | (is_end ? PLAN_ENDS : 0) | (is_syn ? PLAN_SYN : 0);
}

uint32_t runs_note(struct matcher *matcher, enum rule_application application)
{
    const struct match_packet *packet = matcher->packet;
    const struct match_wait *wait = matcher->flow->waits[packet->to_server ? 0 : 1];
    uint32_t awaited = matcher->messages.text_changes | PLAN_PHASE;
    uint32_t changes = note_phase(matcher->flow, packet, application) |
                       note_changes(matcher->flow, packet);

    if (wait != NULL)
        awaited |= wait->mask | wait->marked;
    return (changes & awaited) != 0 ? changes : 0;
}

static void search_texts(struct matcher *matcher, uint32_t changes)
{
    struct feature_value value;
    const struct text_search *texts = matcher->messages.texts;

    for (uint32_t i = 0; i < matcher->messages.text_count; i++)
        if ((texts[i].feature->changed & changes) != 0 &&
                texts[i].feature->get(matcher->packet->flow, &value))
            patterns_search(texts[i].patterns, matcher->scratch,
                    cursor_over((const uint8_t *)value.text, value.len), candidates_add, matcher);
}

/* What has rules on features asked. */
struct waking {
    uint32_t changes, risen;
};

static bool is_woken(const struct feature_run *run, uint32_t waits_for, const struct waking *by)
{
    return (waits_for & by->changes) != 0 || (run->mask & by->risen) != 0;
}

/* The runs whose rules ask for one of these. */
static uint64_t runs_of(const struct match_group *group, uint32_t changes)
{
    uint64_t runs = 0;

    for (; changes != 0; changes &= changes - 1)
        runs |= group->runs_of[__builtin_ctz(changes)];
    return runs;
}

/* The first of 'wait' is for the first run. Returns what those that ask for 'woken' wait for now. */
static uint32_t add_runs(struct matcher *matcher, const struct match_group *group,
        struct asking asking, const struct waking *by, uint32_t woken)
{
    size_t first = asking.run;
    uint32_t waits_for = 0;

    for (uint64_t left = runs_of(group, woken); left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);

        asking.run = first + i;
        if (is_woken(&group->runs[i], asking.wait->runs[asking.run], by))
            ask_run(matcher, &group->runs[i], &asking);
        waits_for |= asking.wait->runs[asking.run];
    }
    return waits_for;
}

/* Of all groups; what none waits for any more is not looked for with the next packet. */
static void add_woken(struct matcher *matcher,
        const struct match_group *const groups[GROUPS_OF_FLOW], struct asking asking,
        const struct waking *by)
{
    uint32_t woken = (asking.wait->mask & by->changes) | by->risen, waits_for = 0;

    if (woken == 0)
        return;
    for (unsigned i = 0; i < GROUPS_OF_FLOW; i++)
        if (groups[i] != NULL) {
            waits_for |= add_runs(matcher, groups[i], asking, by, woken);
            asking.run += groups[i]->run_count;
        }
    asking.wait->mask &= ~woken | waits_for;
}

/* Nothing has been asked before. Each flow that opens comes here, and finds most gates unknown: what all
 * of them need is at hand. */
static void add_all_of(struct matcher *matcher, const struct match_group *group, struct asking *asking)
{
    const struct feature_run *run = group->runs, *end = run + group->run_count;
    const struct flow *flow = asking->look->packet->flow;
    bool told = matcher->flow->fired_count > 0;
    struct feature_value value;

    for (; run < end; run++, asking->run++) {
        const struct feature *feature = run->gate.feature;

        if (!run->gated || told)
            ask_run(matcher, run, asking);
        else if (!feature->get(flow, &value))
            wait_to_know(asking->wait, asking->run, feature);
        else if (condition_accepts(&run->gate, &value))
            ask_opened(matcher, run, asking, &value);
        else
            wait_to_hold(asking->wait, asking->run, run->mask, &run->gate, &value);
    }
}

static void add_all(struct matcher *matcher,
        const struct match_group *const groups[GROUPS_OF_FLOW], struct asking asking)
{
    for (unsigned i = 0; i < GROUPS_OF_FLOW; i++)
        if (groups[i] != NULL)
            add_all_of(matcher, groups[i], &asking);
}

static void add_of_features(struct matcher *matcher,
        const struct match_group *const groups[GROUPS_OF_FLOW], const struct look *look,
        uint32_t changes)
{
    const struct asking asking = { look, matcher->flow->waits[look->packet->to_server ? 0 : 1], 0 };
    struct waking by = { changes, 0 };

    if (asking.wait == NULL)
        return;
    if (changes == RUNS_ALL) {
        add_all(matcher, groups, asking);
        return;
    }
    by.risen = wait_take_risen(asking.wait, look->packet->flow, changes,
            matcher->flow->fired_count > 0);
    add_woken(matcher, groups, asking, &by);
}

void runs_add_changed(struct matcher *matcher,
        const struct match_group *const groups[GROUPS_OF_FLOW], const struct look *look,
        uint32_t changes)
{
    if ((changes & PLAN_PHASE) != 0)
        search_texts(matcher, UINT32_MAX);
    else if ((changes & matcher->messages.text_changes) != 0)
        search_texts(matcher, changes);
    add_of_features(matcher, groups, look, changes);
}
