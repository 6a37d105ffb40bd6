#include "track/symmetry.h"

#include <string.h>

#include "run_suite.h"

#define SECOND UINT64_C(1000000)
#define YEAR (365 * 86400 * SECOND)
#define UP 0
#define DOWN 1

static struct symmetry symmetry;
static double value;

static void set_up(void)
{
    memset(&symmetry, 0, sizeof(symmetry));
    value = -1;
}

START_TEST(little_traffic_has_no_symmetry)
{
    symmetry_add(&symmetry, YEAR, UP, SYMMETRY_BYTES_MIN / 2);
    symmetry_add(&symmetry, YEAR, DOWN, SYMMETRY_BYTES_MIN / 2 - 1);
    ck_assert(!symmetry_read(&symmetry, &value));
    ck_assert_double_eq(value, -1);
    symmetry_add(&symmetry, YEAR, DOWN, 1);
    ck_assert(symmetry_read(&symmetry, &value));
    ck_assert_double_eq(value, 1);
}
END_TEST

START_TEST(it_is_twice_the_lesser_share)
{
    symmetry_add(&symmetry, YEAR, UP, 30000);
    symmetry_add(&symmetry, YEAR, DOWN, 10000);
    ck_assert(symmetry_read(&symmetry, &value));
    ck_assert_double_eq(value, 0.5);
}
END_TEST

START_TEST(one_way_only_is_zero)
{
    symmetry_add(&symmetry, YEAR, DOWN, 30000);
    ck_assert(symmetry_read(&symmetry, &value));
    ck_assert_double_eq(value, 0);
}
END_TEST

START_TEST(what_is_older_than_a_minute_is_forgotten)
{
    symmetry_add(&symmetry, YEAR, DOWN, 1000000);
    symmetry_add(&symmetry, YEAR + 50 * SECOND, UP, 20000);
    ck_assert(symmetry_read(&symmetry, &value));
    ck_assert_double_lt(value, 0.1);
    symmetry_add(&symmetry, YEAR + 60 * SECOND, DOWN, 20000);
    ck_assert(symmetry_read(&symmetry, &value));
    ck_assert_double_eq(value, 1);
    symmetry_add(&symmetry, YEAR + 3600 * SECOND, DOWN, 1);
    ck_assert(!symmetry_read(&symmetry, &value));
}
END_TEST

START_TEST(a_slot_begins_once_in_ten_seconds)
{
    ck_assert(symmetry_add(&symmetry, YEAR, UP, 1));
    ck_assert(!symmetry_add(&symmetry, YEAR + 10 * SECOND - 1, UP, 1));
    ck_assert(symmetry_add(&symmetry, YEAR + 10 * SECOND, UP, 1));
    ck_assert(!symmetry_add(&symmetry, YEAR + 10 * SECOND, DOWN, 1));
}
END_TEST

START_TEST(time_that_steps_back_counts_as_now)
{
    symmetry_add(&symmetry, YEAR, UP, 20000);
    ck_assert(!symmetry_add(&symmetry, YEAR - 3600 * SECOND, DOWN, 20000));
    ck_assert(symmetry_read(&symmetry, &value));
    ck_assert_double_eq(value, 1);
    ck_assert(symmetry_add(&symmetry, UINT64_MAX, UP, 20000));
    ck_assert(symmetry_read(&symmetry, &value));
    ck_assert_double_eq(value, 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        little_traffic_has_no_symmetry,
        it_is_twice_the_lesser_share,
        one_way_only_is_zero,
        what_is_older_than_a_minute_is_forgotten,
        a_slot_begins_once_in_ten_seconds,
        time_that_steps_back_counts_as_now,
    };
    Suite *suite = suite_create("symmetry");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, set_up, NULL);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(all, tests[i]);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
