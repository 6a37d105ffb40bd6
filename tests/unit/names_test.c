#include "track/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"
#include "track/resolution.h"

#define SECOND UINT64_C(1000000)
#define GRACE (3600 * SECOND)
#define NOW (1000 * SECOND)

static struct names names;
static struct names_budget budget;

static void set_up(void)
{
    names = (struct names){ 0 };
    budget = (struct names_budget){ .max_entries = 100, .max_per_device = 50, .grace_us = GRACE };
}

static void tear_down(void)
{
    names_clear(&names, &budget);
    ck_assert_uint_eq(budget.entries, 0);
}

static struct address host(unsigned number)
{
    uint8_t bytes[4] = { 203, 0, (uint8_t)(number >> 8), (uint8_t)number };

    return address_from_v4(bytes);
}

static struct resolution answer(const char *name, unsigned number, uint32_t ttl_s)
{
    struct resolution resolution = { .is_answer = true };
    struct address address = host(number);

    resolution_ask(&resolution, name, strlen(name));
    resolution_add_address(&resolution, &address, ttl_s);
    return resolution;
}

static void learn_at(const char *name, unsigned number, uint64_t now_us)
{
    struct resolution resolution = answer(name, number, 60);

    ck_assert_int_eq(names_learn(&names, &budget, &resolution, now_us), TATTLER_OK);
}

static enum names_verdict find(unsigned number, uint64_t now_us, char name[NAME_SIZE])
{
    struct address address = host(number);

    snprintf(name, NAME_SIZE, "untouched");
    return names_find(&names, &budget, &address, now_us, NAMES_ALL_READ, name);
}

static void assert_found(unsigned number, uint64_t now_us, const char *expected)
{
    char name[NAME_SIZE];

    ck_assert_int_eq(find(number, now_us, name), NAMES_RESOLVED);
    ck_assert_str_eq(name, expected);
}

static void assert_not_found(unsigned number, uint64_t now_us, enum names_verdict expected)
{
    char name[NAME_SIZE];

    ck_assert_int_eq(find(number, now_us, name), expected);
    ck_assert_str_eq(name, "untouched");
}

static enum names_verdict match(unsigned number, const char *name)
{
    struct address address = host(number);

    return names_match(&names, &address, name_hash(name, strlen(name)), NOW);
}

START_TEST(an_address_has_the_name_last_asked_for)
{
    assert_not_found(1, NOW, NAMES_NEVER);
    learn_at("a.example", 1, NOW);
    learn_at("b.example", 1, NOW);
    assert_found(1, NOW, "b.example");
    assert_not_found(2, NOW, NAMES_NEVER);
    ck_assert_uint_eq(budget.entries, 1);
}
END_TEST

START_TEST(an_answer_lives_for_its_ttl_and_the_grace)
{
    learn_at("a.example", 1, NOW);
    learn_at("a.example", 2, NOW);
    assert_found(1, NOW + 60 * SECOND + GRACE - 1, "a.example");
    assert_not_found(2, NOW + 60 * SECOND + GRACE, NAMES_NEVER);
}
END_TEST

START_TEST(each_use_keeps_an_answer_for_the_grace)
{
    struct address address = host(1);
    uint64_t then = NOW;

    learn_at("a.example", 1, NOW);
    for (unsigned i = 0; i < 10; i++) {
        then += GRACE - 1;
        assert_found(1, then, "a.example");
        then += GRACE - 1;
        names_use(&names, &budget, &address, then);
    }
    names_use(&names, &budget, &address, NOW); /* the clock stepped back */
    assert_not_found(1, then + GRACE, NAMES_NEVER);
    names_use(&names, &budget, &address, then + GRACE); /* too late */
    assert_not_found(1, then + GRACE, NAMES_NEVER);
}
END_TEST

static enum names_verdict find_by(unsigned number, uint64_t answered_by_us)
{
    struct address address = host(number);
    char name[NAME_SIZE];

    return names_find(&names, &budget, &address, answered_by_us, answered_by_us, name);
}

START_TEST(an_answer_does_not_count_before_it_came)
{
    uint64_t over_us = NOW + 60 * SECOND + GRACE;

    learn_at("a.example", 1, NOW);
    ck_assert_int_eq(find_by(1, NOW - 1), NAMES_NEVER);
    ck_assert_int_eq(find_by(1, NOW), NAMES_RESOLVED);
    learn_at("a.example", 1, NOW + SECOND); /* the first still counts */
    ck_assert_int_eq(find_by(1, NOW), NAMES_RESOLVED);
    learn_at("a.example", 1, over_us + 2 * SECOND); /* while none did */
    ck_assert_int_eq(find_by(1, over_us + SECOND), NAMES_NEVER);
    ck_assert_int_eq(find_by(1, over_us + 2 * SECOND), NAMES_RESOLVED);
}
END_TEST

START_TEST(answers_count_from_the_first_on_in_whatever_order_they_are_read)
{
    learn_at("a.example", 1, NOW + SECOND);
    learn_at("a.example", 1, NOW);
    ck_assert_int_eq(find_by(1, NOW), NAMES_RESOLVED);
}
END_TEST

