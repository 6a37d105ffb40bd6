/* What the bursts that a device exchanges with its remotes come to, through the engine: whose series
 * they are, and what is told when one stops. */
#include "scene.h"

#include <stdio.h>

#include "engine_internal.h"
#include "run_suite.h"

#define PERIOD (60 * SECOND)
#define OTHER "203.0.113.77"

static struct scene scene;

static void tear_down(void)
{
    scene_close(&scene);
}

static void say(struct flow *flow, size_t len)
{
    static const uint8_t message[2048];

    send_on(&scene, flow, UP, message, len);
    send_on(&scene, flow, DOWN, message, 8);
}

/* A connection with one message, from its SYN to its end. */
static void call(const char *name, const char *address)
{
    struct flow *flow;

    resolve(&scene, name, address);
    flow = connect_to(&scene, address);
    send_on(&scene, flow, DOWN, NULL, 0);
    say_hello(&scene, flow, (struct hello_view){ .sni = name });
    say(flow, 100);
    flow_close(scene.engine, flow);
}

static struct flow *open_to(const char *name, const char *address)
{
    struct flow *flow;

    resolve(&scene, name, address);
    flow = connect_to(&scene, address);
    send_on(&scene, flow, DOWN, NULL, 0);
    say_hello(&scene, flow, (struct hello_view){ .sni = name });
    return flow;
}

static void wait_for(uint64_t us)
{
    scene.now_us += us;
}

/* Packets of somebody else, so that the engine sees time pass. */
static void idle(uint64_t us)
{
    const uint64_t until_us = scene.now_us + us;

    while (scene.now_us < until_us) {
        wait_for(7 * SECOND);
        resolve_for(&scene, "192.168.1.20", "idle.example", "198.51.100.201", 30);
    }
}

/* As the next connection to the name finds it. */
static void assert_state(const char *name, const char *address, const char *expected)
{
    struct flow *flow = open_to(name, address);

    assert_called(flow, "heartbeat.state", expected);
    flow_close(scene.engine, flow);
}

/* Those with the cloud: asking the router for its name is a heartbeat, too. */
static unsigned count_events(enum beat_change change)
{
    struct engine_event event;
    unsigned count = 0;

    while (engine_take_event(scene.engine, &event)) {
        count += event.report.change == change && strstr(event.remote, "cloud.example") != NULL;
        device_release(engine_devices(scene.engine), event.device);
    }
    return count;
}

static void set_up(void)
{
    scene_open(&scene);
    count_events(BEAT_STOPPED); /* from now on they are kept */
    warm_up(&scene);
}

START_TEST(messages_in_one_connection_are_a_heartbeat)
{
    struct flow *flow = open_to("one.cloud.example", REMOTE);

    for (unsigned i = 0; i < 10; i++) {
        wait_for(PERIOD);
        say(flow, 100);
    }
    assert_called(flow, "heartbeat.state", "steady");
    assert_number(flow, "heartbeat.bytes", 100);
    ck_assert_uint_eq(count_events(BEAT_BECAME_STEADY), 1);
    flow_close(scene.engine, flow);
}
END_TEST

