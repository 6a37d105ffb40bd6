#include "enrich/risk.h"

#include "enrich/geo.h"
#include "temporary.h"

#include "run_suite.h"

#define HEADER "network,score,source,comment\n"

struct problems {
    size_t count;
    unsigned line; /* of the last */
    char what[256];
};

static void note(void *user, const char *path, unsigned line, const char *what)
{
    struct problems *problems = user;

    ck_assert_ptr_nonnull(path);
    problems->count++;
    problems->line = line;
    snprintf(problems->what, sizeof(problems->what), "%s", what);
}

/* One or two files; 'mine' may be NULL. */
static struct risk *load(const char *builtin, const char *mine, struct problems *problems)
{
    char first[TEMPORARY_SIZE], second[TEMPORARY_SIZE];
    const char *const paths[] = { first, second };
    struct risk *risk;

    *problems = (struct problems){ 0 };
    temporary_file(builtin, strlen(builtin), first);
    temporary_file(mine != NULL ? mine : "", mine != NULL ? strlen(mine) : 0, second);
    ck_assert_int_eq(risk_load(paths, mine != NULL ? 2 : 1, note, problems, &risk), TATTLER_OK);
    unlink(first);
    unlink(second);
    return risk;
}

static struct risk *load_clean(const char *builtin, const char *mine)
{
    struct problems problems;
    struct risk *risk = load(builtin, mine, &problems);

    ck_assert_msg(problems.count == 0, "%s", problems.what);
    return risk;
}

static struct risk_verdict ask(const struct risk *risk, uint32_t asn, const char *text,
                               unsigned flags)
{
    struct address address;

    ck_assert(address_parse(text, &address));
    return risk_lookup(risk, asn, &address, flags);
}

static void check(const struct risk *risk, uint32_t asn, const char *text, unsigned flags,
                  unsigned score, const char *comment)
{
    struct risk_verdict verdict = ask(risk, asn, text, flags);

    ck_assert_uint_eq(verdict.score, score);
    ck_assert_str_eq(verdict.comment, comment);
}

START_TEST(higher_of_system_and_longest_prefix_counts)
{
    struct risk *risk = load_clean(HEADER "AS64496,50,s,system\n"
                                          "192.0.2.0/24,40,s,wide\n"
                                          "192.0.2.128/25,70,s,narrow\n"
                                          "192.0.2.1,60,s,host\n"
                                          "2001:db8::/32,30,s,six\n", NULL);

    check(risk, 64496, "192.0.2.5", 0, 50, "system");
    check(risk, 64497, "192.0.2.5", 0, 40, "wide");
    check(risk, 64496, "192.0.2.200", 0, 70, "narrow");
    check(risk, 0, "192.0.2.1", 0, 60, "host");
    check(risk, 0, "2001:db8::1", 0, 30, "six");
    check(risk, 0, "2001:db9::1", 0, 0, "");
    check(risk, 0, "203.0.113.1", 0, 0, "");
    ck_assert_uint_eq(risk_rows(risk), 5);
    risk_free(risk);
}
END_TEST

START_TEST(a_later_file_has_the_last_word)
{
    struct risk *risk = load_clean(HEADER "AS64496,90,s,bad system\n192.0.2.0/28,95,s,bad hosts\n"
                                          "AS64499,90,s,other\n",
                                   HEADER "AS64496,10,mine,known\n203.0.113.0/24,80,mine,new\n"
                                          "198.51.0.0/16,0,mine,cleared\nAS64499,0,mine,ours\n");

    check(risk, 64496, "192.0.2.1", 0, 10, "known"); /* over the prefix as well */
    check(risk, 1, "192.0.2.1", 0, 95, "bad hosts");
    check(risk, 64499, "203.0.113.1", 0, 80, "new");
    check(risk, 64499, "192.0.3.1", 0, 0, "ours");
    risk_free(risk);
}
END_TEST

START_TEST(a_wide_prefix_of_a_later_file_beats_a_narrow_one)
{
    struct risk *risk = load_clean(HEADER "192.0.2.0/25,90,s,narrow\n",
                                   HEADER "192.0.0.0/16,0,mine,cleared\n");

    check(risk, 0, "192.0.2.1", 0, 0, "cleared");
    risk_free(risk);
}
END_TEST