START_TEST(no_answer_lives_longer_than_a_week_and_the_grace)
{
    struct resolution resolution = answer("a.example", 1, UINT32_MAX);
    uint64_t week = 7 * 86400 * SECOND;

    ck_assert_int_eq(names_learn(&names, &budget, &resolution, NOW), TATTLER_OK);
    resolution = answer("a.example", 2, UINT32_MAX);
    ck_assert_int_eq(names_learn(&names, &budget, &resolution, NOW), TATTLER_OK);
    assert_found(1, NOW + week + GRACE - 1, "a.example");
    assert_not_found(2, NOW + week + GRACE, NAMES_NEVER);
}
END_TEST

START_TEST(a_shorter_answer_does_not_shorten_a_longer_one)
{
    struct resolution brief = answer("a.example", 1, 0);

    learn_at("a.example", 1, NOW);
    ck_assert_int_eq(names_learn(&names, &budget, &brief, NOW), TATTLER_OK);
    assert_found(1, NOW + 60 * SECOND + GRACE - 1, "a.example");
}
END_TEST

START_TEST(every_name_that_led_to_an_address_matches)
{
    struct resolution chain = answer("asked.example", 1, 60);

    resolution_add_alias(&chain, "edge.cdn.example", 16);
    ck_assert_int_eq(names_learn(&names, &budget, &chain, NOW), TATTLER_OK);
    learn_at("b.example", 1, NOW);
    ck_assert_int_eq(match(1, "asked.example"), NAMES_RESOLVED);
    ck_assert_int_eq(match(1, "EDGE.cdn.example"), NAMES_RESOLVED);
    ck_assert_int_eq(match(1, "b.example"), NAMES_RESOLVED);
    ck_assert_int_eq(match(1, "c.example"), NAMES_NEVER);
    ck_assert_int_eq(match(2, "b.example"), NAMES_UNSURE);
}
END_TEST

START_TEST(an_address_of_very_many_names_matches_or_is_unsure)
{
    for (char c = 'a'; c <= 'z'; c++) {
        char name[] = "?.example";

        name[0] = c;
        learn_at(name, 1, NOW);
    }
    assert_found(1, NOW, "z.example");
    ck_assert_int_eq(match(1, "a.example"), NAMES_RESOLVED);
    ck_assert_int_eq(match(1, "other.example"), NAMES_UNSURE);
}
END_TEST

START_TEST(the_longest_name_is_kept_whole)
{
    char name[NAME_SIZE];

    memset(name, 'a', NAME_SIZE - 1);
    name[NAME_SIZE - 1] = '\0';
    learn_at(name, 1, NOW);
    assert_found(1, NOW, name);
}
END_TEST

/* --- full tables --- */

START_TEST(a_full_device_forgets_what_was_resolved_longest_ago)
{
    budget.max_per_device = 2;
    learn_at("a.example", 1, NOW);
    learn_at("b.example", 2, NOW + 1);
    learn_at("a.example", 1, NOW + 2); /* asked again: now b is the oldest */
    learn_at("c.example", 3, NOW + 3);
    assert_found(1, NOW + 3, "a.example");
    assert_found(3, NOW + 3, "c.example");
    assert_not_found(2, NOW + 3, NAMES_UNSURE);
    ck_assert_uint_eq(budget.forgotten, 1);
    ck_assert_uint_eq(budget.entries, 2);
}
END_TEST

START_TEST(a_full_device_keeps_what_is_in_use)
{
    struct address used = host(1);
    const uint64_t later = NOW + 2 * GRACE - SECOND;

    budget.max_per_device = 2;
    learn_at("used.example", 1, NOW);
    names_use(&names, &budget, &used, NOW + GRACE);
    learn_at("idle.example", 2, NOW + GRACE);
    names_use(&names, &budget, &used, later);
    learn_at("third.example", 3, later);
    assert_found(1, later, "used.example");
}
END_TEST

START_TEST(who_forgot_is_unsure_until_the_forgotten_would_have_run_out)
{
    budget.max_per_device = 1;
    learn_at("a.example", 1, NOW);
    learn_at("b.example", 2, NOW);
    assert_not_found(9, NOW + 60 * SECOND + GRACE - 1, NAMES_UNSURE);
    assert_not_found(9, NOW + 60 * SECOND + GRACE, NAMES_NEVER);
}
END_TEST

START_TEST(what_had_run_out_is_not_missed)
{
    budget.max_per_device = 1;
    learn_at("a.example", 1, NOW);
    learn_at("b.example", 2, NOW + 60 * SECOND + GRACE);
    assert_not_found(1, NOW + 60 * SECOND + GRACE, NAMES_NEVER);
    ck_assert_uint_eq(budget.forgotten, 0);
}
END_TEST