/* The figures of a beat move with each of them, and rules on its state need not be asked for that. */
START_TEST(what_has_become_of_a_beat_is_told_when_it_changes)
{
    struct flow *flow = open_to("one.cloud.example", REMOTE);
    unsigned figures = 0, states = 0;
    struct beat_view before, after;

    flow_beat(flow, &before);
    for (unsigned i = 0; i < 20; i++) {
        wait_for(PERIOD + i % 3 * SECOND);
        send_on(&scene, flow, UP, (const uint8_t *)"alive", 5);
        flow_beat(flow, &after);
        ck_assert_int_eq((flow->changed & CHANGED_BEAT_STATE) != 0, after.state != before.state);
        figures += (flow->changed & CHANGED_BEAT) != 0;
        states += after.state != before.state;
        before = after;
    }
    ck_assert_int_eq(before.state, BEAT_STEADY);
    ck_assert_uint_gt(states, 0);
    ck_assert_uint_gt(figures, 3 * states);
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(connections_to_one_name_are_a_heartbeat)
{
    for (unsigned i = 0; i < 10; i++) {
        call("one.cloud.example", i % 2 == 0 ? REMOTE : OTHER);
        wait_for(PERIOD);
    }
    assert_state("one.cloud.example", REMOTE, "steady");
    ck_assert_uint_eq(count_events(BEAT_BECAME_STEADY), 1);
}
END_TEST

/* A SYN that a mirror port shows twice is no second attempt, which would be told before the name is known. */
START_TEST(copies_of_packets_do_not_hide_a_heartbeat)
{
    struct packet_view copy;
    struct flow *flow;

    for (unsigned i = 0; i < 10; i++) {
        resolve(&scene, "one.cloud.example", REMOTE);
        flow = connect_to(&scene, REMOTE);
        assert_number(flow, "unanswered", 0);
        copy = packet_from(&scene, DEVICE, 50000, REMOTE, 443, TCP);
        flow_packet(scene.worker, flow, &copy);
        assert_number(flow, "unanswered", 0);
        for (unsigned shown = 0; shown < 2; shown++)
            send_on(&scene, flow, DOWN, NULL, 0);
        say_hello(&scene, flow, (struct hello_view){ .sni = "one.other.example" });
        say(flow, 100);
        flow_close(scene.engine, flow);
        wait_for(PERIOD);
    }
    assert_state("one.other.example", REMOTE, "steady");
}
END_TEST

/* Nor are the copies of retries: of these Linux sends six, and a rule that asks for 12 means more than that. */
START_TEST(copies_of_packets_are_no_attempts_that_nobody_answers)
{
    struct packet_view syn;
    struct flow *flow;

    resolve(&scene, "one.cloud.example", REMOTE);
    flow = connect_to(&scene, REMOTE);
    for (unsigned syns = 2; syns <= 7; syns++) {
        wait_for(SECOND << (syns - 2));
        for (unsigned shown = 0; shown < 2; shown++, wait_for(50)) {
            syn = packet_from(&scene, DEVICE, 50000, REMOTE, 443, TCP);
            flow_packet(scene.worker, flow, &syn);
        }
        assert_number(flow, "unanswered", syns);
    }
    flow_close(scene.engine, flow);
}
END_TEST

/* Routers say by ICMP that nobody is there; when hosts forget such a flow must not matter. */
START_TEST(connections_that_are_unreachable_are_told_at_once)
{
    struct flow *flows[8];
    struct packet_view error;

    for (unsigned i = 0; i < 8; i++) {
        resolve_for(&scene, DEVICE, "one.cloud.example", REMOTE, 300);
        flows[i] = connect_to(&scene, REMOTE);
        error = packet_from(&scene, ROUTER, 0, DEVICE, 0, ICMP);
        flow_packet(scene.worker, flows[i], &error);
        wait_for(PERIOD);
    }
    ck_assert_uint_eq(count_events(BEAT_BECAME_STEADY), 1);
    assert_called(flows[7], "heartbeat.state", "steady");
    for (unsigned i = 0; i < 8; i++)
        flow_close(scene.engine, flows[i]);
}
END_TEST

START_TEST(names_of_one_domain_that_take_turns_are_a_heartbeat)
{
    static const char *const names[] = { "a.cloud.example", "b.cloud.example", "c.cloud.example",
        "d.cloud.example", "e.cloud.example" };

    for (unsigned i = 0; i < 12; i++) {
        call(names[i % 5], REMOTE);
        wait_for(PERIOD);
    }
    assert_state(names[2], REMOTE, "steady");
}
END_TEST

/* So far the domain's series was that of one name. */
START_TEST(a_second_name_takes_over_what_the_first_began)
{
    for (unsigned i = 0; i < 10; i++) {
        call(i < 6 ? "a.cloud.example" : "b.cloud.example", REMOTE);
        wait_for(PERIOD);
    }
    assert_state("b.cloud.example", REMOTE, "steady");
}
END_TEST

START_TEST(a_name_that_calls_at_random_leaves_a_neighbours_heartbeat_alone)
{
    static const unsigned gaps_s[] = { 7, 31, 3, 44, 19, 2, 52, 11, 26, 5, 38, 9 };

    for (unsigned i = 0; i < 12; i++) {
        call("a.cloud.example", REMOTE);
        wait_for(gaps_s[i] * SECOND);
        call("b.cloud.example", REMOTE);
        wait_for(PERIOD - gaps_s[i] * SECOND);
    }
    assert_state("a.cloud.example", REMOTE, "steady");
    count_events(BEAT_MOVED);
    for (unsigned i = 0; i < 12; i++) {
        call("a.cloud.example", REMOTE);
        wait_for(gaps_s[i] * SECOND);
        call("b.cloud.example", REMOTE);
        wait_for(PERIOD - gaps_s[i] * SECOND);
    }
    ck_assert_uint_eq(count_events(BEAT_MOVED), 0);
}
END_TEST

START_TEST(a_second_connection_does_not_hide_the_firsts_heartbeat)
{
    static const unsigned gaps_s[] = { 7, 31, 3, 44, 19, 2, 52, 11, 26, 5, 38, 9 };
    struct flow *flow = open_to("one.cloud.example", REMOTE), *other = NULL;

    for (unsigned i = 0; i < 24; i++) {
        wait_for(gaps_s[i % 12] * SECOND);
        if (i == 3)
            other = open_to("one.cloud.example", OTHER);
        if (other != NULL)
            say(other, 300);
        wait_for(PERIOD - gaps_s[i % 12] * SECOND);
        say(flow, 100);
    }
    assert_called(flow, "heartbeat.state", "steady");
    flow_close(scene.engine, flow);
    flow_close(scene.engine, other);
}
END_TEST

/* No packet comes from what has stopped: others of the device tell, for an hour. */
START_TEST(a_heartbeat_that_stopped_is_told_once_and_by_other_flows)
{
    struct flow *other;

    for (unsigned i = 0; i < 20; i++) {
        call("one.cloud.example", REMOTE);
        wait_for(PERIOD);
    }
    other = connect_to(&scene, OTHER);
    assert_unknown(other, "heartbeat.lost");
    flow_close(scene.engine, other);
    count_events(BEAT_STOPPED);
    idle(10 * MINUTE);
    ck_assert_uint_eq(count_events(BEAT_STOPPED), 1);
    other = connect_to(&scene, OTHER);
    assert_number(other, "heartbeat.lost", 1);
    flow_close(scene.engine, other);
    idle(HOUR);
    other = connect_to(&scene, OTHER);
    assert_unknown(other, "heartbeat.lost");
    flow_close(scene.engine, other);
    ck_assert_uint_eq(count_events(BEAT_STOPPED), 0);
}
END_TEST

START_TEST(a_capture_of_an_earlier_day_is_watched_as_well)
{
    scene.now_us -= DAY;
    for (unsigned i = 0; i < 20; i++) {
        call("one.cloud.example", REMOTE);
        wait_for(PERIOD);
    }
    count_events(BEAT_STOPPED);
    idle(10 * MINUTE);
    ck_assert_uint_eq(count_events(BEAT_STOPPED), 1);
}
END_TEST

/* A sweep looks at all devices, so a capture must not be able to ask for one with each packet. */
START_TEST(times_that_jump_to_and_fro_are_not_followed)
{
    struct flow *flow = connect_to(&scene, REMOTE);
    const uint64_t start_us = scene.now_us;
    const unsigned jumps = 50000;

    for (unsigned i = 0; i < jumps; i++) {
        scene.now_us = start_us + (i % 2 == 0 ? 2 * HOUR : 0);
        tick(&scene, flow);
    }
    /* 8 + 16 + 24 ... of the packets that are behind: 4 n (n + 1) */
    ck_assert_uint_le(4 * scene.worker->steps_back * (scene.worker->steps_back + 1), jumps / 2);
    ck_assert_uint_gt(scene.worker->steps_back, 0);
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(remotes_that_were_forgotten_meanwhile_are_found_again)
{
    struct flow *flow = open_to("one.cloud.example", REMOTE);
    char name[32], address[32];

    for (unsigned i = 0; i < 2000; i++) { /* more than limits.remotes-per-device */
        snprintf(name, sizeof(name), "h%u.other%u.example", i, i);
        snprintf(address, sizeof(address), "198.51.%u.%u", 101 + i / 250, 1 + i % 250);
        call(name, address);
        wait_for(SECOND / 10);
    }
    for (unsigned i = 0; i < 12; i++) {
        wait_for(PERIOD);
        say(flow, 100);
    }
    assert_called(flow, "heartbeat.state", "steady");
    flow_close(scene.engine, flow);
}
END_TEST

/* The capture begins in the midst of a connection, with what the remote sends: until the device itself is
 * heard it is known by its address alone. */
START_TEST(the_series_follows_the_flow_to_the_device_that_is_met_later)
{
    static const uint8_t message[100];
    struct packet_view packet = packet_from(&scene, REMOTE, 443, "192.168.1.30", 50000, TCP), own;
    struct flow *flow;

    packet.tcp_flags = ACK;
    packet.payload = cursor_over(message, sizeof(message));
    flow = begin(&scene, &packet);
    ck_assert(flow->device_initiated);
    for (unsigned i = 0; i < 12; i++) {
        wait_for(PERIOD);
        if (i < 3) {
            send_on(&scene, flow, DOWN, message, sizeof(message));
            continue;
        }
        own = answer_to(&packet);
        own.time_us = scene.now_us;
        own.tcp_flags = ACK;
        flow_packet(scene.worker, flow, &own);
    }
    ck_assert(flow->device->has_mac);
    assert_called(flow, "heartbeat.state", "steady");
    flow_close(scene.engine, flow);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("series");
    TCase *cases = tcase_create("series");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, messages_in_one_connection_are_a_heartbeat);
    tcase_add_test(cases, what_has_become_of_a_beat_is_told_when_it_changes);
    tcase_add_test(cases, connections_to_one_name_are_a_heartbeat);
    tcase_add_test(cases, copies_of_packets_do_not_hide_a_heartbeat);
    tcase_add_test(cases, copies_of_packets_are_no_attempts_that_nobody_answers);
    tcase_add_test(cases, connections_that_are_unreachable_are_told_at_once);
    tcase_add_test(cases, names_of_one_domain_that_take_turns_are_a_heartbeat);
    tcase_add_test(cases, a_second_name_takes_over_what_the_first_began);
    tcase_add_test(cases, a_name_that_calls_at_random_leaves_a_neighbours_heartbeat_alone);
    tcase_add_test(cases, a_second_connection_does_not_hide_the_firsts_heartbeat);
    tcase_add_test(cases, a_heartbeat_that_stopped_is_told_once_and_by_other_flows);
    tcase_add_test(cases, a_capture_of_an_earlier_day_is_watched_as_well);
    tcase_add_test(cases, times_that_jump_to_and_fro_are_not_followed);
    tcase_add_test(cases, remotes_that_were_forgotten_meanwhile_are_found_again);
    tcase_add_test(cases, the_series_follows_the_flow_to_the_device_that_is_met_later);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
