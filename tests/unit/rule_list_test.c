#include "detect/rules/vars.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run_suite.h"
#include "temporary.h"

static struct rule_vars vars;
static struct arena arena;
static struct list_error error;

static void set_up(void)
{
    ck_assert_int_eq(vars_default(&vars, "[192.168.0.0/16,10.0.0.0/8]"), TATTLER_OK);
}

static void tear_down(void)
{
    vars_clear(&vars);
    arena_free(&arena);
}

static struct address_set addresses(const char *list)
{
    struct address_set set;

    ck_assert_msg(vars_addresses(&vars, list, &arena, &set, &error), "%s: %s", list, error.text);
    return set;
}

static bool has(const char *list, const char *text)
{
    struct address_set set = addresses(list);
    struct address address;

    ck_assert(address_parse(text, &address));
    return address_set_contains(&set, &address);
}

static bool has_port(const char *list, uint16_t port)
{
    struct port_set set;

    ck_assert_msg(vars_ports(&vars, list, &arena, &set, &error), "%s: %s", list, error.text);
    return port_set_contains(&set, port);
}

static const char *refusal(const char *list, size_t place)
{
    struct address_set set;

    ck_assert_msg(!vars_addresses(&vars, list, &arena, &set, &error), "%s", list);
    ck_assert_msg((size_t)(error.at - list) == place, "%s: at %zu", list,
            (size_t)(error.at - list));
    return error.text;
}

START_TEST(what_is_negated_is_taken_out)
{
    ck_assert(has("[192.0.2.0/24,!192.0.2.1]", "192.0.2.0"));
    ck_assert(!has("[192.0.2.0/24,!192.0.2.1]", "192.0.2.1"));
    ck_assert(has("[!192.0.2.1,192.0.2.0/24]", "192.0.2.2"));
    ck_assert(has("!192.0.2.1", "198.51.100.1"));
    ck_assert(has("[192.0.2.0/24,![192.0.2.0/25,!192.0.2.1]]", "192.0.2.1"));
    ck_assert(!has("[192.0.2.0/24,![192.0.2.0/25,!192.0.2.1]]", "192.0.2.2"));
}
END_TEST

START_TEST(a_negation_in_a_block_is_one_of_the_whole_list)
{
    ck_assert(!has("[192.0.2.0/24,[198.51.100.1,!192.0.2.7]]", "192.0.2.7"));
}
END_TEST

/* Only of a family that is named: !192.0.2.1 says nothing about IPv6. */
START_TEST(families_are_apart)
{
    ck_assert(!has("!192.0.2.1", "2001:db8::1"));
    ck_assert(has("any", "2001:db8::1"));
    ck_assert(!has("::/0", "192.0.2.1"));
    ck_assert(has("[192.0.2.1,!2001:db8::/32]", "2001:db9::1"));
}
END_TEST

START_TEST(ranges_and_masks_are_read)
{
    ck_assert(has("192.0.2.3-192.0.2.5", "192.0.2.5"));
    ck_assert(!has("192.0.2.3-192.0.2.5", "192.0.2.6"));
    ck_assert(has("192.0.2.99/255.255.255.0", "192.0.2.200"));
    ck_assert(has("2001:db8::5-2001:db8::1:0", "2001:db8::ffff"));
    ck_assert(addresses("any").any);
    ck_assert(addresses("[0.0.0.0/1,128.0.0.0/1,::/0]").any);
    ck_assert_uint_eq(addresses("[192.0.2.0/25,192.0.2.128/25,192.0.2.7]").v4_count, 1);
}
END_TEST

START_TEST(variables_are_lists_inside_the_list)
{
    ck_assert(has("$HOME_NET", "192.168.1.1"));
    ck_assert(has("$EXTERNAL_NET", "192.0.2.1"));
    ck_assert(!has("[$HOME_NET,!192.168.1.1]", "192.168.1.1"));
    ck_assert(has("![$EXTERNAL_NET]", "10.1.1.1"));
}
END_TEST

