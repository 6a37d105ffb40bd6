/* What holds in which bytes. Every row was put to Suricata 8.0.7 as well. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/match/steps.h"
#include "detect/rules/dataset.h"
#include "run_suite.h"
#include "temporary.h"

static struct rule_vars vars;
static struct rule_set *set;
static struct steps *steps;
static char told[512];

static void tell(void *user, const struct rule_problem *problem)
{
    (void)user;
    snprintf(told, sizeof(told), "%s", problem->text);
}

static void set_up(void)
{
    ck_assert_int_eq(vars_default(&vars, "10.0.0.0/8"), TATTLER_OK);
    ck_assert_int_eq(rule_set_new(&vars, tell, NULL, &set), TATTLER_OK);
    steps = steps_new(set);
    ck_assert_ptr_nonnull(steps);
}

static void tear_down(void)
{
    steps_free(steps);
    rule_set_free(set);
    vars_clear(&vars);
}

/* The one buffer of a rule with these options. */
static const struct rule_buffer *buffer_of(const char *options)
{
    static unsigned sid;
    char text[1024];
    int len = snprintf(text, sizeof(text), "alert ip any any -> any any (%s sid:%u;)\n", options,
            ++sid);

    ck_assert_msg(rule_set_load_text(set, "test.rules", text, (size_t)len) == TATTLER_OK,
            "%s: %s", options, told);
    ck_assert_uint_eq(rule_set_find(set, 1, sid)->buffer_count, 1);
    return &rule_set_find(set, 1, sid)->buffers[0];
}

/* In an exactly sized block, so that a read beyond its end shows. */
static bool holds_from(const struct rule_buffer *buffer, const void *bytes, size_t len,
        uint64_t start)
{
    void *copy = malloc(len > 0 ? len : 1);
    bool holds;

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes, len);
    holds = steps_hold(steps, buffer, cursor_over(copy, len), start);
    free(copy);
    return holds;
}

struct row {
    const char *options;
    const char *bytes;
    size_t len;
    bool holds;
};

#define ROW(options, bytes, holds) { options, bytes, sizeof(bytes) - 1, holds }

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(holds_from(buffer_of(rows[i].options), rows[i].bytes, rows[i].len, 0) ==
                              rows[i].holds, "row %zu: %s", i, rows[i].options);
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof(rows[0]))

START_TEST(a_content_lies_between_its_bounds)
{
    static const struct row rows[] = {
        ROW("content:\"abc\";", "xxabcx", true),
        ROW("content:\"abc\";", "xxaBcx", false),
        ROW("content:\"aBc\"; nocase;", "xxAbCx", true),
        ROW("content:\"[\"; nocase;", "{", false), /* differ by the bit that letters differ by */
        ROW("content:\"abc\"; offset:2;", "xxabcx", true),
        ROW("content:\"abc\"; offset:3;", "xxabcx", false),
        ROW("content:\"abc\"; offset:9;", "xxabcx", false),
        ROW("content:\"abc\"; depth:5;", "xxabcx", true),
        ROW("content:\"abc\"; depth:4;", "xxabcx", false),
        ROW("content:\"abc\"; offset:2; depth:3;", "xxabcx", true),
        ROW("content:\"abc\"; startswith;", "abcx", true),
        ROW("content:\"abc\"; startswith;", "xabc", false),
        ROW("content:\"abc\"; endswith;", "abcabc", true),
        ROW("content:\"abc\"; endswith;", "abcabcx", false),
        ROW("content:\"abc\"; isdataat:!1,relative;", "abcabc", true),
        ROW("content:\"abc\"; depth:3; endswith;", "abcx", false),
        ROW("content:\"abc\"; startswith; endswith;", "abc", true),
        ROW("content:\"aa\"; offset:1; endswith;", "aaa", true),
    };

    CHECK(rows);
}
END_TEST

