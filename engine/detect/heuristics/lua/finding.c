/* finding(flow, { score = …, why = { … } }). */
#include <math.h>

#include "detect/heuristics/lua/state.h"

/* The reasons are on top of the stack. Names and texts stay there as long as their table does. */
static size_t read_reasons(lua_State *lua, struct finding_reason reasons[FINDING_REASONS_MAX])
{
    int table = lua_gettop(lua);
    size_t count = 0;

    lua_pushnil(lua);
    while (lua_next(lua, table) != 0) {
        if (lua_type(lua, -2) != LUA_TSTRING)
            luaL_error(lua, "each reason needs a name, as in why = { upload_mb = 12 }");
        if (count == FINDING_REASONS_MAX)
            luaL_error(lua, "more than %d reasons: give the best", FINDING_REASONS_MAX);
        reasons[count].name = lua_tostring(lua, -2);
        if (!declare_is_word(reasons[count].name, "_"))
            luaL_error(lua, "a reason's name, which becomes a field of EVE, is up to %d small letters, "
                    "digits and '_', not '%s'", FINDING_ID_SIZE - 1, reasons[count].name);
        if (!objects_value(lua, -1, &reasons[count].value))
            luaL_error(lua, "reason '%s' is a %s: give a number, a text, true or false",
                    reasons[count].name, luaL_typename(lua, -1));
        if (reasons[count].value.type == VALUE_NUMBER && !isfinite(reasons[count].value.number))
            luaL_error(lua, "reason '%s' is infinite or no number: a division by zero?",
                    reasons[count].name);
        count++;
        lua_pop(lua, 1);
    }
    return count;
}

int finding_call(lua_State *lua)
{
    struct script *script = script_of(lua);
    struct finding_reason reasons[FINDING_REASONS_MAX];
    enum script_object about = objects_at(lua, 1);
    const char *wrong;
    lua_Number score;
    size_t count;

    if (script->call == NULL)
        return luaL_error(lua, "findings are made in handlers, not while the file is loaded");
    if (about == SCRIPT_OBJECTS || !script->host->catalogs[about].may_have_findings ||
            (script->call->objects & 1u << about) == 0)
        return luaL_error(lua, "a finding is about the flow or the device that the handler is "
                "given: finding(device, { score = 0.8, why = { … } })");
    if (!lua_istable(lua, 2))
        return luaL_error(lua, "a finding needs a table: finding(%s, { score = 0.8, why = { … } })",
                script->host->catalogs[about].name);
    lua_settop(lua, 2);
    lua_pushliteral(lua, "score");
    lua_rawget(lua, 2);
    score = lua_tonumber(lua, -1);
    if (lua_type(lua, -1) != LUA_TNUMBER || !(score >= 0 && score <= 1))
        return luaL_error(lua, "a finding's score is a number from 0 to 1");
    lua_pushliteral(lua, "why");
    lua_rawget(lua, 2);
    if (!lua_istable(lua, -1))
        return luaL_error(lua, "a finding needs its reasons: why = { upload_mb = 12 }");
    count = read_reasons(lua, reasons);
    wrong = script->host->finding(script->call, about, score, reasons, count);
    if (wrong != NULL)
        return luaL_error(lua, "%s", wrong);
    return 0;
}