START_TEST(a_prefix_with_zero_clears_its_system)
{
    struct risk *risk = load_clean(HEADER "flag:hostile,90,s,flag\nAS64496,50,s,system\n"
                                          "192.0.2.0/24,0,s,research\n", NULL);

    check(risk, 64496, "192.0.2.1", GEO_HOSTILE, 0, "research");
    check(risk, 64496, "192.0.3.1", 0, 50, "system");
    risk_free(risk);
}
END_TEST

START_TEST(flags_count_unless_overruled)
{
    struct risk *risk = load_clean(HEADER "flag:hostile,90,s,hostile\n"
                                          "flag:anonymous-proxy,60,s,proxy\n"
                                          "AS64496,70,s,system\n",
                                   HEADER "AS64497,20,mine,ours\n"
                                          "flag:anonymous-proxy,30,mine,vpn\n");

    check(risk, 0, "192.0.2.1", GEO_HOSTILE, 90, "hostile");
    check(risk, 0, "192.0.2.1", GEO_ANONYMOUS_PROXY, 30, "vpn");
    check(risk, 0, "192.0.2.1", GEO_ANONYMOUS_PROXY | GEO_HOSTILE, 90, "hostile");
    check(risk, 64496, "192.0.2.1", GEO_ANONYMOUS_PROXY, 70, "system");
    check(risk, 64497, "192.0.2.1", GEO_HOSTILE, 20, "ours");
    check(risk, 64497, "192.0.2.1", GEO_ANONYMOUS_PROXY, 30, "vpn");
    check(risk, 0, "192.0.2.1", GEO_ANYCAST | GEO_SATELLITE, 0, "");
    risk_free(risk);
}
END_TEST

START_TEST(fields_are_quoted_by_rfc_4180)
{
    struct risk *risk = load_clean("\xef\xbb\xbf" "\n" "network,score,source,comment\r\n"
                                   "# AS1,1,\"not, a row\r\n"
                                   "\"AS64496\",\"50\",\"a \"\"report\"\"\","
                                   "\"one, two\r\nthree\"\r\n"
                                   "\r\n"
                                   "as64497,100,,", NULL);
    struct risk_verdict verdict = ask(risk, 64496, "192.0.2.1", 0);

    ck_assert_str_eq(verdict.source, "a \"report\"");
    ck_assert_str_eq(verdict.comment, "one, two  three");
    verdict = ask(risk, 64497, "192.0.2.1", 0);
    ck_assert_uint_eq(verdict.score, 100);
    ck_assert_mem_eq(verdict.source, "/tmp/", 5); /* the file itself */
    risk_free(risk);
}
END_TEST

static const struct {
    const char *line, *what;
} bad[] = {
    { "AS64496x,50,s,c", "'AS64496x' is not a network; write one like AS64496" },
    { "AS0,50,s,c", "'AS0' is not a network" },
    { "AS4294967296,50,s,c", "'AS4294967296' is not a network" },
    { "64496,50,s,c", "'64496' is not a network" },
    { "192.0.2.0/33,50,s,c", "'192.0.2.0/33' is not a network" },
    { "flag:evil,50,s,c", "'flag:evil' is not a network" },
    { "AS64496,101,s,c", "'101' is not a score; write a whole number from 0" },
    { "AS64496,-1,s,c", "'-1' is not a score" },
    { "AS64496,,s,c", "'' is not a score" },
    { "AS64496,high,s,c", "'high' is not a score" },
    { "AS64496,50,s", "3 columns instead of 4; write network,score,source,comment" },
    { "AS64496,50,s,one, two", "5 columns instead of 4" },
    { "AS64496,50,s,\"never closed", "a quote that is not closed" },
    { "AS64496,50,\"s\" t,c", "a quote that is not closed, or text after it" },
};

START_TEST(a_bad_line_is_told_and_the_good_ones_used)
{
    char text[512];
    struct problems problems;
    struct risk *risk;

    snprintf(text, sizeof(text), HEADER "AS64500,1,s,before\n%s\nAS64501,2,s,after\n",
             bad[_i].line);
    risk = load(text, NULL, &problems);
    ck_assert_uint_eq(problems.count, 1);
    ck_assert_uint_eq(problems.line, 3);
    ck_assert_msg(strstr(problems.what, bad[_i].what) != NULL, "%s", problems.what);
    check(risk, 64500, "192.0.2.1", 0, 1, "before");
    check(risk, 64501, "192.0.2.1", 0, 2, "after");
    ck_assert_uint_eq(risk_rows(risk), 2);
    risk_free(risk);
}
END_TEST