START_TEST(a_relative_content_counts_from_the_match_before)
{
    static const struct row rows[] = {
        ROW("content:\"a\"; content:\"b\"; distance:1;", "acb", true),
        ROW("content:\"a\"; content:\"b\"; distance:2;", "acb", false),
        ROW("content:\"a\"; content:\"b\"; within:1;", "ab", true),
        ROW("content:\"a\"; content:\"b\"; within:1;", "acb", false),
        ROW("content:\"a\"; content:\"b\"; distance:1; within:1;", "acb", true),
        ROW("content:\"a\"; content:\"b\"; within:100;", "ab", true),
        ROW("content:\"a\"; content:\"b\"; distance:100;", "ab", false),
        ROW("content:\"b\"; content:\"a\"; distance:-2;", "ab", true),
        ROW("content:\"b\"; content:\"a\"; distance:-100;", "ab", true),
        ROW("content:\"c\"; content:\"a\"; distance:-2; within:1;", "abc", false),
        ROW("content:\"c\"; content:\"a\"; distance:-3; within:1;", "abc", true),
        ROW("content:\"a\"; content:\"b\"; distance:1; endswith;", "abcb", true),
        ROW("content:\"a\"; content:\"b\"; within:2; endswith;", "abcb", false),
        ROW("content:\"b\"; distance:1; within:1;", "ab", true), /* first: from the start */
        ROW("content:\"b\"; within:1;", "ab", false),
    };

    CHECK(rows);
}
END_TEST

/* An end before the start is none, but still within what the contents before leave. */
START_TEST(an_end_before_the_start_is_none)
{
    static const struct row rows[] = {
        ROW("content:\"b\"; content:\"x\"; distance:-9; within:1;", "abcdefx", true),
        ROW("content:\"b\"; depth:2; content:\"x\"; distance:-9; within:1;", "abcxe", true),
        ROW("content:\"b\"; depth:2; content:\"x\"; distance:-9; within:1;", "abcdefghx", false),
    };

    CHECK(rows);
}
END_TEST

START_TEST(a_negated_content_is_not_there)
{
    static const struct row rows[] = {
        ROW("content:!\"b\";", "aca", true),
        ROW("content:!\"b\";", "abc", false),
        ROW("content:!\"b\"; offset:2;", "abc", true),
        ROW("content:!\"b\"; offset:9;", "abc", true), /* its place is not there */
        ROW("content:!\"b\"; depth:1;", "abc", true),
        ROW("content:\"a\"; content:!\"b\"; within:1;", "acb", true),
        ROW("content:\"a\"; content:!\"b\"; within:1;", "abc", false),
        ROW("content:\"a\"; content:!\"b\"; within:1;", "abac", true), /* the second 'a' */
        ROW("content:\"a\"; content:!\"b\"; distance:0;", "abab", false),
        ROW("content:\"a\"; content:!\"b\"; distance:0;", "ababa", true),
        /* What follows counts from the match before it. */
        ROW("content:\"a\"; content:!\"x\"; within:2; content:\"b\"; within:1;", "ab", true),
        ROW("content:!\"c\"; endswith;", "cab", true),
        ROW("content:!\"c\"; endswith;", "bac", false),
        /* Suricata looks at the first occurrence alone, and with an offset at none. */
        ROW("content:!\"c\"; endswith;", "cac", true),
        ROW("content:!\"c\"; offset:1; endswith;", "bac", true),
    };

    CHECK(rows);
}
END_TEST

/* A content that was not to be found counts as found when Suricata works out the place of the next. */
START_TEST(behind_a_negated_content_as_many_bytes_are_left_out)
{
    static const struct row rows[] = {
        ROW("content:!\"xx\"; content:\"b\"; distance:0;", "bac", false),
        ROW("content:!\"xx\"; content:\"b\"; distance:0;", "acb", true),
        ROW("content:!\"xx\"; content:\"b\"; distance:0; within:9;", "ab", false),
        ROW("content:!\"xx\"; depth:2; content:\"b\"; distance:0;", "bac", true),
        ROW("content:!\"xx\"; content:\"b\";", "bac", true),
    };

    CHECK(rows);
}
END_TEST

