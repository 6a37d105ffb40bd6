/* Two servers of DHCP, and what only looks like two. */
#include "track/leases.h"

#include "run_suite.h"

#define SECOND UINT64_C(1000000)

static struct leases leases;
static struct lease_rivals rivals;
static uint64_t now_us;

static void set_up(void)
{
    leases_init(&leases);
    now_us = 1700000000 * SECOND;
}

static void tear_down(void)
{
    leases_destroy(&leases);
}

static struct address server(unsigned number)
{
    const uint8_t bytes[4] = { 192, 168, 1, (uint8_t)number };

    return address_from_v4(bytes);
}

/* Server 192.168.1.'number' answers this question of the client. */
static bool answers(unsigned number, unsigned client, uint32_t transaction)
{
    struct lease_answer answer = {
        .transaction = transaction,
        .client = { { 2, 0, 0, 0, 0, (uint8_t)client } },
        .server = server(number),
        .time_us = now_us,
    };

    return leases_note(&leases, &answer, &rivals);
}

static void assert_newer(unsigned number)
{
    struct address newer = server(number);

    ck_assert(!rivals.alike);
    ck_assert(address_equal(&rivals.newer, &newer));
}

START_TEST(one_server_answers_as_often_as_it_likes)
{
    ck_assert(!answers(1, 7, 100));
    ck_assert(!answers(1, 7, 100));
    ck_assert(!answers(1, 8, 101));
}
END_TEST

START_TEST(of_two_the_later_one_intrudes_whoever_is_quicker)
{
    ck_assert(!answers(1, 7, 100));
    ck_assert(!answers(1, 8, 101));
    ck_assert(answers(66, 8, 101));
    assert_newer(66);
    ck_assert(!answers(66, 9, 102));
    ck_assert(answers(1, 9, 102));
    assert_newer(66);
}
END_TEST

START_TEST(two_that_show_together_are_alike_for_good)
{
    ck_assert(!answers(66, 7, 100));
    ck_assert(answers(1, 7, 100));
    ck_assert(rivals.alike);
    ck_assert(!answers(1, 8, 101));
    ck_assert(answers(66, 8, 101));
    ck_assert(rivals.alike);
}
END_TEST

START_TEST(another_question_client_or_time_is_no_rivalry)
{
    ck_assert(!answers(1, 7, 100));
    ck_assert(!answers(2, 7, 101)); /* a router that was replaced */
    ck_assert(!answers(2, 8, 100)); /* another network */
    now_us += LEASE_ANSWERED_S * SECOND;
    ck_assert(!answers(2, 7, 100));
    now_us -= 3600 * SECOND;
    ck_assert(!answers(1, 7, 100)); /* the clock stepped back */
}
END_TEST

START_TEST(who_finds_no_room_counts_as_the_latest)
{
    for (unsigned i = 1; i <= LEASE_SERVERS_MAX; i++)
        ck_assert(!answers(i, 7, i));
    ck_assert(!answers(66, 7, 100));
    ck_assert(answers(LEASE_SERVERS_MAX, 7, 100));
    assert_newer(66);
}
END_TEST

START_TEST(questions_make_room_for_later_ones)
{
    ck_assert(!answers(1, 7, 100));
    for (uint32_t i = 0; i < LEASE_QUESTIONS_MAX; i++)
        ck_assert(!answers(1, 8, 200 + i));
    ck_assert(!answers(66, 7, 100));
    ck_assert(answers(66, 8, 200 + LEASE_QUESTIONS_MAX - 1));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("leases");
    TCase *tests = tcase_create("leases");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, one_server_answers_as_often_as_it_likes);
    tcase_add_test(tests, of_two_the_later_one_intrudes_whoever_is_quicker);
    tcase_add_test(tests, two_that_show_together_are_alike_for_good);
    tcase_add_test(tests, another_question_client_or_time_is_no_rivalry);
    tcase_add_test(tests, who_finds_no_room_counts_as_the_latest);
    tcase_add_test(tests, questions_make_room_for_later_ones);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
