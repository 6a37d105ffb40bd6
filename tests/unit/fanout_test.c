#include "track/fanout.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "run_suite.h"

#define SECOND UINT64_C(1000000)
#define YEAR (365 * 86400 * SECOND)
#define NOW (1700000000 * SECOND)

static struct fanout fanout;
static struct fanout_budget budget;

static void set_up(void)
{
    fanout = (struct fanout){ 0 };
    budget = (struct fanout_budget){ .max_sketches = 3 };
}

static void tear_down(void)
{
    fanout_clear(&fanout, &budget);
    ck_assert_uint_eq(budget.sketches, 0);
}

static void note_host(uint32_t number, uint64_t now_us)
{
    fanout_note(&fanout, &budget, FANOUT_PUBLIC, &number, sizeof(number), now_us);
}

static void note_hosts(uint32_t first, uint32_t count, uint64_t now_us)
{
    for (uint32_t i = 0; i < count; i++)
        note_host(first + i, now_us);
}

static bool reaches_at(uint32_t least, uint64_t now_us)
{
    return fanout_reaches(&fanout, FANOUT_PUBLIC, (uint16_t)least, now_us);
}

/* What is counted without a sketch is reached, and no more is. */
static uint32_t count_at(uint64_t now_us)
{
    uint32_t count = fanout_count(&fanout, FANOUT_PUBLIC, now_us);

    if (budget.sketches == 0 && count > 0)
        ck_assert(reaches_at(count, now_us));
    if (budget.sketches == 0 && count < FANOUT_EXACT_MAX)
        ck_assert(!reaches_at(count + 1, now_us));
    return count;
}

static void assert_about(uint32_t count, uint32_t expected, double share)
{
    ck_assert_msg(fabs((double)count - expected) <= share * expected, "%u is not about %u", count,
            expected);
}

START_TEST(hosts_count_once_however_often_they_are_met)
{
    ck_assert_uint_eq(count_at(NOW), 0);
    for (unsigned i = 0; i < 50; i++)
        note_host(i % 5, NOW + i * SECOND);
    ck_assert_uint_eq(count_at(NOW + 50 * SECOND), 5);
}
END_TEST

START_TEST(hosts_and_ports_are_counted_apart)
{
    uint16_t port = 443;

    note_hosts(0, 3, NOW);
    fanout_note(&fanout, &budget, FANOUT_PORTS, &port, sizeof(port), NOW);
    ck_assert_uint_eq(count_at(NOW), 3);
    ck_assert_uint_eq(fanout_count(&fanout, FANOUT_PORTS, NOW), 1);
    ck_assert_uint_eq(fanout_count(&fanout, FANOUT_LAN, NOW), 0);
}
END_TEST

START_TEST(a_host_counts_for_sixty_seconds_after_it_was_last_met)
{
    note_host(1, NOW);
    note_host(2, NOW + 30 * SECOND);
    note_host(1, NOW + 40 * SECOND);
    ck_assert_uint_eq(count_at(NOW + 89 * SECOND), 2);
    ck_assert_uint_eq(count_at(NOW + 90 * SECOND), 1);
    ck_assert_uint_eq(count_at(NOW + 99 * SECOND), 1);
    ck_assert_uint_eq(count_at(NOW + 100 * SECOND), 0);
}
END_TEST

START_TEST(the_count_is_exact_up_to_its_limit_and_needs_no_sketch)
{
    for (uint32_t i = 1; i <= FANOUT_EXACT_MAX; i++) {
        note_host(i, NOW);
        ck_assert_uint_eq(count_at(NOW), i);
    }
    ck_assert_uint_eq(budget.sketches, 0);
    note_host(0, NOW);
    ck_assert_uint_eq(budget.sketches, 1);
    assert_about(count_at(NOW), FANOUT_EXACT_MAX + 1, 0.05);
}
END_TEST

START_TEST(a_count_beyond_the_limit_never_falls_below_it)
{
    for (uint32_t i = 0; i < 3000; i++) {
        note_host(i, NOW + i * SECOND / 100);
        ck_assert_uint_ge(count_at(NOW + i * SECOND / 100),
                i < FANOUT_EXACT_MAX ? i + 1 : FANOUT_EXACT_MAX);
    }
}
END_TEST

/* The sketch takes hosts for one that share the highest bits of their hash. */
START_TEST(hosts_that_look_alike_to_the_sketch_do_not_hide_a_scan)
{
    for (uint32_t i = 0, found = 0; found < 500; i++) {
        if (XXH3_64bits(&i, sizeof(i)) >> 54 != 0)
            continue;
        found++;
        note_host(i, NOW);
    }
    ck_assert_uint_eq(count_at(NOW), FANOUT_EXACT_MAX);
}
END_TEST

START_TEST(a_new_sketch_knows_the_hosts_of_the_minute_before)
{
    for (uint32_t i = 0; i < 120; i++)
        note_host(i, NOW + i * SECOND / 4);
    note_hosts(1000, 100, NOW + 30 * SECOND);
    assert_about(count_at(NOW + 30 * SECOND), 220, 0.08);
}
END_TEST

