#include "track/unanswered.h"

#include <stdlib.h>

#include "run_suite.h"

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)
#define NOW (19675 * DAY)

static struct unanswered count;
static struct heard heard;

static void set_up(void)
{
    count = (struct unanswered){ 0 };
    heard = (struct heard){ 0 };
}

static void tear_down(void)
{
}

static void send_syns(unsigned n, uint64_t from_us)
{
    for (unsigned i = 0; i < n; i++)
        unanswered_syn(&count, from_us + i * SECOND);
}

static void assert_unanswered(uint32_t expected, uint64_t now_us)
{
    uint32_t syns = UINT32_MAX;

    ck_assert(unanswered_syns(&count, &heard, now_us, &syns));
    ck_assert_uint_eq(syns, expected);
}

START_TEST(syns_without_an_answer_are_counted)
{
    heard_note(&heard, NOW);
    assert_unanswered(0, NOW);
    send_syns(7, NOW + SECOND);
    assert_unanswered(7, NOW + MINUTE);
    ck_assert_uint_eq(count.since_us, NOW + SECOND);
}
END_TEST

START_TEST(whatever_answers_ends_the_silence)
{
    heard_note(&heard, NOW);
    for (unsigned i = 0; i < 2; i++) {
        send_syns(5, NOW + i * MINUTE);
        unanswered_answer(&count, i == 0 ? SYN_ACCEPTED : SYN_REFUSED, NOW + i * MINUTE);
        assert_unanswered(0, NOW + i * MINUTE);
    }
    send_syns(2, NOW + HOUR / 2);
    assert_unanswered(2, NOW + HOUR / 2);
    ck_assert_uint_eq(count.since_us, NOW + HOUR / 2);
}
END_TEST

START_TEST(a_storm_of_refusals_is_no_silence_and_one_refusal)
{
    heard_note(&heard, NOW);
    for (unsigned i = 0; i < 1000; i++) {
        unanswered_syn(&count, NOW + i * SECOND / 100);
        unanswered_answer(&count, SYN_REFUSED, NOW + i * SECOND / 100 + 1);
        ck_assert_uint_eq(count.syns, 0);
    }
    ck_assert_uint_eq(count.refusals, 1);
}
END_TEST

START_TEST(attempts_refused_for_hours_are_counted_until_one_is_accepted)
{
    for (unsigned i = 0; i < 100; i++) /* each tries three times at once, as Windows does */
        for (unsigned try = 0; try < 3; try++)
            unanswered_answer(&count, SYN_REFUSED, NOW + i * 42 * SECOND + try * SECOND / 2);
    ck_assert_uint_eq(count.refusals, 100);
    unanswered_answer(&count, SYN_ACCEPTED, NOW + 2 * HOUR);
    ck_assert_uint_eq(count.refusals, 0);
}
END_TEST

START_TEST(nothing_is_known_where_only_one_direction_is_seen)
{
    uint32_t syns = 42;

    send_syns(100, NOW);
    ck_assert(!unanswered_syns(&count, &heard, NOW + MINUTE, &syns));
    ck_assert_uint_eq(syns, 42);
    heard_note(&heard, NOW + 2 * MINUTE);
    assert_unanswered(100, NOW + 3 * MINUTE);
    assert_unanswered(100, NOW + HOUR);
    ck_assert(!unanswered_syns(&count, &heard, NOW + HOUR + 2 * MINUTE, &syns));
}
END_TEST

START_TEST(counts_end_at_their_largest_and_not_at_zero)
{
    count.syns = UINT32_MAX - 1;
    send_syns(3, NOW);
    ck_assert_uint_eq(count.syns, UINT32_MAX);
}
END_TEST

START_TEST(structures_are_small)
{
    ck_assert_uint_le(sizeof(struct unanswered), 24);
    ck_assert_uint_le(sizeof(struct heard), 16);
}
END_TEST

START_TEST(time_that_steps_back_leaves_what_was_heard_last)
{
    heard_note(&heard, NOW);
    heard_note(&heard, NOW - DAY);
    ck_assert_uint_eq(heard.last_us, NOW);
    assert_unanswered(0, NOW - DAY);
}
END_TEST

START_TEST(a_year_later_all_counts_are_the_same)
{
    struct unanswered later = { 0 };
    struct heard heard_later = { 0 };
    unsigned seed = 4;
    uint64_t now_us = NOW;

    for (unsigned i = 0; i < 20000; i++) {
        int what = rand_r(&seed) % 10;
        uint32_t one = 0, two = 0;

        now_us += (uint64_t)rand_r(&seed) % (20 * MINUTE);
        if (what < 2) {
            unanswered_answer(&count, (enum syn_answer)what, now_us);
            unanswered_answer(&later, (enum syn_answer)what, now_us + YEAR);
        } else if (what < 4) {
            heard_note(&heard, now_us);
            heard_note(&heard_later, now_us + YEAR);
        } else {
            unanswered_syn(&count, now_us);
            unanswered_syn(&later, now_us + YEAR);
        }
        ck_assert_int_eq(unanswered_syns(&count, &heard, now_us, &one),
                unanswered_syns(&later, &heard_later, now_us + YEAR, &two));
        ck_assert_uint_eq(one, two);
        ck_assert_uint_eq(count.refusals, later.refusals);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        syns_without_an_answer_are_counted,
        whatever_answers_ends_the_silence,
        a_storm_of_refusals_is_no_silence_and_one_refusal,
        attempts_refused_for_hours_are_counted_until_one_is_accepted,
        nothing_is_known_where_only_one_direction_is_seen,
        counts_end_at_their_largest_and_not_at_zero,
        structures_are_small,
        time_that_steps_back_leaves_what_was_heard_last,
        a_year_later_all_counts_are_the_same,
    };
    Suite *suite = suite_create("unanswered");
    TCase *cases = tcase_create("unanswered");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
