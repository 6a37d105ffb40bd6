#include "track/resolver.h"

#include <stdio.h>
#include <stdlib.h>

#include "run_suite.h"

#define SECOND UINT64_C(1000000)
#define NOW (UINT64_C(1700000000) * SECOND)

static struct resolver_table table;

static void set_up(void)
{
    resolver_table_init(&table);
}

static void tear_down(void)
{
    resolver_table_destroy(&table);
}

static struct address at(const char *text)
{
    struct address address;

    ck_assert(address_parse(text, &address));
    return address;
}

/* In these tests a resolver is at home where it is not public, and well known are 8.8.0.0/16 and
 * 2001:4860::/32. */
static struct resolver_use use_of(const char *device, const char *resolver)
{
    struct prefix v4, v6;
    struct resolver_use use = { .device_address = at(device), .resolver = at(resolver) };

    ck_assert(prefix_parse("8.8.0.0/16", &v4) && prefix_parse("2001:4860::/32", &v6));
    use.device = use.device_address.bytes[15];
    use.at_home = !address_is_public(&use.resolver);
    use.well_known = prefix_contains(&v4, &use.resolver) || prefix_contains(&v6, &use.resolver);
    use.now_us = NOW;
    return use;
}

static enum resolver_verdict judge(const char *device, const char *resolver)
{
    struct resolver_use use = use_of(device, resolver);

    return resolver_judge(&table, &use);
}

static enum resolver_verdict judge_encrypted(const char *device, const char *resolver)
{
    struct resolver_use use = use_of(device, resolver);

    use.encrypted = true;
    return resolver_judge(&table, &use);
}

static void answered(const char *device, const char *resolver)
{
    struct resolver_use use = use_of(device, resolver);

    resolver_answered(&table, &use);
}

static void offered(const char *resolver, uint64_t now_us)
{
    struct address address = at(resolver);

    resolver_learn(&table, &address, RESOLVER_OFFERED, now_us);
}

START_TEST(an_offered_resolver_is_own_and_others_go_past_it)
{
    offered("192.168.1.1", NOW);
    ck_assert_int_eq(judge("192.168.1.7", "192.168.1.1"), RESOLVER_OWN);
    ck_assert_int_eq(judge("192.168.1.7", "8.8.8.8"), RESOLVER_PAST);
    ck_assert_int_eq(judge("192.168.1.7", "203.0.113.53"), RESOLVER_PAST);
    ck_assert_int_eq(judge_encrypted("192.168.1.7", "203.0.113.53"), RESOLVER_PAST);
}
END_TEST

START_TEST(a_public_resolver_may_be_offered)
{
    offered("8.8.8.8", NOW);
    ck_assert_int_eq(judge("192.168.1.7", "8.8.8.8"), RESOLVER_OWN);
    ck_assert_int_eq(judge_encrypted("192.168.1.7", "8.8.8.8"), RESOLVER_OWN); /* opportunistic */
    ck_assert_int_eq(judge("192.168.1.7", "8.8.4.4"), RESOLVER_PAST);
}
END_TEST

START_TEST(a_configured_resolver_is_own)
{
    struct address address = at("203.0.113.53");

    resolver_learn(&table, &address, RESOLVER_CONFIGURED, 0);
    ck_assert_int_eq(judge("192.168.1.7", "203.0.113.53"), RESOLVER_OWN);
    ck_assert_int_eq(judge("192.168.1.7", "203.0.113.54"), RESOLVER_PAST);
}
END_TEST

START_TEST(a_resolver_at_home_is_own_and_others_go_past_it)
{
    ck_assert_int_eq(judge("192.168.1.7", "192.168.1.1"), RESOLVER_OWN);
    answered("192.168.1.7", "192.168.1.1");
    ck_assert_int_eq(judge("192.168.1.8", "8.8.8.8"), RESOLVER_PAST);
    ck_assert_int_eq(judge("192.168.1.8", "203.0.113.53"), RESOLVER_PAST);
}
END_TEST

START_TEST(a_resolver_that_only_got_asked_proves_nothing)
{
    ck_assert_int_eq(judge("192.168.1.7", "192.168.1.1"), RESOLVER_OWN);
    ck_assert_int_eq(judge("192.168.1.7", "203.0.113.53"), RESOLVER_UNSURE);
}
END_TEST

START_TEST(a_providers_resolver_stays_unsure_while_none_is_known)
{
    answered("192.168.1.7", "80.58.0.33");
    ck_assert_int_eq(judge("192.168.1.7", "80.58.0.33"), RESOLVER_UNSURE);
    answered("192.168.1.8", "80.58.0.33");
    ck_assert_int_eq(judge("192.168.1.7", "80.58.0.33"), RESOLVER_OWN);
}
END_TEST

START_TEST(well_known_and_encrypted_resolvers_are_told_while_none_is_known)
{
    ck_assert_int_eq(judge("192.168.1.7", "8.8.8.8"), RESOLVER_PAST);
    ck_assert_int_eq(judge_encrypted("192.168.1.7", "203.0.113.53"), RESOLVER_PAST);
}
END_TEST

START_TEST(what_two_devices_use_is_the_networks_until_better_is_known)
{
    answered("192.168.1.7", "8.8.8.8");
    answered("192.168.1.7", "8.8.8.8");
    ck_assert_int_eq(judge("192.168.1.7", "8.8.8.8"), RESOLVER_PAST);
    answered("192.168.1.8", "8.8.8.8");
    ck_assert_int_eq(judge("192.168.1.7", "8.8.8.8"), RESOLVER_OWN);
    answered("192.168.1.9", "192.168.1.1");
    ck_assert_int_eq(judge("192.168.1.7", "8.8.8.8"), RESOLVER_PAST);
}
END_TEST