START_TEST(a_match_is_tried_again_if_what_counts_from_it_fails)
{
    static const struct row rows[] = {
        ROW("content:\"a\"; content:\"b\"; within:1;", "acab", true),
        ROW("content:\"aa\"; content:\"b\"; within:1;", "aaab", true), /* they may overlap */
        ROW("content:\"a\"; content:\"b\"; within:2; content:\"c\"; within:1;", "abaabc", true),
        ROW("content:\"a\"; content:\"b\"; distance:0; content:\"c\"; within:1;", "abxbc", true),
        ROW("content:\"a\"; content:\"b\"; within:1; content:\"c\"; distance:1;", "ababxc", true),
        ROW("content:\"a\"; content:\"b\"; within:1; content:\"c\"; offset:4;", "abacabd", false),
        ROW("content:\"a\"; byte_test:1,=,0x62,0,relative;", "acab", true),
        ROW("content:\"a\"; byte_jump:1,0,relative; content:\"b\"; within:1;", "a\x01" "ca\x01xb",
                true),
        ROW("content:\"a\"; isdataat:!2,relative;", "axxxxa", true),
        ROW("content:\"a\"; content:\"b\"; within:1; isdataat:9,relative;", "abxabxx", false),
    };

    CHECK(rows);
}
END_TEST

/* The step behind the first content is taken once for each 'a'; it may be 2998 times. */
START_TEST(no_more_than_2999_steps_are_taken)
{
    static char bytes[3001];
    const struct rule_buffer *buffer = buffer_of("content:\"a\"; content:\"b\"; within:1;");

    memset(bytes, 'a', sizeof(bytes));
    bytes[2998] = 'b';
    ck_assert(holds_from(buffer, bytes, 2999, 0));
    bytes[2998] = 'a';
    bytes[2999] = 'b';
    ck_assert(!holds_from(buffer, bytes, 3000, 0));
}
END_TEST

START_TEST(a_pattern_searches_all_or_from_the_match_before)
{
    static const struct row rows[] = {
        ROW("pcre:\"/a.c/\";", "xabc", true),
        ROW("pcre:\"/a.c/\";", "xab", false),
        ROW("pcre:\"/A.C/i\";", "xabc", true),
        ROW("pcre:!\"/a.c/\";", "xab", true),
        ROW("pcre:!\"/a.c/\";", "xabc", false),
        ROW("content:\"c\"; pcre:\"/b/\";", "abc", true),
        ROW("content:\"c\"; pcre:\"/b/R\";", "abc", false),
        ROW("content:\"a\"; pcre:\"/^b/R\";", "acab", true),
        ROW("content:\"a\"; pcre:\"/(?<=a)b/R\";", "ab", false), /* sees nothing in front */
        ROW("content:\"a\"; pcre:!\"/^b/R\";", "ab", false),
        ROW("content:\"a\"; pcre:!\"/^b/R\";", "abac", true),
        ROW("pcre:\"/a/\"; content:\"b\"; distance:0; within:1;", "acab", true),
        ROW("pcre:\"/a/\"; pcre:\"/^b/R\"; content:\"c\"; within:1;", "abdabc", true),
        ROW("pcre:\"/x*/\"; content:\"b\"; within:1;", "ab", true), /* empty, one further on */
        ROW("pcre:\"/x*/\"; content:\"b\"; within:1;", "aa", false),
        ROW("content:\"a\"; pcre:\"/(a|b)\\1/R\";", "aabb", true),
        ROW("pcre:\"/(a+)+$/\";", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false),
        ROW("pcre:!\"/(a+)+[bc]/\";", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false), /* no answer */
    };

    CHECK(rows);
}
END_TEST

