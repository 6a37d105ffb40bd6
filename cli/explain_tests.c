/* What else has to hold for a rule, and what happens then, in words. */
#include <math.h>
#include <string.h>

#include "detect/features.h"
#include "explain.h"

#define BIT_USERS_SHOWN 6

/* --- numbers --- */

static void say_bounds(FILE *to, uint64_t low, uint64_t high, bool open_end, bool negated)
{
    unsigned long long first = low, last = high;

    if (low == high)
        fprintf(to, "%s %llu", negated ? "is not" : "is", first);
    else if (open_end)
        fprintf(to, "%s %llu", negated ? "is below" : "is at least", first);
    else if (low == 0)
        fprintf(to, "%s %llu", negated ? "is above" : "is at most", last);
    else
        fprintf(to, "%s between %llu and %llu", negated ? "is not" : "is", first, last);
}

void say_number(FILE *to, const struct number_condition *number)
{
    bool open_end = number->high == UINT8_MAX || number->high == UINT16_MAX ||
                    number->high == UINT32_MAX || number->high == UINT64_MAX;

    if (number->mask != UINT64_MAX)
        fprintf(to, "has in its bits %#llx what ", (unsigned long long)number->mask);
    say_bounds(to, number->low, number->high, open_end, number->negated);
}

/* --- features --- */

void say_meaning(FILE *to, const struct feature *feature)
{
    const char *end = strstr(feature->doc, ". ");
    size_t len = end != NULL ? (size_t)(end - feature->doc) + 1 : strlen(feature->doc);

    fprintf(to, " (%.*s)", (int)len, feature->doc);
}

static void say_whole(FILE *to, const struct condition *condition)
{
    uint64_t max = condition->feature->max > 0 ? condition->feature->max : UINT64_MAX;

    if (condition->number.low == 0 && condition->number.high == max)
        fputs("is known", to);
    else
        say_bounds(to, condition->number.low, condition->number.high,
                condition->number.high == max, condition->negated);
}

static void say_real(FILE *to, const struct condition *condition)
{
    double low = condition->real.low, high = condition->real.high;

    if (condition->negated)
        fputs("is known, but not what ", to);
    if (isinf(low))
        fprintf(to, "is %s %g", condition->real.high_included ? "at most" : "below", high);
    else if (isinf(high))
        fprintf(to, "is %s %g", condition->real.low_included ? "at least" : "above", low);
    else if (low < high)
        fprintf(to, "is between %g and %g", low, high);
    else
        fprintf(to, "is %g", low);
}

static void say_names(FILE *to, const struct condition *condition)
{
    const char *between = condition->negated ? "is known, but not " : "is ", *name;

    for (size_t i = 0; (name = condition->feature->value_name(i)) != NULL; i++)
        if ((condition->names >> i & 1) != 0) {
            fprintf(to, "%s%s", between, name);
            between = condition->negated ? " nor " : " or ";
        }
}

static void say_finding(FILE *to, const struct condition *condition)
{
    fprintf(to, "%s '%s'", condition->negated ? "is known, but not" : "has", condition->finding.id);
    if (condition->finding.score > 0)
        fprintf(to, " with a score of %g or more", condition->finding.score);
}

static void say_iot(FILE *to, const struct rule_set *set, const struct rule_test *test)
{
    static void (*const phrases[])(FILE *to, const struct condition *condition) = {
        [FEATURE_NUMBER] = say_whole,
        [FEATURE_REAL] = say_real,
        [FEATURE_BOOLEAN] = say_names,
        [FEATURE_NAMES] = say_names,
        [FEATURE_SET] = say_finding,
    };

    (void)set;
    fprintf(to, "iot.%s ", test->iot.feature->name);
    phrases[test->iot.feature->type](to, &test->iot);
    putc('.', to);
    say_meaning(to, test->iot.feature);
}

/* --- packets and flows --- */

static const char *const number_phrases[] = {
    [TEST_PAYLOAD_SIZE] = "The size of the packet's payload",
    [TEST_ICMP_TYPE] = "ICMP's type",
    [TEST_ICMP_CODE] = "ICMP's code",
    [TEST_TTL] = "The packet's time to live",
    [TEST_FLOW_AGE] = "The connection's age in seconds",
};

static void say_plain_number(FILE *to, const struct rule_set *set, const struct rule_test *test)
{
    (void)set;
    fprintf(to, "%s ", number_phrases[test->kind]);
    say_number(to, &test->number);
    putc('.', to);
}

