#include "enrich/domain.h"

#include <string.h>

#include "run_suite.h"
#include "temporary.h"

/* Rules of all kinds: https://github.com/publicsuffix/list/wiki/Format */
static const char rules[] = "// ===BEGIN ICANN DOMAINS===\n"
                            "com\nuk\nco.uk\njp\n*.kobe.jp\n!city.kobe.jp\ncn\nxn--55qx5d.cn\n"
                            "// ===END ICANN DOMAINS===\n"
                            "// ===BEGIN PRIVATE DOMAINS===\n"
                            "github.io\n"
                            "// ===END PRIVATE DOMAINS===\n";

static struct domain_list *open_rules(void)
{
    char path[TEMPORARY_SIZE], error[200];
    struct domain_list *list;

    temporary_file(rules, sizeof(rules) - 1, path);
    ck_assert_int_eq(domain_open(path, &list, error, sizeof(error)), TATTLER_OK);
    unlink(path);
    return list;
}

/* The first ones as in the list's own test data (checkPublicSuffix). */
static const struct {
    const char *name, *domain;
} names[] = {
    { "COM", "" },
    { "example.COM", "example.com" },
    { "WwW.example.COM", "example.com" },
    { "a.b.example.com", "example.com" },
    { "example", "" },
    { "example.example", "example.example" }, /* an unlisted zone counts as a suffix */
    { "b.example.example", "example.example" },
    { "co.uk", "" },
    { "a.b.c.co.uk", "c.co.uk" },
    { "c.kobe.jp", "" },
    { "a.b.c.kobe.jp", "b.c.kobe.jp" },
    { "www.city.kobe.jp", "city.kobe.jp" },
    { "www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn" },
    { "who.github.io", "who.github.io" },
    { "www.example.com.", "example.com" },
    { "_mqtt._tcp.example.com", "example.com" },
    { "", "" },
    { ".", "" },
    { "..", "" },
    { ".example.com", "" },
    { "a..example.com", "" },
    { "example.com..", "" },
    { "192.0.2.1", "" },
    { "2001:db8::1", "" },
    { "[2001:db8::1]", "" },
    { "printer.local", "" },
    { "Printer.LOCAL.", "" },
    { "1.2.0.192.in-addr.arpa", "" },
    { "nas.home.arpa", "" },
    { "fridge.lan", "" },
    { "api.internal", "" },
    { "local.example.com", "example.com" },
    { "a b.com", "" },
    { "caf\xc3\xa9.com", "" },
};

START_TEST(domain_is_one_label_more_than_the_suffix)
{
    struct domain_list *list = open_rules();
    char domain[DOMAIN_NAME_SIZE];

    ck_assert_uint_eq(domain_registrable(list, names[_i].name, strlen(names[_i].name), domain),
                      strlen(names[_i].domain));
    ck_assert_str_eq(domain, names[_i].domain);
    domain_close(list);
}
END_TEST

START_TEST(long_names_and_labels_are_none)
{
    struct domain_list *list = open_rules();
    char name[300], domain[DOMAIN_NAME_SIZE];

    memset(name, 'a', sizeof(name));
    memcpy(name + 63, ".com", 4);
    ck_assert_uint_eq(domain_registrable(list, name, 67, domain), 67);
    memcpy(name + 63, "a.com", 5);
    ck_assert_uint_eq(domain_registrable(list, name, 68, domain), 0); /* 64 in a label */
    for (size_t i = 0; i < sizeof(name); i++)
        name[i] = i % 2 == 0 ? 'a' : '.';
    ck_assert_uint_eq(domain_registrable(list, name, 253, domain), 3);
    ck_assert_uint_eq(domain_registrable(list, name, 254, domain), 3); /* with the root's dot */
    ck_assert_uint_eq(domain_registrable(list, name, 255, domain), 0);
    ck_assert_uint_eq(domain_registrable(list, name, sizeof(name), domain), 0);
    domain_close(list);
}
END_TEST

START_TEST(name_is_read_only_up_to_its_length)
{
    struct domain_list *list = open_rules();
    char domain[DOMAIN_NAME_SIZE];

    for (size_t len = 0; len <= 15; len++) {
        char *block = malloc(len + 1), *cut = block + 1;

        memcpy(cut, "www.example.com", len);
        ck_assert_uint_le(domain_registrable(list, cut, len, domain), len);
        free(block);
    }
    ck_assert_uint_eq(domain_registrable(list, "a.com\0.com", 10, domain), 0);
    domain_close(list);
}
END_TEST

/* More names than are remembered, each asked twice, and the empty one. */
START_TEST(a_remembered_domain_is_that_of_its_own_name)
{
    static struct domain_memory memory;
    struct domain_list *list = open_rules();
    char name[64];

    for (unsigned i = 0; i < 8 * DOMAIN_MEMORY_SLOTS; i++) {
        int len = snprintf(name, sizeof(name), "h%u.%s", i / 2, i % 4 < 2 ? "example.com" : "lan");

        ck_assert_uint_eq(domain_tail(list, &memory, name, (size_t)len), i % 4 < 2 ? 11 : 0);
    }
    ck_assert_uint_eq(domain_tail(list, &memory, "", 0), 0);
    ck_assert_uint_eq(domain_tail(list, &memory, "example.com.", 12), 0);
    domain_close(list);
}
END_TEST

START_TEST(names_of_customers_are_told_from_those_of_owners)
{
    struct domain_list *list = open_rules();

    ck_assert(domain_is_customer(list, "who.github.io"));
    ck_assert(!domain_is_customer(list, "example.com"));
    ck_assert(!domain_is_customer(list, "example.example"));
    ck_assert(!domain_is_customer(list, "io"));
    domain_close(list);
}
END_TEST

START_TEST(what_is_no_list_is_told_by_name)
{
    char path[TEMPORARY_SIZE], error[200];
    struct domain_list *list = NULL;

    temporary_file("root:x:0:0\n", 11, path);
    ck_assert_int_eq(domain_open(path, &list, error, sizeof(error)), TATTLER_MALFORMED);
    ck_assert_ptr_eq(strstr(error, path), error);
    unlink(path);
    ck_assert_int_eq(domain_open(path, &list, error, sizeof(error)), TATTLER_MALFORMED);
    ck_assert_ptr_nonnull(strstr(error, "No such file"));
    ck_assert_ptr_null(list);
}
END_TEST

START_TEST(the_system_has_a_list)
{
    struct domain_list *list;
    char error[200], domain[DOMAIN_NAME_SIZE];

    ck_assert_int_eq(domain_open(NULL, &list, error, sizeof(error)), TATTLER_OK);
    ck_assert_uint_eq(domain_registrable(list, "a1.tuyaeu.com", 13, domain), 10);
    ck_assert_str_eq(domain, "tuyaeu.com");
    ck_assert_uint_eq(domain_registrable(list, "www.bbc.co.uk", 13, domain), 9);
    domain_close(list);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("domain");
    TCase *cases = tcase_create("domain");

    tcase_add_loop_test(cases, domain_is_one_label_more_than_the_suffix, 0,
                        (int)(sizeof(names) / sizeof(names[0])));
    tcase_add_test(cases, long_names_and_labels_are_none);
    tcase_add_test(cases, name_is_read_only_up_to_its_length);
    tcase_add_test(cases, a_remembered_domain_is_that_of_its_own_name);
    tcase_add_test(cases, names_of_customers_are_told_from_those_of_owners);
    tcase_add_test(cases, what_is_no_list_is_told_by_name);
    tcase_add_test(cases, the_system_has_a_list);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
