#include "track/calls.h"

#include <stdio.h>
#include <stdlib.h>

#include "run_suite.h"
#include "scene.h"

#define PRINTER "192.168.1.30"
#define SSDP_GROUP "239.255.255.250"
#define SSDP_PORT 1900
#define CALLER_PORT 50123
#define OFFICE 40 /* hosts */
#define CROWD 20 /* that call at once */

static struct scene scene;

static void set_up(void)
{
    scene_open(&scene);
}

static void tear_down(void)
{
    scene_close(&scene);
}

static void name_host(unsigned number, char text[ADDRESS_TEXT_SIZE])
{
    snprintf(text, ADDRESS_TEXT_SIZE, "192.168.1.%u", 100 + number);
}

/* Opens a flow by UDP and sends its first datagram. */
static struct flow *send_datagram(const char *from, uint16_t from_port, const char *to, uint16_t to_port)
{
    struct packet_view packet = packet_from(&scene, from, from_port, to, to_port, UDP);

    return begin(&scene, &packet);
}

/* The printer sends to each host of the office from a port of its own, 'called' or not; what its
 * fan-out comes to, 0: unknown. */
static uint64_t fan_out(bool called, uint64_t after_us)
{
    struct feature_value value = { .number = 0 };

    for (unsigned i = 0; i < OFFICE; i++) {
        char host[ADDRESS_TEXT_SIZE];
        struct flow *flow;

        name_host(i, host);
        if (called)
            flow_close(scene.engine, send_datagram(host, CALLER_PORT, SSDP_GROUP, SSDP_PORT));
        scene.now_us += after_us;
        flow = send_datagram(PRINTER, 49152, host, CALLER_PORT);
        ck_assert_str_eq(flow->device->mac_text, "02:00:00:00:00:1e");
        if (!known(flow, "fanout_lan", &value))
            value.number = 0;
        flow_close(scene.engine, flow);
    }
    return value.number;
}

START_TEST(who_answers_many_calls_looks_for_nobody)
{
    ck_assert_uint_eq(fan_out(true, SECOND), 0);
}
END_TEST

START_TEST(who_was_not_called_looks_for_them)
{
    ck_assert_uint_eq(fan_out(false, SECOND), OFFICE);
}
END_TEST

/* A home where the power is back asks for addresses, all at once. */
START_TEST(who_gives_leases_looks_for_nobody)
{
    static const uint16_t ports[][2] = { { 67, 68 }, { 547, 546 } };
    struct feature_value value = { .number = 0 };

    for (unsigned i = 0; i < OFFICE; i++) {
        char host[ADDRESS_TEXT_SIZE];
        struct flow *flow;

        name_host(i, host);
        flow = send_datagram(ROUTER, ports[_i][0], host, ports[_i][1]);
        if (!known(flow, "fanout_lan", &value))
            value.number = 0;
        flow_close(scene.engine, flow);
    }
    ck_assert_uint_eq(value.number, 0);
}
END_TEST

/* A round of calls to each host at a port, a second apart; the fan-out at its end. */
static uint64_t poll(uint16_t port)
{
    struct feature_value value = { .number = 0 };

    for (unsigned i = 0; i < OFFICE; i++) {
        char host[ADDRESS_TEXT_SIZE];
        struct flow *flow;

        name_host(i, host);
        scene.now_us += SECOND;
        flow = send_datagram(PRINTER, 49152, host, port);
        if (!known(flow, "fanout_lan", &value))
            value.number = 0;
        flow_close(scene.engine, flow);
    }
    return value.number;
}

START_TEST(who_calls_the_same_hosts_again_looks_for_nobody)
{
    ck_assert_uint_eq(poll(161), OFFICE);
    for (unsigned round = 0; round < 100; round++) {
        scene.now_us += MINUTE;
        ck_assert_uint_eq(poll(161), 0);
    }
    ck_assert_uint_eq(poll(23), OFFICE); /* it never called them there */
    scene.now_us += DAY;
    ck_assert_uint_eq(poll(161), OFFICE);
}
END_TEST

/* Whatever the seed of the hash: here it is the same as another port. */
START_TEST(calls_of_a_crowd_are_all_remembered)
{
    static struct calls calls;
    struct address caller = at("192.168.1.100");

    for (uint16_t first = 1024; first < 1024 + 100 * CROWD; first += CROWD) {
        memset(&calls, 0, sizeof(calls));
        for (uint16_t port = first; port < first + CROWD; port++)
            calls_note(&calls, calls_key(&caller, port), scene.now_us);
        for (uint16_t port = first; port < first + CROWD; port++)
            ck_assert(calls_await(&calls, &caller, port, scene.now_us));
    }
}
END_TEST

START_TEST(a_call_is_forgotten)
{
    ck_assert_uint_gt(fan_out(true, 31 * SECOND), 0);
}
END_TEST

START_TEST(a_flow_that_calls_again_is_answered_again)
{
    struct flow *calling = send_datagram(DEVICE, CALLER_PORT, SSDP_GROUP, SSDP_PORT), *answer;

    scene.now_us += HOUR;
    send_on(&scene, calling, UP, "M-SEARCH", 8);
    answer = send_datagram(PRINTER, 49152, DEVICE, CALLER_PORT);
    ck_assert(!answer->device_initiated);
    flow_close(scene.engine, answer);
    flow_close(scene.engine, calling);
}
END_TEST

START_TEST(only_the_port_that_called_is_answered)
{
    struct flow *calling = send_datagram(DEVICE, CALLER_PORT, SSDP_GROUP, SSDP_PORT), *knock;

    knock = send_datagram(PRINTER, 49152, DEVICE, CALLER_PORT + 1);
    ck_assert(knock->device_initiated);
    flow_close(scene.engine, knock);
    flow_close(scene.engine, calling);
}
END_TEST

START_TEST(an_answer_may_seem_to_come_before_its_call)
{
    static struct calls calls;
    struct address caller = at(DEVICE);

    calls_note(&calls, calls_key(&caller, CALLER_PORT), START_US + SECOND);
    ck_assert(calls_await(&calls, &caller, CALLER_PORT, START_US));
    ck_assert(!calls_await(&calls, &caller, CALLER_PORT, START_US - SECOND));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calls");
    TCase *tests = tcase_create("calls");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, who_answers_many_calls_looks_for_nobody);
    tcase_add_test(tests, who_was_not_called_looks_for_them);
    tcase_add_loop_test(tests, who_gives_leases_looks_for_nobody, 0, 2);
    tcase_add_test(tests, who_calls_the_same_hosts_again_looks_for_nobody);
    tcase_add_test(tests, calls_of_a_crowd_are_all_remembered);
    tcase_add_test(tests, a_call_is_forgotten);
    tcase_add_test(tests, a_flow_that_calls_again_is_answered_again);
    tcase_add_test(tests, only_the_port_that_called_is_answered);
    tcase_add_test(tests, an_answer_may_seem_to_come_before_its_call);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
