/* When heuristics are called and what they are given: windows, names, answers, ends, changes; what they
 * remember; their parameters; findings about devices. */
#include "lua_scene.h"

#include "engine_internal.h"

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

static void assert_line(size_t index, const char *expected)
{
    ck_assert_msg(index < lua.line_count, "'%s' was not told", expected);
    ck_assert_str_eq(lua.lines[index], expected);
}

static void send_until(struct flow *flow, unsigned seconds)
{
    for (unsigned i = 0; i < seconds; i++) {
        wait_for(SECOND);
        tick(&lua.scene, flow);
    }
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
    send_until(flow, 25);
    wait_for(60 * SECOND); /* of silence: no window in it, one with the packet that ends it */
    tick(&lua.scene, flow);
    send_until(flow, 9);
    ck_assert_uint_eq(lua.line_count, 3);
    assert_line(0, "0: h: 10");
    assert_line(1, "0: h: 20");
    assert_line(2, "0: h: 85");
    flow_close(lua.scene.engine, flow);
}
END_TEST

START_TEST(a_short_flow_has_no_window)
{
    struct flow *flow;

    lua_open(&lua, TIMED("on_flow_window", "flow, device, params"));
    flow = connect_to(&lua.scene, REMOTE);
    send_until(flow, 9);
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
        send_until(i % 2 == 0 ? one : other, 2);
    ck_assert_uint_eq(lua.line_count, 2);
    assert_line(0, "0: h: 60");
    assert_line(1, "0: h: 120");
    flow_close(lua.scene.engine, one);
    flow_close(lua.scene.engine, other);
}
END_TEST

START_TEST(a_clock_that_steps_back_begins_other_windows)
{
    struct packet_view syn;
    struct flow *flow;

    lua_open(&lua, TIMED("on_device_window", "device, params"));
    flow = connect_to(&lua.scene, REMOTE);
    send_until(flow, 61);
    flow_close(lua.scene.engine, flow);
    lua.scene.now_us -= HOUR;
    syn = packet_from(&lua.scene, DEVICE, 50001, REMOTE, 443, TCP);
    flow = begin(&lua.scene, &syn);
    send_until(flow, 61);
    flow_close(lua.scene.engine, flow);
    ck_assert_uint_eq(lua.line_count, 2);
    assert_line(0, "0: h: 60");
    assert_line(1, "0: h: -3479");
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
    assert_line(0, "0: h: 3");
}
END_TEST

START_TEST(a_flow_that_the_host_forgets_ended_with_its_last_packet)
{
    struct flow *flow;

    lua_open(&lua, TIMED("on_flow_end", "flow, device, params"));
    flow = connect_to(&lua.scene, REMOTE);
    send_until(flow, 2);
    wait_for(HOUR);
    flow_close(lua.scene.engine, flow);
    ck_assert_uint_eq(lua.line_count, 0); /* whoever closes it may have no worker */
    resolve_for(&lua.scene, OTHER, "b.example", REMOTE, 300);
    assert_line(0, "0: h: 2");
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
    send_until(flow, 2);
    say_hello(&lua.scene, flow, (struct hello_view){ .sni = "b.example" });
    say_hello(&lua.scene, flow, (struct hello_view){ .sni = "c.example" });
    flow_close(lua.scene.engine, flow);
    ck_assert_uint_eq(lua.line_count, 2);
    assert_line(0, "0: h: a.example by dns");
    assert_line(1, "0: h: b.example by sni");
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
    assert_line(0, "0: h: a.example noerror 203.0.113.9 1 false 192.168.1.1 192.168.1.10");
    assert_line(1, "0: h: ads.example noerror 0.0.0.0 1 true 192.168.1.1 192.168.1.10");
    assert_line(2, "0: h: no.example nxdomain nil 0 false 192.168.1.1 192.168.1.10");
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
    assert_line(0, "0: h: steady nil 60");
    for (unsigned i = 0; i < 200; i++) { /* others are heard, it is not */
        wait_for(7 * SECOND);
        resolve_for(&lua.scene, OTHER, "idle.example", "198.51.100.201", 30);
    }
    assert_line(1, "0: h: stopped 60 0");
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
    send_until(flow, 70);
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
        send_until(named, 1);
        tick(&lua.scene, other);
    }
    assert_line(0, "0: h: 12");
    assert_line(1, "0: h: 22");
    assert_line(6, "0: h: any"); /* has no flow to ask of */
    ck_assert_uint_eq(lua.line_count, 7);
    flow_close(lua.scene.engine, named);
    flow_close(lua.scene.engine, other);
}
END_TEST