START_TEST(a_number_is_compared)
{
    static const struct row rows[] = {
        ROW("byte_test:1,=,1,0;", "\x01", true),
        ROW("byte_test:2,=,0x0102,0;", "\x01\x02", true),
        ROW("byte_test:2,=,0x0201,0,little;", "\x01\x02", true),
        ROW("byte_test:8,=,0x0102030405060708,0;", "\x01\x02\x03\x04\x05\x06\x07\x08", true),
        ROW("byte_test:0,=,0,0;", "a", true),
        ROW("byte_test:1,>,1,0;", "\x02", true),
        ROW("byte_test:1,<,1,0;", "\x02", false),
        ROW("byte_test:1,<=,2,0;", "\x02", true),
        ROW("byte_test:1,>=,3,0;", "\x02", false),
        ROW("byte_test:1,!=,3,0;", "\x02", true),
        ROW("byte_test:1,!>,3,0;", "\x02", true),
        ROW("byte_test:1,&,6,0;", "\x02", true),
        ROW("byte_test:1,!&,4,0;", "\x02", true),
        ROW("byte_test:1,^,2,0;", "\x02", false),
        ROW("byte_test:1,=,5,0,bitmask 0xf0;", "\x5a", true),
        ROW("byte_test:1,=,1,2;", "\x01\x01", false),
        ROW("byte_test:1,!=,1,2;", "\x01\x01", false), /* not there is never right */
        ROW("byte_test:1,=,1,-1;", "\x01\x01", false),
        ROW("content:\"a\"; byte_test:1,=,0x62,0,relative;", "ab", true),
        ROW("content:\"b\"; byte_test:1,=,0x61,-2,relative;", "ab", true),
        ROW("content:\"b\"; byte_test:0,=,0,0,relative;", "ab", false), /* nothing follows */
        ROW("byte_test:3,=,123,0,string;", "1234", true),
        ROW("byte_test:4,=,255,0,string,hex;", "0xff", true),
        ROW("byte_test:3,=,8,0,string,oct;", "010", true),
        ROW("byte_test:3,=,8,0,string;", "010", true),
        ROW("byte_test:3,=,10,0,string,dec;", "010", true),
        ROW("byte_test:5,=,12,0,string,dec;", " 12ab", true),
        ROW("byte_test:2,=,12,0,string,dec;", "ab", false),
        ROW("byte_test:2,>,12,0,string,dec;", "-1", true), /* as a number without a sign */
        ROW("byte_test:20,>,1,0,string,dec;", "99999999999999999999", false), /* too large */
    };

    CHECK(rows);
}
END_TEST

START_TEST(a_jump_moves_to_where_the_next_counts_from)
{
    static const struct row rows[] = {
        ROW("byte_jump:1,0; content:\"b\"; within:1;", "\x02xxb", true),
        ROW("byte_jump:1,0; content:\"b\"; within:1;", "\x02xb", false),
        ROW("byte_jump:1,0;", "\x02xx", true),
        ROW("byte_jump:1,0;", "\x02x", false), /* behind the end */
        ROW("byte_jump:1,1;", "a", false),
        ROW("byte_jump:2,0,little; content:\"b\"; within:1;", "\x01\x00xb", true),
        ROW("byte_jump:1,0,multiplier 2; content:\"b\"; within:1;", "\x01xxb", true),
        ROW("byte_jump:1,0,align; content:\"b\"; within:1;", "\x01xxxxb", true),
        ROW("byte_jump:1,0,post_offset -1; content:\"b\"; within:1;", "\x02xb", true),
        ROW("byte_jump:1,0,post_offset -9; content:\"|02|\"; within:1;", "\x02xb", true),
        ROW("byte_jump:1,1,from_beginning; content:\"b\"; within:1;", "x\x02" "b", true),
        ROW("byte_jump:1,0,from_end,post_offset -3; content:\"b\"; within:1;", "\x02xxb", true),
        ROW("byte_jump:0,0,from_end,post_offset -1; content:\"b\"; within:1;", "xxxb", true),
        ROW("byte_jump:0,0,from_end; isdataat:!0,relative;", "xxxb", false),
        ROW("content:\"a\"; byte_jump:1,0,relative; content:\"b\"; within:1;", "xa\x01xb", true),
        ROW("content:\"b\"; byte_jump:1,-2,relative; content:\"c\"; within:1;", "\x01" "bc", true),
        /* Behind digits, as many as there are and not as many as were asked for. */
        ROW("byte_jump:3,0,string,dec; content:\"b\"; within:1;", "1xbb", true),
        ROW("byte_jump:3,0,string,dec; content:\"b\"; within:1;", "1ab", true),
        ROW("byte_jump:3,0,string,dec; content:\"b\"; within:1;", "1bax", false),
        ROW("byte_jump:8,0,from_beginning;", "\xff\xff\xff\xff\xff\xff\xff\xff", true),
        ROW("byte_jump:8,0,from_beginning;", "\x80\0\0\0\0\0\0\0", false),
    };

    CHECK(rows);
}
END_TEST

