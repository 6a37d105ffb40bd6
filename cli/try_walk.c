/* How far a rule comes with what is looked at. */
#include <stdlib.h>

#include "detect/condition.h"
#include "detect/rules/buffers.h"
#include "try.h"

/* --- the order --- */

static bool is_plain(const struct rule_test *test)
{
    return test->kind != TEST_IOT && test->kind != TEST_FLOWBIT && test->kind != TEST_XBIT;
}

static bool is_iot(const struct rule_test *test)
{
    return test->kind == TEST_IOT;
}

static bool is_flowbit(const struct rule_test *test)
{
    return test->kind == TEST_FLOWBIT;
}

static bool is_xbit(const struct rule_test *test)
{
    return test->kind == TEST_XBIT;
}

static void add_tests(struct try_rule *tried, bool (*is)(const struct rule_test *))
{
    for (uint32_t i = 0; i < tried->rule->test_count; i++)
        if (is(&tried->rule->tests[i]))
            tried->conditions[tried->count++] =
                    (struct try_condition){ TRY_TEST, &tried->rule->tests[i], NULL };
}

static bool is_of_message(const struct rule_buffer *buffer)
{
    return buffer_is_of_message(buffer->kind);
}

static void add_buffers(struct try_rule *tried)
{
    for (uint32_t i = 0; i < tried->rule->buffer_count; i++) {
        const struct rule_buffer *buffer = &tried->rule->buffers[i];

        tried->conditions[tried->count++] = (struct try_condition){ TRY_BUFFER, NULL, buffer };
        tried->has_messages |= is_of_message(buffer);
    }
}

bool try_rule_open(struct try_rule *tried, const struct rule_set *set, const struct rule *rule)
{
    *tried = (struct try_rule){ .set = set, .rule = rule };
    tried->conditions = calloc(TRY_TEST + rule->test_count + rule->buffer_count,
            sizeof(*tried->conditions));
    if (tried->conditions == NULL)
        return false;
    for (; tried->count < TRY_TEST; tried->count++)
        tried->conditions[tried->count].kind = (enum try_kind)tried->count;
    add_tests(tried, is_plain);
    add_buffers(tried);
    add_tests(tried, is_iot);
    add_tests(tried, is_flowbit);
    add_tests(tried, is_xbit); /* asking for them may change them, so only when all else holds */
    return true;
}

void try_rule_close(struct try_rule *tried)
{
    free(tried->conditions);
}

/* --- the header --- */

static bool walk_source(const struct look *look, const struct rule *rule)
{
    return address_set_contains(rule->source, &look->packet->source);
}

static bool walk_source_port(const struct look *look, const struct rule *rule)
{
    return port_set_contains(rule->source_ports, look->packet->source_port);
}

static bool walk_destination(const struct look *look, const struct rule *rule)
{
    return address_set_contains(rule->destination, &look->packet->destination);
}

static bool walk_destination_port(const struct look *look, const struct rule *rule)
{
    return port_set_contains(rule->destination_ports, look->packet->destination_port);
}

static bool (*const walk_header[TRY_TEST])(const struct look *, const struct rule *) = {
    [TRY_PROTOCOL] = look_protocol,
    [TRY_APPLICATION] = look_application,
    [TRY_SOURCE] = walk_source,
    [TRY_SOURCE_PORT] = walk_source_port,
    [TRY_DESTINATION] = walk_destination,
    [TRY_DESTINATION_PORT] = walk_destination_port,
    [TRY_DIRECTION] = look_direction,
};

/* --- numbers --- */

static double distance(double value, double low, double high)
{
    return value < low ? low - value : value > high ? value - high : 0;
}

static double distance_of(const struct number_condition *asked, uint64_t value)
{
    return distance((double)(value & asked->mask), (double)asked->low, (double)asked->high);
}

static double distance_of_count(const struct rule_flow_count *asked, const uint64_t counts[2])
{
    double up = distance_of(&asked->number, counts[0]), down = distance_of(&asked->number, counts[1]);

    if (asked->side == FLOW_EITHER_SIDE)
        return up < down ? up : down;
    return asked->side == FLOW_TO_SERVER ? up : down;
}

