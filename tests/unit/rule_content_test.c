/* What contents, patterns and numbers in the data become. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/rules/rule_set.h"
#include "run_suite.h"

static struct rule_vars vars;
static struct rule_set *set;
static struct rule_problem problem;
static char told[512];

static void tell(void *user, const struct rule_problem *what)
{
    (void)user;
    problem = *what;
    snprintf(told, sizeof(told), "%s", what->text);
}

static void set_up(void)
{
    told[0] = '\0';
    ck_assert_int_eq(vars_default(&vars, "10.0.0.0/8"), TATTLER_OK);
    ck_assert_int_eq(rule_set_new(&vars, tell, NULL, &set), TATTLER_OK);
}

static void tear_down(void)
{
    rule_set_free(set);
    vars_clear(&vars);
}

/* The options of a rule with a number of its own. */
static const struct rule *with_options(const char *options)
{
    static unsigned sid;
    char text[1024];
    int len = snprintf(text, sizeof(text), "alert ip any any -> any any (%s sid:%u;)\n", options,
            ++sid);

    ck_assert_msg(rule_set_load_text(set, "test.rules", text, (size_t)len) == TATTLER_OK,
            "%s: %s", options, told);
    return rule_set_find(set, 1, sid);
}

static const struct rule_content *content(const struct rule *rule, unsigned step)
{
    ck_assert_uint_gt(rule->buffer_count, 0);
    ck_assert_uint_gt(rule->buffers[0].step_count, step);
    ck_assert_int_eq(rule->buffers[0].steps[step].kind, STEP_CONTENT);
    return &rule->buffers[0].steps[step].content;
}

static void is_pattern(const char *written, const char *bytes, size_t len)
{
    char options[256];
    const struct rule_content *found;

    snprintf(options, sizeof(options), "content:\"%s\";", written);
    found = content(with_options(options), 0);
    ck_assert_msg(found->length == len && memcmp(found->bytes, bytes, len) == 0, "%s", written);
}

START_TEST(bytes_are_text_hexadecimal_and_escaped)
{
    is_pattern("abc", "abc", 3);
    is_pattern("a|41 0d0A|b", "aA\r\nb", 5);
    is_pattern("a\\;b\\:c\\\"d\\\\e", "a;b:c\"d\\e", 9);
    is_pattern("|00|", "\0", 1);
    is_pattern("||", "||", 2); /* as in Suricata */
}
END_TEST

START_TEST(nocase_keeps_lower_case)
{
    const struct rule_content *found = content(with_options("content:\"AbC\"; nocase;"), 0);

    ck_assert(found->nocase);
    ck_assert_mem_eq(found->bytes, "abc", 3);
}
END_TEST

START_TEST(depth_counts_from_the_start_of_the_buffer)
{
    const struct rule_content *found =
            content(with_options("content:\"abc\"; depth:10; offset:4;"), 0);

    ck_assert_uint_eq(found->offset, 4);
    ck_assert_uint_eq(found->depth, 14);
    found = content(with_options("content:\"abc\"; startswith;"), 0);
    ck_assert_uint_eq(found->depth, 3);
    ck_assert(found->starts_with);
}
END_TEST

/* Where a later occurrence could make what follows match. */
START_TEST(within_asks_for_another_try_and_distance_alone_does_not)
{
    ck_assert(content(with_options("content:\"a\"; content:\"b\"; within:5;"), 0)->retry);
    ck_assert(!content(with_options("content:\"a\"; content:\"b\"; distance:5;"), 0)->retry);
    ck_assert(content(with_options("content:\"a\"; content:!\"b\"; distance:5;"), 0)->retry);
    ck_assert(content(with_options("content:\"a\"; pcre:\"/b/R\";"), 0)->retry);
    ck_assert(content(with_options("content:\"a\"; byte_test:1,>,3,0,relative;"), 0)->retry);
    ck_assert(!content(with_options("content:\"a\"; byte_test:1,>,3,0;"), 0)->retry);
}
END_TEST

static void lies_between(const char *options, unsigned step, uint16_t begin, uint16_t end)
{
    const struct rule_content *found = content(with_options(options), step);

    ck_assert_msg(found->begin == begin && found->end == end, "%s: %u to %u", options,
            found->begin, found->end);
}