START_TEST(data_follows_or_does_not)
{
    static const struct row rows[] = {
        ROW("isdataat:1;", "ab", true),
        ROW("isdataat:2;", "ab", false),
        ROW("isdataat:!2;", "ab", true),
        ROW("isdataat:!1;", "ab", false),
        ROW("content:\"a\"; isdataat:1,relative;", "ab", true),
        ROW("content:\"a\"; isdataat:2,relative;", "ab", false),
        ROW("content:\"b\"; isdataat:1,relative;", "ab", false),
        ROW("content:\"a\"; isdataat:!2,relative;", "ab", true),
        ROW("content:\"a\"; isdataat:0,relative;", "a", true),
    };

    CHECK(rows);
}
END_TEST

START_TEST(a_buffer_has_a_size)
{
    static const struct row rows[] = {
        ROW("dns.query; bsize:3;", "abc", true),
        ROW("dns.query; bsize:4;", "abc", false),
        ROW("dns.query; bsize:>2; content:\"c\"; endswith;", "abc", true),
        ROW("dns.query; content:\"a\"; bsize:1<>4;", "abc", true),
        ROW("dns.query; content:\"a\"; bsize:!3;", "abc", false),
    };

    CHECK(rows);
}
END_TEST

/* Of a buffer that comes in parts what counts from the start is looked for where it lies. */
START_TEST(depth_and_size_count_from_the_start_of_a_buffer_in_parts)
{
    const struct rule_buffer *depth = buffer_of("http.request_body; content:\"b\"; depth:10;");
    const struct rule_buffer *absent = buffer_of("http.request_body; content:!\"b\"; depth:10;");
    const struct rule_buffer *within = buffer_of("http.request_body; content:\"b\"; within:10;");
    const struct rule_buffer *offset = buffer_of("http.request_body; content:\"b\"; offset:2;");
    const struct rule_buffer *size = buffer_of("http.request_body; bsize:10;");

    ck_assert(holds_from(depth, "axxbx", 5, 5));
    ck_assert(holds_from(depth, "axxbx", 5, 6));
    ck_assert(!holds_from(depth, "axxbx", 5, 7));
    ck_assert(!holds_from(depth, "bxxxx", 5, 10));
    ck_assert(!holds_from(absent, "axxxx", 5, 10)); /* not even what is not there */
    ck_assert(holds_from(absent, "axxxx", 5, 5));
    ck_assert(holds_from(within, "axxbx", 5, 6));
    ck_assert(!holds_from(within, "axxbx", 5, 7));
    ck_assert(!holds_from(offset, "bxxxx", 5, 5)); /* an offset counts in each part */
    ck_assert(holds_from(size, "bxxxx", 5, 5));
    ck_assert(!holds_from(size, "bxxxx", 5, 0));
}
END_TEST

START_TEST(an_empty_buffer_is_not_an_absent_one)
{
    ck_assert(steps_hold(steps, buffer_of("http.request_body; bsize:0;"), cursor_over(NULL, 0), 0));
    ck_assert(steps_hold(steps, buffer_of("content:!\"a\";"), cursor_over(NULL, 0), 0));
    ck_assert(!steps_hold(steps, buffer_of("content:\"a\";"), cursor_over(NULL, 0), 0));
    ck_assert(steps_hold(steps, buffer_of("pcre:\"/^$/\";"), cursor_over(NULL, 0), 0));
    ck_assert(!steps_hold(steps, buffer_of("byte_test:0,=,0,0;"), cursor_over(NULL, 0), 0));
    ck_assert(!steps_hold(steps, buffer_of("dns.query; dataset:isnotset,e,type string;"),
            cursor_over(NULL, 0), 0));
}
END_TEST