/* --- memory --- */

static void visit(const char *device)
{
    flow_close(lua.scene.engine, connect_from(&lua.scene, device, REMOTE, 443));
}

#define ON_NAME(id, body)                                                                          \
    "heuristic{ id = '" id "', title = 'h', severity = 4, on_name = function(flow, device, "       \
    "params)\n" body " end }\n"

START_TEST(memory_is_the_devices_and_the_heuristics_own)
{
    lua_open(&lua, ON_NAME("one", "device.memory.n = (device.memory.n or 0) + 1 "
                                  "log(device.memory.n)")
                    ON_NAME("two", "device.memory.n = (device.memory.n or 10) + 1 "
                                   "log(device.memory.n)"));
    resolve(&lua.scene, HOST, REMOTE);
    resolve_for(&lua.scene, OTHER, HOST, REMOTE, 300);
    visit(DEVICE);
    visit(DEVICE);
    visit(OTHER);
    assert_line(0, "0: one: 1");
    assert_line(1, "0: two: 11");
    assert_line(2, "0: one: 2");
    assert_line(3, "0: two: 12");
    assert_line(4, "0: one: 1");
    assert_line(5, "0: two: 11");
    ck_assert_uint_eq(lua_count(&lua).heuristic_memory, 4);
}
END_TEST

START_TEST(memory_outlives_a_worker_and_a_reload)
{
    static const char text[] = ON_NAME("one", "log(device.memory.s) device.memory.s = 'kept' "
                                              "device.memory.yes = true");
    struct worker *worker;

    lua_open(&lua, ON_NAME("one", "device.memory.s = 'kept' device.memory.f = false"));
    resolve(&lua.scene, HOST, REMOTE);
    visit(DEVICE);
    lua_load(&lua, text);
    worker = worker_new(lua.scene.engine);
    worker_free(lua.scene.worker);
    lua.scene.worker = worker;
    visit(DEVICE);
    assert_line(0, "0: one: kept");
    ck_assert_uint_eq(lua_count(&lua).heuristic_memory, 3);
}
END_TEST

START_TEST(a_device_forgets_what_was_written_longest_ago)
{
    lua_open(&lua, ON_NAME("one", "for i = 1, 70 do device.memory['k' .. i] = i end "
                                  "device.memory.k70 = nil "
                                  "log(('%s %s'):format(device.memory.k6 or 'gone', device.memory.k7))"));
    resolve(&lua.scene, HOST, REMOTE);
    visit(DEVICE);
    assert_line(0, "0: one: gone 7");
    ck_assert_uint_eq(lua_count(&lua).heuristic_memory, 63);
    ck_assert_uint_eq(lua_count(&lua).heuristic_memory_lost, 6);
}
END_TEST

START_TEST(all_devices_together_have_a_limit)
{
    memset(&lua, 0, sizeof(lua));
    scene_settings(&lua.scene.settings);
    lua.scene.settings.max_memory = 3;
    lua_start(&lua, ON_NAME("one", "for i = 1, 5 do device.memory['k' .. i] = i end "
                                   "log(('%s %s'):format(device.memory.k2 or 'gone', "
                                   "device.memory.k5 or 'gone'))"));
    resolve(&lua.scene, HOST, REMOTE);
    resolve_for(&lua.scene, OTHER, HOST, REMOTE, 300);
    visit(DEVICE);
    visit(OTHER);
    assert_line(0, "0: one: gone 5");
    assert_line(1, "0: one: gone gone");
    ck_assert_uint_eq(lua_count(&lua).heuristic_memory, 3);
    ck_assert_uint_eq(lua_count(&lua).heuristic_memory_lost, 7);
}
END_TEST

