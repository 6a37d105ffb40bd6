#include "track/acceptance.h"

#include <string.h>

#include "run_suite.h"

#define SECOND UINT64_C(1000000)
#define NOW (365 * 86400 * SECOND)

static struct acceptance acceptance;
static double share;

static void set_up(void)
{
    memset(&acceptance, 0, sizeof(acceptance));
    share = -1;
}

static void open_some(unsigned count, unsigned accepted, uint64_t now_us)
{
    for (unsigned i = 0; i < count; i++) {
        acceptance_open(&acceptance, now_us);
        if (i < accepted)
            acceptance_accept(&acceptance, now_us, now_us + SECOND / 10);
    }
}

START_TEST(few_flows_tell_nothing)
{
    open_some(ACCEPTANCE_FLOWS_MIN - 1, 0, NOW);
    ck_assert(!acceptance_read(&acceptance, NOW, &share));
    ck_assert_double_eq(share, -1);
}
END_TEST

START_TEST(it_is_the_share_that_was_accepted)
{
    open_some(20, 5, NOW);
    ck_assert(acceptance_read(&acceptance, NOW + SECOND, &share));
    ck_assert_double_eq(share, 0.25);
    open_some(20, 20, NOW + 30 * SECOND);
    ck_assert(acceptance_read(&acceptance, NOW + 30 * SECOND, &share));
    ck_assert_double_eq(share, 0.625);
}
END_TEST

START_TEST(a_minute_later_all_is_forgotten)
{
    open_some(20, 5, NOW);
    ck_assert(acceptance_read(&acceptance, NOW + 49 * SECOND, &share));
    ck_assert(!acceptance_read(&acceptance, NOW + 60 * SECOND, &share));
    open_some(10, 10, NOW + 60 * SECOND);
    ck_assert(acceptance_read(&acceptance, NOW + 60 * SECOND, &share));
    ck_assert_double_eq(share, 1);
}
END_TEST

START_TEST(an_answer_counts_for_when_its_flow_opened)
{
    open_some(10, 0, NOW);
    open_some(10, 0, NOW + 20 * SECOND);
    acceptance_accept(&acceptance, NOW, NOW + 25 * SECOND);
    ck_assert(acceptance_read(&acceptance, NOW + 25 * SECOND, &share));
    ck_assert_double_eq(share, 0.05);
    acceptance_accept(&acceptance, NOW, NOW + 65 * SECOND); /* too late to matter */
    ck_assert(acceptance_read(&acceptance, NOW + 65 * SECOND, &share));
    ck_assert_double_eq(share, 0);
}
END_TEST

START_TEST(odd_times_do_no_harm)
{
    open_some(10, 10, 0);
    ck_assert(acceptance_read(&acceptance, 0, &share));
    ck_assert_double_eq(share, 1);
    open_some(10, 0, UINT64_MAX);
    acceptance_accept(&acceptance, UINT64_MAX, 0);
    open_some(10, 0, 0);
    ck_assert(acceptance_read(&acceptance, UINT64_MAX, &share));
    ck_assert_double_eq(share, 0.05);
    acceptance_accept(&acceptance, 0, UINT64_MAX);
    ck_assert(acceptance_read(&acceptance, 0, &share));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        few_flows_tell_nothing,
        it_is_the_share_that_was_accepted,
        a_minute_later_all_is_forgotten,
        an_answer_counts_for_when_its_flow_opened,
        odd_times_do_no_harm,
    };
    Suite *suite = suite_create("acceptance");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, set_up, NULL);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(all, tests[i]);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
