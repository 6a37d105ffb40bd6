#include "track/uplink.h"

#include <stdlib.h>

#include "run_suite.h"

#define SECOND UINT64_C(1000000)
#define DAY (86400 * SECOND)
#define NOW (19675 * DAY)

static struct uplink uplink;

static void set_up(void)
{
    uplink = (struct uplink){ 0 };
    uplink_answer(&uplink, NOW - DAY);
}

static void tear_down(void)
{
}

/* Each of so many addresses is asked, a second apart. */
static void ask(unsigned addresses, uint64_t from_us)
{
    for (unsigned i = 0; i < addresses; i++)
        uplink_ask(&uplink, 1000 + i, from_us + i * SECOND);
}

static bool was_out(uint64_t at_us, uint64_t now_us)
{
    return uplink_was_out(&uplink, at_us, now_us);
}

START_TEST(when_all_who_are_asked_are_silent_it_is_the_uplink)
{
    ask(5, NOW);
    ck_assert(!was_out(NOW + 4 * SECOND, NOW + 4 * SECOND));
    ck_assert(was_out(NOW, NOW + 10 * SECOND));
    ck_assert(was_out(NOW + 10 * SECOND, NOW + 10 * SECOND));
    ck_assert(!was_out(NOW - SECOND, NOW + 10 * SECOND));
}
END_TEST

START_TEST(who_was_never_answered_knows_by_the_word_that_nobody_can_be_reached)
{
    uplink = (struct uplink){ 0 };
    ask(3, NOW);
    ck_assert(!was_out(NOW, NOW + 10 * SECOND));
    uplink_hear(&uplink);
    ck_assert(was_out(NOW, NOW + 10 * SECOND));
}
END_TEST

START_TEST(one_dead_remote_or_two_are_no_outage)
{
    for (unsigned i = 0; i < 100; i++)
        ask(2, NOW + i * 60 * SECOND);
    ck_assert(!was_out(NOW + 6000 * SECOND, NOW + 6000 * SECOND));
}
END_TEST

START_TEST(an_answer_ends_an_outage_that_stays_known)
{
    ask(3, NOW);
    uplink_answer(&uplink, NOW + 30 * SECOND);
    ck_assert(was_out(NOW + 20 * SECOND, NOW + DAY));
    ck_assert(!was_out(NOW + 31 * SECOND, NOW + DAY));
}
END_TEST

START_TEST(a_short_silence_is_none)
{
    for (unsigned i = 0; i < 100; i++) {
        ask(3, NOW + i * 10 * SECOND);
        uplink_answer(&uplink, NOW + (i * 10 + 9) * SECOND);
    }
    ck_assert(!was_out(NOW + 5 * SECOND, NOW + 1000 * SECOND));
}
END_TEST

START_TEST(an_answer_of_before_the_silence_does_not_end_it)
{
    ask(3, NOW);
    ck_assert(!uplink_answer(&uplink, NOW - SECOND));
    ck_assert(was_out(NOW, NOW + 10 * SECOND));
    ck_assert(uplink_answer(&uplink, NOW + 11 * SECOND));
}
END_TEST

START_TEST(nothing_is_an_outage_before_the_first_answer)
{
    uplink = (struct uplink){ 0 };
    ask(50, NOW);
    ck_assert(!was_out(NOW + 49 * SECOND, NOW + 49 * SECOND));
    uplink_answer(&uplink, NOW + 50 * SECOND);
    ck_assert(!was_out(NOW + 49 * SECOND, NOW + 50 * SECOND));
}
END_TEST

START_TEST(the_last_outages_are_remembered)
{
    for (unsigned i = 0; i <= UPLINK_OUTAGES; i++) {
        ask(3, NOW + i * 100 * SECOND);
        uplink_answer(&uplink, NOW + (i * 100 + 50) * SECOND);
    }
    ck_assert(!was_out(NOW + 20 * SECOND, NOW + DAY));
    for (unsigned i = 1; i <= UPLINK_OUTAGES; i++)
        ck_assert(was_out(NOW + (i * 100 + 20) * SECOND, NOW + DAY));
}
END_TEST

START_TEST(an_older_capture_begins_anew)
{
    ask(3, NOW);
    ask(3, NOW - 100 * DAY);
    ck_assert(was_out(NOW - 100 * DAY, NOW - 100 * DAY + 10 * SECOND));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        when_all_who_are_asked_are_silent_it_is_the_uplink,
        who_was_never_answered_knows_by_the_word_that_nobody_can_be_reached,
        one_dead_remote_or_two_are_no_outage,
        an_answer_ends_an_outage_that_stays_known,
        a_short_silence_is_none,
        an_answer_of_before_the_silence_does_not_end_it,
        nothing_is_an_outage_before_the_first_answer,
        the_last_outages_are_remembered,
        an_older_capture_begins_anew,
    };
    Suite *suite = suite_create("uplink");
    TCase *cases = tcase_create("uplink");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
