#include "detect/condition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"

static char error[512];

static struct condition parsed(const char *feature, const char *text)
{
    struct condition condition;

    ck_assert_msg(condition_parse(feature_find(feature), text, &condition, error,
                          sizeof(error)) == TATTLER_OK,
            "%s:%s: %s", feature, text, error);
    return condition;
}

static bool accepts(const char *feature, const char *text, uint64_t number)
{
    struct condition condition = parsed(feature, text);
    struct feature_value value = { .number = number };

    return condition_accepts(&condition, &value);
}

static bool accepts_real(const char *text, double real)
{
    struct condition condition = parsed("entropy", text);
    struct feature_value value = { .real = real };

    return condition_accepts(&condition, &value);
}

static const char *refusal(const char *feature, const char *text)
{
    struct condition condition, untouched;

    memset(&condition, 0x5a, sizeof(condition));
    untouched = condition;
    error[0] = '\0';
    ck_assert_int_eq(condition_parse(feature_find(feature), text, &condition, error,
                             sizeof(error)),
            TATTLER_MALFORMED);
    ck_assert_int_eq(memcmp(&condition, &untouched, sizeof(condition)), 0);
    ck_assert_msg(strstr(error, feature) != NULL || strstr(error, text) != NULL, "%s", error);
    return error;
}

/* A value below, at and above 100 for every comparison. */
START_TEST(numbers_compare_as_suricata_does)
{
    static const struct {
        const char *text;
        bool below, at, above;
    } cases[] = {
        { "100", false, true, false },
        { "=100", false, true, false },
        { "!100", true, false, true },
        { "!=100", true, false, true },
        { ">100", false, false, true },
        { ">=100", false, true, true },
        { "<100", true, false, false },
        { "<=100", true, true, false },
        { "98-102", true, true, true },
        { "99-101", false, true, false },
        { "99<>101", false, true, false },
        { "!99-101", true, false, true },
        { " >= 100 ", false, true, true },
        { "99 - 101", false, true, false },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ck_assert_msg(accepts("bytes_up", cases[i].text, 99) == cases[i].below, "%s",
                cases[i].text);
        ck_assert_msg(accepts("bytes_up", cases[i].text, 100) == cases[i].at, "%s", cases[i].text);
        ck_assert_msg(accepts("bytes_up", cases[i].text, 101) == cases[i].above, "%s",
                cases[i].text);
    }
}
END_TEST

START_TEST(a_range_leaves_out_both_ends)
{
    ck_assert(!accepts("hour", "1-5", 1));
    ck_assert(accepts("hour", "1-5", 2));
    ck_assert(accepts("hour", "1-5", 4));
    ck_assert(!accepts("hour", "1-5", 5));
}
END_TEST

START_TEST(units_are_of_1024)
{
    ck_assert(accepts("bytes_up", "2kb", 2048));
    ck_assert(accepts("bytes_up", "2KiB", 2048));
    ck_assert(accepts("bytes_up", ">=3Mb", UINT64_C(3) << 20));
    ck_assert(accepts("bytes_up", "1gib", UINT64_C(1) << 30));
    refusal("bytes_up", "2k");
    refusal("bytes_up", "2tb");
}
END_TEST

START_TEST(the_largest_numbers_are_taken_and_no_larger_one)
{
    ck_assert(accepts("bytes_up", "18446744073709551615", UINT64_MAX));
    ck_assert(accepts("asn", "4294967295", UINT32_MAX));
    ck_assert(accepts("asn_risk", "<=100", 100));
    refusal("bytes_up", "18446744073709551616");
    refusal("bytes_up", "99999999999999999999999999");
    refusal("bytes_up", "17179869184gb"); /* 2^64 */
    ck_assert_str_eq(refusal("asn_risk", "101"), "iot.asn_risk goes up to 100");
    ck_assert_str_eq(refusal("hour", "3-24"), "iot.hour goes up to 23");
}
END_TEST

START_TEST(what_could_never_hold_is_refused)
{
    ck_assert_str_eq(refusal("asn_risk", ">100"), "no value of iot.asn_risk can be '>100'");
    refusal("bytes_up", "<0");
    refusal("hour", "1-2");
    refusal("hour", "5-1");
    refusal("hour", "3-3");
    refusal("entropy", ">8");
    refusal("entropy", "<0");
    refusal("entropy", "7-7");
}
END_TEST

START_TEST(reals_have_fractions)
{
    ck_assert(accepts_real(">7.5", 7.501));
    ck_assert(!accepts_real(">7.5", 7.5));
    ck_assert(accepts_real(">=7.5", 7.5));
    ck_assert(accepts_real("<0.25", 0.2));
    ck_assert(accepts_real("<=0.25", 0.25));
    ck_assert(accepts_real("7.25-8", 7.9));
    ck_assert(!accepts_real("7.25-8", 8));
    ck_assert(!accepts_real("7.25-8", 7.25));
    ck_assert(accepts_real("!7.25-8", 8));
    ck_assert(accepts_real("=0", 0));
    ck_assert_ptr_nonnull(strstr(refusal("entropy", "8.5"), "up to 8"));
    refusal("entropy", "7.");
    refusal("entropy", ".5");
    refusal("entropy", "7,5");
    refusal("entropy", "1e3");
}
END_TEST

