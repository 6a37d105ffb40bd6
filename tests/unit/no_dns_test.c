/* When a device is told to have skipped DNS, and when nobody can know. */
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

static void assert_connection(const char *remote, enum ternary expected)
{
    struct flow *flow = connect_to(&scene, remote);

    if (expected == UNKNOWN)
        assert_unknown(flow, "no_dns");
    else
        assert_number(flow, "no_dns", expected == YES);
    flow_close(scene.engine, flow);
}

/* The same of a device of which nothing was heard before: the answer shows both directions. */
static void assert_first_connection(const char *remote, enum ternary expected)
{
    struct flow *flow = connect_to(&scene, remote);

    assert_unknown(flow, "no_dns");
    send_on(&scene, flow, DOWN, "", 0);
    assert_number(flow, "no_dns", expected == YES);
    ck_assert_uint_ne(flow->changed & CHANGED_DNS, 0);
    flow_close(scene.engine, flow);
}

static struct engine_counters count(void)
{
    struct engine_counters counters;

    engine_count(scene.engine, &counters);
    return counters;
}

static uint64_t told(void)
{
    return count().no_dns;
}

/* --- the plain cases --- */

START_TEST(an_address_that_was_never_resolved_is_told)
{
    warm_up(&scene);
    assert_connection(REMOTE, YES);
    ck_assert_uint_eq(told(), 1);
}
END_TEST

START_TEST(an_address_that_was_resolved_is_not_told)
{
    warm_up(&scene);
    resolve(&scene, "cloud.example", REMOTE);
    assert_connection(REMOTE, NO);
    ck_assert_uint_eq(told(), 0);
}
END_TEST

START_TEST(ipv6_is_judged_like_ipv4)
{
    struct flow *flow;

    resolve_for(&scene, "fd00::10", "v6.example", "2001:db8::1", 300);
    scene.now_us += 10 * MINUTE;
    flow = connect_from(&scene, "fd00::10", "2001:db8::1", 443);
    assert_false(flow, "no_dns");
    flow_close(scene.engine, flow);
    flow = connect_from(&scene, "fd00::10", "2001:db8::2", 443);
    assert_true(flow, "no_dns");
    flow_close(scene.engine, flow);
}
END_TEST