START_TEST(what_is_wrong_is_told_where_it_stands)
{
    refusal("[192.0.2.1,192.0.2]", 11);
    refusal("[192.0.2.1,$NONE]", 11);
    refusal("[192.0.2.1,[192.0.2.2]", 0);
    refusal("192.0.2.1]", 9);
    refusal("!any", 0);
    refusal("[]", 0);
    refusal("[$HOME_NET,!$HOME_NET]", 0);
}
END_TEST

START_TEST(ports_are_ranges_and_lists_too)
{
    ck_assert(has_port("[80,8000:8999,!8080]", 8081));
    ck_assert(!has_port("[80,8000:8999,!8080]", 8080));
    ck_assert(has_port(":1023", 0));
    ck_assert(has_port("65000:", 65535));
    ck_assert(!has_port("!$HTTP_PORTS", 80));
    ck_assert(has_port("any", 7));
}
END_TEST

/* As Suricata does: twice negated is negated once, but for the last of a list. */
START_TEST(a_port_negated_twice_depends_on_its_place)
{
    ck_assert(!has_port("![!80,81]", 80));
    ck_assert(has_port("![81,!80]", 80));
}
END_TEST

START_TEST(nesting_has_an_end)
{
    static const char address[] = "192.0.2.1";
    char list[512] = "";

    memset(list, '[', 70);
    memcpy(list + 70, address, strlen(address));
    memset(list + 70 + strlen(address), ']', 70);
    ck_assert_ptr_nonnull(strstr(refusal(list, 64), "deeper"));
}
END_TEST

START_TEST(a_variable_that_uses_itself_is_told)
{
    ck_assert_int_eq(vars_define(&vars, VARS_ADDRESSES, "A", "[$B]"), TATTLER_OK);
    ck_assert_int_eq(vars_define(&vars, VARS_ADDRESSES, "B", "[192.0.2.1,$A]"), TATTLER_OK);
    ck_assert_ptr_nonnull(strstr(refusal("$A", 0), "uses itself"));
}
END_TEST

/* Each uses the next one three times: 3^60 pieces, if they were not worked out once each. */
START_TEST(variables_that_fan_out_cost_little)
{
    char name[8], value[32];

    for (int i = 0; i < 29; i++) {
        snprintf(name, sizeof(name), "V%d", i);
        snprintf(value, sizeof(value), "[$V%d,$V%d,$V%d]", i + 1, i + 1, i + 1);
        ck_assert_int_eq(vars_define(&vars, VARS_ADDRESSES, name, value), TATTLER_OK);
    }
    ck_assert_int_eq(vars_define(&vars, VARS_ADDRESSES, "V29", "192.0.2.1"), TATTLER_OK);
    ck_assert(has("$V0", "192.0.2.1"));
}
END_TEST

/* --- YAML --- */

static char told[1024];

static void tell(void *user, const char *file, unsigned line, unsigned column, const char *what)
{
    size_t used = strlen(told);

    (void)user;
    (void)file;
    snprintf(told + used, sizeof(told) - used, "%u:%u %s\n", line, column, what);
}

static enum tattler_status read_yaml(const char *text)
{
    char path[TEMPORARY_SIZE];
    enum tattler_status status;

    told[0] = '\0';
    temporary_file(text, strlen(text), path);
    status = vars_read_yaml(&vars, path, tell, NULL);
    unlink(path);
    return status;
}

START_TEST(the_section_vars_is_read_and_the_rest_is_not)
{
    ck_assert_int_eq(read_yaml("%YAML 1.1\n---\nvars:\n  address-groups:\n"
                               "    HOME_NET: \"192.0.2.0/24\"\n    LATER: $SERVERS\n"
                               "    SERVERS: 192.0.2.9\n  port-groups:\n    HTTP_PORTS: 8080\n"
                               "other:\n  address-groups:\n    HOME_NET: nonsense\n"),
            TATTLER_OK);
    ck_assert_str_eq(told, "");
    ck_assert(has("$HOME_NET", "192.0.2.7"));
    ck_assert(!has("$EXTERNAL_NET", "192.0.2.7"));
    ck_assert(has("$LATER", "192.0.2.9"));
    ck_assert(has_port("$HTTP_PORTS", 8080));
}
END_TEST