/* Worked out by hand; the rules of Suricata's own tests of this come out as they do there. */
START_TEST(contents_before_bound_where_a_content_lies)
{
    lies_between("content:\"ab\"; offset:2; depth:6;", 0, 2, 8);
    lies_between("content:\"ab\"; startswith; content:\"c\"; distance:1; within:4;", 1, 3, 7);
    lies_between("content:\"ab\"; depth:4; content:\"c\"; distance:1; within:4;", 1, 3, 9);
    lies_between("content:\"ab\"; depth:4; content:\"c\"; within:4;", 1, 0, 8);
    lies_between("content:\"ab\"; depth:4; content:\"c\"; distance:-9; within:4;", 1, 0, 8);
    lies_between("content:\"ab\"; depth:4; content:\"c\"; distance:1;", 1, 3, 0);
    lies_between("content:\"ab\"; content:\"c\"; distance:1; content:\"d\"; distance:1;", 2, 5, 0);
    lies_between("content:\"ab\"; content:\"c\"; distance:-1;", 1, 1, 0);
    lies_between("content:!\"ab\"; content:\"c\"; distance:1;", 1, 3, 0);
    lies_between("content:!\"ab\"; depth:4; content:\"c\"; distance:1;", 1, 1, 0);
    lies_between("content:\"ab\"; depth:4; pcre:\"/x/R\"; content:\"c\"; distance:1;", 2, 3, 0);
    lies_between("content:\"ab\"; depth:4; pcre:\"/x/\"; content:\"c\"; distance:1;", 2, 1, 0);
    lies_between("content:\"ab\"; content:\"c\"; distance:65534;", 1, 0, 0);
    lies_between("content:\"ab\"; depth:4; endswith; content:\"c\";", 1, 0, 4);
}
END_TEST

START_TEST(the_first_content_counts_from_the_start)
{
    lies_between("content:\"ab\"; distance:2; within:6;", 0, 2, 8);
    ck_assert(!content(with_options("content:\"ab\"; distance:2;"), 0)->relative);
    ck_assert(content(with_options("content:\"ab\"; distance:-2;"), 0)->relative);
    ck_assert(content(with_options("isdataat:1; content:\"ab\"; distance:2;"), 1)->relative);
    ck_assert(content(with_options("content:\"c\"; content:\"ab\"; within:2;"), 1)->relative);
}
END_TEST

START_TEST(no_more_data_behind_a_content_is_its_end)
{
    const struct rule *rule = with_options("content:\"abc\"; isdataat:!1,relative;");

    ck_assert(content(rule, 0)->ends_with);
    ck_assert_uint_eq(rule->buffers[0].step_count, 1);
    ck_assert_uint_eq(with_options("content:\"abc\"; isdataat:!2,relative;")
                              ->buffers[0].step_count, 2);
}
END_TEST

START_TEST(buffers_hold_what_follows_them)
{
    const struct rule *rule = with_options("content:\"p\"; http.uri; content:\"u\"; pcre:\"/x/\"; "
                                           "http.host; content:\"h\"; pkt_data; content:\"q\";");

    ck_assert_uint_eq(rule->buffer_count, 3);
    ck_assert_int_eq(rule->buffers[0].kind, BUFFER_PAYLOAD);
    ck_assert_uint_eq(rule->buffers[0].step_count, 2);
    ck_assert_int_eq(rule->buffers[1].kind, BUFFER_HTTP_URI);
    ck_assert_uint_eq(rule->buffers[1].step_count, 2);
    ck_assert_int_eq(rule->buffers[2].kind, BUFFER_HTTP_HOST);
    ck_assert_int_eq(rule->application, APPLICATION_HTTP);
}
END_TEST

/* Of two queries in a message each could be in one; of two URIs there is only one. */
START_TEST(only_buffers_that_come_several_times_stay_apart)
{
    ck_assert_uint_eq(with_options("dns.query; content:\"a\"; dns.query; content:\"b\";")
                              ->buffer_count, 2);
    ck_assert_uint_eq(with_options("http.uri; content:\"a\"; http.uri; content:\"b\";")
                              ->buffer_count, 1);
}
END_TEST

START_TEST(modifiers_move_a_content_and_what_it_counts_from)
{
    const struct rule *rule = with_options("content:\"a\"; http_uri; content:\"b\"; within:5; "
                                           "http_uri;");

    ck_assert_uint_eq(rule->buffer_count, 1);
    ck_assert_int_eq(rule->buffers[0].kind, BUFFER_HTTP_URI);
    ck_assert(content(rule, 0)->retry);
    ck_assert_mem_eq(content(rule, 1)->bytes, "b", 1);
    ck_assert_int_eq(rule->application, APPLICATION_HTTP1);
}
END_TEST

START_TEST(a_buffer_of_requests_makes_the_rule_one_of_requests)
{
    const struct rule *rule = with_options("tls.sni; content:\"a\";");

    ck_assert(rule->to_server && !rule->to_client);
    ck_assert(rule_has_ip_protocol(rule, 6) && !rule_has_ip_protocol(rule, 17));
    rule = with_options("dns.query; content:\"a\";");
    ck_assert(rule_has_ip_protocol(rule, 6) && rule_has_ip_protocol(rule, 17));
    rule = with_options("http.header; content:\"a\";");
    ck_assert(rule->to_server && rule->to_client);
}
END_TEST

