#include "detect/rules/number.h"

#include <stdlib.h>

#include "run_suite.h"

static bool accepts(const char *text, uint64_t max, uint64_t number)
{
    struct number_condition condition;
    const char *where;

    ck_assert_msg(number_condition_parse(text, max, &condition, &where), "%s: %s", text, where);
    return number_accepts(&condition, number);
}

static void refused(const char *text, uint64_t max, size_t place)
{
    struct number_condition condition;
    const char *where;

    ck_assert_msg(!number_condition_parse(text, max, &condition, &where), "%s", text);
    ck_assert_msg((size_t)(where - text) == place, "%s: %zu", text, (size_t)(where - text));
}

/* A value below, at and above 100 for every comparison. */
START_TEST(every_comparison_holds_where_it_should)
{
    static const struct {
        const char *text;
        bool below, at, above;
    } cases[] = {
        { "100", false, true, false }, { "=100", false, true, false }, { "!100", true, false, true },
        { "!=100", true, false, true }, { ">100", false, false, true },
        { ">=100", false, true, true }, { "<100", true, false, false },
        { "<= 100", true, true, false }, { "99-101", false, true, false },
        { "99<>101", false, true, false }, { "!99-101", true, false, true },
        { "98-100", true, false, false }, { "&1=0", false, true, false },
        { "&1!=0", true, false, true }, { "0x64", false, true, false },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ck_assert_msg(accepts(cases[i].text, 255, 99) == cases[i].below, "%s", cases[i].text);
        ck_assert_msg(accepts(cases[i].text, 255, 100) == cases[i].at, "%s", cases[i].text);
        ck_assert_msg(accepts(cases[i].text, 255, 101) == cases[i].above, "%s", cases[i].text);
    }
}
END_TEST

START_TEST(units_are_of_1024)
{
    ck_assert(accepts("10kb", UINT32_MAX, 10240));
    ck_assert(accepts("2MiB", UINT32_MAX, 2097152));
    ck_assert(accepts("15GB", UINT64_MAX, 16106127360));
    refused("4GiB", UINT32_MAX, 4);
}
END_TEST

START_TEST(what_always_or_never_holds_is_refused)
{
    static const char *const cases[] = { "<0", ">=0", ">255", "<=255", "5-5", "5-6", "6-5",
        "&1=2", "256" };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct number_condition condition;
        const char *where;

        ck_assert_msg(!number_condition_parse(cases[i], 255, &condition, &where), "%s", cases[i]);
    }
    ck_assert(accepts("<=254", 255, 254));
    ck_assert(accepts(">254", 255, 255));
}
END_TEST

START_TEST(a_complaint_stands_at_the_first_stray_character)
{
    refused("5x", 255, 1);
    refused("> 5 6", 255, 4);
    refused("", 255, 0);
    refused("  !", 255, 3);
}
END_TEST

START_TEST(numbers_are_read_as_c_reads_them)
{
    uint64_t number = 7;
    int64_t other = 7;

    ck_assert(number_unsigned(" +0x10", 0, true, 100, &number) && number == 16);
    ck_assert(number_unsigned("10x", 10, false, 100, &number) && number == 10);
    ck_assert(!number_unsigned("10x", 10, true, 100, &number));
    ck_assert(!number_unsigned("-1", 10, true, UINT32_MAX, &number));
    ck_assert(!number_unsigned("", 10, false, 100, &number));
    ck_assert(!number_unsigned("99999999999999999999999", 10, true, UINT64_MAX, &number));
    ck_assert_uint_eq(number, 10);
    ck_assert(number_signed("-5", 0, true, -5, 5, &other) && other == -5);
    ck_assert(!number_signed("6", 0, true, -5, 5, &other));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rule_number");
    TCase *cases = tcase_create("all");

    tcase_add_test(cases, every_comparison_holds_where_it_should);
    tcase_add_test(cases, units_are_of_1024);
    tcase_add_test(cases, what_always_or_never_holds_is_refused);
    tcase_add_test(cases, a_complaint_stands_at_the_first_stray_character);
    tcase_add_test(cases, numbers_are_read_as_c_reads_them);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
