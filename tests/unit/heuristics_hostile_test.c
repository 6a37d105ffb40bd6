/* Scripts that mean harm, or are merely broken: the host lives, the cost is bounded, and it is told. */
#include <time.h>

#include "lua_scene.h"
#include "run_suite.h"

#define CALL_MAX_S 2.0 /* of one call, also under sanitizers; without them the longest takes a tenth of one */
#define CALL_TRIES 5 /* others that share the processor's caches only ever add to its time */

#define HANDLER(body)                                                                              \
    "heuristic{ id = 'h', title = 'h', severity = 4, on_name = function(flow, device, params)\n"   \
    body "\nend }"

static void run_once(struct lua_scene *lua)
{
    struct flow *flow;

    resolve(&lua->scene, "a.example", REMOTE);
    flow = connect_to(&lua->scene, REMOTE);
    flow_close(lua->scene.engine, flow);
}

/* --- what must end in a fault, and what the log says of it --- */

static const struct {
    const char *body, *told;
} ends[] = {
    { "while true do end", "2: heuristic 'h', on_name: ran over its budget" },
    { "repeat until false", "ran over its budget" },
    { "local function f() return f() end f()", "ran over its budget" },
    { "for i = 1, 1e12 do end", "ran over its budget" },
    { "local t = {} for i = 1, 1e9 do t[i] = i end", "ran over its " },
    { "local t = {} while true do t[#t + 1] = {} end", "ran over its " },
    { "local s = 'x' while true do s = s .. s end", "2: heuristic 'h', on_name: ran over its 4096 kB of memory" },
    { "local s = 'x' for i = 1, 100 do s = s .. s end", "memory" },
    { "local s = ('x'):rep(1e9)", "ran over its budget" },
    { "local s = ('x'):rep(1e5)", "memory" },
    { "local t = {} for i = 1, 1e6 do t[i] = ('x'):rep(100) .. i end", "ran over its " },
    { "local function f(n) return 1 + f(n + 1) end f(1)", "" },
    { "local function f() f() f() end f()", "" },
    { "pcall(function() while true do end end)", "ran over its budget" },
    { "while true do pcall(function() while true do end end) end", "ran over its budget" },
    { "local function f() pcall(f) f() end f()", "" },
    { "local function f() pcall(f) pcall(f) end while true do f() end", "" },
    { "while true do pcall(error, {}) end", "ran over its budget" },
    { "local t = setmetatable({}, { __index = function(t, k) return t[k] end }) return t.x", "" },
    { "local t = setmetatable({}, { __index = function() while true do end end }) "
      "pcall(function() return t.x end)", "ran over its budget" },
    { "local t = setmetatable({}, { __tostring = function() while true do end end }) tostring(t)",
      "ran over its budget" },
    { "local s = ('a'):rep(30) s:find(('a*'):rep(20) .. 'b')", "ran over its budget" },
    { "local s = ('a'):rep(30) s:match(('a?'):rep(30) .. ('a'):rep(30))", "ran over its budget" },
    { "local s = ('a'):rep(3e4) for _ in s:gmatch('.-b') do end", "ran over its budget" },
    { "local s = ('a'):rep(3e4) s:gsub('.-b', '')", "ran over its budget" },
    { "local s = ('a'):rep(3e4) for i = 1, 1e6 do s:find(('a'):rep(1e4) .. 'b', 1, true) end",
      "ran over its budget" },
    { "local t = {} for i = 1, 3000 do t[i] = i end while true do table.sort(t, function() "
      "return true end) end", "" },
    { "local t = {} for i = 1, 2000 do t[i] = 'x' end while true do table.concat(t) end",
      "ran over its budget" },
    { "local t = {} for i = 1, 1500 do t[i] = i end while true do table.insert(t, 1, table.remove(t, 1)) "
      "end", "ran over its budget" },
    { "while true do ('x'):rep(-1e15); ('x'):rep(0/0) end", "ran over its budget" },
    { "for i = 1, 1e6 do finding(flow, { score = i / 1e6, why = { i = i, name = flow.name } }) end",
      "ran over its budget" },
    { "while true do local x = flow.entropy or device.fanout end", "ran over its budget" },
    { "for i = 1, 1e6 do device.memory['k' .. i] = ('x'):rep(100) end", "ran over its budget" },
    { "while true do pcall(function() return flow.nonsense end) end", "ran over its budget" },
    { "local f = ('x'):rep(1000) while true do pcall(function() return flow[f] end) end", "ran over its budget" },
    { "error({ code = 1 })", "2: heuristic 'h', on_name: an error that is a table" },
    { "error(nil)", "an error that is a nil" },
    { "error(setmetatable({}, { __tostring = function() while true do end end }))", "table" },
    { "error(function() end)", "an error that is a function" },
    { "error(flow)", "an error that is a userdata" },
    { "error(('x'):rep(30000))", "xxxx" },
    { "local x = nil; x.y = 1", "attempt to index" },
    { "return flow.nonsense", "unknown field of flow 'nonsense'" },
    { "return flow.heartbeat.scores", "unknown field of flow.heartbeat 'scores': did you mean 'score'?" },
    { "return device.nam", "unknown field of device 'nam': did you mean 'name'?" },
    { "return params.x", "unknown field of params 'x'" },
    { "flow.name = 'x'", "can only be read" },
    { "return flow[1]", "takes names" },
    { "return flow[{}]", "takes names" },
    { "device.memory.t = {}", "takes a number" },
    { "device.memory[('k'):rep(100)] = 1", "too long" },
    { "device.memory.t = ('x'):rep(1000)", "127" },
    { "finding(flow, { score = 2, why = {} })", "score" },
    { "finding(flow, { score = 0/0, why = {} })", "score" },
    { "finding(flow, { score = 1 })", "reasons" },
    { "finding({}, { score = 1, why = {} })", "about the flow or the device" },
    { "finding(flow.heartbeat, { score = 1, why = {} })", "about the flow or the device" },
    { "local why = {} for i = 1, 1000 do why['r' .. i] = i end "
      "finding(flow, { score = 1, why = why })", "more than 16 reasons" },
    { "finding(flow, { score = 1, why = { x = {} } })", "reason 'x' is a table" },
    { "finding(flow, { score = 1, why = { x = 1 / 0 } })", "reason 'x' is infinite or no number" },
    { "finding(flow, { score = 1, why = { ['a.b'] = 1 } })", "small letters, digits and '_', not 'a.b'" },
    { "finding(flow, { score = 1, why = { [flow.remote_ip] = 1 } })", "a reason's name, which becomes a field" },
    { "finding(flow, { score = 1, why = { [('x'):rep(24)] = 1 } })", "up to 23 small letters" },
    { "finding(flow, { score = 1, why = setmetatable({}, { __index = error }) }) finding(1)",
      "about the flow" },
    { "x = 1", "global set in a handler" },
    { "return prnt", "unknown global 'prnt'" },
    { "heuristic{}", "not in a handler" },
    { "log({})", "string expected" },
    { "string.rep = nil; ('x'):rep(1e9)", "ran over its budget" },
};

