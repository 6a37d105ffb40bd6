/* What a sensor that sees one direction may make of devices that call many. */
#include <stdio.h>

#include "run_suite.h"
#include "scene.h"

#define BROWSER "192.168.1.20"
#define HOSTS 70

static struct scene scene;

static void set_up(void)
{
    scene_open(&scene);
}

static void tear_down(void)
{
    scene_close(&scene);
}

/* Opens that many flows to hosts that do not answer; the last one, to be closed. 'network' ends before the
 * host's part. */
static struct flow *call(const char *device, const char *network, unsigned hosts, uint64_t pause_us)
{
    struct flow *flow = NULL;

    for (unsigned i = 0; i < hosts; i++) {
        char remote[ADDRESS_TEXT_SIZE];

        flow_close(scene.engine, flow);
        snprintf(remote, sizeof(remote), "%s%u", network, 100 + i);
        scene.now_us += pause_us;
        flow = connect_from(&scene, device, remote, 443);
    }
    return flow;
}

static struct flow *call_many(const char *device, const char *network)
{
    return call(device, network, HOSTS, SECOND / 10);
}

static double share_accepted(const struct flow *flow)
{
    struct feature_value value;

    return known(flow, "accepted", &value) ? value.real : -1;
}

START_TEST(nobody_is_refused_where_only_what_goes_out_is_seen)
{
    struct flow *flow = call_many(BROWSER, "203.0.113.");

    assert_number(flow, "fanout", HOSTS);
    ck_assert_double_eq(share_accepted(flow), -1);
    flow_close(scene.engine, flow);
}
END_TEST

/* Neighbours have a moment to answer, if there are any. */
START_TEST(neighbours_that_were_never_seen_count_at_once)
{
    struct flow *flow = call(BROWSER, "192.168.1.", 16, 1000);

    ck_assert_double_eq(share_accepted(flow), 0);
    flow_close(scene.engine, flow);
}
END_TEST

static double share_after_silence(struct flow *flow)
{
    scene.now_us += SECOND;
    tick(&scene, flow);
    return share_accepted(flow);
}

/* Reads pages of that many sites, and pauses for as long as flows are remembered. */
static void surf(const char *device, unsigned sites)
{
    for (unsigned i = 0; i < sites; i++) {
        char site[32], address[ADDRESS_TEXT_SIZE];
        struct flow *flow;

        snprintf(site, sizeof(site), "www.site%u.example", i);
        snprintf(address, sizeof(address), "198.51.100.%u", 1 + i);
        resolve_for(&scene, device, site, address, 300);
        flow = connect_from(&scene, device, address, 443);
        send_on(&scene, flow, DOWN, "", 0);
        flow_close(scene.engine, flow);
    }
    scene.now_us += 2 * MINUTE;
}

