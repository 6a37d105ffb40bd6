#include "enrich/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run_suite.h"

static char error[256];

static struct zone *open_zone(const char *name)
{
    struct zone *zone = NULL;

    ck_assert_msg(zone_open(name, &zone, error, sizeof(error)) == TATTLER_OK, "%s", error);
    return zone;
}

static unsigned hour_at(const struct zone *zone, uint64_t at_s)
{
    return zone_hour(zone, at_s * 1000000);
}

START_TEST(seconds_east_follow_summer_time)
{
    struct zone *zone = open_zone("Europe/Berlin");

    ck_assert_int_eq(zone_east_s(zone, UINT64_C(1774745999000000)), 3600); /* 2026-03-29 00:59:59Z */
    ck_assert_int_eq(zone_east_s(zone, UINT64_C(1774746000000000)), 7200);
    ck_assert_int_eq(zone_east_s(NULL, UINT64_C(1774746000000000)), 0);
    zone_close(zone);
}
END_TEST

START_TEST(utc_is_the_hour_of_the_clock)
{
    struct zone *zone = open_zone("UTC");

    ck_assert_uint_eq(zone_hour(zone, 0), 0);
    ck_assert_uint_eq(hour_at(zone, 1700000000), 22); /* 2023-11-14T22:13:20Z */
    ck_assert_uint_eq(zone_hour(zone, UINT64_C(1700002799999999)), 22);
    ck_assert_uint_eq(zone_hour(zone, UINT64_C(1700002800000000)), 23);
    ck_assert_uint_eq(hour_at(NULL, 1700000000), 22);
    zone_close(zone);
}
END_TEST

/* Directive 2000/84/EC: summer time begins and ends at 01:00 UTC on the last Sundays of March and
 * October; in 2024 the 31st (1711846800) and the 27th (1729990800). */
START_TEST(berlin_changes_at_one_utc_to_the_second)
{
    struct zone *zone = open_zone("Europe/Berlin");

    ck_assert_uint_eq(hour_at(zone, 1711846799), 1);
    ck_assert_uint_eq(hour_at(zone, 1711846800), 3);
    ck_assert_uint_eq(hour_at(zone, 1729990799), 2);
    ck_assert_uint_eq(hour_at(zone, 1729990800), 2);
    ck_assert_uint_eq(hour_at(zone, 1729990800 + 3600), 3);
    ck_assert_uint_eq(hour_at(zone, UINT64_C(2824891200)), 14); /* 2059-07-08T12:00Z, summer */
    zone_close(zone);
}
END_TEST

START_TEST(zones_far_east_west_and_between_hours)
{
    static const struct { const char *name; unsigned hour; } zones[] = {
        { "Pacific/Kiritimati", 2 },   /* UTC+14 */
        { "Pacific/Pago_Pago", 1 },    /* UTC-11 */
        { "Asia/Kolkata", 17 },        /* UTC+5:30 */
        { "Asia/Kathmandu", 18 },      /* UTC+5:45 */
        { "America/St_Johns", 9 },     /* UTC-2:30 in summer */
        { "Australia/Lord_Howe", 22 }, /* UTC+10:30 in winter */
    };

    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        struct zone *zone = open_zone(zones[i].name);

        /* 2024-07-01T12:20:00Z */
        ck_assert_msg(hour_at(zone, 1719836400) == zones[i].hour, "%s", zones[i].name);
        zone_close(zone);
    }
}
END_TEST

START_TEST(times_outside_the_table_still_have_an_hour)
{
    struct zone *zone = open_zone("America/New_York");

    ck_assert_uint_eq(zone_hour(zone, 0), 19); /* 1970-01-01 in winter: UTC-5 */
    ck_assert_uint_lt(zone_hour(zone, UINT64_MAX), 24);
    zone_close(zone);
}
END_TEST

