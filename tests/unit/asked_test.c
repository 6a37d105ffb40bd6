#include "track/asked.h"

#include <stdlib.h>
#include <string.h>

#include "run_suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *name;
    enum asked_kind kind;
    const char *domain;
} names[] = {
    { "www.example.com", ASKED_PUBLIC, "example.com" },
    { "example.com", ASKED_PUBLIC, "example.com" },
    { "a.b.example.co.uk", ASKED_PUBLIC, "example.co.uk" },
    { "example.co.uk", ASKED_PUBLIC, "example.co.uk" },
    { "co.uk", ASKED_PUBLIC, "co.uk" },
    { "cdn.co.com", ASKED_PUBLIC, "co.com" }, /* only countries have second levels */
    { "a.xn--mnich-kva.xn--80ao21a", ASKED_PUBLIC, "xn--mnich-kva.xn--80ao21a" },
    { "vaaaakardli.pirate.sea", ASKED_PUBLIC, "pirate.sea" },
    { "\xd2\xd3q.\xda.t.example.com", ASKED_PUBLIC, "example.com" },
    { "dnscat.6c8e01f500082f1666571d0019ee5ad0f8", ASKED_PUBLIC, "" },
    { "www.example.com1", ASKED_PUBLIC, "" },
    { "", ASKED_LOCAL, "" },
    { "wpad", ASKED_LOCAL, "wpad" },
    { "printer.lan", ASKED_LOCAL, "printer.lan" },
    { "www.google.com.home", ASKED_LOCAL, "com.home" },
    { "_ipp._tcp.local", ASKED_LOCAL, "_tcp.local" },
    { "1.0.168.192.in-addr.arpa", ASKED_REVERSE, "in-addr.arpa" },
    { "router.home.arpa", ASKED_REVERSE, "home.arpa" },
    { "4.3.2.1.zen.spamhaus.org", ASKED_REVERSE, "spamhaus.org" },
    { "255.255.255.255.b.example", ASKED_REVERSE, "b.example" },
    { "4.3.2.256.zen.spamhaus.org", ASKED_PUBLIC, "spamhaus.org" },
    { "3.2.1.zen.spamhaus.org", ASKED_PUBLIC, "spamhaus.org" },
    { "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.zen.spamhaus.org",
            ASKED_REVERSE, "spamhaus.org" },
    { "_dmarc.example.com", ASKED_SERVICE, "example.com" },
    { "lb._dns-sd._udp.example.com", ASKED_SERVICE, "example.com" },
    { "a_b.example.com", ASKED_PUBLIC, "example.com" },
};

START_TEST(names_are_told_apart)
{
    const char *name = names[_i].name;
    size_t len = strlen(name), domain = asked_domain(name, len);

    ck_assert_msg(asked_kind(name, len) == names[_i].kind, "%s", name);
    ck_assert_uint_le(domain, len);
    ck_assert_str_eq(name + domain, names[_i].domain);
}
END_TEST

/* Length times the entropy: by hand. */
START_TEST(information_is_that_of_the_bytes_own_distribution)
{
    ck_assert_double_eq(asked_bits("", 0), 0);
    ck_assert_double_eq(asked_bits("aaaaaaaa", 8), 0);
    ck_assert_double_eq_tol(asked_bits("abababab", 8), 8, 1e-9);
    ck_assert_double_eq_tol(asked_bits("0123456789abcdef", 16), 64, 1e-9);
    ck_assert_double_eq_tol(asked_bits("\0\1\2\3", 4), 8, 1e-9);
}
END_TEST

/* Ends at the heap block's edge so a sanitizer sees overreads. */
START_TEST(every_cut_name_is_read_within_its_bounds)
{
    static const char name[] = "1.0.0.0.0.0.0.0._x.a.b.example.co.uk";
    size_t len = (size_t)_i;
    char *block = malloc(len + 1), *cut = block + 1;

    memcpy(cut, name, len);
    (void)asked_kind(cut, len);
    ck_assert_uint_le(asked_domain(cut, len), len);
    free(block);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("asked");
    TCase *cases = tcase_create("asked");

    suite_add_tcase(suite, cases);
    tcase_add_loop_test(cases, names_are_told_apart, 0, (int)COUNT(names));
    tcase_add_test(cases, information_is_that_of_the_bytes_own_distribution);
    tcase_add_loop_test(cases, every_cut_name_is_read_within_its_bounds, 0, 37);
    return run_suite(suite);
}
