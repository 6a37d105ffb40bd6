/* Which way a flow goes, whose it is, its volume, and what changed with a packet. */
#include "scene.h"

#include "run_suite.h"

static struct scene scene;

static void set_up(void)
{
    scene_open(&scene);
}

static void tear_down(void)
{
    scene_close(&scene);
}

static void end(struct flow *flow)
{
    flow_close(scene.engine, flow);
}

/* --- direction --- */

START_TEST(the_host_at_home_is_the_device_whoever_speaks_first)
{
    struct packet_view out = packet_from(&scene, DEVICE, 50000, REMOTE, 443, TCP);
    struct packet_view in = packet_from(&scene, REMOTE, 50000, DEVICE, 443, TCP);
    struct flow *flow = begin(&scene, _i == 0 ? &out : &in);
    struct address device = at(DEVICE), remote = at(REMOTE);

    ck_assert(address_equal(&flow->device_address, &device));
    ck_assert(address_equal(&flow->remote_address, &remote));
    ck_assert_int_eq(flow->device_initiated, _i == 0);
    ck_assert_uint_eq(flow->device_port, _i == 0 ? 50000 : 443);
    assert_number(flow, "pkts_up", _i == 0);
    assert_number(flow, "pkts_down", _i != 0);
    end(flow);
}
END_TEST

START_TEST(between_two_hosts_at_home_the_initiator_is_the_device)
{
    struct packet_view syn = packet_from(&scene, DEVICE, 50000, "192.168.1.30", 80, TCP);
    struct packet_view syn_ack = answer_to(&syn);
    struct flow *flow;
    struct address device = at(DEVICE);

    syn_ack.from_first_sender = true;
    flow = begin(&scene, _i == 0 ? &syn : &syn_ack);
    ck_assert(address_equal(&flow->device_address, &device));
    ck_assert(flow->device_initiated);
    assert_number(flow, "bytes_down", _i == 0 ? 0 : FRAME_BYTES);
    end(flow);
}
END_TEST

/* Seen from the middle on, the side with a system port is taken for the server. */
START_TEST(without_a_syn_the_ports_tell_who_initiated)
{
    static const struct {
        uint16_t source, destination;
        bool source_initiates;
    } cases[] = { { 50000, 443, true }, { 443, 50000, false }, { 50000, 8443, true },
        { 123, 123, true } };
    struct packet_view packet = packet_from(&scene, DEVICE, cases[_i].source, REMOTE,
            cases[_i].destination, TCP);
    struct flow *flow;

    packet.tcp_flags = ACK;
    flow = begin(&scene, &packet);
    ck_assert_int_eq(flow->device_initiated, cases[_i].source_initiates);
    ck_assert(flow->midstream);
    end(flow);
}
END_TEST

START_TEST(the_source_of_a_multicast_is_the_device)
{
    struct packet_view packet = packet_from(&scene, DEVICE, 5353, "224.0.0.251", 5353, UDP);
    struct flow *flow = begin(&scene, &packet);
    struct address device = at(DEVICE);

    ck_assert(address_equal(&flow->device_address, &device));
    end(flow);
}
END_TEST

/* Global IPv6 addresses of a home are in no home network. */
START_TEST(a_global_address_seen_on_the_link_is_the_device)
{
    struct packet_view in = packet_from(&scene, "2001:db8:2::9", 443, "2001:db8:1::a", 50000, UDP);
    struct address inside = at("2001:db8:1::a");
    struct flow *flow;

    engine_learn_neighbour(scene.engine,
            &(struct neighbour_view){ false, mac_of(&inside), inside, at("ff02::1") }, scene.now_us);
    flow = begin(&scene, &in);
    ck_assert(address_equal(&flow->device_address, &inside));
    assert_text(flow, "device.mac", "02:00:00:00:00:0a");
    end(flow);
}
END_TEST

/* --- devices met by flows --- */

static unsigned device_count(void)
{
    struct engine_counters counters;

    engine_count(scene.engine, &counters);
    return (unsigned)counters.devices;
}

static uint64_t flows_of_devices;

static void add_flows(struct device *device, void *user)
{
    (void)user;
    flows_of_devices += device->totals.flows;
}

START_TEST(a_device_met_from_afar_shows_its_mac_with_its_first_packet)
{
    struct packet_view in = packet_from(&scene, REMOTE, 50000, DEVICE, 443, TCP);
    struct packet_view answer = answer_to(&in);
    struct flow *flow = begin(&scene, &in);

    assert_unknown(flow, "device.mac");
    flow_packet(scene.worker, flow, &answer);
    assert_text(flow, "device.mac", "02:00:00:00:00:0a");
    ck_assert_uint_ne(flow->changed & CHANGED_OPEN, 0);
    ck_assert_uint_eq(device_count(), 1);
    end(flow);
}
END_TEST