START_TEST(devices_share_one_budget)
{
    struct names other = { 0 };

    budget.max_entries = 20;
    for (unsigned i = 0; i < 20; i++)
        learn_at("a.example", i, NOW);
    for (unsigned i = 0; i < 2 * NAMES_ALWAYS; i++) { /* another one has its own few at all times */
        struct resolution one = answer("b.example", i, 60);

        ck_assert_int_eq(names_learn(&other, &budget, &one, NOW), TATTLER_OK);
    }
    ck_assert_uint_eq(budget.entries, 20 + NAMES_ALWAYS);
    ck_assert_uint_eq(budget.forgotten, NAMES_ALWAYS);
    ck_assert_uint_eq(other.blind_until_us, NOW + 60 * SECOND + GRACE);
    assert_found(0, NOW, "a.example"); /* the first device keeps what it has */
    assert_not_found(99, NOW, NAMES_NEVER);
    learn_at("c.example", 30, NOW); /* and makes room for both out of its own */
    assert_not_found(0, NOW, NAMES_UNSURE);
    ck_assert_uint_eq(budget.entries, 20);
    names_clear(&other, &budget);
}
END_TEST

START_TEST(trimming_takes_all_that_has_run_out_and_nothing_else)
{
    const uint64_t expiry_us = NOW + 60 * SECOND + GRACE;

    budget.max_entries = 4;
    for (unsigned i = 0; i < 3; i++)
        learn_at("a.example", i, NOW);
    ck_assert(!names_pressed(&budget));
    learn_at("b.example", 3, NOW + 1);
    ck_assert(names_pressed(&budget));
    learn_at("a.example", 1, NOW + 2); /* answered again */
    names_trim(&names, &budget, expiry_us - 1);
    ck_assert_uint_eq(budget.entries, 4);
    names_trim(&names, &budget, expiry_us);
    ck_assert_uint_eq(budget.entries, 2);
    assert_found(1, expiry_us, "a.example");
    assert_found(3, expiry_us, "b.example");
    assert_not_found(0, expiry_us, NAMES_NEVER);
    ck_assert_uint_eq(budget.forgotten, 0);
    names_trim(&names, &budget, UINT64_MAX);
    ck_assert_ptr_null(names.by_address);
    ck_assert(!names_pressed(&budget));
}
END_TEST

START_TEST(an_answer_with_more_than_fits_leaves_the_rest_unsure)
{
    struct resolution many = { .is_answer = true };

    resolution_ask(&many, "many.example", 12);
    for (unsigned i = 0; i <= RESOLUTION_ADDRESSES_MAX; i++) {
        struct address address = host(i);

        resolution_add_address(&many, &address, 60);
    }
    budget.max_per_device = 100;
    names_learn(&names, &budget, &many, NOW);
    assert_found(RESOLUTION_ADDRESSES_MAX - 1, NOW, "many.example");
    assert_not_found(RESOLUTION_ADDRESSES_MAX, NOW, NAMES_UNSURE);
    assert_not_found(RESOLUTION_ADDRESSES_MAX, NOW + GRACE, NAMES_NEVER);
}
END_TEST

/* Whatever is learned, no cap is exceeded by more than all have at all times. */
START_TEST(caps_hold_in_any_course)
{
    struct names others[4] = { { 0 } };
    unsigned seed = 1;
    uint64_t now_us = NOW;

    budget.max_entries = 30;
    budget.max_per_device = 12;
    for (int i = 0; i < 5000; i++) {
        struct names *at = &others[rand_r(&seed) % 4];
        struct resolution one = answer("a.example", (unsigned)rand_r(&seed) % 60, 60);

        now_us += (uint64_t)rand_r(&seed) % (600 * SECOND);
        names_learn(at, &budget, &one, now_us);
        ck_assert_uint_le(budget.entries, budget.max_entries + 4 * NAMES_ALWAYS);
    }
    for (int n = 0; n < 4; n++)
        names_clear(&others[n], &budget);
    ck_assert_uint_eq(budget.entries, 0);
}
END_TEST

START_TEST(the_hash_of_a_name_ignores_case)
{
    ck_assert_uint_eq(name_hash("A.Example", 9), name_hash("a.eXAMPLE", 9));
    ck_assert_uint_ne(name_hash("a.example", 9), name_hash("b.example", 9));
    ck_assert_uint_ne(name_hash("a.example", 9), name_hash("a.exampl", 8));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        an_address_has_the_name_last_asked_for,
        an_answer_lives_for_its_ttl_and_the_grace,
        an_answer_does_not_count_before_it_came,
        answers_count_from_the_first_on_in_whatever_order_they_are_read,
        each_use_keeps_an_answer_for_the_grace,
        no_answer_lives_longer_than_a_week_and_the_grace,
        a_shorter_answer_does_not_shorten_a_longer_one,
        every_name_that_led_to_an_address_matches,
        an_address_of_very_many_names_matches_or_is_unsure,
        the_longest_name_is_kept_whole,
        a_full_device_forgets_what_was_resolved_longest_ago,
        a_full_device_keeps_what_is_in_use,
        who_forgot_is_unsure_until_the_forgotten_would_have_run_out,
        what_had_run_out_is_not_missed,
        devices_share_one_budget,
        trimming_takes_all_that_has_run_out_and_nothing_else,
        an_answer_with_more_than_fits_leaves_the_rest_unsure,
        caps_hold_in_any_course,
        the_hash_of_a_name_ignores_case,
    };
    Suite *suite = suite_create("names");
    TCase *cases = tcase_create("names");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