/* A step that changes nothing does not hold. */
START_TEST(datasets_are_asked_and_changed)
{
    static const struct row rows[] = {
        ROW("dns.query; dataset:isset,s,type string;", "a.example", false),
        ROW("dns.query; dataset:isnotset,s,type string;", "a.example", true),
        ROW("dns.query; dataset:unset,s,type string;", "a.example", false),
        ROW("dns.query; content:\"b\"; dataset:set,s,type string;", "a.xample", false),
        ROW("dns.query; dataset:isset,s,type string;", "a.xample", false),
        ROW("dns.query; dataset:set,s,type string;", "a.example", true),
        ROW("dns.query; dataset:set,s,type string;", "a.example", false),
        ROW("dns.query; dataset:isset,s,type string;", "a.example", true),
        ROW("dns.query; dataset:isset,s,type string;", "A.example", false),
        ROW("dns.query; dataset:isnotset,s,type string;", "a.example", false),
        ROW("dns.query; dataset:unset,s,type string;", "a.example", true),
        ROW("dns.query; dataset:isset,s,type string;", "a.example", false),
    };

    CHECK(rows);
}
END_TEST

START_TEST(names_below_one_of_a_dataset_are_found)
{
    static const struct row rows[] = {
        ROW("dns.query; dataset:set,b,type string;", ".example", true),
        ROW("dns.query; dataset:isset,b,type string;", "a.example", false),
        ROW("dns.query; dataset:isset,b,type string,match subdomain;", "a.example", true),
        ROW("dns.query; dataset:isset,b,type string,match subdomain;", "a.b.example", true),
        ROW("dns.query; dataset:isset,b,type string,match subdomain;", ".example", true),
        ROW("dns.query; dataset:isset,b,type string,match subdomain;", "example", false),
        ROW("dns.query; dataset:isset,b,type string,match subdomain;", "anexample", false),
        ROW("dns.query; dataset:isset,b,type string,match subdomain;", "a..example", false),
        ROW("dns.query; dataset:isset,b,type string,match subdomain;", "a.example.", false),
        ROW("dns.query; dataset:isnotset,b,type string,match subdomain;", "a.example", false),
        ROW("dns.query; dataset:isnotset,b,type string,match subdomain;", "a.other", true),
    };

    CHECK(rows);
}
END_TEST

/* The digests are those of RFC 1321 (A.5) and FIPS 180 for "abc". */
START_TEST(transforms_make_digests_in_their_order)
{
    static const struct row rows[] = {
        ROW("dns.query; to_md5; content:\"|900150983cd24fb0d6963f7d28e17f72|\"; bsize:16;", "abc", true),
        ROW("dns.query; to_sha1; content:\"|a9993e364706816aba3e25717850c26c9cd0d89d|\"; bsize:20;",
                "abc", true),
        ROW("dns.query; to_sha256; content:\"|ba7816bf8f01cfea414140de5dae2223|\"; startswith; bsize:32;",
                "abc", true),
        ROW("dns.query; to_md5; content:\"abc\";", "abc", false),
        ROW("dns.query; to_md5; bsize:16;", "", false),
        ROW("dns.query; to_md5; bsize:0;", "", true),
        ROW("dns.query; to_sha256; to_md5; to_sha1; bsize:20;", "abc", true),
        ROW("dns.query; to_sha1; to_md5; dataset:set,order,type md5;", "abc", true),
        ROW("dns.query; to_md5; to_sha1; dataset:isset,order,type md5;", "abc", false),
        ROW("dns.query; to_sha1; to_md5; dataset:isset,order,type md5;", "abc", true),
        ROW("dns.query; to_sha1; to_md5; dataset:isset,order,type md5;", "abd", false),
    };

    CHECK(rows);
}
END_TEST

