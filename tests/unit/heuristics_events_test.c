/* When heuristics are called and what they are given: windows, names, answers, ends, changes, and
 * what they ask for. */
#include "lua_scene.h"

#include "engine_internal.h"

#include "run_suite.h"

#define HOST "a.example"
#define OTHER "192.168.1.20"

static struct lua_scene lua;

static void tear_down(void)
{
    lua_close(&lua);
}

static void wait_for(uint64_t us)
{
    lua.scene.now_us += us;
}

#define TIMED(event, arguments)                                                                    \
    "heuristic{ id = 'h', title = 'h', severity = 4, " event " = function(" arguments ")\n"        \
    "log(('%g'):format(time.now() - 1700000000)) end }"

/* --- windows --- */

START_TEST(a_flow_has_a_window_each_ten_seconds_that_it_is_active)
{
    struct flow *flow;

    lua_open(&lua, TIMED("on_flow_window", "flow, device, params"));
    flow = connect_to(&lua.scene, REMOTE);
    lua_send(&lua, flow, 25);
    wait_for(60 * SECOND); /* of silence: no window in it, one with the packet that ends it */
    tick(&lua.scene, flow);
    lua_send(&lua, flow, 9);
    ck_assert_uint_eq(lua.line_count, 3);
    lua_assert_line(&lua, 0, "0: h: 10");
    lua_assert_line(&lua, 1, "0: h: 20");
    lua_assert_line(&lua, 2, "0: h: 85");
    flow_close(lua.scene.engine, flow);
}
END_TEST

START_TEST(a_short_flow_has_no_window)
{
    struct flow *flow;

    lua_open(&lua, TIMED("on_flow_window", "flow, device, params"));
    flow = connect_to(&lua.scene, REMOTE);
    lua_send(&lua, flow, 9);
    flow_close(lua.scene.engine, flow);
    ck_assert_uint_eq(lua_count(&lua).heuristic_calls, 0);
}
END_TEST

START_TEST(a_device_has_a_window_each_minute_whatever_flow_is_active)
{
    struct flow *one, *other;

    lua_open(&lua, TIMED("on_device_window", "device, params"));
    one = connect_to(&lua.scene, REMOTE);
    other = connect_to(&lua.scene, "203.0.113.77");
    for (unsigned i = 0; i < 70; i++)
        lua_send(&lua, i % 2 == 0 ? one : other, 2);
    ck_assert_uint_eq(lua.line_count, 2);
    lua_assert_line(&lua, 0, "0: h: 60");
    lua_assert_line(&lua, 1, "0: h: 120");
    flow_close(lua.scene.engine, one);
    flow_close(lua.scene.engine, other);
}
END_TEST

START_TEST(an_hour_begins_with_a_window)
{
    struct flow *flow;

    lua_open(&lua, TIMED("on_device_hour", "device, params"));
    flow = connect_to(&lua.scene, REMOTE);
    for (unsigned minute = 0; minute < 130; minute++) {
        wait_for(59 * SECOND);
        lua_send(&lua, flow, 1);
    }
    ck_assert_uint_eq(lua.line_count, 3);
    lua_assert_line(&lua, 0, "0: h: 60");
    lua_assert_line(&lua, 1, "0: h: 3660");
    lua_assert_line(&lua, 2, "0: h: 7260");
    flow_close(lua.scene.engine, flow);
}
END_TEST

START_TEST(a_clock_that_steps_back_begins_other_windows)
{
    struct packet_view syn;
    struct flow *flow;

    lua_open(&lua, TIMED("on_device_window", "device, params"));
    flow = connect_to(&lua.scene, REMOTE);
    lua_send(&lua, flow, 61);
    flow_close(lua.scene.engine, flow);
    lua.scene.now_us -= HOUR;
    syn = packet_from(&lua.scene, DEVICE, 50001, REMOTE, 443, TCP);
    flow = begin(&lua.scene, &syn);
    lua_send(&lua, flow, 61);
    flow_close(lua.scene.engine, flow);
    ck_assert_uint_eq(lua.line_count, 2);
    lua_assert_line(&lua, 0, "0: h: 60");
    lua_assert_line(&lua, 1, "0: h: -3479");
}
END_TEST

/* --- ends --- */