START_TEST(a_missing_header_is_told_and_the_line_used)
{
    struct problems problems;
    struct risk *risk = load("AS64496,50,s,c\n", NULL, &problems);

    ck_assert_uint_eq(problems.count, 1);
    ck_assert_uint_eq(problems.line, 1);
    check(risk, 64496, "192.0.2.1", 0, 50, "c");
    risk_free(risk);
}
END_TEST

START_TEST(a_missing_file_is_told_and_the_others_used)
{
    struct problems problems = { 0 };
    char good[TEMPORARY_SIZE];
    struct risk *risk;

    temporary_file(HEADER "AS64496,50,s,c\n", strlen(HEADER) + 15, good);
    ck_assert_int_eq(risk_load((const char *[]){ "/nonexistent/risk.csv", good }, 2, note,
                               &problems, &risk), TATTLER_OK);
    ck_assert_uint_eq(problems.count, 1);
    ck_assert_uint_eq(problems.line, 0);
    ck_assert_str_eq(problems.what, "No such file or directory");
    check(risk, 64496, "192.0.2.1", 0, 50, "c");
    risk_free(risk);
    unlink(good);
}
END_TEST

START_TEST(the_last_of_two_equal_rows_counts)
{
    struct risk *risk = load_clean(HEADER "192.0.2.7/24,10,s,first\n192.0.2.0/24,20,s,second\n",
                                   NULL);

    check(risk, 0, "192.0.2.1", 0, 20, "second");
    ck_assert_uint_eq(risk_rows(risk), 1);
    risk_free(risk);
}
END_TEST

START_TEST(any_bytes_are_survived)
{
    char junk[2000];

    srand(3);
    for (int n = 0; n < 500; n++) {
        struct problems problems;

        for (size_t i = 0; i + 1 < sizeof(junk); i++)
            junk[i] = "AS6449,\"\n\r#/:.50 \xc3\xa4\x01"[rand() % 20];
        junk[sizeof(junk) - 1] = '\0';
        risk_free(load(junk, NULL, &problems));
    }
}
END_TEST

START_TEST(no_files_are_no_risk)
{
    struct problems problems;
    struct risk *risk = load("", NULL, &problems);

    check(risk, 64496, "192.0.2.1", GEO_HOSTILE, 0, "");
    risk_free(risk);
}
END_TEST

/* 'srcdir' is where the sources are, as automake tells its tests. */
START_TEST(the_shipped_list_has_no_bad_line)
{
    const char *source = getenv("srcdir");
    struct problems problems = { 0 };
    char list[4096];
    const char *const path = list;
    struct risk *risk;

    snprintf(list, sizeof(list), "%s/geo/risk.csv", source != NULL ? source : ".");
    ck_assert_int_eq(risk_load(&path, 1, note, &problems, &risk), TATTLER_OK);
    ck_assert_msg(problems.count == 0, "%s:%u: %s", path, problems.line, problems.what);
    ck_assert_uint_ge(risk_rows(risk), 60);
    ck_assert_uint_eq(ask(risk, 0, "192.0.2.1", GEO_HOSTILE).score, 90);
    ck_assert_uint_eq(ask(risk, 0, "192.0.2.1", GEO_ANONYMOUS_PROXY).score, 60);
    ck_assert_uint_ge(ask(risk, 200593, "192.0.2.1", 0).score, 80);
    ck_assert_uint_eq(ask(risk, 15169, "8.8.8.8", GEO_ANYCAST).score, 0);
    risk_free(risk);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("risk");
    TCase *cases = tcase_create("risk");

    tcase_add_test(cases, higher_of_system_and_longest_prefix_counts);
    tcase_add_test(cases, a_later_file_has_the_last_word);
    tcase_add_test(cases, a_wide_prefix_of_a_later_file_beats_a_narrow_one);
    tcase_add_test(cases, a_prefix_with_zero_clears_its_system);
    tcase_add_test(cases, flags_count_unless_overruled);
    tcase_add_test(cases, fields_are_quoted_by_rfc_4180);
    tcase_add_loop_test(cases, a_bad_line_is_told_and_the_good_ones_used, 0,
                        (int)(sizeof(bad) / sizeof(bad[0])));
    tcase_add_test(cases, a_missing_header_is_told_and_the_line_used);
    tcase_add_test(cases, a_missing_file_is_told_and_the_others_used);
    tcase_add_test(cases, the_last_of_two_equal_rows_counts);
    tcase_add_test(cases, any_bytes_are_survived);
    tcase_add_test(cases, no_files_are_no_risk);
    tcase_add_test(cases, the_shipped_list_has_no_bad_line);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
