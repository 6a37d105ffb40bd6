/* Library functions whose time grows with what they are given. Each is charged, before it runs, for
 * the most that it can take. */
#include <string.h>

#include "detect/heuristics/lua/state.h"

/* Steps of a search, in C, that count as one instruction. */
#define STEPS_PER_INSTRUCTION 16

/* In how many ways can 'places' be taken in order on a text of this length? */
static double ways(double length, unsigned places)
{
    double count = 1;

    for (unsigned i = 1; i <= places; i++)
        count *= (length + i) / i;
    return count;
}

/* The most steps that a search for a pattern takes: each repeat may end at every place of the text,
 * and so may each attempt begin there. (Lua 5.1 reference manual, section 5.4.1.) */
static double steps_of(const char *pattern, size_t pattern_len, size_t text_len)
{
    unsigned places = pattern_len > 0 && pattern[0] == '^' ? 0 : 1;
    double steps = (double)pattern_len + 1, length = (double)text_len;

    for (size_t i = 0; i < pattern_len; i++) {
        if (pattern[i] == '%' && i + 1 < pattern_len) {
            i++;
            if (pattern[i] == 'b' || (pattern[i] >= '1' && pattern[i] <= '9'))
                steps *= length + 1; /* looks through the text each time */
        } else if (pattern[i] == '*' || pattern[i] == '+' || pattern[i] == '-') {
            places++;
        } else if (pattern[i] == '?') {
            steps *= 2;
        }
    }
    return steps * ways(length, places);
}

/* The function that a guard stands before: its second upvalue. */
static int pass_on(lua_State *lua)
{
    int count = lua_gettop(lua);

    lua_pushvalue(lua, lua_upvalueindex(2));
    lua_insert(lua, 1);
    lua_call(lua, count, LUA_MULTRET);
    return lua_gettop(lua);
}

/* find, match, gmatch, gsub: a text and a pattern. */
static int guard_search(lua_State *lua)
{
    size_t text_len = 0, pattern_len = 0;
    const char *pattern;

    luaL_checklstring(lua, 1, &text_len);
    pattern = luaL_checklstring(lua, 2, &pattern_len);
    budget_charge(script_of(lua),
            steps_of(pattern, pattern_len, text_len) / STEPS_PER_INSTRUCTION);
    return pass_on(lua);
}

static int guard_plain(lua_State *lua)
{
    size_t text_len = 0, wanted_len = 0;

    if (!lua_toboolean(lua, 4))
        return guard_search(lua);
    luaL_checklstring(lua, 1, &text_len);
    luaL_checklstring(lua, 2, &wanted_len);
    budget_charge(script_of(lua), (double)text_len * (double)(wanted_len + 1) / 256);
    return pass_on(lua);
}

/* Of a table, each with each at worst. */
static int guard_sort(lua_State *lua)
{
    double count;

    luaL_checktype(lua, 1, LUA_TTABLE);
    count = (double)lua_objlen(lua, 1);
    budget_charge(script_of(lua), count * count / STEPS_PER_INSTRUCTION);
    return pass_on(lua);
}

/* All of a table once. */
static int guard_walk(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    budget_charge(script_of(lua), (double)lua_objlen(lua, 1));
    return pass_on(lua);
}

/* A text that is longer than one may be is none that memory is made for. */
static int guard_repeat(lua_State *lua)
{
    size_t len = 0;

    luaL_checklstring(lua, 1, &len);
    budget_charge(script_of(lua),
            (double)(len + 1) * luaL_checknumber(lua, 2) / STEPS_PER_INSTRUCTION);
    return pass_on(lua);
}

struct guard {
    const char *name;
    lua_CFunction function;
};

static void stand_before(struct script *script, const struct guard guards[], size_t count)
{
    lua_State *lua = script->lua;

    for (size_t i = 0; i < count; i++) {
        lua_pushlightuserdata(lua, script);
        lua_getfield(lua, -2, guards[i].name);
        lua_pushcclosure(lua, guards[i].function, 2);
        lua_setfield(lua, -2, guards[i].name);
    }
}

void strings_guard(struct script *script)
{
    static const struct guard guards[] = {
        { "find", guard_plain },
        { "match", guard_search },
        { "gmatch", guard_search },
        { "gsub", guard_search },
        { "rep", guard_repeat },
    };

    stand_before(script, guards, sizeof(guards) / sizeof(guards[0]));
}

void tables_guard(struct script *script)
{
    static const struct guard guards[] = {
        { "sort", guard_sort },
        { "concat", guard_walk },
        { "insert", guard_walk },
        { "remove", guard_walk },
    };

    stand_before(script, guards, sizeof(guards) / sizeof(guards[0]));
}