START_TEST(names_are_a_list_and_booleans_two)
{
    ck_assert(accepts("service", "tls,quic", SERVICE_TLS));
    ck_assert(accepts("service", "tls , quic", SERVICE_QUIC));
    ck_assert(!accepts("service", "tls,quic", SERVICE_NTP));
    ck_assert(!accepts("service", "!ntp,stun,dns", SERVICE_STUN));
    ck_assert(accepts("service", " ! ntp,stun,dns", SERVICE_OTHER));
    ck_assert(accepts("no_dns", "true", 1));
    ck_assert(!accepts("no_dns", "true", 0));
    ck_assert(accepts("no_dns", "!true", 0));
    ck_assert(accepts("no_dns", "false", 0));
}
END_TEST

START_TEST(a_wrong_name_gets_the_nearest_or_all)
{
    ck_assert_str_eq(refusal("service", "tsl"),
            "'tsl' is no value of iot.service: did you mean 'tls'?");
    ck_assert_str_eq(refusal("service", "!dns,sutn"),
            "'sutn' is no value of iot.service: did you mean 'stun'?");
    ck_assert_str_eq(refusal("service", "!tls,!quic"),
            "one '!' in front of all values of iot.service goes for each: write '!quic' without");
    ck_assert_str_eq(refusal("name_source", "x"),
            "'x' is no value of iot.name_source: use one of none, dns, http, quic, sni");
}
END_TEST

START_TEST(what_makes_no_sense_gets_an_example)
{
    static const char *const senseless[] = { "-", "-5", "5-", ">", ">>5", "!!5", "!>5",
        "5 6", "0x10", "5;", "a", "5a", "1-5-9" };

    for (size_t i = 0; i < sizeof(senseless) / sizeof(senseless[0]); i++) {
        char expected[128];

        snprintf(expected, sizeof(expected),
                "'%s' is no condition on the number iot.asn: write it as in 'iot.asn:64496;'",
                senseless[i]);
        ck_assert_str_eq(refusal("asn", senseless[i]), expected);
    }
    ck_assert_str_eq(refusal("asn", ""), "iot.asn needs a value: write it as in 'iot.asn:64496;'");
    ck_assert_str_eq(refusal("asn", " "), "iot.asn needs a value: write it as in 'iot.asn:64496;'");
    refusal("service", "");
    refusal("service", "tls,");
    refusal("service", ",tls");
    refusal("service", "!");
    ck_assert_ptr_nonnull(strstr(refusal("name", "tuya"), "iot.name; content:"));
}
END_TEST

START_TEST(a_long_wrong_value_is_cut_not_overrun)
{
    char text[4096], small[8];
    struct condition condition;

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    ck_assert_int_eq(condition_parse(feature_find("service"), text, &condition, small,
                             sizeof(small)),
            TATTLER_MALFORMED);
    ck_assert_uint_eq(strlen(small), sizeof(small) - 1);
    ck_assert_int_eq(condition_parse(feature_find("asn"), text, &condition, error, sizeof(error)),
            TATTLER_MALFORMED);
}
END_TEST

START_TEST(unknown_holds_neither_way)
{
    struct flow flow = { .ech = UNKNOWN, .remote_is_public = false };
    struct condition condition = parsed("ech", "true");

    ck_assert(!condition_holds(&condition, &flow));
    condition = parsed("ech", "!true");
    ck_assert(!condition_holds(&condition, &flow));
    condition = parsed("asn_risk", "!50");
    ck_assert(!condition_holds(&condition, &flow));
    flow.ech = NO;
    condition = parsed("ech", "!true");
    ck_assert(condition_holds(&condition, &flow));
}
END_TEST

START_TEST(every_feature_but_strings_takes_its_own_example)
{
    for (size_t i = 0; i < feature_count; i++) {
        const char *colon = strchr(features[i].example, ':');
        struct condition condition;
        char value[64];

        if (features[i].type == FEATURE_STRING)
            continue;
        ck_assert_ptr_nonnull(colon);
        snprintf(value, sizeof(value), "%.*s", (int)strcspn(colon + 1, ";"), colon + 1);
        ck_assert_msg(condition_parse(&features[i], value, &condition, error, sizeof(error)) ==
                              TATTLER_OK,
                "%s", error);
    }
}
END_TEST

static Suite *condition_suite(void)
{
    Suite *suite = suite_create("condition");
    TCase *tests = tcase_create("condition");

    tcase_add_test(tests, numbers_compare_as_suricata_does);
    tcase_add_test(tests, a_range_leaves_out_both_ends);
    tcase_add_test(tests, units_are_of_1024);
    tcase_add_test(tests, the_largest_numbers_are_taken_and_no_larger_one);
    tcase_add_test(tests, what_could_never_hold_is_refused);
    tcase_add_test(tests, reals_have_fractions);
    tcase_add_test(tests, names_are_a_list_and_booleans_two);
    tcase_add_test(tests, a_wrong_name_gets_the_nearest_or_all);
    tcase_add_test(tests, what_makes_no_sense_gets_an_example);
    tcase_add_test(tests, a_long_wrong_value_is_cut_not_overrun);
    tcase_add_test(tests, unknown_holds_neither_way);
    tcase_add_test(tests, every_feature_but_strings_takes_its_own_example);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(condition_suite());
}
