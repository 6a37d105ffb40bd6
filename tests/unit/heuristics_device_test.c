/* What heuristics remember of devices, their parameters, and findings about devices. */
#include "lua_scene.h"

#include "run_suite.h"

#define HOST "a.example"
#define OTHER "192.168.1.20"

static struct lua_scene lua;

static void tear_down(void)
{
    lua_close(&lua);
}

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
    lua_assert_line(&lua, 0, "0: one: 1");
    lua_assert_line(&lua, 1, "0: two: 11");
    lua_assert_line(&lua, 2, "0: one: 2");
    lua_assert_line(&lua, 3, "0: two: 12");
    lua_assert_line(&lua, 4, "0: one: 1");
    lua_assert_line(&lua, 5, "0: two: 11");
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
    lua_assert_line(&lua, 0, "0: one: kept");
    ck_assert_uint_eq(lua_count(&lua).heuristic_memory, 3);
}
END_TEST

START_TEST(a_device_forgets_what_was_written_longest_ago)
{
    lua_open(&lua, ON_NAME("one", "for i = 1, 134 do device.memory['k' .. i] = i end "
                                  "device.memory.k134 = nil "
                                  "log(('%s %s'):format(device.memory.k6 or 'gone', device.memory.k7))"));
    resolve(&lua.scene, HOST, REMOTE);
    visit(DEVICE);
    lua_assert_line(&lua, 0, "0: one: gone 7");
    ck_assert_uint_eq(lua_count(&lua).heuristic_memory, 127);
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
    lua_assert_line(&lua, 0, "0: one: gone 5");
    lua_assert_line(&lua, 1, "0: one: gone gone");
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
    lua_assert_line(&lua, 0, "0: one: 30 camera's true");
    lua_assert_line(&lua, 1, "0: one: 20 camera's true");
    lua_assert_line(&lua, 2, "0: one: 7 its true");
    lua_assert_line(&lua, 3, "0: one: 7 own true");
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
    lua_assert_line(&lua, 0, "0: one: 5 own false");
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
    lua_send(&lua, flow, 60);
    ck_assert_ptr_nonnull(flow->findings);
    ck_assert_str_eq(flow->findings->items[0]->id, "h");
    ck_assert(flow->changed & CHANGED_FINDING);
    flow_close(lua.scene.engine, flow);
    flow = connect_to(&lua.scene, REMOTE);
    lua_send(&lua, flow, 600);
    ck_assert_ptr_null(flow->findings);
    lua.scene.now_us += DAY;
    lua_send(&lua, flow, 1);
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

/* --- devices that had to make room --- */

START_TEST(a_device_that_is_gone_is_judged_by_its_flows_alone)
{
    struct engine_event event;
    struct flow *flow, *other;

    memset(&lua, 0, sizeof(lua));
    scene_settings(&lua.scene.settings);
    lua.scene.settings.max_devices = 1;
    lua_start(&lua, "heuristic{ id = 'h', title = 'h', severity = 2, on_flow_window = function(flow, device)\n"
                    "device.memory.kept = 1 log(tostring(device.memory.kept)) end, "
                    "on_flow_end = function(flow, device) finding(device, { score = 0.5, why = {} }) end, "
                    "on_device_window = function(device) log('window') end, "
                    "on_device_hour = function(device) log('hour') end, "
                    "on_dns_answer = function(answer, device) log('answer') end }");
    flow = connect_to(&lua.scene, REMOTE);
    other = connect_from(&lua.scene, OTHER, REMOTE, 443);
    ck_assert(flow->device->gone);
    lua_send(&lua, flow, 70);
    ck_assert_uint_eq(lua.line_count, 7);
    lua_assert_line(&lua, 0, "0: h: nil");
    ck_assert_ptr_null(lua_found(&lua, &event));
    flow_close(lua.scene.engine, flow);
    worker_judge_waiting(lua.scene.worker);
    ck_assert_ptr_nonnull(lua_found(&lua, &event)); /* no packet shows it, but it is told */
    engine_drop_event(lua.scene.engine, &event);
    flow_close(lua.scene.engine, other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("heuristics_device");
    TCase *tcase = tcase_create("device");

    tcase_add_checked_fixture(tcase, NULL, tear_down);
    tcase_add_test(tcase, memory_is_the_devices_and_the_heuristics_own);
    tcase_add_test(tcase, memory_outlives_a_worker_and_a_reload);
    tcase_add_test(tcase, a_device_forgets_what_was_written_longest_ago);
    tcase_add_test(tcase, all_devices_together_have_a_limit);
    tcase_add_test(tcase, parameters_are_set_for_all_for_a_type_and_for_a_device);
    tcase_add_loop_test(tcase, what_is_no_parameter_is_told_and_the_default_holds, 0,
            sizeof(wrong_params) / sizeof(wrong_params[0]));
    tcase_add_test(tcase, a_finding_about_a_device_is_on_its_next_packet_and_told_once_a_day);
    tcase_add_test(tcase, a_finding_on_a_flow_that_is_over_is_about_its_device);
    tcase_add_test(tcase, a_device_that_is_gone_is_judged_by_its_flows_alone);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