/* Behind a router its packets have the router's MAC, so its address is all there is. */
START_TEST(a_flow_counts_once_for_a_device_behind_a_router)
{
    struct packet_view in = packet_from(&scene, REMOTE, 50000, DEVICE, 443, TCP);
    struct packet_view answer = answer_to(&in);
    struct flow *flow = begin(&scene, &in);

    answer.from_mac = &router_mac;
    answer.ttl = 63;
    flow_packet(scene.worker, flow, &answer);
    assert_unknown(flow, "device.mac");
    flows_of_devices = 0;
    devices_each(engine_devices(scene.engine), add_flows, NULL);
    ck_assert_uint_eq(flows_of_devices, 1);
    end(flow);
}
END_TEST

START_TEST(closing_adds_to_the_totals_of_the_device)
{
    struct flow *flow = connect_to(&scene, REMOTE);
    struct device *device = device_hold(flow->device);

    send_on(&scene, flow, DOWN, "x", 1);
    send_on(&scene, flow, DOWN, "x", 1);
    end(flow);
    ck_assert_uint_eq(device->totals.flows, 1);
    ck_assert_uint_eq(device->totals.bytes_up, FRAME_BYTES);
    ck_assert_uint_eq(device->totals.bytes_down, 2 * FRAME_BYTES);
    device_release(engine_devices(scene.engine), device);
}
END_TEST

START_TEST(a_flow_outlives_its_devices_place_in_a_full_table)
{
    struct flow *flow;

    scene_close(&scene);
    scene_settings(&scene.settings);
    scene.settings.max_devices = 1;
    scene_start(&scene, 1);
    flow = connect_to(&scene, REMOTE);
    end(connect_from(&scene, "192.168.1.11", REMOTE, 443));
    ck_assert_uint_eq(device_count(), 1);
    say_hello(&scene, flow, (struct hello_view){ .sni = "a.example" });
    assert_text(flow, "device.mac", "02:00:00:00:00:0a");
    end(flow);
}
END_TEST

/* --- numbers --- */

START_TEST(volume_counts_whole_frames_by_direction)
{
    struct flow *flow = connect_to(&scene, REMOTE);

    send_on(&scene, flow, DOWN, "abc", 3);
    send_on(&scene, flow, DOWN, "abc", 3);
    assert_number(flow, "bytes_up", FRAME_BYTES);
    assert_number(flow, "bytes_down", 2 * FRAME_BYTES);
    assert_number(flow, "pkts_up", 1);
    assert_number(flow, "pkts_down", 2);
    end(flow);
}
END_TEST

START_TEST(packets_of_another_protocol_do_not_count)
{
    struct packet_view error = packet_from(&scene, REMOTE, 0, DEVICE, 0, 1);
    struct flow *flow = connect_to(&scene, REMOTE);

    flow_packet(scene.worker, flow, &error);
    assert_number(flow, "pkts_down", 0);
    assert_number(flow, "bytes_down", 0);
    ck_assert_uint_eq(flow->changed, CHANGED_UNANSWERED); /* it says that the SYN was refused */
    assert_number(flow, "refused", 1);
    end(flow);
}
END_TEST

START_TEST(age_counts_whole_seconds_and_never_goes_back)
{
    struct flow *flow = connect_to(&scene, REMOTE);

    assert_number(flow, "age_s", 0);
    scene.now_us += 5 * SECOND + 999999;
    tick(&scene, flow);
    assert_number(flow, "age_s", 5);
    ck_assert_uint_ne(flow->changed & CHANGED_AGE, 0);
    scene.now_us -= 3 * SECOND; /* captures may step back */
    tick(&scene, flow);
    assert_number(flow, "age_s", 5);
    ck_assert_uint_eq(flow->changed & CHANGED_AGE, 0);
    end(flow);
}
END_TEST

START_TEST(the_hour_moves_with_the_packets)
{
    struct flow *flow = connect_to(&scene, REMOTE); /* 22:13:20 UTC */

    assert_number(flow, "hour", 22);
    scene.now_us += 46 * MINUTE + 39 * SECOND; /* 22:59:59 */
    tick(&scene, flow);
    assert_number(flow, "hour", 22);
    ck_assert_uint_eq(flow->changed & CHANGED_HOUR, 0);
    scene.now_us += SECOND;
    tick(&scene, flow);
    assert_number(flow, "hour", 23);
    ck_assert_uint_ne(flow->changed & CHANGED_HOUR, 0);
    scene.now_us += HOUR;
    tick(&scene, flow);
    assert_number(flow, "hour", 0);
    end(flow);
}
END_TEST

START_TEST(entropy_is_that_of_what_the_device_sends)
{
    struct flow *flow = connect_to(&scene, REMOTE);
    struct feature_value value;
    uint8_t even[256], same[256] = { 0 };

    for (size_t i = 0; i < sizeof(even); i++)
        even[i] = (uint8_t)i;
    send_on(&scene, flow, DOWN, same, sizeof(same));
    assert_unknown(flow, "entropy");
    send_on(&scene, flow, UP, even, sizeof(even) - 1);
    assert_unknown(flow, "entropy");
    send_on(&scene, flow, UP, even + 255, 1);
    ck_assert(known(flow, "entropy", &value));
    ck_assert_double_eq_tol(value.real, 8, 1e-5);
    ck_assert_uint_ne(flow->changed & CHANGED_ENTROPY, 0);
    end(flow);
}
END_TEST

