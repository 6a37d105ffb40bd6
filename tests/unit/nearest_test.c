#include "base/nearest.h"

#include <stdlib.h>

#include "run_suite.h"

static const char *const keys[] = { "home-networks", "warm-up", "dns-grace", "timezone", "geo",
    "risk", "oui" };

static const char *near_key(const char *word)
{
    return nearest_word(word, keys, sizeof(keys) / sizeof(keys[0]));
}

START_TEST(each_typing_error_is_one_step)
{
    static const char *const words[] = { "networks" };

    ck_assert_ptr_eq(nearest_word("networks", words, 1), words[0]);  /* none */
    ck_assert_ptr_eq(nearest_word("network", words, 1), words[0]);   /* left out */
    ck_assert_ptr_eq(nearest_word("nettworks", words, 1), words[0]); /* added */
    ck_assert_ptr_eq(nearest_word("netwerks", words, 1), words[0]);  /* replaced */
    ck_assert_ptr_eq(nearest_word("newtorks", words, 1), words[0]);  /* swapped */
    ck_assert_ptr_eq(nearest_word("newtorsk", words, 1), words[0]);  /* two swaps */
    ck_assert_ptr_null(nearest_word("newtosrkk", words, 1));         /* three errors */
}
END_TEST

START_TEST(the_word_with_fewest_errors_is_taken)
{
    static const char *const words[] = { "heartbeats", "heartbeat", "heartbeet" };

    ck_assert_ptr_eq(nearest_word("haertbeat", words, 3), words[1]);
    ck_assert_ptr_eq(nearest_word("heartbeets", words, 3), words[0]);
}
END_TEST

START_TEST(case_and_underscores_do_not_count)
{
    ck_assert_str_eq(near_key("Home_Networks"), "home-networks");
    ck_assert_str_eq(near_key("WARMUP"), "warm-up");
}
END_TEST

START_TEST(short_words_forgive_one_error_only)
{
    ck_assert_str_eq(near_key("rsik"), "risk");
    ck_assert_str_eq(near_key("go"), "geo");
    ck_assert_ptr_null(near_key("asn"));
    ck_assert_ptr_null(near_key("x"));
    ck_assert_ptr_null(near_key(""));
}
END_TEST

START_TEST(a_beginning_finds_the_whole_word)
{
    ck_assert_str_eq(near_key("home-net"), "home-networks");
    ck_assert_str_eq(near_key("time"), "timezone");
    ck_assert_ptr_null(near_key("ti"));
}
END_TEST

START_TEST(nothing_is_near_a_stranger_or_an_overlong_word)
{
    /* 65 and 64 letters */
    static const char *const overlong[] = {
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
    const char *const longest[] = { overlong[0] + 1 };

    ck_assert_ptr_null(near_key("threads"));
    ck_assert_ptr_null(nearest_word(overlong[0], overlong, 1));
    ck_assert_ptr_eq(nearest_word(longest[0], longest, 1), longest[0]);
    ck_assert_ptr_null(nearest_word("geo", keys, 0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nearest");
    TCase *tests = tcase_create("nearest");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, each_typing_error_is_one_step);
    tcase_add_test(tests, the_word_with_fewest_errors_is_taken);
    tcase_add_test(tests, case_and_underscores_do_not_count);
    tcase_add_test(tests, short_words_forgive_one_error_only);
    tcase_add_test(tests, a_beginning_finds_the_whole_word);
    tcase_add_test(tests, nothing_is_near_a_stranger_or_an_overlong_word);
    return run_suite(suite);
}