START_TEST(an_alias_is_read_and_of_two_sections_the_last)
{
    ck_assert_int_eq(read_yaml("net: &net 192.0.2.0/24\nvars: {address-groups: {B: nonsense}}\n"
                               "vars: {address-groups: {A: *net}}\n"), TATTLER_OK);
    ck_assert_str_eq(told, "");
    ck_assert(has("$A", "192.0.2.7"));
}
END_TEST

START_TEST(bad_variables_are_told_with_their_place)
{
    ck_assert_int_eq(read_yaml("vars:\n  address-groups:\n    A: \"[192.0.2.1\"\n    B: $C\n"
                               "  port-groups:\n    P: 99999\n"), TATTLER_MALFORMED);
    ck_assert_ptr_nonnull(strstr(told, "3:8 variable 'A'"));
    ck_assert_ptr_nonnull(strstr(told, "4:8 variable 'B'"));
    ck_assert_ptr_nonnull(strstr(told, "6:8 variable 'P'"));
    ck_assert_int_eq(read_yaml("vars:\n  address-groups:\n    A: [192.0.2.1]\n    B: !any\n"),
            TATTLER_MALFORMED);
    ck_assert_ptr_nonnull(strstr(told, "3:8 variable 'A' is a list"));
    ck_assert_ptr_nonnull(strstr(told, "4:8 variable 'B' is empty"));
}
END_TEST

START_TEST(what_is_no_group_of_variables_is_told)
{
    static const struct {
        const char *yaml, *problem;
    } wrong[] = {
        { "vars:\n  adress-groups:\n    HOME_NET: any\n",
                "2:3 unknown key 'adress-groups' in 'vars': did you mean 'address-groups'?\n" },
        { "vars: {HOME_NET: any}\n",
                "1:8 unknown key 'HOME_NET' in 'vars': write 'address-groups' or 'port-groups'\n" },
        { "vars: [a]\n", "1:7 'vars' has keys: write 'address-groups:' below it, indented\n" },
        { "vars: a\n", "1:7 'vars' has keys: write 'address-groups:' below it, indented\n" },
        { "vars:\n  port-groups: 80\n",
                "2:16 'port-groups' has keys: write 'HTTP_PORTS: \"80\"' below it, indented\n" },
        { "vars:\n  port-groups:\n    P: {a: 80}\n",
                "3:8 variable 'P' is a map of YAML: put it in quotes\n" },
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ck_assert_int_eq(read_yaml(wrong[i].yaml), TATTLER_MALFORMED);
        ck_assert_str_eq(told, wrong[i].problem);
    }
    ck_assert_int_eq(read_yaml("vars:\n  address-groups:\nother: [a]\n"), TATTLER_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rule_list");
    TCase *cases = tcase_create("all");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, what_is_negated_is_taken_out);
    tcase_add_test(cases, a_negation_in_a_block_is_one_of_the_whole_list);
    tcase_add_test(cases, families_are_apart);
    tcase_add_test(cases, ranges_and_masks_are_read);
    tcase_add_test(cases, variables_are_lists_inside_the_list);
    tcase_add_test(cases, what_is_wrong_is_told_where_it_stands);
    tcase_add_test(cases, ports_are_ranges_and_lists_too);
    tcase_add_test(cases, a_port_negated_twice_depends_on_its_place);
    tcase_add_test(cases, nesting_has_an_end);
    tcase_add_test(cases, a_variable_that_uses_itself_is_told);
    tcase_add_test(cases, variables_that_fan_out_cost_little);
    tcase_add_test(cases, the_section_vars_is_read_and_the_rest_is_not);
    tcase_add_test(cases, an_alias_is_read_and_of_two_sections_the_last);
    tcase_add_test(cases, bad_variables_are_told_with_their_place);
    tcase_add_test(cases, what_is_no_group_of_variables_is_told);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
