#include "enrich/resolvers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run_suite.h"

static struct {
    size_t count;
    unsigned line;
    char what[256];
} told;

static void note_problem(void *user, const char *path, unsigned line, const char *what)
{
    (void)user;
    (void)path;
    told.count++;
    told.line = line;
    snprintf(told.what, sizeof(told.what), "%s", what);
}

static struct resolvers *load_files(const char *const paths[], size_t n)
{
    struct resolvers *resolvers = NULL;

    memset(&told, 0, sizeof(told));
    ck_assert_int_eq(resolvers_load(paths, n, note_problem, NULL, &resolvers), TATTLER_OK);
    return resolvers;
}

static struct resolvers *load_text(const char *text)
{
    char path[] = "/tmp/resolvers-XXXXXX";
    const char *paths[] = { path };
    int descriptor = mkstemp(path);
    struct resolvers *resolvers;

    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    close(descriptor);
    resolvers = load_files(paths, 1);
    unlink(path);
    return resolvers;
}

static bool has_name(const struct resolvers *resolvers, const char *name)
{
    return resolvers_has_name(resolvers, name, strlen(name));
}

static bool has_address(const struct resolvers *resolvers, const char *text)
{
    struct address address;

    ck_assert(address_parse(text, &address));
    return resolvers_has_address(resolvers, &address);
}

START_TEST(names_match_whole_labels_in_any_case)
{
    struct resolvers *resolvers = load_text("dns.example.net\nDoH.Example.ORG\n");

    ck_assert(has_name(resolvers, "dns.example.net"));
    ck_assert(has_name(resolvers, "DNS.Example.Net"));
    ck_assert(has_name(resolvers, "doh.example.org"));
    ck_assert(has_name(resolvers, "a.b.dns.example.net"));
    ck_assert(!has_name(resolvers, "xdns.example.net"));
    ck_assert(!has_name(resolvers, "example.net"));
    ck_assert(!has_name(resolvers, "dns.example.net.evil.test"));
    ck_assert(!has_name(resolvers, "net"));
    ck_assert(!has_name(resolvers, ""));
    resolvers_free(resolvers);
}
END_TEST

START_TEST(only_len_bytes_of_a_name_count)
{
    struct resolvers *resolvers = load_text("dns.example.net\n");
    char *exact = malloc(15), *overlong = malloc(300);

    memcpy(exact, "dns.example.net", 15);
    ck_assert(resolvers_has_name(resolvers, exact, 15));
    ck_assert(!resolvers_has_name(resolvers, exact, 14));
    memset(overlong, 'a', 300);
    memcpy(overlong + 300 - 16, ".dns.example.net", 16);
    ck_assert(!resolvers_has_name(resolvers, overlong, 300));
    ck_assert(resolvers_has_name(resolvers, overlong + 300 - 253, 253));
    free(exact);
    free(overlong);
    resolvers_free(resolvers);
}
END_TEST

START_TEST(addresses_of_both_versions_match_in_any_spelling)
{
    struct resolvers *resolvers = load_text("192.0.2.53\n2001:db8:0:0::53\n192.0.2.1\n");

    ck_assert(has_address(resolvers, "192.0.2.53"));
    ck_assert(has_address(resolvers, "2001:0DB8::0053"));
    ck_assert(has_address(resolvers, "::ffff:192.0.2.1"));
    ck_assert(!has_address(resolvers, "192.0.2.54"));
    ck_assert(!has_address(resolvers, "2001:db8::54"));
    resolvers_free(resolvers);
}
END_TEST

START_TEST(comments_blanks_and_doubles_do_not_count)
{
    struct resolvers *resolvers = load_text("# a list\n\n  dns.example.net  # the best\r\n"
            "DNS.example.net\n192.0.2.1\n::ffff:192.0.2.1\ndns.example.org");

    ck_assert_uint_eq(told.count, 0);
    ck_assert_uint_eq(resolvers_count(resolvers), 3);
    ck_assert(has_name(resolvers, "dns.example.org"));
    resolvers_free(resolvers);
}
END_TEST

