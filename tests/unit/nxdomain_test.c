#include "track/nxdomain.h"

#include <stdlib.h>
#include <string.h>

#include "run_suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND UINT64_C(1000000)
#define NOW (UINT64_C(1700000000) * SECOND)

static struct nxdomain nxdomain;

static void set_up(void)
{
    nxdomain = (struct nxdomain){ 0 };
}

static void answer(const char *name, uint8_t rcode, uint64_t now_us)
{
    struct question question;

    question_set(&question, name, strlen(name), rcode);
    nxdomain_note(&nxdomain, &question, now_us);
}

static void deny(const char *name, uint64_t now_us)
{
    answer(name, DNS_RCODE_NXDOMAIN, now_us);
}

START_TEST(denials_count_for_five_minutes)
{
    for (unsigned i = 0; i < 30; i++)
        deny("qfhhbbmvrk.example", NOW + i * SECOND);
    ck_assert_uint_eq(nxdomain_count(&nxdomain, NOW + 30 * SECOND), 30);
    ck_assert_uint_eq(nxdomain_count(&nxdomain, NOW + 265 * SECOND), 30);
    ck_assert_uint_eq(nxdomain_count(&nxdomain, NOW + 330 * SECOND), 0);
}
END_TEST

START_TEST(the_window_slides)
{
    for (unsigned i = 0; i < 3600; i++)
        deny("qfhhbbmvrk.example", NOW + i * SECOND);
    ck_assert_uint_ge(nxdomain_count(&nxdomain, NOW + 3600 * SECOND), 270);
    ck_assert_uint_le(nxdomain_count(&nxdomain, NOW + 3600 * SECOND), 300);
}
END_TEST

START_TEST(looking_changes_nothing)
{
    deny("a.example", NOW);
    ck_assert_uint_eq(nxdomain_count(&nxdomain, NOW + 86400 * SECOND), 0);
    ck_assert_uint_eq(nxdomain_count(&nxdomain, NOW), 1);
}
END_TEST

START_TEST(other_answers_do_not_count)
{
    struct question question;

    answer("a.example", 0, NOW);
    answer("a.example", 2, NOW); /* SERVFAIL */
    question_set(&question, "a.example", 9, DNS_RCODE_NXDOMAIN);
    question.answered = false;
    nxdomain_note(&nxdomain, &question, NOW);
    ck_assert_uint_eq(nxdomain_count(&nxdomain, NOW), 0);
}
END_TEST

/* Names for which 'no such name' is the usual answer. */
static const char *const usual[] = { "1.0.168.192.in-addr.arpa", "4.3.2.1.zen.spamhaus.org", "wpad",
    "qkliggzrpa", "wpad.lan", "www.example.com.home", "printer.local", "isatap.corp",
    "b._dns-sd._udp.example.com", "_ldap._tcp.example.com", "" };

START_TEST(names_that_usually_fail_do_not_count)
{
    deny(usual[_i], NOW);
    ck_assert_uint_eq(nxdomain_count(&nxdomain, NOW), 0);
}
END_TEST

START_TEST(time_that_steps_back_counts_as_the_newest)
{
    deny("a.example", NOW);
    deny("b.example", NOW - 3600 * SECOND);
    ck_assert_uint_eq(nxdomain_count(&nxdomain, NOW), 2);
    ck_assert_uint_eq(nxdomain_count(&nxdomain, NOW - 7200 * SECOND), 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nxdomain");
    TCase *cases = tcase_create("nxdomain");

    suite_add_tcase(suite, cases);
    tcase_add_checked_fixture(cases, set_up, NULL);
    tcase_add_test(cases, denials_count_for_five_minutes);
    tcase_add_test(cases, the_window_slides);
    tcase_add_test(cases, looking_changes_nothing);
    tcase_add_test(cases, other_answers_do_not_count);
    tcase_add_loop_test(cases, names_that_usually_fail_do_not_count, 0, (int)COUNT(usual));
    tcase_add_test(cases, time_that_steps_back_counts_as_the_newest);
    return run_suite(suite);
}