/* A game asks all servers that it knows at once; who surfs soon opens other flows, which tell. */
START_TEST(remotes_outside_have_a_moment_to_answer_who_surfs)
{
    struct flow *flow;

    surf(BROWSER, 20);
    flow = call(BROWSER, "203.0.113.", HOSTS, 1000);
    assert_number(flow, "fanout", HOSTS);
    ck_assert_double_eq(share_accepted(flow), -1);
    ck_assert_double_eq(share_after_silence(flow), 0);
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(they_count_at_once_for_who_does_not)
{
    struct flow *flow;

    surf(BROWSER, 19);
    flow = call(BROWSER, "203.0.113.", HOSTS, 1000);
    ck_assert_double_eq(share_accepted(flow), 0);
    flow_close(scene.engine, flow);
}
END_TEST

/* As behind a border router of Thread, which has all their MACs. */
START_TEST(so_have_neighbours_by_ipv6_that_were_never_seen)
{
    struct flow *flow = call(BROWSER, "fd00::", HOSTS, 1000);

    assert_number(flow, "fanout_lan", HOSTS);
    ck_assert_double_eq(share_accepted(flow), -1);
    ck_assert_double_eq(share_after_silence(flow), 0);
    flow_close(scene.engine, flow);
}
END_TEST

/* Calls the same host so often, and after each SYN sends this many segments on; the last flow, to be closed. */
static struct flow *go_on(struct flow *before, unsigned segments)
{
    struct flow *flow = before;

    for (unsigned i = 0; i < HOSTS; i++) {
        flow_close(scene.engine, flow);
        scene.now_us += SECOND / 10;
        flow = connect_from(&scene, BROWSER, REMOTE, 443);
        for (unsigned n = 0; n < segments; n++)
            send_on(&scene, flow, UP, "hello", 5);
    }
    return flow;
}

/* Somebody of the home gets an answer from outside. */
static void show_an_answer(void)
{
    struct flow *flow = connect_to(&scene, REMOTE);

    send_on(&scene, flow, DOWN, "", 0);
    flow_close(scene.engine, flow);
}

/* What comes back takes another way, for some devices of the home alone: they acknowledge it all the same. */
START_TEST(who_goes_on_was_answered)
{
    struct feature_value value;
    struct flow *flow;

    show_an_answer();
    flow = go_on(NULL, 2);
    ck_assert(!known(flow, "unanswered", &value));
    flow_close(scene.engine, flow);
    flow = connect_from(&scene, BROWSER, REMOTE, 443);
    ck_assert_double_gt(share_accepted(flow), 0.95);
    flow_close(scene.engine, flow);
}
END_TEST

/* Else who scans would only have to make acknowledgements up. */
START_TEST(who_was_answered_before_is_not_believed)
{
    struct flow *flow = connect_from(&scene, BROWSER, REMOTE, 443);

    send_on(&scene, flow, DOWN, "", 0);
    flow = go_on(flow, 1);
    flow_close(scene.engine, flow);
    flow = connect_from(&scene, BROWSER, REMOTE, 443);
    ck_assert_double_lt(share_accepted(flow), 0.2);
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(an_answer_to_anybody_shows_that_answers_would_be_seen)
{
    struct flow *flow;

    show_an_answer();
    flow = call_many(BROWSER, "203.0.113.");
    ck_assert_double_eq(share_accepted(flow), 0);
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(a_call_from_outside_shows_it_too)
{
    struct packet_view in = packet_from(&scene, REMOTE, 50000, DEVICE, 80, TCP);
    struct flow *flow;

    flow_close(scene.engine, begin(&scene, &in));
    flow = call_many(BROWSER, "203.0.113.");
    ck_assert_double_eq(share_accepted(flow), 0);
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(an_error_from_outside_shows_it_too)
{
    struct packet_view out = packet_from(&scene, DEVICE, 50000, REMOTE, 6881, UDP);
    struct packet_view error = answer_to(&out);
    struct flow *flow = begin(&scene, &out);

    error.protocol = 1; /* ICMP, of this flow */
    flow_packet(scene.worker, flow, &error);
    flow_close(scene.engine, flow);
    flow = call_many(BROWSER, "203.0.113.");
    ck_assert_double_eq(share_accepted(flow), 0);
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(neighbours_are_seen_both_ways_whatever_the_line_shows)
{
    struct flow *flow = call_many(BROWSER, "192.168.1.");

    ck_assert_double_eq(share_accepted(flow), 0);
    flow_close(scene.engine, flow);
}
END_TEST

/* Its flow is another by then: the sensor gives up an unanswered SYN after half a minute. */
START_TEST(who_refuses_late_is_no_scanner)
{
    struct feature_value value;
    struct packet_view refusal = packet_from(&scene, "203.0.113.100", 443, BROWSER, 50000, TCP);
    struct flow *flow = call_many(BROWSER, "203.0.113."), *late;

    refusal.tcp_flags = RST | ACK;
    late = begin(&scene, &refusal);
    ck_assert_str_eq(late->device->mac_text, flow->device->mac_text);
    ck_assert(!known(late, "fanout", &value));
    ck_assert(!known(late, "fanout_ports", &value));
    assert_number(flow, "fanout", HOSTS);
    flow_close(scene.engine, late);
    flow_close(scene.engine, flow);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        nobody_is_refused_where_only_what_goes_out_is_seen,
        neighbours_that_were_never_seen_count_at_once,
        remotes_outside_have_a_moment_to_answer_who_surfs,
        they_count_at_once_for_who_does_not,
        so_have_neighbours_by_ipv6_that_were_never_seen,
        who_goes_on_was_answered,
        who_was_answered_before_is_not_believed,
        an_answer_to_anybody_shows_that_answers_would_be_seen,
        a_call_from_outside_shows_it_too,
        an_error_from_outside_shows_it_too,
        neighbours_are_seen_both_ways_whatever_the_line_shows,
        who_refuses_late_is_no_scanner,
    };
    Suite *suite = suite_create("one_way");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, set_up, tear_down);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(all, tests[i]);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