/* The processor time of one call, by a file that is loaded anew. */
static double call_s(struct lua_scene *lua, const char *text)
{
    clock_t began;

    lua_open(lua, text);
    began = clock();
    run_once(lua);
    return (double)(clock() - began) / CLOCKS_PER_SEC;
}

START_TEST(it_ends_and_is_told)
{
    struct lua_scene lua;
    char text[4096];
    double took;

    snprintf(text, sizeof(text), HANDLER("%s"), ends[_i].body);
    took = call_s(&lua, text);
    for (unsigned i = 1; i < CALL_TRIES && took >= CALL_MAX_S; i++) {
        lua_close(&lua);
        took = call_s(&lua, text);
    }
    ck_assert_msg(took < CALL_MAX_S, "%s took %.1f s", ends[_i].body, took);
    ck_assert_msg(lua.line_count == 1, "%s: nothing was told", ends[_i].body);
    ck_assert_msg(strstr(lua.lines[0], ends[_i].told) != NULL, "%s: %s", ends[_i].body,
            lua.lines[0]);
    ck_assert_uint_eq(lua_count(&lua).heuristic_faults, 1);
    lua_close(&lua);
}
END_TEST

/* --- what must be out of reach: each body raises an error if it gets hold of anything --- */

static const char *const reaches[] = {
    "for _, name in ipairs{ 'io', 'os', 'debug', 'jit', 'ffi', 'package', 'require', 'load', "
    "'loadstring', 'loadfile', 'dofile', 'collectgarbage', 'coroutine', 'newproxy', 'getfenv', "
    "'setfenv', 'module', 'gcinfo', 'print', 'xpcall', 'bit' } do assert(rawget(_G, name) == nil, name) end",
    "assert(string.dump == nil)",
    "assert(math.random == nil and math.randomseed == nil)",
    "assert(getmetatable('') == 'locked')",
    "assert(not pcall(setmetatable, '', {}))",
    "assert(getmetatable(flow) == 'locked' and getmetatable(_G) == 'locked')",
    "assert(not pcall(setmetatable, flow, {})) assert(not pcall(setmetatable, _G, {}))",
    "assert(not pcall(rawset, flow, 'x', 1)) assert(not pcall(rawget, flow, 'name'))",
    "assert(not pcall(next, flow)) assert(not pcall(pairs, flow))",
    "local n = 1LL; assert(getmetatable(n) == 'ffi' or true) assert(not pcall(function() return n.x end))",
    "assert(not pcall(function() return (1LL).new end))",
    "local ok, e = pcall(error, setmetatable({}, { __index = error })) assert(not ok)",
    "local before = flow.heartbeat; assert(rawequal(before, flow.heartbeat))",
    "assert(tostring(flow) == 'flow' and tostring(flow.heartbeat) == 'flow.heartbeat')",
    "assert(not pcall(string.format, '%99999d', 1))",
    "assert(not pcall(unpack, {}, 1, 1e8))",
    "assert(not pcall(string.byte, ('x'):rep(30000), 1, -1) or true)",
    "assert(#string.format('%s', ('x'):rep(30000)) == 30000)",
    "local t = setmetatable({}, { __index = flow, __newindex = device.memory }) t.kept = 1 "
    "assert(t.public == flow.public and device.memory.kept == 1)",
    "assert(('%s'):format(flow) == 'flow' and not pcall(('%s').format, '%d', flow))",
    "string.find = nil assert(('abc'):find('b') == 2)",
};