static double distance_of_feature(const struct condition *asked, const struct feature_value *value)
{
    if (asked->feature->type == FEATURE_REAL)
        return distance(value->real, asked->real.low, asked->real.high);
    if (asked->feature->type == FEATURE_NUMBER)
        return distance((double)value->number, (double)asked->number.low,
                (double)asked->number.high);
    return 0;
}

/* --- tests --- */

static bool walk_iot(const struct look *look, const struct rule_test *test, struct try_reach *reach)
{
    struct feature_value value;

    if (look->packet->flow == NULL || !test->iot.feature->get(look->packet->flow, &value))
        return false;
    reach->depth = 1;
    reach->distance = distance_of_feature(&test->iot, &value);
    return condition_accepts(&test->iot, &value);
}

static bool walk_test(const struct look *look, const struct rule_test *test,
        struct try_reach *reach)
{
    const struct match_packet *packet = look->packet;

    if (test->kind == TEST_IOT)
        return walk_iot(look, test, reach);
    if (test->kind == TEST_XBIT)
        return look_xbits(look, &(struct rule){ .tests = test, .test_count = 1 });
    if (test->kind == TEST_PAYLOAD_SIZE)
        reach->distance = distance_of(&test->number, packet->payload.left);
    else if (test->kind == TEST_FLOW_PACKETS)
        reach->distance = distance_of_count(&test->flow_count, packet->packets);
    else if (test->kind == TEST_FLOW_BYTES)
        reach->distance = distance_of_count(&test->flow_count, packet->bytes);
    return look_test(look, test);
}

/* --- patterns --- */

/* Whose outcome only the matcher may ask for. */
static bool has_effect(const struct rule_step *step)
{
    return step->kind == STEP_DATASET && (step->dataset.command == DATASET_SET ||
                                                 step->dataset.command == DATASET_UNSET);
}

/* Encrypted or empty payloads are not looked at. */
static bool is_there(const struct look *look, const struct rule_buffer *buffer)
{
    const struct match_transaction *transaction = look->transaction;
    struct feature_value value;

    if (buffer->kind == BUFFER_PAYLOAD)
        return look->payload.left > 0 && !look->unreadable;
    if (buffer->kind == BUFFER_FEATURE)
        return look->packet->flow != NULL && buffer->feature->get(look->packet->flow, &value);
    if (!is_of_message(buffer))
        return look_address(look, buffer->kind).left > 0;
    for (size_t i = 0; transaction != NULL && i < transaction->count; i++)
        if (transaction->buffers[i].kind == buffer->kind)
            return true;
    return false;
}

static bool walk_buffer(const struct try_rule *tried, const struct look *look,
        const struct rule_buffer *buffer, struct try_reach *reach)
{
    struct rule_buffer part = *buffer;

    if (!is_there(look, buffer))
        return false;
    for (uint32_t i = 0; i < buffer->step_count && !has_effect(&buffer->steps[i]); i++) {
        reach->depth = i + 1;
        part.step_count = i + 1;
        if (!look_buffer(look, tried->rule, &part))
            return false;
    }
    return true;
}

/* --- all of them --- */

static bool holds(const struct try_rule *tried, const struct look *look,
        const struct try_condition *condition, struct try_reach *reach)
{
    if (condition->kind == TRY_TEST)
        return walk_test(look, condition->test, reach);
    if (condition->kind == TRY_BUFFER)
        return walk_buffer(tried, look, condition->buffer, reach);
    if (condition->kind == TRY_APPLICATION) /* it is told better once it is known */
        reach->depth = look->application != APPLICATION_ANY;
    return walk_header[condition->kind](look, tried->rule);
}

struct try_reach try_walk(const struct try_rule *tried, const struct look *look)
{
    struct try_reach reach = { 0 };

    for (; reach.condition < tried->count; reach.condition++) {
        reach.depth = 0;
        reach.distance = 0;
        if (!holds(tried, look, &tried->conditions[reach.condition], &reach))
            break;
    }
    return reach;
}

bool try_is_further(const struct try_reach *one, const struct try_reach *other)
{
    if (one->condition != other->condition)
        return one->condition > other->condition;
    if (one->depth != other->depth)
        return one->depth > other->depth;
    return one->distance < other->distance;
}
