/* What rules on features wait for. */
#include "detect/match/wait.h"

#include <stdlib.h>

#include "run_suite.h"

static struct match_wait *wait;
static struct flow flow;
static struct plan plan;

static void set_up(void)
{
    wait = calloc(1, wait_size(2));
    ck_assert_ptr_nonnull(wait);
    flow = (struct flow){ .first_us = 1, .last_us = 1, .remote_is_public = true,
        .device_is_first = true, .outlook.fanout = { 1, 1, 1 } };
    plan = (struct plan){ .mask = CHANGED_VOLUME | CHANGED_BEAT | PLAN_ALWAYS };
}

static void tear_down(void)
{
    free(wait);
}

static struct condition on(const char *feature, const char *text)
{
    struct condition condition;
    char error[256];

    ck_assert_int_eq(condition_parse(feature_find(feature), text, &condition, error, sizeof(error)),
            TATTLER_OK);
    return condition;
}

static void to_hold(size_t run, const struct condition *failed)
{
    struct feature_value value;
    bool known = failed->feature->get(&flow, &value);

    wait_to_hold(wait, run, plan.mask, failed, known ? &value : NULL);
}

static uint32_t risen_at(uint64_t bytes)
{
    flow.bytes[UP] = bytes;
    return wait_take_risen(wait, &flow, CHANGED_VOLUME, false);
}

START_TEST(a_number_below_its_range_is_waited_for_until_it_comes_there)
{
    struct condition high = on("bytes_up", ">=5000"), low = on("bytes_up", ">2000");

    to_hold(0, &high);
    to_hold(1, &low);
    ck_assert_uint_eq(wait->runs[0] | wait->runs[1] | wait->mask, 0);
    ck_assert_uint_eq(wait->mark_count, 1); /* the lower one does for both */
    ck_assert_uint_eq(risen_at(2000), 0);
    ck_assert_uint_eq(wait_take_risen(wait, &flow, CHANGED_ALL & ~CHANGED_VOLUME, false), 0);
    ck_assert_uint_eq(risen_at(2001), CHANGED_VOLUME);
    ck_assert_uint_eq(risen_at(9999), 0); /* told once */
}
END_TEST

START_TEST(a_number_too_large_for_a_float_is_not_missed)
{
    struct condition condition = on("bytes_up", ">=16777217");

    to_hold(0, &condition);
    ck_assert_uint_eq(risen_at(16777217), CHANGED_VOLUME);
}
END_TEST

START_TEST(a_number_that_only_grows_is_not_waited_for_above_its_range)
{
    struct condition below = on("bytes_up", "<100"), other = on("fanout", "<3");

    flow.bytes[UP] = 100;
    flow.outlook.fanout[0] = 5;
    to_hold(0, &below);
    ck_assert_uint_eq(wait->mask + wait->mark_count, 0);
    to_hold(0, &other); /* this one may fall */
    ck_assert_uint_eq(wait->runs[0], CHANGED_FANOUT);
}
END_TEST

START_TEST(what_is_not_a_range_is_waited_for_whatever_it_becomes)
{
    struct condition negated = on("bytes_up", "!5"), name = on("service", "ssh");

    flow.bytes[UP] = 5;
    to_hold(0, &negated);
    ck_assert_uint_eq(wait->runs[0], CHANGED_VOLUME);
    to_hold(1, &name);
    ck_assert_uint_eq(wait->runs[1], CHANGED_SERVICE);
    ck_assert_uint_eq(wait->mask, CHANGED_VOLUME | CHANGED_SERVICE);
}
END_TEST

START_TEST(what_moves_unseen_is_asked_with_every_change_of_the_rule)
{
    struct condition entropy = on("entropy", ">7.5");

    to_hold(1, &entropy);
    ck_assert_uint_eq(wait->runs[1], plan.mask);
    ck_assert_uint_eq(wait->mark_count, 0);
}
END_TEST

START_TEST(a_rule_that_was_told_waits_until_it_can_fail)
{
    struct condition open = on("bytes_up", ">=10"), closed = on("pkts_up", "<=4");
    const struct condition *conditions[] = { &open, &closed };

    plan = (struct plan){ .mask = CHANGED_VOLUME | PLAN_ALWAYS, .conditions = conditions,
        .condition_count = 2 };
    flow.bytes[UP] = 100;
    wait_to_fail(wait, 0, &plan, true);
    ck_assert_uint_eq(wait->runs[0], 0);
    flow.packets[UP] = 4;
    ck_assert_uint_eq(risen_at(1000), 0);
    flow.packets[UP] = 5;
    ck_assert_uint_eq(risen_at(1001), CHANGED_VOLUME);
    wait_to_fail(wait, 0, &plan, false);
    ck_assert_uint_eq(wait->runs[0], plan.mask);
}
END_TEST

/* It may have been told in the other direction, and hold no more without having held here. */
START_TEST(a_number_that_may_fall_is_not_waited_for_once_a_rule_was_told)
{
    struct condition fanout = on("fanout", ">2");

    to_hold(0, &fanout);
    ck_assert_uint_eq(wait_take_risen(wait, &flow, CHANGED_FANOUT, false), 0);
    ck_assert_uint_eq(wait_take_risen(wait, &flow, CHANGED_FANOUT, true), CHANGED_FANOUT);
}
END_TEST

START_TEST(numbers_beyond_the_room_for_marks_are_waited_for_all_the_same)
{
    static const char *const numbers[] = { "bytes_up", "bytes_down", "pkts_up", "pkts_down",
        "age_s", "fanout", "fanout_lan", "fanout_ports", "asn_risk" };
    struct condition condition;

    for (size_t i = 0; i <= WAIT_MARKS; i++) {
        condition = on(numbers[i], ">7");
        to_hold(0, &condition);
    }
    ck_assert_uint_eq(wait->mark_count, WAIT_MARKS);
    ck_assert_uint_eq(wait->runs[0], CHANGED_OPEN);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wait");
    TCase *tests = tcase_create("wait");

    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_number_below_its_range_is_waited_for_until_it_comes_there);
    tcase_add_test(tests, a_number_too_large_for_a_float_is_not_missed);
    tcase_add_test(tests, a_number_that_only_grows_is_not_waited_for_above_its_range);
    tcase_add_test(tests, what_is_not_a_range_is_waited_for_whatever_it_becomes);
    tcase_add_test(tests, what_moves_unseen_is_asked_with_every_change_of_the_rule);
    tcase_add_test(tests, a_rule_that_was_told_waits_until_it_can_fail);
    tcase_add_test(tests, a_number_that_may_fall_is_not_waited_for_once_a_rule_was_told);
    tcase_add_test(tests, numbers_beyond_the_room_for_marks_are_waited_for_all_the_same);
    return run_suite(suite);
}