/* As Suricata has it: an IPv4 address is found among those of IPv6 and added, but not removed. */
START_TEST(addresses_are_asked_and_changed)
{
    static const struct row rows[] = {
        ROW("ip.src; dataset:set,a,type ip;", "\x0a\0\0\x01", true),
        ROW("ip.dst; dataset:isset,a,type ip;", "\x0a\0\0\x01", true),
        ROW("ip.dst; dataset:isset,a,type ip;", "\x0a\0\0\x02", false),
        ROW("ip.dst; dataset:unset,a,type ip;", "\x0a\0\0\x01", false),
        ROW("ip.dst; dataset:isset,a,type ip;", "\x0a\0\0\x01", true),
        ROW("ip.dst; dataset:set,a,type ip;", "0123456789abcdef", true),
        ROW("ip.dst; dataset:unset,a,type ip;", "0123456789abcdef", true),
        ROW("ip.dst; dataset:isset,a,type ip;", "0123456789abcdef", false),
    };

    CHECK(rows);
}
END_TEST

/* Pieces of what is looked through in lower case overlap. */
START_TEST(a_content_without_case_is_found_anywhere)
{
    static char bytes[3 * RULE_TEXT_MAX * 2 + 100];
    const struct rule_buffer *buffer = buffer_of("content:\"NeedLe\"; nocase; endswith;"),
            *anywhere = buffer_of("content:\"NeedLe\"; nocase;");

    memset(bytes, 'E', sizeof(bytes));
    for (size_t at = 0; at + 6 <= sizeof(bytes); at += 1 + at / 2000) {
        memcpy(bytes + at, "nEEdLE", 6);
        ck_assert(steps_hold(steps, anywhere, cursor_over(bytes, sizeof(bytes)), 0));
        ck_assert(steps_hold(steps, buffer, cursor_over(bytes, at + 6), 0));
        memset(bytes + at, 'E', 6);
    }
    ck_assert(!steps_hold(steps, anywhere, cursor_over(bytes, sizeof(bytes)), 0));
}
END_TEST

/* The first would take minutes without a limit. */
START_TEST(a_megabyte_takes_bounded_time)
{
    static const char *const options[] = {
        "content:\"a\"; pcre:\"/a{1,300}[bc]/R\";",
        "content:\"a\"; content:\"aab\"; within:1000000;",
        "content:\"a\"; content:\"a\"; within:999999; content:\"b\"; within:999999;",
        "pcre:\"/a/\"; pcre:\"/a+/R\"; content:\"b\"; within:1000000;",
    };
    size_t len = 1024 * 1024;
    uint8_t *bytes = malloc(len);

    ck_assert_ptr_nonnull(bytes);
    memset(bytes, 'a', len);
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        ck_assert(!steps_hold(steps, buffer_of(options[i]), cursor_over(bytes, len), 0));
    free(bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("steps");
    TCase *tests = tcase_create("steps");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_content_lies_between_its_bounds);
    tcase_add_test(tests, a_relative_content_counts_from_the_match_before);
    tcase_add_test(tests, an_end_before_the_start_is_none);
    tcase_add_test(tests, a_negated_content_is_not_there);
    tcase_add_test(tests, behind_a_negated_content_as_many_bytes_are_left_out);
    tcase_add_test(tests, a_match_is_tried_again_if_what_counts_from_it_fails);
    tcase_add_test(tests, no_more_than_2999_steps_are_taken);
    tcase_add_test(tests, a_pattern_searches_all_or_from_the_match_before);
    tcase_add_test(tests, a_number_is_compared);
    tcase_add_test(tests, a_jump_moves_to_where_the_next_counts_from);
    tcase_add_test(tests, data_follows_or_does_not);
    tcase_add_test(tests, a_buffer_has_a_size);
    tcase_add_test(tests, depth_and_size_count_from_the_start_of_a_buffer_in_parts);
    tcase_add_test(tests, an_empty_buffer_is_not_an_absent_one);
    tcase_add_test(tests, datasets_are_asked_and_changed);
    tcase_add_test(tests, names_below_one_of_a_dataset_are_found);
    tcase_add_test(tests, transforms_make_digests_in_their_order);
    tcase_add_test(tests, addresses_are_asked_and_changed);
    tcase_add_test(tests, a_content_without_case_is_found_anywhere);
    tcase_add_test(tests, a_megabyte_takes_bounded_time);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
