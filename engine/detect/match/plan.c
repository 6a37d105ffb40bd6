#include "detect/match/plan.h"

#include <stdlib.h>

#include "detect/gate.h"
#include "detect/match/heads.h"
#include "detect/match/look.h"
#include "detect/rules/buffers.h"
#include "parse/packet.h"

#define PATTERN_MIN 2 /* shorter ones are found everywhere */

/* --- the event --- */

static bool is_of_message(const struct rule_buffer *buffer)
{
    return buffer_is_of_message(buffer->kind);
}

/* Such a rule is of single packets, whatever it asks besides. */
static bool is_address(const struct rule_buffer *buffer)
{
    return buffer->kind == BUFFER_IP_SOURCE || buffer->kind == BUFFER_IP_DESTINATION;
}

static bool has_buffer(const struct rule *rule, bool (*is)(const struct rule_buffer *))
{
    for (uint32_t i = 0; i < rule->buffer_count; i++)
        if (is(&rule->buffers[i]))
            return true;
    return false;
}

static bool is_payload(const struct rule_buffer *buffer)
{
    return buffer->kind == BUFFER_PAYLOAD;
}

bool plan_has_payload(const struct plan *plan)
{
    return has_buffer(plan->rule, is_payload);
}

bool plan_reads_packets(const struct plan *plan, uint8_t protocol)
{
    return plan->rule->needs_packet || !plan->rule->needs_stream ||
           protocol != PACKET_PROTOCOL_TCP;
}

bool plan_reads_streams(const struct plan *plan, uint8_t protocol)
{
    return plan->rule->needs_stream && protocol == PACKET_PROTOCOL_TCP;
}

static uint64_t marks_of(const uint32_t *bits, uint32_t count)
{
    uint64_t marks = 0;

    for (uint32_t i = 0; i < count; i++)
        marks |= UINT64_C(1) << bits[i] % 64;
    return marks;
}

static uint64_t marks_made_by(const struct rule *rule)
{
    uint64_t marks = 0;

    for (uint32_t i = 0; i < rule->effect_count; i++)
        if (!rule->effects[i].is_xbit && rule->effects[i].command != BIT_UNSET)
            marks |= marks_of(rule->effects[i].bits, rule->effects[i].bit_count);
    return marks;
}

static const struct rule_flowbit *mark_of(const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->test_count; i++)
        if (rule->tests[i].kind == TEST_FLOWBIT && !rule->tests[i].flowbit.negated)
            return &rule->tests[i].flowbit;
    return NULL;
}

/* Has it one place, the start? */
static bool is_head(const struct rule_step *step)
{
    const struct rule_content *content = &step->content;

    return step->kind == STEP_CONTENT && !content->negated && !content->relative &&
           content->end == content->length;
}

/* One close behind it, with more than a byte that is compared? */
static bool is_spot(const struct rule_step *step)
{
    const struct rule_content *content = &step->content;

    return step->kind == STEP_CONTENT && !content->negated && !content->relative &&
           content->length > 1 && content->begin > 0 && content->begin < HEAD_BYTES - 1 &&
           content->end == content->begin + content->length;
}

/* The longest that fits. */
static const struct rule_content *find_placed(const struct rule *rule,
        bool (*fits)(const struct rule_step *step))
{
    const struct rule_content *found = NULL;

    for (uint32_t i = 0; i < rule->buffer_count; i++)
        for (uint32_t j = 0; is_payload(&rule->buffers[i]) && j < rule->buffers[i].step_count; j++) {
            const struct rule_step *step = &rule->buffers[i].steps[j];

            if (fits(step) && (found == NULL || step->content.length > found->length))
                found = &step->content;
        }
    return found;
}

static const struct rule_content *head_of(const struct rule *rule)
{
    const struct rule_content *head = find_placed(rule, is_head);

    return head != NULL ? head : find_placed(rule, is_spot);
}

static bool is_body(const struct rule_buffer *buffer)
{
    return buffer->kind == BUFFER_HTTP_REQUEST_BODY;
}

/* 'flow' is covered by the phases of a flow. */
static bool asks_each_packet(const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->test_count; i++)
        if (rule->tests[i].kind != TEST_IOT && rule->tests[i].kind != TEST_FLOW_STATE)
            return true;
    return false;
}

/* What these do must meet every packet. */
static bool acts_on_each_packet(const struct rule *rule)
{
    return rule->action == ACTION_PASS || rule->action == ACTION_REJECT;
}

