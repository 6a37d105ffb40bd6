#include "track/burst.h"

#include <string.h>

#include "run_suite.h"

#define SECOND UINT64_C(1000000)
#define YEAR (365 * 86400 * SECOND)
#define UP 0
#define DOWN 1

static struct burst burst;
static struct burst_news news;

static void set_up(void)
{
    memset(&burst, 0, sizeof(burst));
    memset(&news, 0, sizeof(news));
}

START_TEST(the_first_payload_begins_a_burst)
{
    ck_assert(burst_packet(&burst, YEAR, BURST_SEGMENT, UP, 100, &news));
    ck_assert(news.began);
    ck_assert_uint_eq(news.bytes[UP], 100);
    ck_assert_uint_eq(news.bytes[DOWN], 0);
}
END_TEST

START_TEST(quiet_of_a_second_divides_bursts)
{
    burst_packet(&burst, YEAR, BURST_SEGMENT, UP, 100, &news);
    ck_assert(burst_packet(&burst, YEAR + BURST_QUIET_US - 1, BURST_SEGMENT, DOWN, 50, &news));
    ck_assert(!news.began);
    ck_assert_uint_eq(news.bytes[DOWN], 50);
    ck_assert(burst_packet(&burst, YEAR + 2 * BURST_QUIET_US - 1, BURST_SEGMENT, UP, 10, &news));
    ck_assert(news.began);
    ck_assert_uint_eq(news.bytes[UP], 10);
    ck_assert_uint_eq(news.bytes[DOWN], 0);
}
END_TEST

START_TEST(a_repeated_syn_says_nothing_new)
{
    ck_assert(burst_packet(&burst, YEAR, BURST_SYN, UP, 0, &news));
    ck_assert(news.began);
    ck_assert(!burst_packet(&burst, YEAR + 3 * SECOND, BURST_SYN, UP, 0, &news));
    ck_assert(!burst_packet(&burst, YEAR + 9 * SECOND, BURST_SYN, UP, 0, &news));
}
END_TEST

START_TEST(keep_alive_probes_of_tcp_say_nothing)
{
    ck_assert(!burst_packet(&burst, YEAR, BURST_SEGMENT, UP, 0, &news));
    ck_assert(!burst_packet(&burst, YEAR, BURST_SEGMENT, UP, 1, &news));
    ck_assert(burst_packet(&burst, YEAR, BURST_SEGMENT, UP, 2, &news));
    ck_assert(news.began);
}
END_TEST

/* RFC 3948, 2.3: a NAT keepalive is one octet 0xFF. */
START_TEST(a_datagram_of_one_byte_is_a_message)
{
    ck_assert(!burst_packet(&burst, YEAR, BURST_DATAGRAM, UP, 0, &news));
    ck_assert(burst_packet(&burst, YEAR, BURST_DATAGRAM, UP, 1, &news));
    ck_assert(news.began);
}
END_TEST

START_TEST(what_is_called_to_all_is_one_burst_for_longer)
{
    ck_assert(burst_packet(&burst, YEAR, BURST_CALL, UP, 100, &news));
    ck_assert(news.began);
    for (unsigned i = 1; i < 20; i++)
        ck_assert(!burst_packet(&burst, YEAR + i * 5 * SECOND, BURST_CALL, UP, 100, &news) ||
                  !news.began);
    ck_assert(burst_packet(&burst, YEAR + 105 * SECOND, BURST_CALL, UP, 100, &news));
    ck_assert(news.began);
}
END_TEST

START_TEST(no_byte_is_lost_or_told_twice)
{
    uint64_t told[2] = { 0, 0 };
    unsigned began = 0, tellings = 0;

    for (unsigned i = 0; i < 100000; i++) {
        if (!burst_packet(&burst, YEAR + i * 1000, BURST_SEGMENT, i % 2, 1000 + i % 2, &news))
            continue;
        began += news.began;
        tellings++;
        told[UP] += news.bytes[UP];
        told[DOWN] += news.bytes[DOWN];
    }
    ck_assert_uint_eq(began, 1);
    ck_assert_uint_lt(tellings, 100); /* of 100 MB in 100 s */
    ck_assert(burst_packet(&burst, YEAR + 200 * SECOND, BURST_SEGMENT, UP, 7, &news));
    ck_assert(news.began);
    ck_assert_uint_eq(told[UP] + news.bytes[UP], 50000u * 1000 + 7);
    ck_assert_uint_eq(told[DOWN] + news.bytes[DOWN], 50000u * 1001);
}
END_TEST

START_TEST(a_long_burst_gives_signs_of_life)
{
    uint64_t last = YEAR;

    burst_packet(&burst, YEAR, BURST_SEGMENT, DOWN, 1000000, &news);
    for (uint64_t time = YEAR; time < YEAR + 3600 * SECOND; time += SECOND / 2) {
        if (!burst_packet(&burst, time, BURST_SEGMENT, DOWN, 10, &news))
            continue;
        ck_assert(!news.began);
        ck_assert_uint_le(time - last, BURST_TOLD_US);
        last = time;
    }
    ck_assert_uint_ge(last, YEAR + 3600 * SECOND - BURST_TOLD_US - SECOND);
}
END_TEST

START_TEST(time_that_steps_back_is_no_quiet)
{
    burst_packet(&burst, YEAR, BURST_SEGMENT, UP, 100, &news);
    ck_assert(burst_packet(&burst, YEAR - 3600 * SECOND, BURST_SEGMENT, UP, 100, &news));
    ck_assert(!news.began);
    ck_assert(burst_packet(&burst, 0, BURST_SEGMENT, UP, 100, &news));
    ck_assert(!news.began);
    ck_assert(burst_packet(&burst, UINT64_MAX, BURST_SEGMENT, UP, UINT32_MAX, &news));
    ck_assert(news.began);
    ck_assert_uint_eq(news.bytes[UP], UINT32_MAX);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_first_payload_begins_a_burst,
        quiet_of_a_second_divides_bursts,
        a_repeated_syn_says_nothing_new,
        keep_alive_probes_of_tcp_say_nothing,
        a_datagram_of_one_byte_is_a_message,
        what_is_called_to_all_is_one_burst_for_longer,
        no_byte_is_lost_or_told_twice,
        a_long_burst_gives_signs_of_life,
        time_that_steps_back_is_no_quiet,
    };
    Suite *suite = suite_create("burst");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, set_up, NULL);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(all, tests[i]);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