/* --- parameters --- */

static const char with_params[] =
        "heuristic{ id = 'one', title = 'h', severity = 4, params = { "
        "mb = { default = 5, min = 1, max = 100 }, any = { default = 1 }, word = { default = 'own' }, yes = { default = false } },\n"
        "on_name = function(flow, device, params) "
        "log(('%g %s %s'):format(params.mb, params.word, tostring(params.yes))) end }";

static void start_with(const char *yaml)
{
    memset(&lua, 0, sizeof(lua));
    scene_settings(&lua.scene.settings);
    ck_assert_int_eq(settings_read_yaml_text(&lua.scene.settings, "t.yaml", yaml, strlen(yaml),
                             lua_problem, &lua),
            TATTLER_OK);
    lua_start(&lua, with_params);
}

START_TEST(parameters_are_set_for_all_for_a_type_and_for_a_device)
{
    start_with("heuristics: {one: {mb: 7, yes: true}}\n"
               "types: {camera: {one: {mb: 20, word: camera's}}}\n"
               "devices:\n"
               "  - {mac: '02:00:00:00:00:0a', type: camera, heuristics: {one: {mb: 30}}}\n"
               "  - {mac: '02:00:00:00:00:14', type: camera}\n"
               "  - {address: 192.168.1.30, heuristics: {one: {word: its}}}\n");
    ck_assert_msg(lua.status == TATTLER_OK, "%s", lua.problems[0]);
    resolve(&lua.scene, HOST, REMOTE);
    resolve_for(&lua.scene, OTHER, HOST, REMOTE, 300);
    resolve_for(&lua.scene, "192.168.1.30", HOST, REMOTE, 300);
    resolve_for(&lua.scene, "192.168.1.40", HOST, REMOTE, 300);
    visit(DEVICE);
    visit(OTHER);
    visit("192.168.1.30");
    visit("192.168.1.40");
    assert_line(0, "0: one: 30 camera's true");
    assert_line(1, "0: one: 20 camera's true");
    assert_line(2, "0: one: 7 its true");
    assert_line(3, "0: one: 7 own true");
}
END_TEST

static const struct {
    const char *yaml, *told;
} wrong_params[] = {
    { "heuristics: {onn: {mb: 7}}", "parameter onn.mb: no such heuristic is loaded: did you mean 'one'?" },
    { "heuristics: {one: {mbb: 7}}", "parameter one.mbb: it has no such parameter: did you mean 'mb'?" },
    { "heuristics: {one: {mb: 0}}", "'0' is not a number from 1 to 100" },
    { "heuristics: {one: {mb: nan}}", "'nan' is not a number from 1 to 100" },
    { "heuristics: {one: {any: inf}}", "'inf' is not a number" },
    { "heuristics: {one: {mb: 7 MB}}", "'7 MB' is not a number" },
    { "heuristics: {one: {yes: perhaps}}", "write true or false" },
    { "types: {camera: {one: {mb: x}}}", "'x' is not a number" },
};

START_TEST(what_is_no_parameter_is_told_and_the_default_holds)
{
    start_with(wrong_params[_i].yaml);
    ck_assert_int_eq(lua.status, TATTLER_MALFORMED);
    ck_assert_uint_eq(lua.problem_count, 1);
    ck_assert_msg(strstr(lua.problems[0], wrong_params[_i].told) != NULL, "%s", lua.problems[0]);
    resolve(&lua.scene, HOST, REMOTE);
    visit(DEVICE);
    assert_line(0, "0: one: 5 own false");
}
END_TEST

/* --- findings about devices --- */

