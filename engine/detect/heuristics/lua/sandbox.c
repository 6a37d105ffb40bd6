/* The globals of a file: what can neither reach out nor keep a secret from the budget. */
#include <math.h>
#include <string.h>

#include "base/time.h"
#include "detect/heuristics/lua/state.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define NIGHT_ENDS 6 /* local hour; it begins at midnight */

void script_push(struct script *script, lua_CFunction function)
{
    lua_pushlightuserdata(script->lua, script);
    lua_pushcclosure(script->lua, function, 1);
}

/* --- Lua's own --- */

static const char *const of_base[] = { "assert", "error", "getmetatable", "ipairs", "next", "pairs",
    "rawequal", "rawget", "rawset", "select", "setmetatable", "tonumber", "tostring", "type",
    "unpack" };
static const char *const of_string[] = { "byte", "char", "find", "format", "gmatch", "gsub", "len",
    "lower", "match", "rep", "reverse", "sub", "upper" };
static const char *const of_table[] = { "concat", "insert", "remove", "sort" };
static const char *const of_math[] = { "abs", "acos", "asin", "atan", "atan2", "ceil", "cos", "deg",
    "exp", "floor", "fmod", "frexp", "huge", "ldexp", "log", "log10", "max", "min", "modf", "pi",
    "pow", "rad", "sin", "sqrt", "tan" };

static const struct library {
    const char *name; /* "" for the globals themselves */
    lua_CFunction open;
    const char *const *functions;
    size_t count;
    void (*guard)(struct script *script);
} libraries[] = {
    { "", luaopen_base, of_base, COUNT_OF(of_base), NULL },
    { LUA_STRLIBNAME, luaopen_string, of_string, COUNT_OF(of_string), strings_guard },
    { LUA_TABLIBNAME, luaopen_table, of_table, COUNT_OF(of_table), tables_guard },
    { LUA_MATHLIBNAME, luaopen_math, of_math, COUNT_OF(of_math), NULL },
};

/* Copies what is allowed of a library into the table on top of the stack. */
static void copy_library(struct script *script, const struct library *library)
{
    lua_State *lua = script->lua;

    lua_pushcfunction(lua, library->open);
    lua_pushstring(lua, library->name);
    lua_call(lua, 1, 0);
    if (library->name[0] == '\0')
        lua_pushvalue(lua, LUA_GLOBALSINDEX);
    else
        lua_getglobal(lua, library->name);
    for (size_t i = 0; i < library->count; i++) {
        lua_getfield(lua, -1, library->functions[i]);
        lua_setfield(lua, -3, library->functions[i]);
    }
    lua_pop(lua, 1);
    if (library->guard != NULL)
        library->guard(script);
}

/* Texts have the functions of 'string' as methods: a table of their own, which nobody gets hold of. */
static void lock_strings(struct script *script)
{
    lua_State *lua = script->lua;

    lua_newtable(lua);
    copy_library(script, &libraries[1]); /* makes a new metatable */
    lua_pushliteral(lua, "");
    lua_getmetatable(lua, -1);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_pushliteral(lua, "locked");
    lua_setfield(lua, -2, "__metatable");
    lua_pop(lua, 3);
}

/* --- ours --- */

static struct script_call *call_of(lua_State *lua)
{
    struct script *script = script_of(lua);

    if (script->call == NULL)
        luaL_error(lua, "there is no event while the file is loaded: call this in a handler");
    return script->call;
}

static int time_now(lua_State *lua)
{
    lua_pushnumber(lua, (double)call_of(lua)->now_us / 1e6);
    return 1;
}

static unsigned local_hour(lua_State *lua)
{
    return (unsigned)(call_of(lua)->local_s % DAY_S / 3600);
}

static int time_hour(lua_State *lua)
{
    lua_pushinteger(lua, (lua_Integer)local_hour(lua));
    return 1;
}

/* 1970 began on a Thursday. */
static int time_weekday(lua_State *lua)
{
    lua_pushinteger(lua, (lua_Integer)((call_of(lua)->local_s / DAY_S + 3) % 7 + 1));
    return 1;
}

static int time_is_night(lua_State *lua)
{
    lua_pushboolean(lua, local_hour(lua) < NIGHT_ENDS);
    return 1;
}

static int write_log(lua_State *lua)
{
    struct script *script = script_of(lua);
    struct script_call *call = call_of(lua);
    size_t len;
    const char *text = luaL_checklstring(lua, 1, &len);

    script->host->log(call, text, len);
    return 0;
}

static const struct {
    const char *library, *name; /* "": the globals */
    lua_CFunction function;
} ours[] = {
    { "", "pcall", budget_pcall },
    { "", "heuristic", declare_heuristic },
    { "", "finding", finding_call },
    { "", "log", write_log },
    { "time", "now", time_now },
    { "time", "hour", time_hour },
    { "time", "weekday", time_weekday },
    { "time", "is_night", time_is_night },
};

static void add_ours(struct script *script)
{
    lua_State *lua = script->lua;

    lua_newtable(lua);
    lua_setfield(lua, -2, "time");
    for (size_t i = 0; i < COUNT_OF(ours); i++) {
        bool global = ours[i].library[0] == '\0';

        if (!global)
            lua_getfield(lua, -1, ours[i].library);
        script_push(script, ours[i].function);
        lua_setfield(lua, -2, ours[i].name);
        if (!global)
            lua_pop(lua, 1);
    }
}

/* --- globals that are none --- */

static int read_missing(lua_State *lua)
{
    if (lua_type(lua, 2) != LUA_TSTRING)
        return 0;
    return refuse_word(lua, 1, "global", lua_tostring(lua, 2));
}

static int write_missing(lua_State *lua)
{
    struct script *script = script_of(lua);

    if (!script->loading)
        return luaL_error(lua, "a global set in a handler is lost on the other threads: make it "
                "'local', or keep it in device.memory");
    lua_rawset(lua, 1);
    return 0;
}

static void watch_globals(struct script *script)
{
    lua_State *lua = script->lua;

    lua_newtable(lua);
    script_push(script, read_missing);
    lua_setfield(lua, -2, "__index");
    script_push(script, write_missing);
    lua_setfield(lua, -2, "__newindex");
    lua_pushliteral(lua, "locked");
    lua_setfield(lua, -2, "__metatable");
    lua_setmetatable(lua, -2);
}

void sandbox_push(struct script *script)
{
    lua_State *lua = script->lua;

    lua_newtable(lua);
    copy_library(script, &libraries[0]);
    for (size_t i = 1; i < COUNT_OF(libraries); i++) {
        lua_newtable(lua);
        copy_library(script, &libraries[i]);
        lua_setfield(lua, -2, libraries[i].name);
    }
    lock_strings(script);
    add_ours(script);
    lua_pushvalue(lua, -1);
    lua_setfield(lua, -2, "_G");
    watch_globals(script);
}
