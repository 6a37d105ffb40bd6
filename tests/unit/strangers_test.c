#include "track/strangers.h"

#include <stdlib.h>

#include "run_suite.h"

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define DAY (86400 * SECOND)
#define NOW (19675 * DAY)

static struct strangers *strangers;

static void set_up(void)
{
    strangers = NULL;
}

static void tear_down(void)
{
    free(strangers);
}

START_TEST(each_is_counted_once)
{
    for (unsigned i = 0; i < 100; i++)
        strangers_note(&strangers, STRANGERS_MAX, i % 5, NOW + i * SECOND);
    ck_assert_uint_eq(strangers_count(strangers, NOW + 100 * SECOND), 5);
}
END_TEST

START_TEST(a_crowd_is_the_largest_count)
{
    for (unsigned i = 0; i < 1000; i++)
        strangers_note(&strangers, STRANGERS_MAX, i, NOW + i * SECOND);
    ck_assert_uint_eq(strangers_count(strangers, NOW + 1000 * SECOND), STRANGERS_MAX);
}
END_TEST

START_TEST(who_was_not_called_for_a_day_is_none)
{
    strangers_note(&strangers, STRANGERS_MAX, 1, NOW);
    strangers_note(&strangers, STRANGERS_MAX, 2, NOW + DAY / 2);
    ck_assert_uint_eq(strangers_count(strangers, NOW + DAY - SECOND), 2);
    ck_assert_uint_eq(strangers_count(strangers, NOW + DAY), 1);
    ck_assert_uint_eq(strangers_count(strangers, NOW + 2 * DAY), 0);
}
END_TEST

START_TEST(who_is_met_again_within_a_day_was_there_before)
{
    ck_assert(!strangers_note(&strangers, STRANGERS_MAX, 1, NOW));
    ck_assert(strangers_note(&strangers, STRANGERS_MAX, 1, NOW + DAY - SECOND));
    ck_assert(strangers_note(&strangers, STRANGERS_MAX, 1, NOW + DAY));
    ck_assert(!strangers_note(&strangers, STRANGERS_MAX, 1, NOW + 2 * DAY));
}
END_TEST

START_TEST(of_a_round_longer_than_there_is_room_nobody_was_there_before)
{
    for (unsigned i = 0; i < 3 * (NEIGHBOURS_MAX + 1); i++)
        ck_assert(!strangers_note(&strangers, NEIGHBOURS_MAX, i % (NEIGHBOURS_MAX + 1), NOW + i * SECOND));
    ck_assert_uint_eq(strangers->room, NEIGHBOURS_MAX);
}
END_TEST

START_TEST(a_crowd_does_not_push_out_who_is_called_again)
{
    for (unsigned i = 0; i < 1000; i++) {
        strangers_note(&strangers, STRANGERS_MAX, i, NOW + i * SECOND);
        strangers_note(&strangers, STRANGERS_MAX, UINT64_MAX, NOW + i * SECOND + 1);
    }
    for (unsigned i = 0; i < STRANGERS_MAX; i++)
        if (strangers->items[i].key == UINT64_MAX)
            return;
    ck_abort_msg("it was forgotten");
}
END_TEST

START_TEST(who_turns_out_to_be_there_is_none)
{
    strangers_forget(strangers, 1);
    for (unsigned i = 0; i < ABSENT_MAX; i++)
        strangers_note(&strangers, ABSENT_MAX, i, NOW);
    strangers_forget(strangers, 7);
    strangers_forget(strangers, 7);
    ck_assert_uint_eq(strangers_count(strangers, NOW), ABSENT_MAX - 1);
}
END_TEST

START_TEST(those_met_before_the_clock_stepped_back_do_not_stay_for_ever)
{
    for (unsigned i = 0; i < STRANGERS_MAX; i++)
        strangers_note(&strangers, STRANGERS_MAX, i, NOW + 30 * DAY);
    ck_assert_uint_eq(strangers_count(strangers, NOW + 30 * DAY - SECOND), STRANGERS_MAX);
    ck_assert_uint_eq(strangers_count(strangers, NOW), 0);
    for (unsigned i = 0; i < 3; i++)
        strangers_note(&strangers, STRANGERS_MAX, 100 + i, NOW + i * SECOND);
    ck_assert_uint_eq(strangers_count(strangers, NOW + 3 * SECOND), 3);
}
END_TEST

START_TEST(those_of_late_are_some_of_all)
{
    for (unsigned i = 0; i < 10; i++)
        strangers_note(&strangers, STRANGERS_MAX, i, NOW + i * MINUTE);
    strangers_note(&strangers, STRANGERS_MAX, 0, NOW + 9 * MINUTE);
    ck_assert_uint_eq(strangers_count_lately(strangers, 300, NOW + 9 * MINUTE), 6);
    ck_assert_uint_eq(strangers_count_lately(strangers, 300, NOW + 20 * MINUTE), 0);
    ck_assert_uint_eq(strangers_count_lately(NULL, 300, NOW), 0);
    ck_assert_uint_eq(strangers_count(strangers, NOW + 9 * MINUTE), 10);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        each_is_counted_once,
        a_crowd_is_the_largest_count,
        who_was_not_called_for_a_day_is_none,
        who_is_met_again_within_a_day_was_there_before,
        of_a_round_longer_than_there_is_room_nobody_was_there_before,
        a_crowd_does_not_push_out_who_is_called_again,
        who_turns_out_to_be_there_is_none,
        those_met_before_the_clock_stepped_back_do_not_stay_for_ever,
        those_of_late_are_some_of_all,
    };
    Suite *suite = suite_create("strangers");
    TCase *cases = tcase_create("strangers");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