START_TEST(a_bad_line_is_told_and_the_rest_is_used)
{
    static const char *const bad[] = { "https://dns.example.net/dns-query", "two words.net", "com",
        "192.0.2.300", "192.0.2", "2001:db8::g", "192.0.2.0/24", ".example.net", "example..net",
        "example.net.", "*.example.net", "d\xc3\xb6h.example.net" };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char text[128];
        struct resolvers *resolvers;

        snprintf(text, sizeof(text), "dns.example.org\n%s\n192.0.2.1\n", bad[i]);
        resolvers = load_text(text);
        ck_assert_msg(told.count == 1 && told.line == 2, "%s", bad[i]);
        ck_assert_uint_eq(resolvers_count(resolvers), 2);
        resolvers_free(resolvers);
    }
}
END_TEST

START_TEST(the_advice_names_what_to_write_instead)
{
    resolvers_free(load_text("*.example.net\n"));
    ck_assert_ptr_nonnull(strstr(told.what, "leave out the '*.'"));
    resolvers_free(load_text("dns\n"));
    ck_assert_ptr_nonnull(strstr(told.what, "such as dns.example.net"));
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_told_as_a_whole)
{
    static const char *const paths[] = { "/nonexistent/list", "/tmp" };
    struct resolvers *resolvers = load_files(paths, 1);

    ck_assert_uint_eq(told.count, 1);
    ck_assert_uint_eq(told.line, 0);
    ck_assert_uint_eq(resolvers_count(resolvers), 0);
    ck_assert(!has_name(resolvers, "dns.example.net"));
    ck_assert(!has_address(resolvers, "192.0.2.1"));
    resolvers_free(resolvers);
    resolvers_free(load_files(paths, 2)); /* a folder opens, but does not read */
    ck_assert_uint_eq(told.count, 2);
    resolvers_free(load_files(NULL, 0));
}
END_TEST

START_TEST(a_list_has_an_end)
{
    char path[] = "/tmp/resolvers-XXXXXX";
    const char *paths[] = { path };
    int descriptor = mkstemp(path);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    struct resolvers *resolvers;

    ck_assert_ptr_nonnull(file);
    for (unsigned i = 0; i < 100001; i++)
        fprintf(file, "h%u.example.net\n", i);
    fclose(file);
    resolvers = load_files(paths, 1);
    unlink(path);
    ck_assert_uint_eq(resolvers_count(resolvers), 100000);
    ck_assert_uint_eq(told.count, 1);
    ck_assert_uint_eq(told.line, 100001);
    resolvers_free(resolvers);
}
END_TEST

/* 'make check' runs in the build tree; srcdir says where the sources are. */
START_TEST(the_list_we_ship_is_clean)
{
    const char *sources = getenv("srcdir");
    char path[1024];
    const char *paths[] = { path };
    struct resolvers *resolvers;

    snprintf(path, sizeof(path), "%s/geo/resolvers.txt", sources != NULL ? sources : ".");
    resolvers = load_files(paths, 1);
    ck_assert_msg(told.count == 0, "line %u: %s", told.line, told.what);
    ck_assert_uint_ge(resolvers_count(resolvers), 60);
    ck_assert(has_name(resolvers, "dns.google"));
    ck_assert(has_name(resolvers, "mozilla.cloudflare-dns.com"));
    ck_assert(has_address(resolvers, "9.9.9.9"));
    ck_assert(has_address(resolvers, "2606:4700:4700::1111"));
    ck_assert(!has_name(resolvers, "use-application-dns.net"));
    ck_assert(!has_name(resolvers, "www.google.com"));
    ck_assert(!has_address(resolvers, "104.16.248.249")); /* shared with Cloudflare's customers */
    resolvers_free(resolvers);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("resolvers");
    TCase *tests = tcase_create("resolvers");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, names_match_whole_labels_in_any_case);
    tcase_add_test(tests, only_len_bytes_of_a_name_count);
    tcase_add_test(tests, addresses_of_both_versions_match_in_any_spelling);
    tcase_add_test(tests, comments_blanks_and_doubles_do_not_count);
    tcase_add_test(tests, a_bad_line_is_told_and_the_rest_is_used);
    tcase_add_test(tests, the_advice_names_what_to_write_instead);
    tcase_add_test(tests, a_file_that_cannot_be_read_is_told_as_a_whole);
    tcase_add_test(tests, a_list_has_an_end);
    tcase_add_test(tests, the_list_we_ship_is_clean);
    return run_suite(suite);
}
