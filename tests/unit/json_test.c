#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "emit/json.h"
#include "run_suite.h"

#define BYTES(literal) literal, sizeof(literal) - 1
#define US_PER_S UINT64_C(1000000)

static struct json json;

static void set_up(void)
{
    json_restart(&json);
}

static void tear_down(void)
{
    json_free(&json);
}

static void check_text(const char *expected)
{
    ck_assert(!json.failed);
    ck_assert_uint_eq(json.len, strlen(expected));
    ck_assert_mem_eq(json.data, expected, json.len);
}

static void check_bytes(const char *bytes, size_t len, const char *expected)
{
    json_restart(&json);
    json_bytes(&json, NULL, bytes, len);
    check_text(expected);
}

START_TEST(values_are_separated_where_they_must_be)
{
    json_open_object(&json, NULL);
    json_open_array(&json, "a");
    json_unsigned(&json, NULL, 0);
    json_unsigned(&json, NULL, UINT64_MAX);
    json_open_object(&json, NULL);
    json_close_object(&json);
    json_close_array(&json);
    json_bool(&json, "b", true);
    json_open_object(&json, "c");
    json_bool(&json, "d", false);
    json_text(&json, "e", "");
    json_close_object(&json);
    json_hex(&json, "f", (const uint8_t *)"\x00\x9f\xff", 3, ':');
    json_hex(&json, "g", (const uint8_t *)"\x00\x9f\xff", 3, '\0');
    json_hex(&json, "h", NULL, 0, ':');
    json_close_object(&json);
    check_text("{\"a\":[0,18446744073709551615,{}],\"b\":true,\"c\":{\"d\":false,\"e\":\"\"},"
               "\"f\":\"00:9f:ff\",\"g\":\"009fff\",\"h\":\"\"}");
}
END_TEST

START_TEST(records_of_one_buffer_are_lines)
{
    json_unsigned(&json, NULL, 1);
    json_newline(&json);
    json_unsigned(&json, NULL, 2);
    json_newline(&json);
    check_text("1\n2\n");
}
END_TEST