/* One host, one memory: what it resolved over IPv4 counts for its IPv6 connections. */
START_TEST(all_addresses_of_a_device_share_what_it_resolved)
{
    struct flow *flow;

    resolve_for(&scene, DEVICE, "v6.example", "2001:db8::1", 300);
    scene.now_us += 10 * MINUTE;
    flow = connect_from(&scene, "fd00::a", "2001:db8::1", 443); /* ::a has the MAC of .10 */
    assert_false(flow, "no_dns");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(what_another_device_resolved_does_not_count)
{
    warm_up(&scene);
    resolve_for(&scene, "192.168.1.77", "cloud.example", REMOTE, 300);
    assert_connection(REMOTE, YES);
}
END_TEST

START_TEST(hints_of_https_records_count_as_resolved)
{
    /* priority 1, target ".", ipv4hint (4) of 4 bytes: RFC 9460 section 2.2 */
    static const uint8_t https[] = { 0, 1, 0, 0, 4, 0, 4, 203, 0, 113, 9 };
    struct dns_reply reply;

    warm_up(&scene);
    reply_start(&reply, "cloud.example");
    put_record(&reply, "cloud.example", 65, 300, https, sizeof(https));
    ask_router(&scene, DEVICE, reply.bytes, reply.len);
    assert_connection(REMOTE, NO);
}
END_TEST

/* --- not public --- */

START_TEST(remotes_that_are_not_public_are_not_judged)
{
    static const char *const remotes[] = { "192.168.1.30", "10.1.2.3", "172.16.0.1", "100.64.0.1",
        "127.0.0.1", "169.254.1.1", "224.0.0.251", "239.255.255.250", "255.255.255.255",
        "192.168.1.255", "fd00::5", "fe80::5", "ff02::fb", "::1" };

    warm_up(&scene);
    assert_connection(remotes[_i], UNKNOWN);
}
END_TEST

/* As in a flood: each packet comes from another address. */
START_TEST(addresses_that_a_device_makes_up_are_not_judged)
{
    struct packet_view forged;
    struct flow *flow;

    warm_up(&scene);
    forged = packet_from(&scene, "198.51.100.7", 50000, REMOTE, 80, TCP);
    forged.from_mac = mac_of(&(struct address){ .bytes[15] = 10 });
    forged.ttl = 64;
    flow = begin(&scene, &forged);
    ck_assert_str_eq(flow->device->mac_text, "02:00:00:00:00:0a");
    ck_assert_int_eq(flow->no_dns, UNKNOWN);
    flow_close(scene.engine, flow);
    assert_connection(REMOTE, YES);
}
END_TEST

START_TEST(a_public_network_that_is_declared_home_is_not_judged)
{
    char error[256];
    struct settings_entry entry = { .key = "home-networks", .value = "203.0.113.0/24" };

    scene_close(&scene);
    scene_settings(&scene.settings);
    ck_assert_int_eq(settings_set(&scene.settings, &entry, error, sizeof(error)), TATTLER_OK);
    scene_start(&scene, 1);
    warm_up(&scene);
    assert_connection(REMOTE, UNKNOWN);
    assert_connection("198.51.100.1", YES);
}
END_TEST

/* --- not watched for long enough --- */

START_TEST(nothing_is_told_before_the_warm_up_ends)
{
    resolve(&scene, "warm.example", "198.51.100.200");
    scene.now_us += 10 * MINUTE - 1;
    assert_connection(REMOTE, UNKNOWN);
    scene.now_us += 1;
    assert_connection(REMOTE, YES);
}
END_TEST

START_TEST(nothing_is_told_of_a_device_that_got_no_answer)
{
    struct packet_view question = packet_from(&scene, DEVICE, 40000, ROUTER, 53, UDP);
    struct flow *flow = begin(&scene, &question);

    flow_close(scene.engine, flow);
    scene.now_us += DAY;
    assert_connection(REMOTE, UNKNOWN);
}
END_TEST

START_TEST(any_answer_shows_that_answers_can_be_seen)
{
    struct dns_reply reply;

    reply_start(&reply, "no.example");
    reply.bytes[3] |= 3; /* NXDOMAIN */
    ask_router(&scene, DEVICE, reply.bytes, reply.len);
    scene.now_us += 10 * MINUTE;
    assert_connection(REMOTE, YES);
}
END_TEST

START_TEST(an_unknown_verdict_stays_for_the_life_of_a_flow)
{
    struct flow *flow;

    resolve(&scene, "warm.example", "198.51.100.200");
    flow = connect_to(&scene, REMOTE);
    scene.now_us += HOUR;
    tick(&scene, flow);
    assert_unknown(flow, "no_dns");
    flow_close(scene.engine, flow);
}
END_TEST

/* --- several workers --- */

static struct worker *first, *second;

static void set_up_workers(void)
{
    scene_open(&scene);
    warm_up(&scene);
    first = scene.worker;
    second = worker_new(scene.engine);
    ck_assert_ptr_nonnull(second);
}

static void tear_down_workers(void)
{
    worker_free(second);
    scene.worker = first;
    scene_close(&scene);
}

START_TEST(an_answer_that_another_worker_reads_late_counts)
{
    struct flow *flow;

    scene.worker = second;
    flow = connect_to(&scene, REMOTE);
    assert_unknown(flow, "no_dns");
    scene.worker = first;
    resolve(&scene, "cloud.example", REMOTE);
    scene.worker = second;
    tick(&scene, flow);
    assert_unknown(flow, "no_dns");
    scene.now_us += 30000;
    tick(&scene, flow);
    assert_number(flow, "no_dns", 0);
    assert_text(flow, "name", "cloud.example");
    ck_assert_uint_eq(flow->changed & (CHANGED_DNS | CHANGED_NAME), CHANGED_DNS | CHANGED_NAME);
    flow_close(scene.engine, flow);
    ck_assert_uint_eq(told(), 0);
}
END_TEST

START_TEST(an_answer_that_came_after_a_connection_does_not_explain_it)
{
    struct flow *flow, *next;

    scene.worker = second;
    flow = connect_to(&scene, REMOTE);
    scene.worker = first;
    scene.now_us += 1;
    resolve(&scene, "cloud.example", REMOTE);
    next = connect_to(&scene, REMOTE);
    flow_close(scene.engine, next);
    ck_assert_uint_eq(told(), 0);
    flow_conclude(scene.engine, flow);
    assert_number(flow, "no_dns", 1);
    assert_unknown(flow, "name");
    flow_close(scene.engine, flow);
    ck_assert_uint_eq(told(), 1);
}
END_TEST

START_TEST(what_no_worker_reads_an_answer_for_is_told_a_little_later)
{
    struct flow *flow;

    scene.worker = second;
    flow = connect_to(&scene, REMOTE);
    assert_unknown(flow, "no_dns");
    scene.now_us += 30000;
    tick(&scene, flow);
    assert_number(flow, "no_dns", 1);
    ck_assert_uint_ne(flow->changed & CHANGED_DNS, 0);
    flow_close(scene.engine, flow);
    ck_assert_uint_eq(told(), 1);
    ck_assert_uint_eq(count().no_dns_late, 0);
}
END_TEST

START_TEST(a_flow_that_ends_sooner_is_judged_at_its_end)
{
    struct flow *flow;

    scene.worker = second;
    flow = connect_to(&scene, REMOTE);
    assert_unknown(flow, "no_dns");
    flow_conclude(scene.engine, flow);
    assert_number(flow, "no_dns", 1);
    flow_close(scene.engine, flow);
    ck_assert_uint_eq(told(), 1);
    ck_assert_uint_eq(count().no_dns_late, 1);
    flow = connect_to(&scene, "203.0.113.10");
    flow_close(scene.engine, flow);
    ck_assert_uint_eq(told(), 2);
    ck_assert_uint_eq(count().no_dns_late, 2);
}
END_TEST

/* A full table has forgotten the device, and with it the names that it had asked for. */
START_TEST(a_device_that_was_forgotten_meanwhile_is_not_judged)
{
    struct flow *flow;

    tear_down_workers();
    scene_settings(&scene.settings);
    scene.settings.max_devices = 1;
    scene_start(&scene, 1);
    warm_up(&scene);
    first = scene.worker;
    second = scene.worker = worker_new(scene.engine);
    flow = connect_to(&scene, REMOTE);
    scene.worker = first;
    resolve(&scene, "cloud.example", REMOTE);
    flow_close(scene.engine, connect_from(&scene, "192.168.1.11", "192.168.1.1", 443));
    ck_assert(flow->device->gone);
    flow_conclude(scene.engine, flow);
    assert_unknown(flow, "no_dns");
    flow_close(scene.engine, flow);
    ck_assert_uint_eq(told(), 0);
}
END_TEST

START_TEST(a_worker_that_has_gone_reads_no_answer)
{
    flow_close(scene.engine, connect_to(&scene, REMOTE));
    scene.worker = second;
    flow_close(scene.engine, connect_to(&scene, REMOTE));
    worker_free(first);
    first = second;
    second = NULL;
    assert_connection(REMOTE, YES);
}
END_TEST

/* --- a crowd --- */

/* So many hosts one after the other, within this time; how many of them are told. */
static unsigned call_hosts(unsigned count, uint16_t port, uint64_t within_us)
{
    unsigned told = 0;

    for (unsigned i = 0; i < count; i++) {
        char remote[ADDRESS_TEXT_SIZE];
        struct feature_value value;
        struct flow *flow;

        snprintf(remote, sizeof(remote), "198.51.100.%u", 1 + i);
        flow = connect_from(&scene, DEVICE, remote, port);
        told += known(flow, "no_dns", &value);
        if (known(flow, "no_dns", &value))
            assert_number(flow, "strangers", STRANGERS_MAX);
        flow_close(scene.engine, flow);
        scene.now_us += within_us / count;
    }
    return told;
}

START_TEST(a_crowd_of_nameless_hosts_needs_no_warm_up)
{
    ck_assert_uint_eq(call_hosts(63, 30303, 4 * SECOND), 32); /* from the 32nd on */
    assert_connection(REMOTE, UNKNOWN);
}
END_TEST

/* They are counted no longer than a minute, so those that keep it a crowd must not all be of one second. */
START_TEST(a_crowd_that_goes_on_is_told_all_the_while)
{
    ck_assert_uint_eq(call_hosts(200, 30303, SECOND), 169);
    for (unsigned i = 0; i < 8; i++)
        ck_assert_uint_eq(call_hosts(200, 30303, 20 * SECOND), 200);
}
END_TEST

START_TEST(a_few_nameless_hosts_are_no_crowd)
{
    ck_assert_uint_eq(call_hosts(31, 30303, 4 * SECOND), 0);
    ck_assert_uint_eq(call_hosts(200, 30303, 10 * MINUTE), 0);
}
END_TEST

START_TEST(hosts_of_the_web_and_of_the_dns_are_no_crowd)
{
    static const uint16_t ports[] = { 53, 80, 123, 443, 853, 3478, 8080, 19302 };

    ck_assert_uint_eq(call_hosts(63, ports[_i], 4 * SECOND), 0);
}
END_TEST

START_TEST(hosts_with_names_are_no_crowd)
{
    for (unsigned i = 1; i <= 63; i++) {
        char remote[ADDRESS_TEXT_SIZE];

        snprintf(remote, sizeof(remote), "198.51.100.%u", i);
        resolve(&scene, "many.example", remote);
    }
    for (unsigned i = 1; i <= 63; i++) {
        char remote[ADDRESS_TEXT_SIZE];
        struct flow *flow;

        snprintf(remote, sizeof(remote), "198.51.100.%u", i);
        flow = connect_from(&scene, DEVICE, remote, 8883);
        assert_false(flow, "no_dns");
        flow_close(scene.engine, flow);
    }
    flow_close(scene.engine, connect_from(&scene, DEVICE, REMOTE, 8883));
    ck_assert_uint_eq(told(), 0);
}
END_TEST

START_TEST(nobody_knows_of_a_crowd_what_an_encrypted_resolver_said)
{
    struct flow *flow = connect_from(&scene, DEVICE, "203.0.113.53", 853);

    say_hello(&scene, flow, (struct hello_view){ .sni = "dot.example" });
    flow_close(scene.engine, flow);
    ck_assert_uint_eq(call_hosts(63, 30303, 4 * SECOND), 0);
}
END_TEST

/* --- seen to join --- */

/* A BOOTREQUEST (RFC 2131 section 2) of this message type in a frame from 02:00:00:00:00:0a, on behalf of
 * 02:00:00:00:00:'client'. */
static void send_dhcp_for(uint8_t client, uint8_t type)
{
    uint8_t message[244] = { 1, 1, 6, [28] = 2, [33] = client, [236] = 0x63, 0x82, 0x53, 0x63, 53, 1,
        type, 255 };
    struct packet_view packet =
            packet_from(&scene, "0.0.0.0", 68, "255.255.255.255", 67, UDP);
    struct address device = at(DEVICE);
    struct flow *flow;

    packet.from_mac = mac_of(&device);
    packet.payload = cursor_over(message, sizeof(message));
    flow = begin(&scene, &packet);
    flow_close(scene.engine, flow);
}

static void send_dhcp(uint8_t type)
{
    send_dhcp_for(10, type);
}

START_TEST(a_device_whose_frames_were_made_anonymous_joins_as_well)
{
    send_dhcp_for(99, 1);
    assert_first_connection(REMOTE, YES);
}
END_TEST

START_TEST(a_device_seen_to_join_by_dhcp_needs_no_warm_up)
{
    send_dhcp(1); /* DHCPDISCOVER */
    assert_first_connection(REMOTE, YES);
    assert_connection("203.0.113.77", YES);
}
END_TEST

/* INIT-REBOOT (RFC 2131 section 4.3.2): it may remember what it resolved before. */
START_TEST(a_device_that_returns_with_its_old_lease_needs_the_warm_up)
{
    send_dhcp(3); /* DHCPREQUEST */
    assert_connection(REMOTE, UNKNOWN);
}
END_TEST

static void probe(const char *address)
{
    struct address probed = at(address), device = at(DEVICE);

    engine_learn_neighbour(scene.engine,
            &(struct neighbour_view){ .asks = true, .sender_mac = mac_of(&device), .target = probed },
            scene.now_us);
}

START_TEST(a_device_seen_to_probe_for_its_address_needs_no_warm_up)
{
    probe(_i == 0 ? DEVICE : "fe80::a");
    assert_first_connection(REMOTE, YES);
}
END_TEST

START_TEST(an_announced_address_is_no_sign_of_joining)
{
    struct address device = at(DEVICE);

    engine_learn_neighbour(scene.engine,
            &(struct neighbour_view){ false, mac_of(&device), device, device }, scene.now_us);
    assert_connection(REMOTE, UNKNOWN);
}
END_TEST

START_TEST(who_talked_before_did_not_join)
{
    assert_connection("198.51.100.1", UNKNOWN);
    if (_i == 0)
        send_dhcp(1);
    else
        probe(DEVICE);
    assert_connection(REMOTE, UNKNOWN);
}
END_TEST

START_TEST(multicast_before_joining_is_no_talk)
{
    struct packet_view packet = packet_from(&scene, DEVICE, 5353, "224.0.0.251", 5353, UDP);

    flow_close(scene.engine, begin(&scene, &packet));
    send_dhcp(1);
    assert_first_connection(REMOTE, YES);
}
END_TEST

START_TEST(nothing_is_told_of_a_capture_that_shows_one_direction)
{
    send_dhcp(1);
    for (int i = 0; i < 5; i++)
        assert_connection(REMOTE, UNKNOWN);
}
END_TEST

/* --- not a connection the device made --- */

START_TEST(flows_picked_up_in_the_middle_are_not_judged)
{
    struct packet_view packet = packet_from(&scene, DEVICE, 50000, REMOTE, 443, TCP);
    struct flow *flow;

    warm_up(&scene);
    packet.tcp_flags = ACK;
    flow = begin(&scene, &packet);
    assert_unknown(flow, "no_dns");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(a_stray_ack_before_the_syn_does_not_hide_a_connection)
{
    struct packet_view packet = packet_from(&scene, DEVICE, 50000, REMOTE, 443, TCP);
    struct flow *flow;

    warm_up(&scene);
    packet.time_us = scene.now_us;
    packet.tcp_flags = ACK;
    flow = begin(&scene, &packet);
    assert_unknown(flow, "no_dns");
    packet.tcp_flags = SYN;
    flow_packet(scene.worker, flow, &packet);
    assert_true(flow, "no_dns");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(an_answer_that_nobody_asked_for_resolves_nothing)
{
    static const uint8_t address[] = { 203, 0, 113, 9 };
    struct packet_view packet = packet_from(&scene, "192.168.1.66", 53, DEVICE, 40001, UDP);
    struct dns_reply reply;
    struct flow *flow;

    warm_up(&scene);
    reply_start(&reply, "cloud.example");
    put_record(&reply, "cloud.example", 1, 300, address, sizeof(address));
    packet.time_us = scene.now_us;
    packet.payload = cursor_over(reply.bytes, reply.len);
    flow = begin(&scene, &packet);
    flow_close(scene.engine, flow);
    assert_connection(REMOTE, YES);
}
END_TEST

START_TEST(connections_from_outside_are_not_judged)
{
    struct packet_view packet = packet_from(&scene, REMOTE, 50000, DEVICE, 443, TCP);
    struct flow *flow;

    warm_up(&scene);
    flow = begin(&scene, &packet);
    assert_unknown(flow, "no_dns");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(the_answer_to_an_unseen_syn_is_judged)
{
    struct packet_view syn = packet_from(&scene, DEVICE, 50000, REMOTE, 443, TCP);
    struct packet_view syn_ack = answer_to(&syn);
    struct flow *flow;

    warm_up(&scene);
    syn_ack.time_us = scene.now_us;
    syn_ack.from_first_sender = true;
    flow = begin(&scene, &syn_ack);
    assert_true(flow, "no_dns");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(pings_are_not_judged)
{
    struct packet_view packet = packet_from(&scene, DEVICE, 0, REMOTE, 0, 1);
    struct flow *flow;

    warm_up(&scene);
    flow = begin(&scene, &packet);
    assert_unknown(flow, "no_dns");
    flow_close(scene.engine, flow);
}
END_TEST

/* --- the line is out --- */

/* Nobody at home is answered by anybody outside for long enough, and the resolver refuses ('rcode' 5). */
static void fall_silent(uint8_t rcode)
{
    static const char *const dead[] = { "198.51.100.101", "198.51.100.102", "198.51.100.103" };
    struct flow *flow;
    struct dns_reply reply;

    warm_up(&scene);
    flow = connect_from(&scene, "192.168.1.66", "198.51.100.7", 443);
    send_on(&scene, flow, DOWN, "", 0);
    flow_close(scene.engine, flow);
    reply_start(&reply, "cloud.example");
    reply.bytes[3] |= rcode;
    ask_router(&scene, DEVICE, reply.bytes, reply.len);
    for (size_t i = 0; i < sizeof(dead) / sizeof(dead[0]); i++)
        flow_close(scene.engine, connect_from(&scene, "192.168.1.66", dead[i], 443));
    scene.now_us += 10 * SECOND;
}

START_TEST(who_is_cut_off_calls_whom_it_remembers)
{
    fall_silent(5);
    assert_connection(REMOTE, UNKNOWN);
    resolve(&scene, "other.example", "198.51.100.9");
    assert_connection(REMOTE, YES);
}
END_TEST

START_TEST(who_was_told_that_a_name_does_not_exist_is_not_cut_off)
{
    fall_silent(3);
    assert_connection(REMOTE, YES);
}
END_TEST

START_TEST(who_is_answered_was_not_cut_off)
{
    fall_silent(5);
    assert_first_connection(REMOTE, YES);
}
END_TEST

START_TEST(who_is_refused_may_be_cut_off)
{
    struct packet_view syn, refusal;
    struct flow *flow;

    fall_silent(5);
    syn = packet_from(&scene, DEVICE, 50000, REMOTE, 443, TCP);
    flow = begin(&scene, &syn);
    refusal = answer_to(&syn);
    refusal.tcp_flags = RST | ACK;
    flow_packet(scene.worker, flow, &refusal);
    assert_unknown(flow, "no_dns");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(a_crowd_is_told_while_the_line_is_out)
{
    fall_silent(5);
    ck_assert_uint_eq(call_hosts(63, 30303, 4 * SECOND), 32);
}
END_TEST

/* --- encrypted resolvers --- */

static struct flow *ask_dot(void)
{
    struct flow *flow = connect_from(&scene, DEVICE, "198.51.100.53", 853);

    say_hello(&scene, flow, (struct hello_view){ .sni = "dot.example" });
    assert_called(flow, "service", "dot");
    assert_unknown(flow, "no_dns");
    return flow;
}

START_TEST(a_device_that_asks_an_encrypted_resolver_is_not_judged_for_the_grace)
{
    warm_up(&scene);
    flow_close(scene.engine, ask_dot());
    scene.now_us += DAY - 1;
    assert_connection(REMOTE, UNKNOWN);
    scene.now_us += 1;
    assert_connection(REMOTE, YES);
}
END_TEST

START_TEST(a_resolver_on_any_port_is_told_by_its_alpn)
{
    struct flow *flow;

    warm_up(&scene);
    flow = connect_to(&scene, "198.51.100.53");
    say_hello(&scene, flow,
            (struct hello_view){ .sni = "doq.example", .quic = _i == 1, .dns_alpn = true });
    assert_called(flow, "service", _i == 1 ? "doq" : "dot");
    flow_close(scene.engine, flow);
    assert_connection(REMOTE, UNKNOWN);
}
END_TEST

START_TEST(a_resolver_is_in_use_as_long_as_its_connection_lasts)
{
    struct flow *flow;

    warm_up(&scene);
    flow = ask_dot();
    for (int hour = 0; hour < 36; hour++) {
        scene.now_us += HOUR;
        tick(&scene, flow);
    }
    assert_connection(REMOTE, UNKNOWN);
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(the_connection_to_an_encrypted_resolver_is_not_told_itself)
{
    struct flow *flow;

    warm_up(&scene);
    flow = connect_from(&scene, DEVICE, "198.51.100.53", 443);
    assert_true(flow, "no_dns");
    say_hello(&scene, flow, (struct hello_view){ .sni = "dns.example", .dns_alpn = true });
    assert_unknown(flow, "no_dns");
    ck_assert_uint_eq(told(), 0);
    flow_close(scene.engine, flow);
}
END_TEST

/* --- answers that ran out or were forgotten --- */

START_TEST(an_answer_counts_for_its_ttl_and_the_grace)
{
    warm_up(&scene);
    resolve(&scene, "cloud.example", REMOTE); /* TTL 300 */
    resolve(&scene, "other.example", "203.0.113.10");
    scene.now_us += 300 * SECOND + DAY - 1;
    assert_connection(REMOTE, NO);
    scene.now_us += 1;
    assert_connection("203.0.113.10", YES);
}
END_TEST

START_TEST(an_answer_counts_as_long_as_it_is_used)
{
    warm_up(&scene);
    resolve(&scene, "cloud.example", REMOTE);
    for (int day = 0; day < 9; day++) {
        scene.now_us += DAY - SECOND;
        assert_connection(REMOTE, NO);
    }
    scene.now_us += DAY;
    assert_connection(REMOTE, YES);
}
END_TEST

START_TEST(an_answer_is_used_as_long_as_its_connection_lasts)
{
    struct flow *flow;

    warm_up(&scene);
    resolve(&scene, "cloud.example", REMOTE);
    flow = connect_to(&scene, REMOTE);
    for (int hour = 0; hour < 72; hour++) {
        scene.now_us += HOUR;
        tick(&scene, flow);
    }
    assert_connection(REMOTE, NO);
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(an_answer_cut_by_the_capture_leaves_addresses_unsure)
{
    struct dns_reply reply;

    warm_up(&scene);
    reply_start(&reply, "cloud.example");
    put_address(&reply, "cloud.example", 300, "203.0.113.1");
    put_address(&reply, "cloud.example", 300, REMOTE);
    ask_router(&scene, DEVICE, reply.bytes, reply.len - 5);
    assert_connection("203.0.113.1", NO);
    assert_connection(REMOTE, UNKNOWN);
    scene.now_us += DAY;
    assert_connection(REMOTE, YES);
}
END_TEST

static void restart_with(uint64_t max_names, uint64_t max_per_device)
{
    scene_close(&scene);
    scene_settings(&scene.settings);
    scene.settings.max_names = max_names;
    scene.settings.max_names_per_device = max_per_device;
    scene_start(&scene, 1);
}

START_TEST(full_tables_make_unsure_until_the_forgotten_answer_would_have_run_out)
{
    restart_with(_i == 0 ? NAMES_ALWAYS : 100, _i == 0 ? 100 : NAMES_ALWAYS);
    warm_up(&scene);
    resolve(&scene, "a.example", "203.0.113.1"); /* lives until 300 s and a day from here */
    for (int i = 2; i < NAMES_ALWAYS; i++) {
        char address[ADDRESS_TEXT_SIZE];

        snprintf(address, sizeof(address), "203.0.113.%d", 100 + i);
        resolve(&scene, "full.example", address);
    }
    resolve(&scene, "b.example", "203.0.113.2"); /* pushes out warm.example */
    scene.now_us += MINUTE;
    resolve(&scene, "c.example", "203.0.113.3"); /* pushes out a.example */
    assert_connection("203.0.113.1", UNKNOWN);
    assert_connection("203.0.113.2", NO);
    assert_connection("203.0.113.3", NO);
    assert_connection("203.0.113.4", UNKNOWN);
    scene.now_us += 300 * SECOND + DAY - MINUTE;
    assert_connection("203.0.113.4", YES);
}
END_TEST

/* --- literal addresses --- */

static struct flow *request(const char *remote, const char *host)
{
    struct flow *flow = connect_from(&scene, DEVICE, remote, 80);

    flow_learn_http(scene.worker, flow, host, strlen(host));
    tick(&scene, flow);
    return flow;
}

START_TEST(a_literal_host_is_told_without_a_warm_up)
{
    struct flow *flow = request(REMOTE, REMOTE);

    assert_true(flow, "no_dns");
    assert_unknown(flow, "name");
    ck_assert_uint_eq(told(), 1);
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(a_request_to_a_literal_host_is_told_with_its_own_packet)
{
    static const char get[] = "GET /d?host=shop.example HTTP/1.1\r\nHost: " REMOTE "\r\n\r\n";
    struct flow *flow = connect_from(&scene, DEVICE, REMOTE, 80);

    send_on(&scene, flow, UP, get, sizeof(get) - 1);
    assert_true(flow, "no_dns");
    ck_assert_uint_ne(flow->changed & CHANGED_DNS, 0);
    ck_assert_uint_eq(told(), 1);
    flow_close(scene.engine, flow);
}
END_TEST
START_TEST(a_request_to_a_name_names_the_remote_with_its_own_packet)
{
    static const char get[] = "GET / HTTP/1.1\r\nHost: Shop.Example:8080\r\n\r\n";
    struct flow *flow = connect_from(&scene, DEVICE, REMOTE, 8080);

    send_on(&scene, flow, UP, get, 20); /* cut: who reads streams has to tell */
    assert_unknown(flow, "name");
    flow_close(scene.engine, flow);
    flow = connect_from(&scene, DEVICE, REMOTE, 8080);
    send_on(&scene, flow, UP, get, sizeof(get) - 1);
    assert_text(flow, "name", "shop.example");
    ck_assert_uint_ne(flow->changed & CHANGED_NAME, 0);
    flow_close(scene.engine, flow);
}
END_TEST
START_TEST(a_literal_sni_is_told_without_a_warm_up)
{
    struct flow *flow = connect_to(&scene, REMOTE);

    assert_unknown(flow, "no_dns");
    say_hello(&scene, flow, (struct hello_view){ .sni = REMOTE });
    assert_true(flow, "no_dns");
    assert_true(flow, "sni_is_ip");
    assert_unknown(flow, "name");
    assert_unknown(flow, "sni_mismatch");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(a_literal_host_is_told_whatever_resolver_is_in_use)
{
    struct flow *flow;

    flow_close(scene.engine, ask_dot());
    flow = request(REMOTE, REMOTE);
    assert_true(flow, "no_dns");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(a_literal_host_that_was_resolved_is_not_told)
{
    struct flow *flow;

    resolve(&scene, "cloud.example", REMOTE);
    flow = request(REMOTE, REMOTE);
    assert_false(flow, "no_dns");
    flow_close(scene.engine, flow);
}
END_TEST

/* A request to a proxy, or one behind address translation, names somebody else. */
START_TEST(a_literal_host_of_another_address_says_nothing)
{
    struct flow *flow = request(REMOTE, "198.51.100.77");

    assert_unknown(flow, "no_dns");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(a_literal_host_on_the_lan_says_nothing)
{
    struct flow *flow = request("192.168.1.30", "192.168.1.30");

    assert_unknown(flow, "no_dns");
    flow_close(scene.engine, flow);
}
END_TEST

static TCase *make_workers_case(void)
{
    TCase *tests = tcase_create("several workers");

    tcase_add_checked_fixture(tests, set_up_workers, tear_down_workers);
    tcase_add_test(tests, an_answer_that_another_worker_reads_late_counts);
    tcase_add_test(tests, an_answer_that_came_after_a_connection_does_not_explain_it);
    tcase_add_test(tests, what_no_worker_reads_an_answer_for_is_told_a_little_later);
    tcase_add_test(tests, a_flow_that_ends_sooner_is_judged_at_its_end);
    tcase_add_test(tests, a_device_that_was_forgotten_meanwhile_is_not_judged);
    tcase_add_test(tests, a_worker_that_has_gone_reads_no_answer);
    return tests;
}

static Suite *make_suite(void)
{
    Suite *suite = suite_create("no_dns");
    TCase *tests = tcase_create("no_dns");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, an_address_that_was_never_resolved_is_told);
    tcase_add_test(tests, an_address_that_was_resolved_is_not_told);
    tcase_add_test(tests, ipv6_is_judged_like_ipv4);
    tcase_add_test(tests, all_addresses_of_a_device_share_what_it_resolved);
    tcase_add_test(tests, what_another_device_resolved_does_not_count);
    tcase_add_test(tests, hints_of_https_records_count_as_resolved);
    tcase_add_loop_test(tests, remotes_that_are_not_public_are_not_judged, 0, 14);
    tcase_add_test(tests, addresses_that_a_device_makes_up_are_not_judged);
    tcase_add_test(tests, a_public_network_that_is_declared_home_is_not_judged);
    tcase_add_test(tests, nothing_is_told_before_the_warm_up_ends);
    tcase_add_test(tests, nothing_is_told_of_a_device_that_got_no_answer);
    tcase_add_test(tests, any_answer_shows_that_answers_can_be_seen);
    tcase_add_test(tests, an_unknown_verdict_stays_for_the_life_of_a_flow);
    tcase_add_test(tests, a_crowd_of_nameless_hosts_needs_no_warm_up);
    tcase_add_test(tests, a_crowd_that_goes_on_is_told_all_the_while);
    tcase_add_test(tests, a_few_nameless_hosts_are_no_crowd);
    tcase_add_loop_test(tests, hosts_of_the_web_and_of_the_dns_are_no_crowd, 0, 8);
    tcase_add_test(tests, hosts_with_names_are_no_crowd);
    tcase_add_test(tests, nobody_knows_of_a_crowd_what_an_encrypted_resolver_said);
    tcase_add_test(tests, a_device_seen_to_join_by_dhcp_needs_no_warm_up);
    tcase_add_test(tests, a_device_whose_frames_were_made_anonymous_joins_as_well);
    tcase_add_test(tests, a_device_that_returns_with_its_old_lease_needs_the_warm_up);
    tcase_add_loop_test(tests, a_device_seen_to_probe_for_its_address_needs_no_warm_up, 0, 2);
    tcase_add_test(tests, an_announced_address_is_no_sign_of_joining);
    tcase_add_loop_test(tests, who_talked_before_did_not_join, 0, 2);
    tcase_add_test(tests, multicast_before_joining_is_no_talk);
    tcase_add_test(tests, nothing_is_told_of_a_capture_that_shows_one_direction);
    tcase_add_test(tests, flows_picked_up_in_the_middle_are_not_judged);
    tcase_add_test(tests, a_stray_ack_before_the_syn_does_not_hide_a_connection);
    tcase_add_test(tests, an_answer_that_nobody_asked_for_resolves_nothing);
    tcase_add_test(tests, connections_from_outside_are_not_judged);
    tcase_add_test(tests, the_answer_to_an_unseen_syn_is_judged);
    tcase_add_test(tests, pings_are_not_judged);
    tcase_add_test(tests, who_is_cut_off_calls_whom_it_remembers);
    tcase_add_test(tests, who_was_told_that_a_name_does_not_exist_is_not_cut_off);
    tcase_add_test(tests, who_is_answered_was_not_cut_off);
    tcase_add_test(tests, who_is_refused_may_be_cut_off);
    tcase_add_test(tests, a_crowd_is_told_while_the_line_is_out);
    tcase_add_test(tests, a_device_that_asks_an_encrypted_resolver_is_not_judged_for_the_grace);
    tcase_add_loop_test(tests, a_resolver_on_any_port_is_told_by_its_alpn, 0, 2);
    tcase_add_test(tests, a_resolver_is_in_use_as_long_as_its_connection_lasts);
    tcase_add_test(tests, the_connection_to_an_encrypted_resolver_is_not_told_itself);
    tcase_add_test(tests, an_answer_counts_for_its_ttl_and_the_grace);
    tcase_add_test(tests, an_answer_counts_as_long_as_it_is_used);
    tcase_add_test(tests, an_answer_is_used_as_long_as_its_connection_lasts);
    tcase_add_test(tests, an_answer_cut_by_the_capture_leaves_addresses_unsure);
    tcase_add_loop_test(tests,
            full_tables_make_unsure_until_the_forgotten_answer_would_have_run_out, 0, 2);
    tcase_add_test(tests, a_literal_host_is_told_without_a_warm_up);
    tcase_add_test(tests, a_request_to_a_literal_host_is_told_with_its_own_packet);
    tcase_add_test(tests, a_request_to_a_name_names_the_remote_with_its_own_packet);
    tcase_add_test(tests, a_literal_sni_is_told_without_a_warm_up);
    tcase_add_test(tests, a_literal_host_is_told_whatever_resolver_is_in_use);
    tcase_add_test(tests, a_literal_host_that_was_resolved_is_not_told);
    tcase_add_test(tests, a_literal_host_of_another_address_says_nothing);
    tcase_add_test(tests, a_literal_host_on_the_lan_says_nothing);
    suite_add_tcase(suite, tests);
    suite_add_tcase(suite, make_workers_case());
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
