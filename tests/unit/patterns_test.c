/* Byte strings searched at once, and the pieces of streams that are searched. */
#include "detect/match/patterns.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "detect/match/window.h"

#define VALUES 8

static struct pattern_scratch *scratch;
static struct patterns *patterns;
static unsigned found[VALUES];

static void tear_down(void)
{
    patterns_free(patterns);
    pattern_scratch_free(scratch);
    patterns = NULL;
    scratch = NULL;
}

static struct pattern pattern(const char *text, bool nocase, uint32_t value)
{
    return (struct pattern){ (const uint8_t *)text, strlen(text), nocase, value };
}

static void make(struct pattern *list, size_t count)
{
    ck_assert_int_eq(patterns_new(list, count, &scratch, &patterns), TATTLER_OK);
}

static void on_found(void *user, uint32_t value)
{
    ck_assert_ptr_eq(user, &patterns);
    ck_assert_uint_lt(value, VALUES);
    found[value]++;
}

/* The bytes end where their block ends. */
static void search(const char *bytes, size_t len)
{
    uint8_t *block = malloc(len > 0 ? len : 1);

    ck_assert_ptr_nonnull(block);
    memcpy(block, bytes, len);
    memset(found, 0, sizeof(found));
    patterns_search(patterns, scratch, cursor_over(block, len), on_found, &patterns);
    free(block);
}

START_TEST(each_that_occurs_is_told_once)
{
    struct pattern list[] = { pattern("ab", false, 0), pattern("abc", false, 1),
        pattern("zz", false, 2) };

    make(list, 3);
    search("abxxabcab", 9);
    ck_assert(found[0] == 1 && found[1] == 1 && found[2] == 0);
    search("", 0);
    ck_assert(found[0] == 0);
}
END_TEST

START_TEST(equal_ones_are_told_to_all_who_asked)
{
    struct pattern list[] = { pattern("same", false, 0), pattern("same", false, 1),
        pattern("other", false, 2), pattern("same", false, 3), pattern("same", true, 4) };

    make(list, 5);
    search("the same", 8);
    ck_assert(found[0] == 1 && found[1] == 1 && found[2] == 0 && found[3] == 1 && found[4] == 1);
    search("the SAME", 8);
    ck_assert(found[0] == 0 && found[1] == 0 && found[3] == 0 && found[4] == 1);
}
END_TEST

START_TEST(nul_bytes_are_as_good_as_any)
{
    struct pattern list[] = { { (const uint8_t *)"a\0b", 3, false, 0 },
        { (const uint8_t *)"a\0\0", 3, false, 1 }, { (const uint8_t *)"\xff\0", 2, false, 2 } };

    make(list, 3);
    search("xa\0b\0", 5);
    ck_assert(found[0] == 1 && found[1] == 0 && found[2] == 0);
    search("a\0\0\xff\0", 5);
    ck_assert(found[0] == 0 && found[1] == 1 && found[2] == 1);
}
END_TEST

START_TEST(signs_of_regular_expressions_are_plain_bytes)
{
    struct pattern list[] = { pattern("a.c*", false, 0), pattern("\\x41[", false, 1) };

    make(list, 2);
    search("abcc", 4);
    ck_assert_uint_eq(found[0], 0);
    search("xa.c*\\x41[", 10);
    ck_assert(found[0] == 1 && found[1] == 1);
}
END_TEST

/* --- windows --- */

START_TEST(what_has_no_room_is_refused_and_the_rest_stays)
{
    struct window_budget budget = { .max = 1024 };
    struct match_window one = { 0 }, other = { 0 };
    static const char bytes[600];

    ck_assert(window_add(&one, &budget, cursor_over("abc", 3)));
    ck_assert_uint_le(budget.used, budget.max);
    ck_assert(window_add(&other, &budget, cursor_over(bytes, 10)));
    ck_assert(!window_add(&one, &budget, cursor_over(bytes, sizeof(bytes))));
    ck_assert_uint_eq(budget.refused, 1);
    ck_assert_uint_eq(one.len, 3);
    ck_assert_int_eq(memcmp(one.bytes, "abc", 3), 0);
    window_clear(&other, &budget);
    ck_assert(window_add(&one, &budget, cursor_over(bytes, sizeof(bytes))));
    ck_assert_uint_eq(one.len, 603);
    window_clear(&one, &budget);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("patterns");
    TCase *tests = tcase_create("patterns"), *windows = tcase_create("windows");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_add_test(tests, each_that_occurs_is_told_once);
    tcase_add_test(tests, equal_ones_are_told_to_all_who_asked);
    tcase_add_test(tests, nul_bytes_are_as_good_as_any);
    tcase_add_test(tests, signs_of_regular_expressions_are_plain_bytes);
    suite_add_tcase(suite, windows);
    tcase_add_test(windows, what_has_no_room_is_refused_and_the_rest_stays);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
