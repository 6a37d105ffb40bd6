#include "report_time.h"

#include <stdlib.h>

#include "run_suite.h"

#define S UINT64_C(1000000)
#define DAY_S UINT64_C(86400)
#define START_S UINT64_C(1767571200) /* 2026-01-05 00:00 UTC */

static struct timeline timeline;
static struct timeline_change change;

static void start(void)
{
    timeline = (struct timeline){ .width_s = 0 };
}

static bool include(uint64_t time_s, int32_t east_s)
{
    return timeline_include(&timeline, time_s * S, east_s, &change);
}

START_TEST(a_minute_is_told_by_the_second)
{
    ck_assert(include(START_S, 0));
    ck_assert(include(START_S + 59, 0));
    ck_assert_uint_eq(timeline.width_s, 1);
    ck_assert_uint_eq(timeline_count(&timeline), 60);
    ck_assert_uint_eq(timeline_bin(&timeline, (START_S + 59) * S + 999999), 59);
}
END_TEST

START_TEST(a_week_is_told_by_the_hour_and_a_month_by_three)
{
    ck_assert(include(START_S, 0));
    ck_assert(include(START_S + 7 * DAY_S - 1, 0));
    ck_assert_uint_eq(timeline.width_s, 3600);
    ck_assert_uint_eq(timeline_count(&timeline), 168);
    ck_assert(include(START_S + 30 * DAY_S - 1, 0));
    ck_assert_uint_eq(timeline.width_s, 3 * 3600);
    ck_assert_uint_eq(timeline_count(&timeline), 240);
}
END_TEST

/* What was counted where bins were narrower has to be found where the same moment is now. */
START_TEST(bins_move_to_where_their_time_went)
{
    static const uint64_t steps_s[] = { 3, 200, 700, 5000, 90000, 800000, 3000000, 40000000 };

    ck_assert(include(START_S, 0));
    for (size_t i = 0; i < sizeof(steps_s) / sizeof(steps_s[0]); i++) {
        for (int sign = 0; sign < 2; sign++) {
            size_t before = timeline_bin(&timeline, START_S * S);

            ck_assert(include(sign == 0 ? START_S + steps_s[i] : START_S - steps_s[i], 0));
            ck_assert_uint_eq(timeline_moved(&change, before),
                    timeline_bin(&timeline, START_S * S));
            ck_assert_uint_le(timeline_count(&timeline), TIMELINE_BINS);
        }
    }
}
END_TEST

START_TEST(bins_begin_at_round_local_times)
{
    ck_assert(include(START_S, 20700)); /* 05:45 in Kathmandu */
    ck_assert(include(START_S + 40 * DAY_S, 0));
    ck_assert_uint_eq(timeline.width_s, 6 * 3600);
    for (size_t i = 0; i < timeline_count(&timeline); i++)
        ck_assert_uint_eq((timeline_start_us(&timeline, i) / S + 20700) % (6 * 3600), 0);
}
END_TEST

START_TEST(what_is_decades_away_is_refused_and_changes_nothing)
{
    struct timeline before;

    ck_assert(include(START_S, 0));
    before = timeline;
    ck_assert(!include(0, 0));
    ck_assert(!include(UINT32_MAX, 0));
    ck_assert_int_eq(timeline.first, before.first);
    ck_assert_int_eq(timeline.last, before.last);
    ck_assert_uint_eq(timeline.width_s, before.width_s);
}
END_TEST

START_TEST(the_last_moment_there_is_overflows_nothing)
{
    ck_assert(timeline_include(&timeline, UINT64_MAX, 86399, &change));
    ck_assert_uint_eq(timeline_bin(&timeline, UINT64_MAX), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_time");
    TCase *tcase = tcase_create("report_time");

    tcase_add_checked_fixture(tcase, start, NULL);
    tcase_add_test(tcase, a_minute_is_told_by_the_second);
    tcase_add_test(tcase, a_week_is_told_by_the_hour_and_a_month_by_three);
    tcase_add_test(tcase, bins_move_to_where_their_time_went);
    tcase_add_test(tcase, bins_begin_at_round_local_times);
    tcase_add_test(tcase, what_is_decades_away_is_refused_and_changes_nothing);
    tcase_add_test(tcase, the_last_moment_there_is_overflows_nothing);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