static void say_flow_count(FILE *to, const struct rule_set *set, const struct rule_test *test)
{
    static const char *const sides[] = {
        [FLOW_TO_SERVER] = "to the server",
        [FLOW_TO_CLIENT] = "to the client",
        [FLOW_EITHER_SIDE] = "to one of both sides",
    };

    (void)set;
    fprintf(to, "The number of the connection's %s %s ",
            test->kind == TEST_FLOW_BYTES ? "bytes" : "packets", sides[test->flow_count.side]);
    say_number(to, &test->flow_count.number);
    putc('.', to);
}

void say_tcp_flag_names(FILE *to, uint8_t flags)
{
    static const char *const names[] = { "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR" };
    const char *between = "";

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if ((flags >> i & 1) != 0) {
            fprintf(to, "%s%s", between, names[i]);
            between = " ";
        }
    if (flags == 0)
        fputs("none", to);
}

static void say_tcp_flags(FILE *to, const struct rule_set *set, const struct rule_test *test)
{
    static const char *const modes[] = {
        [FLAGS_EQUAL] = "The packet's TCP flags are ",
        [FLAGS_NOT] = "The packet's TCP flags are not ",
        [FLAGS_ALL_OF] = "The packet's TCP flags hold all of ",
        [FLAGS_ANY_OF] = "The packet's TCP flags hold one of ",
    };
    uint8_t ignored = (uint8_t)~test->tcp_flags.mask;

    (void)set;
    fputs(modes[test->tcp_flags.mode], to);
    say_tcp_flag_names(to, test->tcp_flags.flags);
    if (ignored != 0) {
        fputs(", whatever becomes of ", to);
        say_tcp_flag_names(to, ignored);
    }
    putc('.', to);
}

static void say_flow_state(FILE *to, const struct rule_set *set, const struct rule_test *test)
{
    const struct rule_flow_state *state = &test->flow_state;

    (void)set;
    if (state->established || state->not_established)
        fprintf(to, "The connection is %sestablished.", state->established ? "" : "not yet ");
    if (state->no_fragment || state->only_fragment)
        fprintf(to, "The packet %s put together from fragments.",
                state->only_fragment ? "was" : "was not");
}

/* --- bits --- */

static bool sets_bit(const struct rule *rule, bool is_xbit, uint32_t bit)
{
    for (uint32_t i = 0; i < rule->effect_count; i++) {
        const struct rule_effect *effect = &rule->effects[i];

        for (uint32_t b = 0; b < effect->bit_count; b++)
            if (effect->is_xbit == is_xbit && effect->bits[b] == bit &&
                    effect->command != BIT_UNSET)
                return true;
    }
    return false;
}

static bool asks_bit(const struct rule *rule, bool is_xbit, uint32_t bit)
{
    for (uint32_t i = 0; i < rule->test_count; i++) {
        const struct rule_test *test = &rule->tests[i];

        if (is_xbit && test->kind == TEST_XBIT && test->xbit.bit == bit)
            return true;
        for (uint32_t b = 0; test->kind == TEST_FLOWBIT && b < test->flowbit.bit_count; b++)
            if (!is_xbit && test->flowbit.bits[b] == bit)
                return true;
    }
    return false;
}

void say_bit_users(FILE *to, const struct rule_set *set, bool is_xbit, uint32_t bit, bool setters)
{
    bool (*const uses)(const struct rule *, bool, uint32_t) = setters ? sets_bit : asks_bit;
    size_t users = 0;

    for (size_t i = 0; i < rule_set_count(set); i++) {
        const struct rule *rule = rule_set_rule(set, i);

        if (!uses(rule, is_xbit, bit))
            continue;
        if (users++ < BIT_USERS_SHOWN)
            fprintf(to, "%s%u", users > 1 ? ", " : "", rule->sid);
    }
    if (users > BIT_USERS_SHOWN)
        fprintf(to, " and %zu more", users - BIT_USERS_SHOWN);
    if (users == 0)
        fputs("no rule that was read", to);
}

static void say_mark(FILE *to, const struct rule_set *set, bool is_xbit, uint32_t bit)
{
    fprintf(to, "'%s', which is set by ", rule_set_bit_name(set, is_xbit, bit));
    say_bit_users(to, set, is_xbit, bit, true);
}

static void say_flowbit(FILE *to, const struct rule_set *set, const struct rule_test *test)
{
    fprintf(to, "The connection bears %s mark ", test->flowbit.negated ? "no" : "the");
    for (uint32_t i = 0; i < test->flowbit.bit_count; i++) {
        fputs(i > 0 ? ", or " : "", to);
        say_mark(to, set, false, test->flowbit.bits[i]);
    }
    putc('.', to);
}