/* Without what hyperscan cannot begin with: to be looked at first, a part does as well. */
static struct pattern pattern_of(const struct plan *plan, uint32_t number)
{
    const struct rule_content *fast = plan->fast;
    bool chopped = fast->chop_length > 0;
    struct pattern pattern = {
        .bytes = fast->bytes + (chopped ? fast->chop_offset : 0),
        .length = chopped ? fast->chop_length : fast->length,
        .nocase = fast->nocase,
        .value = number,
    };

    while (pattern.length > 0 && pattern.bytes[0] == 0) {
        pattern.bytes++;
        pattern.length--;
    }
    return pattern;
}

/* What a packet alone tells, whatever rules before this one did. */
static bool is_gate(const struct rule_test *test)
{
    return test->kind == TEST_TCP_FLAGS || test->kind == TEST_PAYLOAD_SIZE ||
           test->kind == TEST_ICMP_TYPE || test->kind == TEST_TTL;
}

static const struct rule_test *gate_of(const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->test_count; i++)
        if (is_gate(&rule->tests[i]))
            return &rule->tests[i];
    return NULL;
}

static bool has_fast_payload(const struct plan *plan)
{
    return plan->fast != NULL && is_payload(plan->buffer);
}

#define MUCH_LONGER 4 /* bytes */

/* Few packets that have the head in its place have more to show: they are searched for what all such
 * rules want at once. */
static bool is_head_common(const struct plan *plan)
{
    return has_fast_payload(plan) && plan->fast->length >= plan->head->length + MUCH_LONGER;
}

static void plan_payload(struct plan *plan)
{
    plan->event = plan->head != NULL && !is_head_common(plan) ? PLAN_HEAD
                  : has_fast_payload(plan)                        ? PLAN_PAYLOAD
                                                              : PLAN_PACKET;
}

/* Entropy and symmetry move without being told of, and what is usual is known of names. */
#define UNTOLD (uint32_t)(CHANGED_ENTROPY | CHANGED_SYMMETRY)

static bool asks_for_phase(const struct rule *rule)
{
    bool asks = rule->application != APPLICATION_ANY || rule->unless_usual ||
                (rule->iot_changed & UNTOLD) != 0;

    for (uint32_t i = 0; i < rule->test_count; i++)
        asks = asks || rule->tests[i].kind == TEST_FLOW_STATE;
    return asks;
}

static bool asks_for_syn(const struct rule_tcp_flags *asked)
{
    return (asked->flags & PACKET_TCP_SYN) != 0 &&
           (asked->mode == FLAGS_EQUAL || asked->mode == FLAGS_ALL_OF);
}

/* With which packets it is to be asked whatever has changed. */
static uint32_t packets_of(const struct plan *plan)
{
    const struct rule_test *gate = plan->gate;

    if (!asks_each_packet(plan->rule))
        return 0;
    if (gate == NULL || gate->kind != TEST_TCP_FLAGS ||
            (gate->tcp_flags.flags & LOOK_FLAGS_OF_ENDS) == 0)
        return PLAN_ALWAYS;
    return asks_for_syn(&gate->tcp_flags) ? PLAN_SYN : PLAN_ENDS;
}

static void plan_features(struct plan *plan)
{
    const struct rule *rule = plan->rule;

    plan->once = true;
    plan->mask = rule->iot_changed | packets_of(plan) | (asks_for_phase(rule) ? PLAN_PHASE : 0);
    plan->event = PLAN_FEATURES;
    if (plan->fast != NULL && plan->buffer->feature->changed == (plan->mask & ~PLAN_PHASE))
        plan->event = PLAN_TEXT;
}

static void plan_rule(const struct rule *rule, struct plan *plan)
{
    *plan = (struct plan){ .rule = rule, .buffer = rule->fast_buffer, .fast = rule->fast,
        .mark = mark_of(rule), .marks_made = marks_made_by(rule), .head = head_of(rule),
        .gate = gate_of(rule) };
    if (plan->mark != NULL)
        plan->marks_needed = marks_of(plan->mark->bits, plan->mark->bit_count);
    if (plan->fast != NULL && pattern_of(plan, 0).length < PATTERN_MIN)
        plan->fast = NULL;
    if (has_buffer(rule, is_of_message)) {
        plan->event = PLAN_MESSAGE;
        plan->wants_body = has_buffer(rule, is_body);
        if (plan->fast != NULL && !is_of_message(plan->buffer))
            plan->fast = NULL;
    } else if (has_buffer(rule, is_payload)) {
        plan_payload(plan);
    } else if (rule->iot_changed != 0 && !acts_on_each_packet(rule) &&
               !has_buffer(rule, is_address)) {
        plan_features(plan);
    } else {
        plan->event = rule_asks_ends_alone(rule) ? PLAN_FIRST_PACKET : PLAN_PACKET;
    }
}