START_TEST(a_steady_scan_is_counted_over_the_last_minute)
{
    uint64_t now_us = NOW;

    for (uint32_t i = 0; i < 60000; i++, now_us += SECOND / 50) {
        note_host(i, now_us);
        if (i > 4000) { /* 3000 a minute; a slot of the sketch is a sixth of it */
            ck_assert_uint_ge(count_at(now_us), 2500 * 88 / 100);
            ck_assert_uint_le(count_at(now_us), 3000 * 112 / 100);
        }
    }
}
END_TEST

START_TEST(a_scan_that_ends_is_gone_after_a_minute)
{
    note_hosts(0, 20000, NOW);
    assert_about(count_at(NOW + 49 * SECOND), 20000, 0.12);
    ck_assert_uint_eq(count_at(NOW + 60 * SECOND), 0);
    ck_assert_uint_eq(count_at(NOW + YEAR), 0);
}
END_TEST

START_TEST(after_a_scan_the_count_is_exact_again_and_the_sketch_given_back)
{
    note_hosts(0, 20000, NOW);
    ck_assert_uint_eq(budget.sketches, 1);
    for (uint32_t i = 1; i < 100; i++)
        note_host(i % 7, NOW + i * SECOND);
    ck_assert_uint_eq(budget.sketches, 0);
    ck_assert_uint_eq(count_at(NOW + 99 * SECOND), 7);
}
END_TEST

/* A hundred blocks of consecutive hosts, and the estimate at each power of two on the way. */
START_TEST(the_estimate_is_within_its_stated_error_from_one_to_65535)
{
    const unsigned families = 100;
    double squares[17] = { 0 }, sums[17] = { 0 }, worst = 0;
    unsigned point = 0;

    for (uint32_t family = 0; family < families; family++) {
        uint32_t next = 0;

        for (point = 0; point < 17; point++) {
            uint32_t size = point < 16 ? 1u << point : 65535;
            double off;

            for (; next < size; next++)
                note_host(family << 16 | next, NOW);
            off = (double)count_at(NOW) / size - 1;
            squares[point] += off * off / families;
            sums[point] += off / families;
            worst = fabs(off) > worst ? fabs(off) : worst;
        }
        fanout_clear(&fanout, &budget);
    }
    for (point = 0; point < 17; point++) {
        printf("%6u hosts: bias %+.4f, rms error %.4f\n", point < 16 ? 1u << point : 65535,
                sums[point], sqrt(squares[point]));
        if (point <= 7)
            ck_assert_double_eq(squares[point], 0);
        ck_assert_double_le(sqrt(squares[point]), 0.04); /* 0.0325, and what 100 tries allow */
        ck_assert_double_le(fabs(sums[point]), 0.012);   /* 0.00325, with margin */
    }
    printf("worst of %u: %.4f\n", families * 17, worst);
    ck_assert_double_le(worst, 0.14); /* four times the standard error */
}
END_TEST

START_TEST(every_count_on_the_way_to_65535_is_within_four_standard_errors)
{
    double squares = 0;

    for (uint32_t i = 1; i <= 65535; i++) {
        double off;

        note_host(i * 2654435761u, NOW);
        off = (double)count_at(NOW) / i - 1;
        squares += off * off / 65535;
        ck_assert_double_le(fabs(off), 0.13);
    }
    printf("rms error on the way: %.4f\n", sqrt(squares));
}
END_TEST

START_TEST(ports_are_counted_to_the_last)
{
    for (uint32_t i = 1; i <= 65535; i++) {
        uint16_t port = (uint16_t)i;

        fanout_note(&fanout, &budget, FANOUT_PORTS, &port, sizeof(port), NOW);
    }
    assert_about(fanout_count(&fanout, FANOUT_PORTS, NOW), 65535, 0.07);
}
END_TEST

START_TEST(the_order_of_hosts_does_not_matter_to_the_estimate)
{
    uint32_t forward;

    note_hosts(0, 5000, NOW);
    forward = count_at(NOW);
    fanout_clear(&fanout, &budget);
    for (uint32_t i = 5000; i-- > 0;)
        note_host(i, NOW);
    ck_assert_uint_eq(count_at(NOW), forward);
}
END_TEST

START_TEST(the_secret_seed_does_not_matter_to_the_estimate)
{
    uint32_t before;

    note_hosts(0, 5000, NOW);
    before = count_at(NOW);
    fanout_clear(&fanout, &budget);
    hash_set_seed(0x5eed);
    note_hosts(0, 5000, NOW);
    ck_assert_uint_eq(count_at(NOW), before);
}
END_TEST

/* --- bounds --- */

START_TEST(without_a_sketch_the_count_stays_at_the_limit_and_says_so)
{
    budget.max_sketches = 0;
    note_hosts(0, 1000, NOW);
    ck_assert_uint_eq(count_at(NOW), FANOUT_EXACT_MAX);
    ck_assert_uint_eq(budget.refused, 1000 - FANOUT_EXACT_MAX);
    note_hosts(0, 5, NOW + 60 * SECOND);
    ck_assert_uint_eq(count_at(NOW + 60 * SECOND), 5);
}
END_TEST