static void finish(struct flow *flow, enum direction way)
{
    struct packet_view packet = packet_from(&lua.scene, DEVICE, 50000, REMOTE, 443, TCP);

    packet.tcp_flags = FIN | ACK;
    packet.from_first_sender = way == UP;
    flow_packet(lua.scene.worker, flow, &packet);
}

START_TEST(the_first_fin_ends_a_flow_once)
{
    struct flow *flow;

    lua_open(&lua, TIMED("on_flow_end", "flow, device, params"));
    flow = connect_to(&lua.scene, REMOTE);
    wait_for(3 * SECOND);
    finish(flow, UP);
    wait_for(SECOND);
    finish(flow, DOWN);
    flow_close(lua.scene.engine, flow);
    worker_judge_waiting(lua.scene.worker);
    ck_assert_uint_eq(lua.line_count, 1);
    lua_assert_line(&lua, 0, "0: h: 3");
}
END_TEST

START_TEST(a_flow_that_the_host_forgets_ended_with_its_last_packet)
{
    struct flow *flow;

    lua_open(&lua, TIMED("on_flow_end", "flow, device, params"));
    flow = connect_to(&lua.scene, REMOTE);
    lua_send(&lua, flow, 2);
    wait_for(HOUR);
    flow_close(lua.scene.engine, flow);
    ck_assert_uint_eq(lua.line_count, 0); /* whoever closes it may have no worker */
    resolve_for(&lua.scene, OTHER, "b.example", REMOTE, 300);
    lua_assert_line(&lua, 0, "0: h: 2");
}
END_TEST

START_TEST(what_waits_is_bounded_and_counted)
{
    struct flow *flows[WAITING_MAX + 5];

    lua_open(&lua, TIMED("on_flow_end", "flow, device, params"));
    for (size_t i = 0; i < WAITING_MAX + 5; i++)
        flows[i] = connect_to(&lua.scene, REMOTE);
    for (size_t i = 0; i < WAITING_MAX + 5; i++)
        flow_close(lua.scene.engine, flows[i]);
    worker_judge_waiting(lua.scene.worker);
    ck_assert_uint_eq(lua_count(&lua).heuristic_calls, WAITING_MAX);
    ck_assert_uint_eq(lua_count(&lua).heuristic_events_lost, 5);
}
END_TEST

/* --- names, answers, changes --- */

START_TEST(a_name_is_told_when_it_becomes_known_and_better_known)
{
    struct flow *flow;

    lua_open(&lua, "heuristic{ id = 'h', title = 'h', severity = 4, on_name = function(flow)\n"
                   "log(flow.name .. ' by ' .. flow.name_source) end }");
    resolve(&lua.scene, HOST, REMOTE);
    flow = connect_to(&lua.scene, REMOTE);
    lua_send(&lua, flow, 2);
    say_hello(&lua.scene, flow, (struct hello_view){ .sni = "b.example" });
    say_hello(&lua.scene, flow, (struct hello_view){ .sni = "c.example" });
    flow_close(lua.scene.engine, flow);
    ck_assert_uint_eq(lua.line_count, 2);
    lua_assert_line(&lua, 0, "0: h: a.example by dns");
    lua_assert_line(&lua, 1, "0: h: b.example by sni");
}
END_TEST

START_TEST(an_answer_is_told_with_what_it_says)
{
    struct dns_reply refused;

    lua_open(&lua, "heuristic{ id = 'h', title = 'h', severity = 4, on_dns_answer = function(answer, device)\n"
                   "log(('%s %s %s %d %s %s %s'):format(answer.name, answer.rcode, "
                   "tostring(answer.address), answer.addresses, tostring(answer.blocked), "
                   "answer.resolver, device.ip)) end }");
    resolve(&lua.scene, HOST, REMOTE);
    resolve(&lua.scene, "ads.example", "0.0.0.0");
    reply_start(&refused, "no.example");
    refused.bytes[3] = 0x83; /* NXDOMAIN */
    ask_router(&lua.scene, DEVICE, refused.bytes, refused.len);
    lua_assert_line(&lua, 0, "0: h: a.example noerror 203.0.113.9 1 false 192.168.1.1 192.168.1.10");
    lua_assert_line(&lua, 1, "0: h: ads.example noerror 0.0.0.0 1 true 192.168.1.1 192.168.1.10");
    lua_assert_line(&lua, 2, "0: h: no.example nxdomain nil 0 false 192.168.1.1 192.168.1.10");
}
END_TEST