START_TEST(entropy_stays_what_it_was_after_8_kib)
{
    struct flow *flow = connect_to(&scene, REMOTE);
    struct feature_value value;
    uint8_t even[256], same[256] = { 0 };

    for (size_t i = 0; i < sizeof(even); i++)
        even[i] = (uint8_t)i;
    for (int i = 0; i < 64; i++)
        send_on(&scene, flow, UP, i < 32 ? even : same, sizeof(even));
    ck_assert(known(flow, "entropy", &value));
    ck_assert_double_eq_tol(value.real, 8, 1e-5);
    ck_assert_uint_eq(flow->changed & CHANGED_ENTROPY, 0);
    end(flow);
}
END_TEST

/* --- what changed --- */

START_TEST(the_first_packet_shows_everything_as_changed)
{
    struct flow *flow = connect_to(&scene, REMOTE);

    ck_assert_uint_eq(flow->changed, CHANGED_ALL);
    tick(&scene, flow);
    ck_assert_uint_eq(flow->changed, CHANGED_VOLUME);
    end(flow);
}
END_TEST

START_TEST(facts_between_packets_appear_with_the_next_packet_and_once)
{
    struct flow *flow = connect_to(&scene, REMOTE);

    tick(&scene, flow);
    flow_learn_http(scene.worker, flow, "web.example", 11);
    flow_learn_http(scene.worker, flow, REMOTE, strlen(REMOTE));
    ck_assert_uint_eq(flow->changed, CHANGED_VOLUME);
    tick(&scene, flow);
    ck_assert_uint_eq(flow->changed & (CHANGED_VOLUME | CHANGED_NAME | CHANGED_DNS),
            CHANGED_VOLUME | CHANGED_NAME | CHANGED_DNS);
    tick(&scene, flow);
    ck_assert_uint_eq(flow->changed, CHANGED_VOLUME);
    end(flow);
}
END_TEST

START_TEST(facts_wait_for_a_packet_of_the_flows_own_protocol)
{
    struct packet_view error = packet_from(&scene, REMOTE, 0, DEVICE, 0, 1);
    struct flow *flow = connect_to(&scene, REMOTE);

    flow_packet(scene.worker, flow, &error);
    flow_learn_http(scene.worker, flow, "web.example", 11);
    flow_packet(scene.worker, flow, &error);
    ck_assert_uint_eq(flow->changed, 0);
    tick(&scene, flow);
    ck_assert_uint_eq(flow->changed & (CHANGED_VOLUME | CHANGED_NAME),
            CHANGED_VOLUME | CHANGED_NAME);
    end(flow);
}
END_TEST

START_TEST(a_flow_forgotten_days_later_takes_nothing_from_the_day)
{
    struct flow *old = connect_to(&scene, REMOTE), *flow;

    send_on(&scene, old, UP, "0123456789", 10);
    scene.now_us += 3 * DAY;
    flow = connect_to(&scene, "203.0.113.77");
    send_on(&scene, flow, UP, "0123456789", 10);
    send_on(&scene, flow, UP, "0123456789", 10);
    end(flow);
    end(old); /* whose last packet is three days old */
    flow = connect_to(&scene, "203.0.113.78");
    assert_number(flow, "upload_24h", 30);
    end(flow);
}
END_TEST

static Suite *make_suite(void)
{
    const TTest *const tests[] = {
        the_source_of_a_multicast_is_the_device,
        a_global_address_seen_on_the_link_is_the_device,
        a_device_met_from_afar_shows_its_mac_with_its_first_packet,
        a_flow_counts_once_for_a_device_behind_a_router,
        closing_adds_to_the_totals_of_the_device,
        a_flow_outlives_its_devices_place_in_a_full_table,
        volume_counts_whole_frames_by_direction,
        packets_of_another_protocol_do_not_count,
        age_counts_whole_seconds_and_never_goes_back,
        the_hour_moves_with_the_packets,
        entropy_is_that_of_what_the_device_sends,
        entropy_stays_what_it_was_after_8_kib,
        the_first_packet_shows_everything_as_changed,
        facts_between_packets_appear_with_the_next_packet_and_once,
        facts_wait_for_a_packet_of_the_flows_own_protocol,
        a_flow_forgotten_days_later_takes_nothing_from_the_day,
    };
    Suite *suite = suite_create("flow");
    TCase *flow = tcase_create("flow");

    tcase_add_checked_fixture(flow, set_up, tear_down);
    tcase_add_loop_test(flow, the_host_at_home_is_the_device_whoever_speaks_first, 0, 2);
    tcase_add_loop_test(flow, between_two_hosts_at_home_the_initiator_is_the_device, 0, 2);
    tcase_add_loop_test(flow, without_a_syn_the_ports_tell_who_initiated, 0, 4);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(flow, tests[i]);
    suite_add_tcase(suite, flow);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
