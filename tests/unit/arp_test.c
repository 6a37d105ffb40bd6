/* Who looks for hosts by ARP, and who only looks like it. */
#include <stdio.h>

#include "run_suite.h"
#include "scene.h"

static struct scene scene;

static void set_up(void)
{
    scene_open(&scene);
}

static void tear_down(void)
{
    scene_close(&scene);
}

static void send_arp(bool is_request, const char *sender, const char *target)
{
    struct address from = at(sender);
    struct neighbour_view arp = { is_request, mac_of(&from), from, at(target) };

    engine_learn_neighbour(scene.engine, &arp, scene.now_us);
}

/* The device says that it has this address. */
static void claim(const char *device, const char *address)
{
    struct address from = at(device);
    struct neighbour_view arp = { false, mac_of(&from), at(address), at("192.168.1.20") };

    engine_learn_neighbour(scene.engine, &arp, scene.now_us);
}

/* Asks for that many addresses, from 192.168.1.101 on, one in each 'every_us'. */
static void ask_for(const char *asker, unsigned count, uint64_t every_us)
{
    for (unsigned i = 0; i < count; i++) {
        char target[ADDRESS_TEXT_SIZE];

        snprintf(target, sizeof(target), "192.168.1.%u", 101 + i);
        send_arp(true, asker, target);
        scene.now_us += every_us;
    }
}

/* A flow between the device and REMOTE with an answer, which shows that both directions are seen. */
static struct flow *talk(const char *device)
{
    struct flow *flow = connect_from(&scene, device, REMOTE, 443);

    send_on(&scene, flow, DOWN, "", 0);
    return flow;
}

/* As a flow tells that opens now; 0: unknown. */
static uint64_t told(const char *device, const char *feature)
{
    struct flow *flow = talk(device);
    struct feature_value value;
    uint64_t count = known(flow, feature, &value) ? value.number : 0;

    flow_close(scene.engine, flow);
    return count;
}

static uint64_t absent(const char *device)
{
    return told(device, "fanout_absent");
}

START_TEST(a_sweep_is_counted)
{
    flow_close(scene.engine, talk(DEVICE));
    ask_for(DEVICE, 100, SECOND / 10);
    ck_assert_uint_eq(absent(DEVICE), 100);
}
END_TEST