static void beat(struct flow *flow, unsigned times)
{
    static const uint8_t message[100];

    for (unsigned i = 0; i < times; i++) {
        wait_for(MINUTE);
        send_on(&lua.scene, flow, UP, message, sizeof(message));
        send_on(&lua.scene, flow, DOWN, message, 8);
    }
}

START_TEST(a_change_of_a_heartbeat_is_told)
{
    struct flow *flow;

    lua_open(&lua, "heuristic{ id = 'h', title = 'h', severity = 4, on_heartbeat_change = function(change, device)\n"
                   "if change.remote == 'a.example' then log(('%s %s %g'):format(change.kind, "
                   "tostring(change.period_before_s), change.period_after_s or 0)) end end }");
    warm_up(&lua.scene);
    resolve(&lua.scene, HOST, REMOTE);
    flow = connect_to(&lua.scene, REMOTE);
    send_on(&lua.scene, flow, DOWN, NULL, 0);
    say_hello(&lua.scene, flow, (struct hello_view){ .sni = HOST });
    beat(flow, 12);
    lua_assert_line(&lua, 0, "0: h: steady nil 60");
    for (unsigned i = 0; i < 200; i++) { /* others are heard, it is not */
        wait_for(7 * SECOND);
        resolve_for(&lua.scene, OTHER, "idle.example", "198.51.100.201", 30);
    }
    lua_assert_line(&lua, 1, "0: h: stopped 60 0");
    ck_assert_uint_eq(lua.line_count, 2);
    flow_close(lua.scene.engine, flow);
}
END_TEST

START_TEST(events_that_nobody_handles_cost_no_call)
{
    struct flow *flow;

    lua_open(&lua, TIMED("on_heartbeat_change", "change, device, params"));
    resolve(&lua.scene, HOST, REMOTE);
    flow = connect_to(&lua.scene, REMOTE);
    lua_send(&lua, flow, 70);
    finish(flow, UP);
    flow_close(lua.scene.engine, flow);
    ck_assert_uint_eq(lua_count(&lua).heuristic_calls, 0);
    ck_assert_uint_eq(lua_count(&lua).heuristic_events_lost, 0);
}
END_TEST

START_TEST(a_handler_is_called_for_flows_that_meet_its_needs)
{
    struct flow *named, *other;

    lua_open(&lua, "heuristic{ id = 'h', title = 'h', severity = 4, needs = { name = 'a.example', "
                   "pkts_up = 12, public = true, ech = false }, on_flow_window = function(flow)\n"
                   "log(('%d'):format(flow.pkts_up)) end, on_device_window = function() log('any') end }");
    resolve(&lua.scene, HOST, REMOTE);
    named = connect_to(&lua.scene, REMOTE);
    say_hello(&lua.scene, named, (struct hello_view){ .sni = HOST });
    other = connect_to(&lua.scene, "203.0.113.77");
    for (unsigned i = 0; i < 62; i++) {
        lua_send(&lua, named, 1);
        tick(&lua.scene, other);
    }
    lua_assert_line(&lua, 0, "0: h: 12");
    lua_assert_line(&lua, 1, "0: h: 22");
    lua_assert_line(&lua, 6, "0: h: any"); /* has no flow to ask of */
    ck_assert_uint_eq(lua.line_count, 7);
    flow_close(lua.scene.engine, named);
    flow_close(lua.scene.engine, other);
}
END_TEST

