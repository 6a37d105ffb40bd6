/* What leaves slowly, day by day. */
#include "track/upload.h"

#include <stdlib.h>

#include "run_suite.h"

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define MB UINT64_C(1000000)
#define NOW (19675 * DAY)

static struct upload upload;
static struct upload_window cloud, other;

static void set_up(void)
{
    upload = (struct upload){ 0 };
    cloud = other = (struct upload_window){ 0 };
}

static void tear_down(void)
{
}

static void assert_between(double value, double low, double high)
{
    ck_assert_double_ge(value, low);
    ck_assert_double_le(value, high);
}

/* Sends 'bytes' each ten minutes. */
static void trickle(struct upload_window *window, uint64_t bytes, uint64_t from_us, uint64_t to_us)
{
    for (uint64_t at_us = from_us; at_us < to_us; at_us += 10 * MINUTE)
        upload_add(&upload, window, bytes, at_us);
}

static double day_at(const struct upload_window *window, uint64_t now_us)
{
    double ratio = -1;

    return upload_day(&upload, window, now_us, &ratio) ? ratio : -1;
}

START_TEST(the_first_hour_says_nothing_of_days)
{
    ck_assert_double_eq(day_at(&cloud, NOW), -1);
    upload_add(&upload, &cloud, 100, NOW);
    ck_assert_double_eq(day_at(&cloud, NOW + HOUR - 1), -1);
    ck_assert_double_ge(day_at(&cloud, NOW + HOUR), 0);
}
END_TEST

START_TEST(what_trickles_out_all_day_is_far_more_than_usual_without_a_burst)
{
    double burst;

    trickle(&cloud, 2000, NOW, NOW + 8 * HOUR);
    trickle(&other, MB * 8 / 10, NOW + 2 * HOUR, NOW + 8 * HOUR);
    ck_assert(upload_burst(&upload, &other, NOW + 8 * HOUR - 10 * MINUTE, &burst));
    ck_assert_double_lt(burst, 1);
    assert_between(day_at(&other, NOW + 8 * HOUR), 2.87, 2.89); /* 28.8 MB of 10 */
    ck_assert_double_lt(day_at(&cloud, NOW + 8 * HOUR), 0.01);
}
END_TEST

START_TEST(who_trickles_from_the_start_is_not_told)
{
    trickle(&cloud, MB * 8 / 10, NOW, NOW + 7 * DAY);
    for (unsigned day = 0; day < 7; day++)
        ck_assert_double_le(day_at(&cloud, NOW + day * DAY + 23 * HOUR), 1.02);
}
END_TEST

START_TEST(what_a_remote_gets_may_go_to_another)
{
    trickle(&cloud, MB, NOW, NOW + 2 * DAY);
    trickle(&other, MB, NOW + 2 * DAY, NOW + 3 * DAY);
    assert_between(day_at(&other, NOW + 3 * DAY - HOUR), 0.9, 1.1);
}
END_TEST

START_TEST(a_day_later_nothing_was_sent)
{
    trickle(&cloud, 2000, NOW, NOW + 2 * HOUR);
    trickle(&other, 5 * MB, NOW + 2 * HOUR, NOW + 4 * HOUR);
    ck_assert_double_gt(day_at(&other, NOW + 4 * HOUR), 5);
    ck_assert_double_eq(day_at(&other, NOW + 27 * HOUR), 0);
}
END_TEST

/* 144 MB a day, where 10 were usual at most: usual are then 20, 40, 80 and 144. */
START_TEST(a_theft_is_told_for_days_and_what_stays_becomes_usual)
{
    unsigned told = 0;

    trickle(&cloud, 2000, NOW, NOW + 2 * HOUR);
    for (uint64_t day = NOW + 2 * HOUR; day < NOW + 6 * DAY; day += DAY) {
        trickle(&other, MB, day, day + DAY);
        told += day_at(&other, day + DAY - MINUTE) > 1.5;
    }
    ck_assert_uint_eq(told, 4);
}
END_TEST

START_TEST(an_average_day_from_before_is_usual_at_once)
{
    static const uint32_t samples[UPLOAD_BINS] = { 1000 };

    upload_restore(&upload, samples, 100 * MB);
    trickle(&other, MB, NOW, NOW + DAY / 2);
    assert_between(day_at(&other, NOW + DAY / 2 - HOUR), 0.7, 0.73);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_first_hour_says_nothing_of_days,
        what_trickles_out_all_day_is_far_more_than_usual_without_a_burst,
        who_trickles_from_the_start_is_not_told,
        what_a_remote_gets_may_go_to_another,
        a_day_later_nothing_was_sent,
        a_theft_is_told_for_days_and_what_stays_becomes_usual,
        an_average_day_from_before_is_usual_at_once,
    };
    Suite *suite = suite_create("upload_day");
    TCase *cases = tcase_create("upload_day");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