#define COSTLY_MAX 32 /* rules of a kind */

static bool is_short_head(const struct plan *plan)
{
    return plan->event == PLAN_HEAD && plan->head->length == 1 && has_fast_payload(plan);
}

static bool is_at_spot(const struct plan *plan)
{
    return plan->head != NULL && plan->head->begin > 0 && has_fast_payload(plan);
}

/* One byte, or bytes behind the start, bring few rules up in less time than a search takes, but not
 * many. */
static void give_up_many(struct plans *plans, bool (*is_costly)(const struct plan *plan))
{
    size_t count = 0;

    for (size_t i = 0; i < plans->count; i++)
        count += is_costly(&plans->rules[i]);
    for (size_t i = 0; i < plans->count && count > COSTLY_MAX; i++)
        if (is_costly(&plans->rules[i])) {
            plans->rules[i].event = PLAN_PAYLOAD;
            if (plans->rules[i].head->begin > 0)
                plans->rules[i].head = NULL;
        }
}

/* --- conditions --- */

static int compare_conditions(const void *left, const void *right)
{
    const struct condition *const *a = left, *const *b = right;

    return gate_compare(*a, *b);
}

/* Returns where the next rule's go. */
static const struct condition **gather_conditions(struct plan *plan,
        const struct condition **out)
{
    const struct rule *rule = plan->rule;

    plan->conditions = out;
    for (uint32_t i = 0; i < rule->test_count; i++)
        if (rule->tests[i].kind == TEST_IOT)
            out[plan->condition_count++] = &rule->tests[i].iot;
    qsort(out, plan->condition_count, sizeof(*out), compare_conditions);
    return out + plan->condition_count;
}

static enum tattler_status add_conditions(struct plans *plans)
{
    const struct condition **next;
    size_t count = 1;

    for (size_t i = 0; i < plans->count; i++)
        count += plans->rules[i].rule->test_count;
    plans->conditions = next = calloc(count, sizeof(*next));
    for (size_t i = 0; i < plans->count && next != NULL; i++)
        next = gather_conditions(&plans->rules[i], next);
    return next != NULL ? TATTLER_OK : TATTLER_NO_MEMORY;
}

enum tattler_status plans_make(const struct rule_set *set, struct plans *out)
{
    size_t count = rule_set_count(set);
    struct plan *plans = calloc(count > 0 ? count : 1, sizeof(*plans));

    if (plans == NULL)
        return TATTLER_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        plan_rule(rule_set_rule(set, i), &plans[i]);
    qsort(plans, count, sizeof(*plans), plan_compare);
    *out = (struct plans){ .rules = plans, .count = count };
    give_up_many(out, is_short_head);
    give_up_many(out, is_at_spot);
    return add_conditions(out);
}

void plans_clear(struct plans *plans)
{
    free(plans->conditions);
    free(plans->rules);
    *plans = (struct plans){ 0 };
}

bool plan_list_append(struct plan_list *list, uint32_t number)
{
    if (list->count == list->room) {
        uint32_t room = list->room == 0 ? 1 : list->room * 2;
        uint32_t *numbers = realloc(list->numbers, room * sizeof(*numbers));

        if (numbers == NULL)
            return false;
        list->numbers = numbers;
        list->room = room;
    }
    list->numbers[list->count++] = number;
    return true;
}

static bool is_searched(const struct plan *plan)
{
    return plan->fast != NULL && (plan->event == PLAN_PAYLOAD || plan->event == PLAN_TEXT ||
                                         plan->event == PLAN_MESSAGE);
}

enum tattler_status plans_search(const struct plans *plans, const struct plan_list *rules,
        struct pattern_scratch **scratch, struct patterns **out)
{
    struct pattern *patterns = calloc((size_t)rules->count + 1, sizeof(*patterns));
    enum tattler_status status = TATTLER_OK;
    size_t count = 0;

    if (patterns == NULL)
        return TATTLER_NO_MEMORY;
    for (uint32_t i = 0; i < rules->count; i++) {
        const struct plan *plan = &plans->rules[rules->numbers[i]];

        if (is_searched(plan))
            patterns[count++] = pattern_of(plan, rules->numbers[i]);
    }
    if (count > 0)
        status = patterns_new(patterns, count, scratch, out);
    free(patterns);
    return status;
}