START_TEST(each_handler_has_needs_of_its_own_and_choices)
{
    struct flow *flow;

    lua_open(&lua, "heuristic{ id = 'h', title = 'h', severity = 4, needs = { public = true, "
                   "on_flow_window = { pkts_up = 12, { pkts_up = 40 }, { ech = true }, "
                   "{ initiated = true, remote_port = 443, age_s = 25 } }, "
                   "on_device_window = { window_pkts_up = 100 } }, "
                   "on_flow_window = function(flow) log(('%d'):format(flow.pkts_up)) end, "
                   "on_device_window = function(device) log(('%d of %d s'):format("
                   "device.window_pkts_up, device.window_s)) end }");
    flow = connect_to(&lua.scene, REMOTE);
    lua_send(&lua, flow, 65);
    for (unsigned i = 0; i < 40; i++)
        tick(&lua.scene, flow);
    lua_send(&lua, flow, 120);
    lua_assert_line(&lua, 0, "0: h: 31"); /* after 30 s: the third choice */
    lua_assert_line(&lua, 3, "0: h: 61"); /* and no window of the device */
    lua_assert_line(&lua, 4, "0: h: 111");
    lua_assert_line(&lua, 9, "0: h: 161");
    lua_assert_line(&lua, 10, "0: h: 100 of 60 s");
    ck_assert_uint_eq(lua.line_count, 17); /* the next has fewer */
    flow_close(lua.scene.engine, flow);
}
END_TEST

/* Of a flow to a name out of DNS, that beats twelve times. */
static const struct {
    const char *need;
    bool met;
} needs[] = {
    { "pkts_up = 13", true },
    { "pkts_up = 12.5", true },
    { "pkts_up = 13.5", false },
    { "pkts_up = -1", true },
    { "pkts_up = 1e30", false },
    { "name = 'a.example'", true },
    { "name = 'a.exampl'", false },
    { "name_source = 'dns'", true },
    { "name_source = 'sni'", false },
    { "sni_is_ip = false", false }, /* unknown */
    { "name = true", true },
    { "name_source = true", true },
    { "pkts_up = true", true },
    { "asn = true", false },
    { "protocol = true", true },
    { "no_dns = false", true },
    { "no_dns = true", false },
    { "asn = 0", false }, /* unknown */
    { "['heartbeat.score'] = 0.6", true },
    { "['heartbeat.score'] = 1.01", false },
    { "public = true", true },
    { "public = false", false },
    { "initiated = true", true },
    { "initiated = false", false },
    { "protocol = 'tcp'", true },
    { "protocol = 'udp'", false },
    { "remote_port = 443", true },
    { "remote_port = 444", false },
};

START_TEST(needs_compare_as_scripts_do)
{
    char text[256];
    struct flow *flow;

    snprintf(text, sizeof(text), "heuristic{ id = 'h', title = 'h', severity = 4, needs = { %s }, "
            "on_flow_window = function(flow) log('so') end }", needs[_i].need);
    lua_open(&lua, text);
    resolve(&lua.scene, HOST, REMOTE);
    flow = connect_to(&lua.scene, REMOTE);
    send_on(&lua.scene, flow, DOWN, NULL, 0);
    beat(flow, 12);
    ck_assert_msg((lua.line_count > 0) == needs[_i].met, "%s", needs[_i].need);
    flow_close(lua.scene.engine, flow);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("heuristics_events");
    TCase *tcase = tcase_create("events");

    tcase_add_checked_fixture(tcase, NULL, tear_down);
    tcase_add_test(tcase, a_flow_has_a_window_each_ten_seconds_that_it_is_active);
    tcase_add_test(tcase, a_short_flow_has_no_window);
    tcase_add_test(tcase, a_device_has_a_window_each_minute_whatever_flow_is_active);
    tcase_add_test(tcase, an_hour_begins_with_a_window);
    tcase_add_test(tcase, a_clock_that_steps_back_begins_other_windows);
    tcase_add_test(tcase, the_first_fin_ends_a_flow_once);
    tcase_add_test(tcase, a_flow_that_the_host_forgets_ended_with_its_last_packet);
    tcase_add_test(tcase, what_waits_is_bounded_and_counted);
    tcase_add_test(tcase, a_name_is_told_when_it_becomes_known_and_better_known);
    tcase_add_test(tcase, an_answer_is_told_with_what_it_says);
    tcase_add_test(tcase, a_change_of_a_heartbeat_is_told);
    tcase_add_test(tcase, events_that_nobody_handles_cost_no_call);
    tcase_add_test(tcase, a_handler_is_called_for_flows_that_meet_its_needs);
    tcase_add_test(tcase, each_handler_has_needs_of_its_own_and_choices);
    tcase_add_loop_test(tcase, needs_compare_as_scripts_do, 0, sizeof(needs) / sizeof(needs[0]));
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