START_TEST(it_is_out_of_reach)
{
    struct lua_scene lua;
    char text[4096];

    snprintf(text, sizeof(text), HANDLER("%s"), reaches[_i]);
    lua_open(&lua, text);
    run_once(&lua);
    ck_assert_msg(lua.line_count == 0, "%s: %s", reaches[_i], lua.lines[0]);
    ck_assert_uint_eq(lua_count(&lua).heuristic_calls, 1);
    lua_close(&lua);
}
END_TEST

/* --- files that are refused --- */

static const struct {
    const char *text, *told;
} refused[] = {
    { "", "0: declares no heuristic" },
    { "heuristic{", "1: " },
    { "\n\nlocal x = = 1", "3: unexpected symbol" },
    { "\033LJ\002\n", "0: " },
    { "while true do end", "1: ran over its budget" },
    { "local s = 'x' while true do s = s .. s end", "memory" },
    { "error({})", "an error that is a table" },
    { "heuristic(1)", "write heuristic{" },
    { "heuristic{ id = 'A', title = 't', severity = 1, on_name = function() end }", "needs an id" },
    { "heuristic{ title = 't', severity = 1, on_name = function() end }", "needs an id" },
    { "heuristic{ id = 'a', severity = 1, on_name = function() end }", "needs a title" },
    { "heuristic{ id = 'a', title = 't', severity = 9, on_name = function() end }", "severity" },
    { "heuristic{ id = 'a', title = 't', severity = 1 }", "has no handler" },
    { "heuristic{ id = 'a', title = 't', severity = 1, on_name = 1 }", "takes a function" },
    { "heuristic{ id = 'a', title = 't', severity = 1, on_nam = function() end }",
      "did you mean 'on_name'?" },
    { "heuristic{ id = 'a', title = 't', severity = 1, params = { x = 5 }, on_name = function() end }",
      "parameter 'x' takes a table" },
    { "heuristic{ id = 'a', title = 't', severity = 1, params = { x = {} }, on_name = function() end }",
      "needs a default" },
    { "heuristic{ id = 'a', title = 't', severity = 1, params = { x = { default = 5, max = 4 } }, "
      "on_name = function() end }", "not within" },
    { "heuristic{ id = 'a', title = 't', severity = 1, "
      "params = { x = { default = 'y', bounds = 'z' } }, on_name = function() end }",
      "'bounds' is for numbers" },
    { "heuristic{ id = 'a', title = 't', severity = 1, params = { x = { default = 5, mim = 4 } }, "
      "on_name = function() end }", "did you mean 'min'?" },
    { "heuristic{ id = 'a', title = 't', severity = 1, needs = { bytes_upp = 5 }, on_name = function() end }",
      "unknown field of flow 'bytes_upp' among 'needs': did you mean 'bytes_up'?" },
    { "heuristic{ id = 'a', title = 't', severity = 1, needs = { bytes_up = 'many' }, on_name = function() end, "
      "on_device_window = function() end }",
      "'bytes_up' among 'needs' takes a number, which it is at least" },
    { "heuristic{ id = 'a', title = 't', severity = 1, needs = { bytes_up = false }, on_name = function() end, "
      "on_device_window = function() end }",
      "'bytes_up' among 'needs' takes a number" },
    { "heuristic{ id = 'a', title = 't', severity = 1, needs = { no_dns = 1 }, on_name = function() end, "
      "on_device_window = function() end }",
      "'no_dns' among 'needs' takes 'true' or 'false'" },
    { "heuristic{ id = 'a', title = 't', severity = 1, needs = { name = 5 }, on_name = function() end, "
      "on_device_window = function() end }",
      "'name' among 'needs' takes a text" },
    { "heuristic{ id = 'a', title = 't', severity = 1, needs = { service = 'tlss' }, on_name = function() end, "
      "on_device_window = function() end }",
      "'service' is never 'tlss': did you mean 'tls'?" },
    { "heuristic{ id = 'a', title = 't', severity = 1, needs = { on_device_window = { fanout = 'x' } }, on_name = function() end, "
      "on_device_window = function() end }",
      "'fanout' among 'needs' takes a number" },
    { "heuristic{ id = 'a', title = 't', severity = 1, needs = { 'public' }, on_name = function() end }",
      "unknown field of flow ''" },
    { "heuristic{ id = 'a', title = 't', severity = 1, needs = { public = {} }, on_name = function() end }",
      "a need is a number" },
    { "local n = {} for i = 1, 33 do n[i] = { asn = i } end "
      "heuristic{ id = 'a', title = 't', severity = 1, needs = { on_name = n }, on_name = function() end }",
      "more than 32 needs" },
    { "heuristic{ id = 'a', title = 't', severity = 1, needs = { on_name = { { on_name = 1 } } }, "
      "on_name = function() end }", "unknown field of flow 'on_name' among 'needs'" },
    { "heuristic{ id = 'a', title = 't', severity = 1, needs = { on_dns_answer = { blockd = true } }, "
      "on_dns_answer = function() end }",
      "unknown field of answer 'blockd' among 'needs': did you mean 'blocked'?" },
    { "heuristic{ id = 'a', title = 't', severity = 1, needs = { on_name = 1 }, on_name = function() end }",
      "the needs of 'on_name' are a table" },
    { "heuristic{ id = 'a', title = 't', severity = 1, needs = { on_flow_end = { asn = 1 } }, "
      "on_name = function() end }", "needs of 'on_flow_end', which the heuristic does not have" },
    { "local function h() heuristic{ id = 'a', title = 't', severity = 1, on_name = function() end } end "
      "h() h()", "another heuristic" },
    { "return device.name", "unknown global 'device'" },
    { "finding(1, 2)", "not while the file is loaded" },
    { "time.now()", "while the file is loaded" },
};