START_TEST(special_characters_are_escaped)
{
    check_bytes(BYTES("a\"b\\c/"), "\"a\\\"b\\\\c/\"");
    check_bytes(BYTES("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
    check_bytes(BYTES("\0\1\x1f\x7f"), "\"\\u0000\\u0001\\u001f\\u007f\"");
    check_bytes(NULL, 0, "\"\"");
}
END_TEST

START_TEST(a_special_character_is_found_wherever_it_stands)
{
    char text[20], expected[sizeof(text) + 8];

    for (size_t len = 1; len <= sizeof(text); len++)
        for (size_t at = 0; at < len; at++) {
            memset(text, '~', len);
            text[at] = '"';
            snprintf(expected, sizeof(expected), "\"%.*s\\%.*s\"", (int)at, text, (int)(len - at),
                    text + at);
            check_bytes(text, len, expected);
        }
}
END_TEST

START_TEST(any_ascii_comes_back_as_it_was)
{
    char text[128];
    json_t *parsed;

    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)i;
    json_bytes(&json, NULL, text, sizeof(text));
    parsed = json_loadb(json.data, json.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    ck_assert_ptr_nonnull(parsed);
    ck_assert_uint_eq(json_string_length(parsed), sizeof(text));
    ck_assert_mem_eq(json_string_value(parsed), text, sizeof(text));
    json_decref(parsed);
}
END_TEST

START_TEST(utf8_is_left_alone)
{
    /* the first and last character of each length, and around the surrogates */
    check_bytes(BYTES("\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"),
            "\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"");
    check_bytes(BYTES("\xed\x9f\xbf\xee\x80\x80"), "\"\xed\x9f\xbf\xee\x80\x80\"");
}
END_TEST

/* From the tests of Suricata's rust/src/jsonbuilder.rs. */
START_TEST(one_bad_byte_escapes_all_beyond_ascii)
{
    check_bytes(BYTES("\xf0\xf1\xf2"), "\"\\\\xf0\\\\xf1\\\\xf2\"");
    check_bytes(BYTES("gr\xc3\xbcn\n\xff"), "\"gr\\\\xc3\\\\xbcn\\n\\\\xff\"");
}
END_TEST

START_TEST(what_rfc_3629_forbids_is_no_utf8)
{
    check_bytes(BYTES("\x80"), "\"\\\\x80\"");                            /* a tail alone */
    check_bytes(BYTES("\xc0\xaf"), "\"\\\\xc0\\\\xaf\"");                 /* too long for '/' */
    check_bytes(BYTES("\xe0\x9f\xbf"), "\"\\\\xe0\\\\x9f\\\\xbf\"");
    check_bytes(BYTES("\xed\xa0\x80"), "\"\\\\xed\\\\xa0\\\\x80\"");      /* a surrogate */
    check_bytes(BYTES("\xf0\x8f\xbf\xbf"), "\"\\\\xf0\\\\x8f\\\\xbf\\\\xbf\"");
    check_bytes(BYTES("\xf4\x90\x80\x80"), "\"\\\\xf4\\\\x90\\\\x80\\\\x80\""); /* U+110000 */
    check_bytes(BYTES("\xe2\x82"), "\"\\\\xe2\\\\x82\"");                 /* cut */
    check_bytes(BYTES("\xc3("), "\"\\\\xc3(\"");
}
END_TEST

START_TEST(a_cut_character_is_not_read_past_its_end)
{
    static const char lead[] = "\xc3\xe2\xf0\xf4";
    char *block = malloc(1);

    for (size_t i = 0; i < sizeof(lead) - 1; i++) {
        block[0] = lead[i];
        json_restart(&json);
        json_bytes(&json, NULL, block, 1);
        ck_assert_uint_eq(json.len, strlen("\"\\\\xc3\""));
    }
    free(block);
}
END_TEST

START_TEST(reals_have_three_decimals)
{
    char *end;

    json_open_array(&json, NULL);
    json_decimal(&json, NULL, 0);
    json_decimal(&json, NULL, 7.99951);
    json_decimal(&json, NULL, -1.25);
    json_close_array(&json);
    check_text("[0.000,8.000,-1.250]");
    json_restart(&json);
    json_decimal(&json, NULL, DBL_MAX);
    json_newline(&json);
    ck_assert(!json.failed);
    ck_assert_double_eq(strtod(json.data, &end), DBL_MAX);
    ck_assert_ptr_eq(end, json.data + json.len - 1);
}
END_TEST

START_TEST(no_json_is_written_for_what_is_no_number)
{
    const double odd[] = { (double)NAN, (double)INFINITY, -(double)INFINITY };

    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        json_restart(&json);
        json_decimal(&json, NULL, odd[i]);
        ck_assert(json.failed);
    }
}
END_TEST

static void check_time(uint64_t time_us, const char *expected)
{
    json_restart(&json);
    json_time(&json, NULL, time_us);
    check_text(expected);
}

START_TEST(times_are_spelled_as_in_eve)
{
    check_time(0, "\"1970-01-01T00:00:00.000000+0000\"");
    check_time(UINT64_C(1709251199999999), "\"2024-02-29T23:59:59.999999+0000\"");
    check_time(UINT64_C(4107542400000001), "\"2100-03-01T00:00:00.000001+0000\"");
}
END_TEST

START_TEST(days_are_those_of_the_c_library)
{
    for (time_t day = 0; day < 400 * 366; day++) {
        time_t at = day * 86400 + day % 86400;
        char expected[40];
        struct tm tm;

        ck_assert_ptr_nonnull(gmtime_r(&at, &tm));
        ck_assert_uint_gt(strftime(expected, sizeof(expected),
                                  "\"%Y-%m-%dT%H:%M:%S.000000+0000\"", &tm), 0);
        check_time((uint64_t)at * US_PER_S, expected);
    }
}
END_TEST

START_TEST(a_record_too_long_fails_and_the_next_one_does_not)
{
    static char text[JSON_RECORD_MAX];

    memset(text, 'a', sizeof(text));
    json_bytes(&json, NULL, text, sizeof(text) - 1);
    ck_assert(json.failed);
    json_restart(&json);
    for (size_t i = 0; !json.failed && i < sizeof(text); i++)
        json_unsigned(&json, NULL, 12345);
    ck_assert(json.failed);
    ck_assert_uint_le(json.len, JSON_RECORD_MAX);
    ck_assert_uint_le(json.capacity, JSON_RECORD_MAX);
    json_restart(&json);
    json_unsigned(&json, NULL, 1);
    check_text("1");
}
END_TEST

/* A TXT string of DNS has 255 bytes, a name as many. */
START_TEST(many_long_strings_fit)
{
    char text[255];

    memset(text, '\x80', sizeof(text));
    json_open_array(&json, NULL);
    for (size_t i = 0; i < 150; i++)
        json_bytes(&json, NULL, text, sizeof(text));
    json_close_array(&json);
    ck_assert(!json.failed);
    ck_assert_uint_eq(json.len, 150 * (255 * strlen("\\\\x80") + strlen("\"\",")) + 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json");
    TCase *cases = tcase_create("json");

    suite_add_tcase(suite, cases);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, values_are_separated_where_they_must_be);
    tcase_add_test(cases, records_of_one_buffer_are_lines);
    tcase_add_test(cases, special_characters_are_escaped);
    tcase_add_test(cases, a_special_character_is_found_wherever_it_stands);
    tcase_add_test(cases, any_ascii_comes_back_as_it_was);
    tcase_add_test(cases, utf8_is_left_alone);
    tcase_add_test(cases, one_bad_byte_escapes_all_beyond_ascii);
    tcase_add_test(cases, what_rfc_3629_forbids_is_no_utf8);
    tcase_add_test(cases, a_cut_character_is_not_read_past_its_end);
    tcase_add_test(cases, reals_have_three_decimals);
    tcase_add_test(cases, no_json_is_written_for_what_is_no_number);
    tcase_add_test(cases, times_are_spelled_as_in_eve);
    tcase_add_test(cases, days_are_those_of_the_c_library);
    tcase_add_test(cases, a_record_too_long_fails_and_the_next_one_does_not);
    tcase_add_test(cases, many_long_strings_fit);
    return run_suite(suite);
}