START_TEST(devices_share_the_sketches)
{
    struct fanout others[5] = { 0 };
    uint32_t counts[5];

    for (unsigned n = 0; n < 5; n++) {
        for (uint32_t i = 0; i < 1000; i++)
            fanout_note(&others[n], &budget, FANOUT_LAN, &i, sizeof(i), NOW);
        counts[n] = fanout_count(&others[n], FANOUT_LAN, NOW);
        ck_assert_uint_le(budget.sketches, 3);
    }
    assert_about(counts[2], 1000, 0.1);
    ck_assert_uint_eq(counts[3], FANOUT_EXACT_MAX);
    for (unsigned n = 0; n < 5; n++)
        fanout_clear(&others[n], &budget);
}
END_TEST

START_TEST(a_million_hosts_stay_in_their_bounds)
{
    for (uint32_t i = 0; i < 1000000; i++)
        note_host(i, NOW + i * (SECOND / 20000));
    ck_assert_uint_eq(budget.sketches, 1);
    ck_assert_uint_le(fanout.sets[FANOUT_PUBLIC].room, FANOUT_EXACT_MAX);
    assert_about(count_at(NOW + 50 * SECOND), 1000000, 0.13);
}
END_TEST

START_TEST(an_ordinary_device_needs_a_few_hundred_bytes)
{
    ck_assert_uint_le(sizeof(struct fanout), 160);
    ck_assert_uint_eq(sizeof(struct fanout_item), 8);
    for (unsigned i = 0; i < 1000; i++)
        note_host(i % 8, NOW + i * 10 * SECOND);
    ck_assert_uint_eq(fanout.sets[FANOUT_PUBLIC].room, 8);
}
END_TEST

/* --- time --- */

START_TEST(time_that_steps_back_a_little_counts_as_the_newest)
{
    note_host(1, NOW);
    note_host(2, NOW - 59 * SECOND);
    ck_assert_uint_eq(count_at(NOW - 59 * SECOND), 2);
    ck_assert_uint_eq(count_at(NOW + 59 * SECOND), 2);
    note_hosts(100, 1000, NOW);
    note_host(3, NOW - 30 * SECOND);
    assert_about(count_at(NOW - 30 * SECOND), 1003, 0.1);
}
END_TEST

START_TEST(time_that_steps_back_far_starts_anew)
{
    note_hosts(0, 1000, NOW);
    ck_assert_uint_eq(count_at(NOW - YEAR), 0);
    note_hosts(0, 3, NOW - YEAR);
    ck_assert_uint_eq(count_at(NOW - YEAR), 3);
    ck_assert_uint_eq(count_at(NOW - YEAR + 60 * SECOND), 0);
    ck_assert_uint_eq(budget.sketches, 0);
}
END_TEST

START_TEST(a_year_later_all_counts_are_the_same)
{
    struct fanout later = { 0 };
    unsigned seed = 7;
    uint64_t now_us = NOW;

    for (unsigned i = 0; i < 30000; i++) {
        uint32_t host = (uint32_t)rand_r(&seed) % (i < 15000 ? 1000 : 50);

        now_us += (uint64_t)rand_r(&seed) % (SECOND / 5);
        note_host(host, now_us);
        fanout_note(&later, &budget, FANOUT_PUBLIC, &host, sizeof(host), now_us + YEAR);
        ck_assert_uint_eq(count_at(now_us), fanout_count(&later, FANOUT_PUBLIC, now_us + YEAR));
    }
    fanout_clear(&later, &budget);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        hosts_count_once_however_often_they_are_met,
        hosts_and_ports_are_counted_apart,
        a_host_counts_for_sixty_seconds_after_it_was_last_met,
        the_count_is_exact_up_to_its_limit_and_needs_no_sketch,
        a_count_beyond_the_limit_never_falls_below_it,
        hosts_that_look_alike_to_the_sketch_do_not_hide_a_scan,
        a_new_sketch_knows_the_hosts_of_the_minute_before,
        a_steady_scan_is_counted_over_the_last_minute,
        a_scan_that_ends_is_gone_after_a_minute,
        after_a_scan_the_count_is_exact_again_and_the_sketch_given_back,
        the_estimate_is_within_its_stated_error_from_one_to_65535,
        every_count_on_the_way_to_65535_is_within_four_standard_errors,
        ports_are_counted_to_the_last,
        the_order_of_hosts_does_not_matter_to_the_estimate,
        the_secret_seed_does_not_matter_to_the_estimate,
        without_a_sketch_the_count_stays_at_the_limit_and_says_so,
        devices_share_the_sketches,
        a_million_hosts_stay_in_their_bounds,
        an_ordinary_device_needs_a_few_hundred_bytes,
        time_that_steps_back_a_little_counts_as_the_newest,
        time_that_steps_back_far_starts_anew,
        a_year_later_all_counts_are_the_same,
    };
    Suite *suite = suite_create("fanout");
    TCase *cases = tcase_create("fanout");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