START_TEST(who_resolves_for_others_may_ask_anybody)
{
    answered("192.168.1.7", "192.168.1.53");
    ck_assert_int_eq(judge("192.168.1.53", "8.8.8.8"), RESOLVER_OWN);
    ck_assert_int_eq(judge_encrypted("192.168.1.53", "9.9.9.9"), RESOLVER_OWN);
    ck_assert_int_eq(judge("192.168.1.7", "8.8.8.8"), RESOLVER_PAST);
}
END_TEST

START_TEST(versions_of_ip_are_told_apart)
{
    offered("192.168.1.1", NOW);
    ck_assert_int_eq(judge("2001:db8:1::7", "2001:db8:ff::53"), RESOLVER_UNSURE);
    ck_assert_int_eq(judge("2001:db8:1::7", "2001:4860:4860::8888"), RESOLVER_PAST);
    offered("2001:db8:ff::53", NOW);
    ck_assert_int_eq(judge("2001:db8:1::7", "2001:db8:ff::53"), RESOLVER_OWN);
    ck_assert_int_eq(judge("2001:db8:1::7", "2001:db8:ff::54"), RESOLVER_PAST);
}
END_TEST

START_TEST(a_neighbour_in_the_same_64_is_at_home)
{
    ck_assert_int_eq(judge("2001:db8:1::7", "2001:db8:1::1"), RESOLVER_OWN);
    ck_assert_int_eq(judge("2001:db8:1::7", "2001:db8:1:1::1"), RESOLVER_UNSURE);
    ck_assert_int_eq(judge("fe80::7", "fe80::1"), RESOLVER_OWN);
}
END_TEST

START_TEST(multicast_is_no_resolver)
{
    offered("224.0.0.251", NOW);
    answered("192.168.1.7", "ff02::fb");
    ck_assert_int_eq(judge("192.168.1.7", "224.0.0.251"), RESOLVER_UNSURE);
    ck_assert_int_eq(judge("fe80::7", "ff02::fb"), RESOLVER_UNSURE);
    ck_assert_int_eq(judge("192.168.1.7", "224.0.0.252"), RESOLVER_UNSURE);
    ck_assert_int_eq(judge("192.168.1.7", "203.0.113.53"), RESOLVER_UNSURE); /* nothing learned */
}
END_TEST

static void numbered(const char *head, unsigned number, char out[32])
{
    snprintf(out, 32, "%s%u", head, number);
}

START_TEST(used_ones_never_push_out_what_is_trusted_more)
{
    char text[32];

    offered("192.168.1.1", NOW);
    for (unsigned i = 1; i < 200; i++) {
        numbered("203.0.113.", i, text);
        answered("192.168.1.7", text);
    }
    ck_assert_int_eq(judge("192.168.1.7", "203.0.113.250"), RESOLVER_PAST);
    ck_assert(!table.lossy);
}
END_TEST

START_TEST(a_flood_of_offers_makes_the_table_unsure)
{
    char text[32];

    for (unsigned i = 1; i <= RESOLVERS_MAX; i++) {
        numbered("198.51.100.", i, text);
        offered(text, NOW + i);
    }
    ck_assert_int_eq(judge("192.168.1.7", "203.0.113.53"), RESOLVER_PAST);
    offered("198.51.100.99", NOW + 99);
    ck_assert_int_eq(judge("192.168.1.7", "198.51.100.99"), RESOLVER_OWN);
    ck_assert_int_eq(judge("192.168.1.7", "198.51.100.2"), RESOLVER_OWN);
    ck_assert_int_eq(judge("192.168.1.7", "198.51.100.1"), RESOLVER_UNSURE); /* the oldest */
    ck_assert_int_eq(judge("192.168.1.7", "8.8.8.8"), RESOLVER_PAST);
}
END_TEST

START_TEST(configured_ones_stay_whatever_is_offered)
{
    struct address address = at("203.0.113.53");
    char text[32];

    resolver_learn(&table, &address, RESOLVER_CONFIGURED, 0);
    for (unsigned i = 1; i < 100; i++) {
        numbered("198.51.100.", i, text);
        offered(text, NOW + i);
    }
    ck_assert_int_eq(judge("192.168.1.7", "203.0.113.53"), RESOLVER_OWN);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("resolver");
    TCase *cases = tcase_create("resolver");

    suite_add_tcase(suite, cases);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, an_offered_resolver_is_own_and_others_go_past_it);
    tcase_add_test(cases, a_public_resolver_may_be_offered);
    tcase_add_test(cases, a_configured_resolver_is_own);
    tcase_add_test(cases, a_resolver_at_home_is_own_and_others_go_past_it);
    tcase_add_test(cases, a_resolver_that_only_got_asked_proves_nothing);
    tcase_add_test(cases, a_providers_resolver_stays_unsure_while_none_is_known);
    tcase_add_test(cases, well_known_and_encrypted_resolvers_are_told_while_none_is_known);
    tcase_add_test(cases, what_two_devices_use_is_the_networks_until_better_is_known);
    tcase_add_test(cases, who_resolves_for_others_may_ask_anybody);
    tcase_add_test(cases, versions_of_ip_are_told_apart);
    tcase_add_test(cases, a_neighbour_in_the_same_64_is_at_home);
    tcase_add_test(cases, multicast_is_no_resolver);
    tcase_add_test(cases, used_ones_never_push_out_what_is_trusted_more);
    tcase_add_test(cases, a_flood_of_offers_makes_the_table_unsure);
    tcase_add_test(cases, configured_ones_stay_whatever_is_offered);
    return run_suite(suite);
}