/* The oracle is the C library itself, at moments that are not the ones the table was made from. */
START_TEST(agrees_with_the_c_library_through_the_years)
{
    static const char *const names[] = { "Europe/London", "Africa/Casablanca", "America/Sao_Paulo",
        "Asia/Tehran", "Antarctica/Troll", "Asia/Pyongyang", "Africa/Juba" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct zone *zone = open_zone(names[i]);

        ck_assert_int_eq(setenv("TZ", names[i], 1), 0);
        tzset();
        for (time_t at = 631152000; at < 2840140800; at += 10007 * 2) {
            struct tm local;

            localtime_r(&at, &local);
            ck_assert_msg(hour_at(zone, (uint64_t)at) == (unsigned)local.tm_hour, "%s %ld",
                    names[i], (long)at);
        }
        unsetenv("TZ");
        zone_close(zone);
    }
}
END_TEST

START_TEST(without_a_name_it_is_the_machines_zone)
{
    struct zone *zone;

    ck_assert_int_eq(setenv("TZ", "Asia/Tokyo", 1), 0);
    zone = open_zone(NULL);
    ck_assert_uint_eq(zone_hour(zone, 0), 9);
    unsetenv("TZ");
    zone_close(zone);
}
END_TEST

START_TEST(the_environment_is_put_back)
{
    time_t epoch = 0;
    struct tm local;

    ck_assert_int_eq(setenv("TZ", "Asia/Tokyo", 1), 0);
    zone_close(open_zone("Europe/Berlin"));
    ck_assert_str_eq(getenv("TZ"), "Asia/Tokyo");
    localtime_r(&epoch, &local);
    ck_assert_int_eq(local.tm_hour, 9);
    unsetenv("TZ");
    zone_close(open_zone("Europe/Berlin"));
    ck_assert_ptr_null(getenv("TZ"));
}
END_TEST

START_TEST(an_unknown_name_is_refused_with_a_near_one)
{
    static const struct { const char *name, *near; } wrong[] = {
        { "Europe/Belrin", "'Europe/Berlin'" }, { "europe/berlin", "'Europe/Berlin'" },
        { "Berlin", "'Europe/Berlin'" }, { "New York", "'America/New_York'" },
        { "Mars/Olympus_Mons", "IANA name" }, { "", "IANA name" },
    };
    struct zone *untouched = NULL;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ck_assert_int_eq(zone_open(wrong[i].name, &untouched, error, sizeof(error)),
                TATTLER_MALFORMED);
        ck_assert_msg(strstr(error, wrong[i].near) != NULL, "%s: %s", wrong[i].name, error);
    }
    ck_assert_ptr_null(untouched);
}
END_TEST

START_TEST(only_files_with_zone_rules_are_taken)
{
    static const char *const hostile[] = { "../../../etc/passwd", "/etc/localtime", "Europe",
        "zone1970.tab", "CET-1CEST", ":Europe/Berlin" };
    struct zone *untouched = NULL;

    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
        ck_assert_msg(zone_open(hostile[i], &untouched, error, sizeof(error)) ==
                TATTLER_MALFORMED, "%s", hostile[i]);
}
END_TEST

START_TEST(a_machine_without_zones_is_told_what_to_install)
{
    struct zone *untouched = NULL;

    ck_assert_int_eq(setenv("TZDIR", "/nonexistent", 1), 0);
    ck_assert_int_eq(zone_open("Europe/Berlin", &untouched, error, sizeof(error)),
            TATTLER_MALFORMED);
    ck_assert_ptr_nonnull(strstr(error, "tzdata"));
    unsetenv("TZDIR");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("zone");
    TCase *tests = tcase_create("zone");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, seconds_east_follow_summer_time);
    tcase_add_test(tests, utc_is_the_hour_of_the_clock);
    tcase_add_test(tests, berlin_changes_at_one_utc_to_the_second);
    tcase_add_test(tests, zones_far_east_west_and_between_hours);
    tcase_add_test(tests, times_outside_the_table_still_have_an_hour);
    tcase_add_test(tests, agrees_with_the_c_library_through_the_years);
    tcase_add_test(tests, without_a_name_it_is_the_machines_zone);
    tcase_add_test(tests, the_environment_is_put_back);
    tcase_add_test(tests, an_unknown_name_is_refused_with_a_near_one);
    tcase_add_test(tests, only_files_with_zone_rules_are_taken);
    tcase_add_test(tests, a_machine_without_zones_is_told_what_to_install);
    return run_suite(suite);
}
