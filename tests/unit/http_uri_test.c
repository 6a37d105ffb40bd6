#include "parse/http_uri.h"

#include <stdlib.h>

#include "run_suite.h"

static struct http_uri_parts parts;

static void assert_text(struct cursor found, const char *expected)
{
    if (expected == NULL) {
        ck_assert_ptr_null(found.at);
        return;
    }
    ck_assert_ptr_nonnull(found.at);
    ck_assert_uint_eq(found.left, strlen(expected));
    ck_assert_mem_eq(found.at, expected, found.left);
}

/* Both in heap blocks of exactly their size, so a sanitizer sees one byte too far. */
static void assert_normal(const char *target, size_t length, const char *expected,
        size_t expected_length)
{
    uint8_t *block = malloc(length + 1), *out = malloc(length + 1);
    size_t written;

    ck_assert_ptr_nonnull(block);
    ck_assert_ptr_nonnull(out);
    memcpy(block + 1, target, length);
    http_uri_split(cursor_over(block + 1, length), &parts);
    written = http_uri_normalise(&parts, out + 1);
    ck_assert_uint_eq(written, expected_length);
    ck_assert_mem_eq(out + 1, expected, written);
    free(out);
    free(block);
}

/* What a Suricata 8.0.7 had in http.uri for these targets. */
static const struct {
    const char *target, *normal;
} targets[] = {
    { "/", "/" },
    { "/a/b?c=d&e=f#g", "/a/b?c=d&e=f#g" },
    { "/%41%62c", "/Abc" },
    { "/%2e%2e/%2E/x", "/x" },
    { "/a/./b/../c", "/a/c" },
    { "/../../etc/passwd", "/etc/passwd" },
    { "/a/..", "" },
    { "/a/b/.", "/a/b" },
    { "/a/b/./", "/a/b" },
    { "/a/b/../", "/a" },
    { "./a", "a" },
    { "../a", "a" },
    { "..", "" },
    { ".a/..b/.../c", ".a/..b/.../c" },
    { "//a///b", "/a/b" },
    { "\\a\\\\b%5cc", "/a/b/c" },
    { "/a%2fb%2f%2fc", "/a/b/c" },
    { "/%u0041%U0062", "/Ab" },
    { "/%uff0f%u2215x", "/x" },
    { "/%u0100%u4e00", "/A?" },
    { "/%", "/%" },
    { "/%4", "/%4" },
    { "/%zz%4g", "/%zz%4g" },
    { "/%u004%u00zz", "/%u004%u00zz" },
    { "/%2541", "/%41" },
    { "/a+b", "/a+b" },
    { "/\xc3\xa9\xc4\x80\xe4\xb8\x80", "/\xe9" "A?" },
    { "/%c0%af%c0%afx", "///x" },
    { "/%c0%af../x", "//../x" },
    { "/\xff\x80x", "/??x" },
    { "/\xc3x", "/?x" },
    { "/\xed\xa0\x80", "/???" },
    { "/\xe2\x82", "/?" },
    { "/\xc3", "/" },
    { "/\xf0\x9f\x98\x80", "/?" },
    { "/?a=%41+%u0042&\\%5c#%43\\", "/?a=A+B&\\\\#C\\" },
    { "/??#?#", "/??#?#" },
    { "http://h.example/a?b", "/a?b" },
    { "http://h.example", "" },
    { "http://h.example?b", "?b" },
    { "http://user:word@h.example:80/a", "/a" },
    { "http:///a", "/a" },
    { "http://h:/a", ":/a" },
    { "x:y/a", "/a" },
    { "*", "*" },
    { "", "" },
};

START_TEST(a_target_is_normalised_as_suricata_does)
{
    assert_normal(targets[_i].target, strlen(targets[_i].target), targets[_i].normal,
            strlen(targets[_i].normal));
}
END_TEST

START_TEST(a_nul_ends_nothing)
{
    assert_normal("/a\0b%00c?\0%00", 13, "/a\0b\0c?\0\0", 9);
}
END_TEST

START_TEST(every_truncation_of_a_target_stays_in_it)
{
    static const char target[] = "http://u:p@h.example:80/%41%u0042/../\xe4\xb8\x80/./?%41%u0042#%41";
    uint8_t *block = malloc((size_t)_i + 1), *out = malloc((size_t)_i + 1);

    ck_assert_ptr_nonnull(block);
    ck_assert_ptr_nonnull(out);
    memcpy(block + 1, target, (size_t)_i);
    http_uri_split(cursor_over(block + 1, (size_t)_i), &parts);
    ck_assert_uint_le(http_uri_normalise(&parts, out + 1), (size_t)_i);
    free(out);
    free(block);
}
END_TEST

START_TEST(an_absolute_target_is_split)
{
    static const char target[] = "http://user:word@H.example:80/a?b#c";

    http_uri_split(cursor_over(target, sizeof(target) - 1), &parts);
    assert_text(parts.scheme, "http");
    assert_text(parts.host, "H.example");
    assert_text(parts.path, "/a");
    assert_text(parts.query, "b");
    assert_text(parts.fragment, "c");
}
END_TEST

START_TEST(absent_parts_are_not_empty_ones)
{
    http_uri_split(cursor_over("/", 1), &parts);
    assert_text(parts.scheme, NULL);
    assert_text(parts.host, NULL);
    assert_text(parts.query, NULL);
    assert_text(parts.fragment, NULL);
    http_uri_split(cursor_over("/?#", 3), &parts);
    assert_text(parts.query, "");
    assert_text(parts.fragment, "");
}
END_TEST

static const struct {
    const char *authority, *host;
} authorities[] = {
    { "h.example", "h.example" },
    { "h.example:8080", "h.example" },
    { " h.example ", "h.example" },
    { "[::1]:80", "[::1]" },
    { "[::1", "[::1" },
    { "[]", "[]" },
    { "//h/x", "h" },
    { "/h", NULL },
    { ":80", NULL },
    { "", NULL },
};

START_TEST(a_host_is_cut_out_of_an_authority)
{
    struct cursor host = { NULL, 0 };
    const char *text = authorities[_i].authority;

    ck_assert_int_eq(http_uri_host(cursor_over(text, strlen(text)), &host),
            authorities[_i].host != NULL);
    assert_text(host, authorities[_i].host);
}
END_TEST

START_TEST(a_host_is_lower_case_without_dots_at_its_end)
{
    uint8_t out[16];

    ck_assert_uint_eq(http_uri_normalise_host(cursor_over("H%41.Example..", 14), out), 10);
    ck_assert_mem_eq(out, "ha.example", 10);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http_uri");
    TCase *tcase = tcase_create("http_uri");

    tcase_add_loop_test(tcase, a_target_is_normalised_as_suricata_does, 0,
            sizeof(targets) / sizeof(targets[0]));
    tcase_add_test(tcase, a_nul_ends_nothing);
    tcase_add_loop_test(tcase, every_truncation_of_a_target_stays_in_it, 0, 58);
    tcase_add_test(tcase, an_absolute_target_is_split);
    tcase_add_test(tcase, absent_parts_are_not_empty_ones);
    tcase_add_loop_test(tcase, a_host_is_cut_out_of_an_authority, 0,
            sizeof(authorities) / sizeof(authorities[0]));
    tcase_add_test(tcase, a_host_is_lower_case_without_dots_at_its_end);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
