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
        ck_assert(!acceptance_open(&acceptance, false, now_us));
        if (i < accepted)
            acceptance_answer(&acceptance, false, true, now_us, now_us + SECOND / 10);
    }
}

static void call_some(unsigned count, uint64_t now_us)
{
    for (unsigned i = 0; i < count; i++)
        ck_assert(acceptance_open(&acceptance, true, now_us));
}

static void hear_some(unsigned count, bool accepted, uint64_t opened_us, uint64_t now_us)
{
    for (unsigned i = 0; i < count; i++)
        acceptance_answer(&acceptance, true, accepted, opened_us, now_us);
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

START_TEST(remotes_have_time_to_answer)
{
    call_some(30, NOW);
    ck_assert(!acceptance_read(&acceptance, NOW, &share));
    hear_some(10, true, NOW, NOW + SECOND / 10);
    ck_assert(acceptance_read(&acceptance, NOW + SECOND / 10, &share));
    ck_assert_double_eq(share, 1);
    ck_assert(acceptance_read(&acceptance, NOW + SECOND / 4, &share));
    ck_assert_double_eq(share, 1);
    ck_assert(acceptance_read(&acceptance, NOW + ACCEPTANCE_WAIT_US, &share));
    ck_assert_double_eq_tol(share, 1.0 / 3, 1e-9);
    hear_some(20, true, NOW, NOW + 2 * SECOND); /* late, but they were there */
    ck_assert(acceptance_read(&acceptance, NOW + 2 * SECOND, &share));
    ck_assert_double_eq(share, 1);
}
END_TEST

START_TEST(a_refusal_counts_at_once)
{
    call_some(16, NOW);
    hear_some(8, false, NOW, NOW + SECOND / 1000);
    ck_assert(acceptance_read(&acceptance, NOW + SECOND / 1000, &share));
    ck_assert_double_eq(share, 0);
}
END_TEST

START_TEST(few_wait_at_once)
{
    call_some(ACCEPTANCE_WAIT_MAX, NOW);
    for (unsigned i = 0; i < ACCEPTANCE_FLOWS_MIN; i++)
        ck_assert(!acceptance_open(&acceptance, true, NOW + SECOND / 10));
    ck_assert(acceptance_read(&acceptance, NOW + SECOND / 10, &share));
    ck_assert_double_eq(share, 0);
    hear_some(4, true, NOW, NOW + SECOND / 5); /* leave their places to others */
    call_some(4, NOW + SECOND / 5);
    ck_assert(!acceptance_open(&acceptance, true, NOW + SECOND / 5));
    call_some(ACCEPTANCE_WAIT_MAX - 4, NOW + ACCEPTANCE_WAIT_US);
    ck_assert(!acceptance_open(&acceptance, true, NOW + ACCEPTANCE_WAIT_US));
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
    acceptance_answer(&acceptance, false, true, NOW, NOW + 25 * SECOND);
    ck_assert(acceptance_read(&acceptance, NOW + 25 * SECOND, &share));
    ck_assert_double_eq(share, 0.05);
    acceptance_answer(&acceptance, false, true, NOW, NOW + 65 * SECOND); /* too late to matter */
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
    acceptance_answer(&acceptance, false, true, UINT64_MAX, 0);
    open_some(10, 0, 0);
    ck_assert(acceptance_read(&acceptance, UINT64_MAX, &share));
    ck_assert_double_eq(share, 0.05);
    acceptance_answer(&acceptance, false, true, 0, UINT64_MAX);
    ck_assert(acceptance_read(&acceptance, 0, &share));
    call_some(ACCEPTANCE_WAIT_MAX, UINT64_MAX);
    ck_assert(!acceptance_open(&acceptance, true, 0));
    hear_some(1, true, 0, 0);
    hear_some(ACCEPTANCE_WAIT_MAX + 1, true, UINT64_MAX, 0);
    call_some(1, 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        few_flows_tell_nothing,
        it_is_the_share_that_was_accepted,
        remotes_have_time_to_answer,
        a_refusal_counts_at_once,
        few_wait_at_once,
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