START_TEST(it_is_not_loaded)
{
    struct lua_scene lua = { .line_count = 0 };

    scene_settings(&lua.scene.settings);
    lua_start(&lua, refused[_i].text);
    ck_assert_int_eq(lua.status, TATTLER_MALFORMED);
    ck_assert_uint_eq(lua.problem_count, 1);
    ck_assert_msg(strstr(lua.problems[0], refused[_i].told) != NULL, "%s", lua.problems[0]);
    run_once(&lua);
    ck_assert_uint_eq(lua_count(&lua).heuristic_calls, 0);
    lua_close(&lua);
}
END_TEST

/* --- afterwards --- */

START_TEST(after_repeated_faults_a_file_is_switched_off_and_all_are_counted)
{
    struct lua_scene lua;

    lua_open(&lua, HANDLER("error('no')"));
    for (unsigned i = 0; i < 2 * HEURISTIC_FAULTS_MAX; i++)
        run_once(&lua);
    ck_assert_uint_eq(lua_count(&lua).heuristic_faults, HEURISTIC_FAULTS_MAX);
    ck_assert_uint_eq(lua_count(&lua).heuristics_off, 1);
    ck_assert_uint_eq(lua.line_count, 2);
    ck_assert_ptr_nonnull(strstr(lua.lines[1], "switched off after 8 faults"));
    lua_close(&lua);
}
END_TEST