static const char *const tracks[] = {
    [XBIT_NO_TRACK] = "everything",
    [XBIT_SOURCE] = "the sender's address",
    [XBIT_DESTINATION] = "the receiver's address",
    [XBIT_PAIR] = "the pair of addresses",
};

static void say_xbit(FILE *to, const struct rule_set *set, const struct rule_test *test)
{
    fprintf(to, "On %s lies %s mark ", tracks[test->xbit.track], test->xbit.negated ? "no" : "the");
    say_mark(to, set, true, test->xbit.bit);
    putc('.', to);
}

void say_effect(FILE *to, const struct rule_set *set, const struct rule_effect *effect)
{
    static const char *const commands[] = { [BIT_SET] = "Sets", [BIT_UNSET] = "Takes away",
        [BIT_TOGGLE] = "Sets, or takes away," };
    const char *on = effect->is_xbit ? tracks[effect->track] : "the connection";

    for (uint32_t i = 0; i < effect->bit_count; i++) {
        fprintf(to, "%s%s the mark '%s' on %s", i > 0 ? " " : "", commands[effect->command],
                rule_set_bit_name(set, effect->is_xbit, effect->bits[i]), on);
        if (effect->is_xbit && effect->command == BIT_SET)
            fprintf(to, " for %u s", effect->expire_s);
        fputs(", for which is asked by ", to);
        say_bit_users(to, set, effect->is_xbit, effect->bits[i], false);
        putc('.', to);
    }
}

static void (*const test_phrases[])(FILE *to, const struct rule_set *set,
        const struct rule_test *test) = {
    [TEST_PAYLOAD_SIZE] = say_plain_number,
    [TEST_TCP_FLAGS] = say_tcp_flags,
    [TEST_ICMP_TYPE] = say_plain_number,
    [TEST_ICMP_CODE] = say_plain_number,
    [TEST_TTL] = say_plain_number,
    [TEST_FLOW_AGE] = say_plain_number,
    [TEST_FLOW_PACKETS] = say_flow_count,
    [TEST_FLOW_BYTES] = say_flow_count,
    [TEST_FLOW_STATE] = say_flow_state,
    [TEST_FLOWBIT] = say_flowbit,
    [TEST_XBIT] = say_xbit,
    [TEST_IOT] = say_iot,
};

void say_test(FILE *to, const struct rule_set *set, const struct rule_test *test)
{
    test_phrases[test->kind](to, set, test);
}

/* --- how often --- */

static void say_time(FILE *to, uint32_t seconds)
{
    static const struct {
        uint32_t seconds;
        const char *one, *many;
    } units[] = { { 86400, "a day", "days" }, { 3600, "an hour", "hours" },
        { 60, "a minute", "minutes" }, { 1, "a second", "seconds" } };
    size_t i = 0;

    while (seconds % units[i].seconds != 0)
        i++;
    if (seconds == units[i].seconds)
        fputs(units[i].one, to);
    else
        fprintf(to, "%u %s", seconds / units[i].seconds, units[i].many);
}

void say_limit(FILE *to, const struct rule_limit *limit)
{
    static const char *const kinds[] = {
        [LIMIT_LIMIT] = "Alerts at most",
        [LIMIT_THRESHOLD] = "Alerts whenever this has happened",
        [LIMIT_BOTH] = "Alerts once, when this has happened",
        [LIMIT_DETECTION_FILTER] = "Alerts each time beyond",
    };
    static const char *const each[] = {
        [TRACK_NONE] = "", [TRACK_SOURCE] = " for each sender",
        [TRACK_DESTINATION] = " for each receiver",
        [TRACK_BOTH] = " for each pair of sender and receiver", [TRACK_EITHER] = "",
        [TRACK_RULE] = ", all hosts together", [TRACK_FLOW] = " for each connection",
    };

    if (limit->kind == LIMIT_NONE) {
        fputs("Alerts each time.", to);
    } else if (limit->kind == LIMIT_BACKOFF) {
        fprintf(to, "Alerts at the first %u times in a connection, and then ever more seldom.",
                limit->count);
    } else {
        fprintf(to, limit->count == 1 ? "%s once within " : "%s %u times within ",
                kinds[limit->kind], limit->count);
        say_time(to, limit->seconds);
        fprintf(to, "%s.", each[limit->track]);
    }
}