START_TEST(a_finding_about_a_device_is_on_its_next_packet_and_told_once_a_day)
{
    struct engine_event event;
    struct flow *flow;
    size_t told = 0;

    lua_open(&lua, "heuristic{ id = 'h', title = 'h', severity = 2, on_device_window = function(device)\n"
                   "finding(device, { score = 0.5, why = { n = 1 } }) end }");
    flow = connect_to(&lua.scene, REMOTE);
    send_until(flow, 60);
    ck_assert_ptr_nonnull(flow->findings);
    ck_assert_str_eq(flow->findings->items[0]->id, "h");
    ck_assert(flow->changed & CHANGED_FINDING);
    flow_close(lua.scene.engine, flow);
    flow = connect_to(&lua.scene, REMOTE);
    send_until(flow, 600);
    ck_assert_ptr_null(flow->findings);
    wait_for(DAY);
    send_until(flow, 1);
    ck_assert_ptr_nonnull(flow->findings);
    flow_close(lua.scene.engine, flow);
    while (lua_found(&lua, &event) != NULL) {
        told++;
        engine_drop_event(lua.scene.engine, &event);
    }
    ck_assert_uint_eq(told, 2);
}
END_TEST

START_TEST(a_finding_on_a_flow_that_is_over_is_about_its_device)
{
    struct flow *flow;

    lua_open(&lua, "heuristic{ id = 'h', title = 'h', severity = 2, on_flow_end = function(flow)\n"
                   "finding(flow, { score = 0.5, why = { to = flow.remote_ip } }) end }");
    visit(DEVICE); /* closed without a word */
    worker_judge_waiting(lua.scene.worker);
    flow = connect_to(&lua.scene, "203.0.113.77");
    ck_assert_ptr_nonnull(flow->findings);
    ck_assert_str_eq(flow->findings->items[0]->reasons[0].name, "to");
    flow_close(lua.scene.engine, flow);
}
END_TEST

static void add_events(TCase *tcase)
{
    tcase_add_test(tcase, a_flow_has_a_window_each_ten_seconds_that_it_is_active);
    tcase_add_test(tcase, a_short_flow_has_no_window);
    tcase_add_test(tcase, a_device_has_a_window_each_minute_whatever_flow_is_active);
    tcase_add_test(tcase, a_clock_that_steps_back_begins_other_windows);
    tcase_add_test(tcase, the_first_fin_ends_a_flow_once);
    tcase_add_test(tcase, a_flow_that_the_host_forgets_ended_with_its_last_packet);
    tcase_add_test(tcase, what_waits_is_bounded_and_counted);
    tcase_add_test(tcase, a_name_is_told_when_it_becomes_known_and_better_known);
    tcase_add_test(tcase, an_answer_is_told_with_what_it_says);
    tcase_add_test(tcase, a_change_of_a_heartbeat_is_told);
    tcase_add_test(tcase, events_that_nobody_handles_cost_no_call);
    tcase_add_test(tcase, a_handler_is_called_for_flows_that_meet_its_needs);
}

int main(void)
{
    Suite *suite = suite_create("heuristics");
    TCase *tcase = tcase_create("heuristics");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, NULL, tear_down);
    add_events(tcase);
    tcase_add_test(tcase, memory_is_the_devices_and_the_heuristics_own);
    tcase_add_test(tcase, memory_outlives_a_worker_and_a_reload);
    tcase_add_test(tcase, a_device_forgets_what_was_written_longest_ago);
    tcase_add_test(tcase, all_devices_together_have_a_limit);
    tcase_add_test(tcase, parameters_are_set_for_all_for_a_type_and_for_a_device);
    tcase_add_loop_test(tcase, what_is_no_parameter_is_told_and_the_default_holds, 0,
            sizeof(wrong_params) / sizeof(wrong_params[0]));
    tcase_add_test(tcase, a_finding_about_a_device_is_on_its_next_packet_and_told_once_a_day);
    tcase_add_test(tcase, a_finding_on_a_flow_that_is_over_is_about_its_device);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