START_TEST(a_file_that_is_loaded_again_is_on_again)
{
    struct lua_scene lua;

    lua_open(&lua, HANDLER("error('no')"));
    for (unsigned i = 0; i < HEURISTIC_FAULTS_MAX; i++)
        run_once(&lua);
    lua_load(&lua, HANDLER("log('on again')"));
    run_once(&lua);
    ck_assert_str_eq(lua.lines[2], "0: h: on again");
    lua_close(&lua);
}
END_TEST

START_TEST(a_call_that_used_all_its_memory_leaves_room_for_the_next)
{
    struct lua_scene lua;

    lua_open(&lua, HANDLER("if not device.memory.done then device.memory.done = true "
                           "local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end end "
                           "local t = {} for i = 1, 100 do t[i] = ('y'):rep(1000) .. i end log('fine')"));
    run_once(&lua);
    run_once(&lua);
    ck_assert_uint_eq(lua.line_count, 2);
    ck_assert_str_eq(lua.lines[1], "0: h: fine");
    lua_close(&lua);
}
END_TEST

START_TEST(what_is_logged_stays_on_its_line)
{
    struct lua_scene lua;

    lua_open(&lua, HANDLER("log('a\\nb\\27[2Jc') error('d\\ne', 0)"));
    run_once(&lua);
    ck_assert_str_eq(lua.lines[0], "0: h: a?b?[2Jc");
    ck_assert_str_eq(lua.lines[1], "2: heuristic 'h', on_name: d?e");
    lua_close(&lua);
}
END_TEST

START_TEST(logging_is_bounded)
{
    struct lua_scene lua;

    lua_open(&lua, HANDLER("for i = 1, 100 do log('line ' .. i) end"));
    run_once(&lua);
    ck_assert_uint_eq(lua.line_count, 10);
    ck_assert_uint_eq(lua_count(&lua).heuristic_lines_dropped, 90);
    lua_close(&lua);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("heuristics_hostile");
    TCase *tcase = tcase_create("hostile");

    tcase_add_loop_test(tcase, it_ends_and_is_told, 0, sizeof(ends) / sizeof(ends[0]));
    tcase_add_loop_test(tcase, it_is_out_of_reach, 0, sizeof(reaches) / sizeof(reaches[0]));
    tcase_add_loop_test(tcase, it_is_not_loaded, 0, sizeof(refused) / sizeof(refused[0]));
    tcase_add_test(tcase, after_repeated_faults_a_file_is_switched_off_and_all_are_counted);
    tcase_add_test(tcase, a_file_that_is_loaded_again_is_on_again);
    tcase_add_test(tcase, a_call_that_used_all_its_memory_leaves_room_for_the_next);
    tcase_add_test(tcase, what_is_logged_stays_on_its_line);
    tcase_add_test(tcase, logging_is_bounded);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