START_TEST(a_flow_that_runs_already_tells_with_its_next_burst)
{
    struct flow *flow = talk(DEVICE);

    ask_for(DEVICE, 50, SECOND / 10);
    send_on(&scene, flow, UP, "still here", 10);
    assert_number(flow, "fanout_absent", 50);
    ck_assert_uint_ne(flow->changed & CHANGED_FANOUT, 0);
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(a_minute_is_remembered)
{
    flow_close(scene.engine, talk(DEVICE));
    ask_for(DEVICE, 100, 2 * SECOND);
    ck_assert_uint_le(absent(DEVICE), 30);
    scene.now_us += MINUTE;
    ck_assert_uint_eq(absent(DEVICE), 0);
}
END_TEST

START_TEST(a_slow_sweep_is_counted_over_a_day)
{
    flow_close(scene.engine, talk(DEVICE));
    ask_for(DEVICE, 50, 20 * SECOND);
    ck_assert_uint_le(absent(DEVICE), 3);
    ck_assert_uint_eq(told(DEVICE, "absent_24h"), 50);
}
END_TEST

START_TEST(the_same_host_asked_for_again_is_one)
{
    flow_close(scene.engine, talk(DEVICE));
    for (unsigned i = 0; i < 100; i++)
        send_arp(true, DEVICE, "192.168.1.77");
    ck_assert_uint_eq(absent(DEVICE), 1);
    ck_assert_uint_eq(told(DEVICE, "absent_24h"), 1);
}
END_TEST

START_TEST(hosts_that_answer_are_not_counted)
{
    flow_close(scene.engine, talk(DEVICE));
    ask_for(DEVICE, 40, SECOND / 10);
    for (unsigned i = 0; i < 40; i++) {
        char sender[ADDRESS_TEXT_SIZE];

        snprintf(sender, sizeof(sender), "192.168.1.%u", 101 + i);
        send_arp(false, sender, DEVICE);
    }
    ck_assert_uint_eq(absent(DEVICE), 0);
    ask_for(DEVICE, 40, SECOND / 10); /* by now they are known, be they asleep or not */
    ck_assert_uint_eq(absent(DEVICE), 0);
    ck_assert_uint_eq(told(DEVICE, "absent_24h"), 0);
}
END_TEST

START_TEST(routers_and_resolvers_sweep_as_they_like)
{
    resolve(&scene, "cloud.example", REMOTE); /* 192.168.1.1 forwards and answers DNS */
    flow_close(scene.engine, talk(ROUTER));
    ask_for(ROUTER, 100, SECOND / 10);
    ck_assert_uint_eq(absent(ROUTER), 0);
}
END_TEST

START_TEST(who_takes_the_address_of_a_router_is_told)
{
    struct flow *flow;

    flow_close(scene.engine, talk(DEVICE)); /* by way of the router */
    flow = talk(DEVICE);
    send_arp(false, ROUTER, "192.168.1.20");
    scene.now_us += 10 * SECOND;
    claim(DEVICE, ROUTER);
    send_on(&scene, flow, UP, "as before", 9);
    assert_true(flow, "router_claimed");
    scene.now_us += 2 * HOUR;
    send_on(&scene, flow, UP, "long ago", 8);
    assert_unknown(flow, "router_claimed");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(what_was_claimed_before_the_clock_stepped_back_is_over)
{
    struct flow *flow;

    flow_close(scene.engine, talk(DEVICE));
    send_arp(false, ROUTER, "192.168.1.20");
    claim(DEVICE, ROUTER);
    scene.now_us -= DAY;
    flow = talk(DEVICE);
    assert_unknown(flow, "router_claimed");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(who_takes_the_place_of_a_router_that_is_gone_is_not)
{
    struct flow *flow;

    flow_close(scene.engine, talk(DEVICE));
    send_arp(false, ROUTER, "192.168.1.20");
    flow = talk(DEVICE);
    scene.now_us += 2 * MINUTE;
    claim(DEVICE, ROUTER);
    send_on(&scene, flow, UP, "new router", 10);
    assert_unknown(flow, "router_claimed");
    flow_close(scene.engine, flow);
}
END_TEST

/* By a router advertisement without options. */
static void announce_on(uint32_t link, const char *sender, uint16_t lifetime_s)
{
    struct address from = at(sender);
    struct router_view said = { mac_of(&from), from, link, lifetime_s, cursor_over("\0\0\0\0\0\0\0", 8) };

    engine_learn_router(scene.engine, &said, scene.now_us);
}

static void announce(const char *sender, uint16_t lifetime_s)
{
    announce_on(0, sender, lifetime_s);
}

START_TEST(who_announces_a_way_out_beside_another_is_told)
{
    announce("fe80::1", 1800);
    scene.now_us += MINUTE;
    announce("fe80::a", 1800); /* its MAC is that of DEVICE */
    ck_assert_uint_eq(told(DEVICE, "router_claimed"), 1);
    announce("fe80::1", 1800);
    ck_assert_uint_eq(told(ROUTER, "router_claimed"), 0);
}
END_TEST

START_TEST(routers_of_other_links_are_none_beside_it)
{
    announce_on(20, "fe80::1", 1800);
    announce_on(10, "fe80::1", 1800);
    announce_on(30, "fe80::a", 1800);
    ck_assert_uint_eq(told(DEVICE, "router_claimed"), 0);
    announce_on(20, "fe80::b", 1800);
    ck_assert_uint_eq(told("192.168.1.11", "router_claimed"), 1);
}
END_TEST

START_TEST(who_announced_itself_elsewhere_first_is_told)
{
    announce_on(20, "fe80::1", 1800);
    announce_on(30, "fe80::a", 1800);
    ck_assert_uint_eq(told(DEVICE, "router_claimed"), 0);
    announce_on(20, "fe80::a", 1800);
    ck_assert_uint_eq(told(DEVICE, "router_claimed"), 1);
}
END_TEST

START_TEST(a_host_that_becomes_a_router_is_told)
{
    flow_close(scene.engine, talk(DEVICE)); /* by way of the router, which announces nothing */
    scene.now_us += HOUR;
    announce("fe80::a", 1800);
    ck_assert_uint_eq(told(DEVICE, "router_claimed"), 1);
}
END_TEST

START_TEST(so_is_one_where_the_router_announces_itself_elsewhere)
{
    flow_close(scene.engine, talk(DEVICE));
    announce_on(20, "fe80::1", 1800);
    scene.now_us += HOUR;
    announce_on(20, "fe80::1", 1800);
    announce_on(10, "fe80::a", 1800);
    ck_assert_uint_eq(told(DEVICE, "router_claimed"), 1);
}
END_TEST

START_TEST(who_is_no_way_out_or_the_only_one_is_not_told)
{
    flow_close(scene.engine, talk(DEVICE));
    scene.now_us += HOUR;
    announce("fe80::a", 0);
    ck_assert_uint_eq(told(DEVICE, "router_claimed"), 0);
    announce("fe80::1", 1800); /* the router itself */
    announce("fe80::1", 1800);
    ck_assert_uint_eq(told(ROUTER, "router_claimed"), 0);
}
END_TEST

START_TEST(who_announces_as_the_capture_begins_is_the_router)
{
    flow_close(scene.engine, talk(DEVICE));
    announce("fe80::b", 1800); /* another box than that of IPv4 */
    ck_assert_uint_eq(told("192.168.1.11", "router_claimed"), 0);
    scene.now_us += 2 * HOUR; /* it has gone */
    announce("fe80::c", 1800);
    ck_assert_uint_eq(told("192.168.1.12", "router_claimed"), 0);
}
END_TEST

START_TEST(where_no_answer_can_be_seen_nothing_is_told)
{
    struct flow *flow;

    ask_for(DEVICE, 100, SECOND / 10);
    flow = connect_to(&scene, REMOTE);
    assert_unknown(flow, "fanout_absent");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(probes_announcements_and_public_addresses_are_no_search)
{
    flow_close(scene.engine, talk(DEVICE));
    for (unsigned i = 1; i < 100; i++) {
        char address[ADDRESS_TEXT_SIZE];

        snprintf(address, sizeof(address), "192.168.1.%u", 100 + i);
        send_arp(true, "0.0.0.0", address);
        send_arp(true, DEVICE, DEVICE);
        snprintf(address, sizeof(address), "203.0.113.%u", 100 + i);
        send_arp(true, DEVICE, address);
    }
    ck_assert_uint_eq(absent(DEVICE), 0);
}
END_TEST

START_TEST(neighbours_in_ipv6_are_searched_by_solicitations)
{
    flow_close(scene.engine, talk(DEVICE));
    send_arp(false, DEVICE, "192.168.1.1");
    send_arp(false, "2001:db8::a", "ff02::1"); /* its MAC is that of DEVICE */
    for (unsigned i = 0; i < 40; i++) {
        char target[ADDRESS_TEXT_SIZE];

        snprintf(target, sizeof(target), "2001:db8::%x", 101 + i);
        send_arp(true, "2001:db8::a", target);
    }
    ck_assert_uint_eq(absent(DEVICE), 40);
    send_arp(false, "2001:db8::70", "2001:db8::a");
    ck_assert_uint_eq(absent(DEVICE), 39);
    send_arp(true, "::", "2001:db8::1234"); /* probes, before it takes it */
    ck_assert_uint_eq(absent(DEVICE), 39);
}
END_TEST

START_TEST(a_search_counts_for_its_own_device_alone)
{
    flow_close(scene.engine, talk(DEVICE));
    ask_for(DEVICE, 50, SECOND / 10);
    ck_assert_uint_eq(absent("192.168.1.11"), 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("arp");
    TCase *tests = tcase_create("arp");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_sweep_is_counted);
    tcase_add_test(tests, a_flow_that_runs_already_tells_with_its_next_burst);
    tcase_add_test(tests, a_minute_is_remembered);
    tcase_add_test(tests, a_slow_sweep_is_counted_over_a_day);
    tcase_add_test(tests, the_same_host_asked_for_again_is_one);
    tcase_add_test(tests, hosts_that_answer_are_not_counted);
    tcase_add_test(tests, routers_and_resolvers_sweep_as_they_like);
    tcase_add_test(tests, who_takes_the_address_of_a_router_is_told);
    tcase_add_test(tests, what_was_claimed_before_the_clock_stepped_back_is_over);
    tcase_add_test(tests, who_takes_the_place_of_a_router_that_is_gone_is_not);
    tcase_add_test(tests, who_announces_a_way_out_beside_another_is_told);
    tcase_add_test(tests, routers_of_other_links_are_none_beside_it);
    tcase_add_test(tests, who_announced_itself_elsewhere_first_is_told);
    tcase_add_test(tests, a_host_that_becomes_a_router_is_told);
    tcase_add_test(tests, so_is_one_where_the_router_announces_itself_elsewhere);
    tcase_add_test(tests, who_is_no_way_out_or_the_only_one_is_not_told);
    tcase_add_test(tests, who_announces_as_the_capture_begins_is_the_router);
    tcase_add_test(tests, where_no_answer_can_be_seen_nothing_is_told);
    tcase_add_test(tests, probes_announcements_and_public_addresses_are_no_search);
    tcase_add_test(tests, neighbours_in_ipv6_are_searched_by_solicitations);
    tcase_add_test(tests, a_search_counts_for_its_own_device_alone);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