START_TEST(numbers_in_the_data_are_described)
{
    const struct rule *rule = with_options(
            "byte_test:2,!&,0x10,-3,relative,little,bitmask 0xf0; "
            "byte_jump:4,1,string,hex,multiplier 2,align,from_end,post_offset -8;");
    const struct rule_byte_test *test = &rule->buffers[0].steps[0].byte_test;
    const struct rule_byte_jump *jump = &rule->buffers[0].steps[1].byte_jump;

    ck_assert_uint_eq(test->field.bytes, 2);
    ck_assert(test->negated && test->field.relative && test->field.little && test->has_mask);
    ck_assert_int_eq(test->comparison, COMPARE_AND);
    ck_assert_uint_eq(test->value, 16);
    ck_assert_int_eq(test->field.offset, -3);
    ck_assert_uint_eq(test->shift, 4);
    ck_assert(jump->field.string && jump->align);
    ck_assert_uint_eq(jump->field.base, 16);
    ck_assert_uint_eq(jump->multiplier, 2);
    ck_assert_int_eq(jump->from, JUMP_FROM_END);
    ck_assert_int_eq(jump->post_offset, -8);
}
END_TEST

START_TEST(the_strongest_content_is_looked_for_first)
{
    const struct rule *rule = with_options("content:\"aaaaaa\"; content:\"|ff fe|xyz|03|\"; "
                                           "content:!\"never mind this\";");

    ck_assert_ptr_eq(rule->fast, content(rule, 1));
    rule = with_options("content:\"a\"; fast_pattern; content:\"much longer\";");
    ck_assert_ptr_eq(rule->fast, content(rule, 0));
    ck_assert_ptr_null(with_options("content:!\"a\";")->fast);
}
END_TEST

START_TEST(patterns_over_tcp_look_at_the_stream)
{
    const struct rule *rule = with_options("content:\"a\";");

    ck_assert(rule->needs_stream && !rule->needs_packet);
    rule = with_options("content:\"a\"; depth:5;");
    ck_assert(rule->needs_stream && rule->needs_packet);
    rule = with_options("content:\"a\"; dsize:>5;");
    ck_assert(!rule->needs_stream && rule->needs_packet);
}
END_TEST

static void refused_at(const char *options, unsigned column)
{
    const size_t before = strlen("alert ip any any -> any any (");
    char text[1024];
    int len = snprintf(text, sizeof(text), "alert ip any any -> any any (%s sid:9;)\n", options);

    ck_assert_msg(rule_set_load_text(set, "test.rules", text, (size_t)len) == TATTLER_MALFORMED,
            "%s", options);
    ck_assert_int_eq(problem.kind, RULE_ERROR);
    ck_assert_uint_eq(problem.line, 1);
    ck_assert_msg(problem.column == before + column, "%s: column %zu: %s", options,
            problem.column - before, told);
}

START_TEST(complaints_stand_where_the_mistake_is)
{
    refused_at("content:\"ab|4g|\";", 14);
    refused_at("content:\"ab\"; dpeth:5;", 15);
    refused_at("content:\"ab\"; depth:1;", 21);
    refused_at("pcre:\"/a(b/\";", 11);
    refused_at("http.uri; msg:\"x\";", 1);
    refused_at("byte_test:1,=,x,0;", 15);
    refused_at("http.host; content:\"ABC\";", 12);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rule_content");
    TCase *cases = tcase_create("all");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, bytes_are_text_hexadecimal_and_escaped);
    tcase_add_test(cases, nocase_keeps_lower_case);
    tcase_add_test(cases, depth_counts_from_the_start_of_the_buffer);
    tcase_add_test(cases, within_asks_for_another_try_and_distance_alone_does_not);
    tcase_add_test(cases, contents_before_bound_where_a_content_lies);
    tcase_add_test(cases, the_first_content_counts_from_the_start);
    tcase_add_test(cases, no_more_data_behind_a_content_is_its_end);
    tcase_add_test(cases, buffers_hold_what_follows_them);
    tcase_add_test(cases, only_buffers_that_come_several_times_stay_apart);
    tcase_add_test(cases, modifiers_move_a_content_and_what_it_counts_from);
    tcase_add_test(cases, a_buffer_of_requests_makes_the_rule_one_of_requests);
    tcase_add_test(cases, numbers_in_the_data_are_described);
    tcase_add_test(cases, the_strongest_content_is_looked_for_first);
    tcase_add_test(cases, patterns_over_tcp_look_at_the_stream);
    tcase_add_test(cases, complaints_stand_where_the_mistake_is);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
