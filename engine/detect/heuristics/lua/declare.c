/* heuristic{ … }: what a file declares. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "detect/heuristics/lua/state.h"

#define SEVERITY_MAX 4

/* Refuses keys of the table at 'index' that are not among 'words'. */
static void check_keys(lua_State *lua, int index, const char *const words[], const char *what)
{
    lua_newtable(lua);
    for (size_t i = 0; words[i] != NULL; i++) {
        lua_pushboolean(lua, 1);
        lua_setfield(lua, -2, words[i]);
    }
    lua_pushnil(lua);
    while (lua_next(lua, index) != 0) {
        lua_pop(lua, 1);
        if (lua_type(lua, -1) != LUA_TSTRING)
            luaL_error(lua, "%s takes keys with a name, such as '%s ='", what, words[0]);
        lua_getfield(lua, -2, lua_tostring(lua, -1));
        if (lua_isnil(lua, -1)) {
            lua_pushfstring(lua, "key of %s", what);
            refuse_word(lua, lua_gettop(lua) - 3, lua_tostring(lua, -1), lua_tostring(lua, -3));
        }
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
}

static char *copy(lua_State *lua, const char *text, size_t len)
{
    char *made = malloc(len + 1);

    if (made == NULL)
        luaL_error(lua, "out of memory");
    memcpy(made, text, len);
    made[len] = '\0';
    return made;
}

/* The text at a key of the table at 'index', left on the stack; NULL: it has none. */
static const char *text_at(lua_State *lua, int index, const char *key, const char *example)
{
    lua_getfield(lua, index, key);
    if (!lua_isnil(lua, -1) && lua_type(lua, -1) != LUA_TSTRING)
        luaL_error(lua, "'%s' takes a text, as in %s", key, example);
    return lua_tostring(lua, -1);
}

/* --- parameters --- */

static bool read_bound(lua_State *lua, int index, const char *key, const struct value *def,
        double *out)
{
    bool given;

    lua_getfield(lua, index, key);
    given = !lua_isnil(lua, -1);
    if (given && (def->type != VALUE_NUMBER || lua_type(lua, -1) != LUA_TNUMBER))
        luaL_error(lua, "'%s' is for numbers", key);
    *out = lua_tonumber(lua, -1);
    lua_pop(lua, 1);
    return given;
}

/* The parameter's table is on top of the stack. */
static void read_param(lua_State *lua, const char *name, struct script_param *param)
{
    static const char *const keys[] = { "default", "min", "max", "unit", "doc", "bounds", NULL };
    int table = lua_gettop(lua);
    const char *text;

    check_keys(lua, table, keys, "a parameter");
    lua_getfield(lua, table, "default");
    if (lua_isnil(lua, -1) || !objects_value(lua, -1, &param->def))
        luaL_error(lua, "parameter '%s' needs a default: a number, a text, true or false", name);
    if (param->def.type == VALUE_TEXT)
        param->def.text = param->text = copy(lua, param->def.text, param->def.len);
    param->has_min = read_bound(lua, table, "min", &param->def, &param->min);
    param->has_max = read_bound(lua, table, "max", &param->def, &param->max);
    if ((param->has_min && param->def.number < param->min) ||
            (param->has_max && param->def.number > param->max))
        luaL_error(lua, "the default of parameter '%s' is not within its min and max", name);
    text = text_at(lua, table, "unit", "unit = \"MB\"");
    param->unit = copy(lua, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
    text = text_at(lua, table, "doc", "doc = \"…\"");
    param->doc = copy(lua, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
    text = text_at(lua, table, "bounds", "bounds = \"upload_mb\"");
    if (text != NULL && param->def.type != VALUE_NUMBER)
        luaL_error(lua, "'bounds' is for numbers");
    param->bounds = copy(lua, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
    lua_settop(lua, table);
}

bool declare_is_word(const char *text, const char *others)
{
    size_t i = 0;

    for (; text[i] != '\0'; i++)
        if (!(text[i] >= 'a' && text[i] <= 'z') &&
                (i == 0 || (!(text[i] >= '0' && text[i] <= '9') &&
                                   strchr(others, text[i]) == NULL)))
            return false;
    return i > 0 && i < FINDING_ID_SIZE;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(((const struct script_param *)left)->name,
            ((const struct script_param *)right)->name);
}

/* By name: Lua's own order may differ from state to state, and their numbers are one. */
static void read_params(lua_State *lua, struct script_heuristic *heuristic)
{
    lua_getfield(lua, 1, "params");
    if (lua_isnil(lua, -1)) {
        lua_settop(lua, 1);
        return;
    }
    if (!lua_istable(lua, -1))
        luaL_error(lua, "'params' takes a table, as in params = { night_mb = { default = 5 } }");
    lua_pushnil(lua);
    while (lua_next(lua, 2) != 0) {
        struct script_param *param = &heuristic->params[heuristic->param_count];
        const char *name = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "";

        if (!declare_is_word(name, "_"))
            luaL_error(lua, "a parameter's name is up to %d small letters, digits and '_', not '%s'",
                    FINDING_ID_SIZE - 1, name);
        if (!lua_istable(lua, -1))
            luaL_error(lua, "parameter '%s' takes a table: %s = { default = 5 }", name, name);
        if (heuristic->param_count == SCRIPT_PARAMS_MAX)
            luaL_error(lua, "more than %d parameters", SCRIPT_PARAMS_MAX);
        param->name = copy(lua, name, strlen(name));
        heuristic->param_count++;
        read_param(lua, name, param);
        lua_pop(lua, 1);
    }
    qsort(heuristic->params, heuristic->param_count, sizeof(heuristic->params[0]), compare_names);
    lua_settop(lua, 1);
}

/* --- needs --- */

/* The number of an object's field; with a message where there is none. */
static size_t find_field(lua_State *lua, const struct script_catalog *object, const char *name)
{
    const char *near;

    for (size_t i = 0; i < object->count; i++)
        if (strcmp(object->fields[i], name) == 0 && strchr(name, '*') == NULL)
            return i;
    near = nearest_word(name, object->fields, object->count);
    luaL_error(lua, "unknown field of %s '%s' among 'needs'%s%s%s", object->name, name,
            near != NULL ? ": did you mean '" : "", near != NULL ? near : "",
            near != NULL ? "'?" : "");
    return 0;
}

/* Lua's own order may differ from state to state; the last fields are the quickest to look at. */
static void insert_need(struct script_heuristic *heuristic, const struct script_need *need)
{
    struct script_need *at = &heuristic->needs[heuristic->need_count++];

    for (; at > heuristic->needs && at[-1].events == need->events &&
            at[-1].choice == need->choice && at[-1].field < need->field; at--)
        *at = at[-1];
    *at = *need;
}

/* The field's name and what it must be are on top of the stack. */
static void add_need(lua_State *lua, struct script_heuristic *heuristic, struct script_need need)
{
    const struct script_catalog *object = &script_of(lua)->host->catalogs[need.object];

    if (heuristic->need_count == SCRIPT_NEEDS_MAX)
        luaL_error(lua, "more than %d needs", SCRIPT_NEEDS_MAX);
    need.field = find_field(lua, object, lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "");
    if (!objects_value(lua, -1, &need.value))
        luaL_error(lua, "a need is a number, which the field is at least, a text, true or false");
    if (need.value.type == VALUE_TEXT)
        need.value.text = need.text = copy(lua, need.value.text, need.value.len);
    insert_need(heuristic, &need);
}

static enum script_event event_of(const char *name)
{
    size_t i = 0;

    while (i < SCRIPT_EVENTS && strcmp(script_handlers[i].name, name) != 0)
        i++;
    return (enum script_event)i;
}

/* What stands in a table of needs besides fields. */
enum { NOTHING, HANDLERS, CHOICES };

static bool is_field(lua_State *lua, int besides)
{
    if (besides == HANDLERS)
        return lua_type(lua, -2) != LUA_TSTRING || event_of(lua_tostring(lua, -2)) == SCRIPT_EVENTS;
    return besides == NOTHING || lua_type(lua, -2) == LUA_TSTRING || !lua_istable(lua, -1);
}

/* The fields of the table on top of the stack. */
static void add_fields(lua_State *lua, struct script_heuristic *heuristic,
        const struct script_need *like, int besides)
{
    int table = lua_gettop(lua);

    lua_pushnil(lua);
    while (lua_next(lua, table) != 0) {
        if (is_field(lua, besides))
            add_need(lua, heuristic, *like);
        lua_pop(lua, 1);
    }
}

/* Those of one handler, whose table is on top of the stack: what has to be, and then the choices. */
static void add_of_handler(lua_State *lua, struct script_heuristic *heuristic,
        enum script_event event)
{
    struct script_need like = { .events = 1u << event,
        .object = script_handlers[event].objects[0] };
    size_t choices = lua_objlen(lua, -1);

    add_fields(lua, heuristic, &like, CHOICES);
    for (size_t i = 1; i <= choices; i++) {
        like.choice = (unsigned)i;
        lua_rawgeti(lua, -1, (int)i);
        add_fields(lua, heuristic, &like, NOTHING);
        lua_pop(lua, 1);
    }
}

/* Nil is fine. */
static void check_needs_of(lua_State *lua, const char *handler)
{
    if (!lua_isnil(lua, -1) && !lua_istable(lua, -1))
        luaL_error(lua, "the needs of '%s' are a table", handler);
    lua_getfield(lua, 1, handler);
    if (lua_isnil(lua, -1) && lua_istable(lua, -2))
        luaL_error(lua, "needs of '%s', which the heuristic does not have", handler);
    lua_pop(lua, 1);
}

static void read_needs(lua_State *lua, struct script_heuristic *heuristic)
{
    static const struct script_need of_flows = { .object = SCRIPT_FLOW,
        .events = 1u << SCRIPT_NAME | 1u << SCRIPT_FLOW_WINDOW | 1u << SCRIPT_FLOW_END };

    lua_getfield(lua, 1, "needs");
    if (!lua_isnil(lua, -1) && !lua_istable(lua, -1))
        luaL_error(lua, "'needs' takes fields of the flow, as in needs = { bytes_up = 1e6 }");
    if (lua_istable(lua, -1))
        add_fields(lua, heuristic, &of_flows, HANDLERS);
    for (int event = 0; event < SCRIPT_EVENTS && lua_istable(lua, 2); event++) {
        lua_getfield(lua, 2, script_handlers[event].name);
        check_needs_of(lua, script_handlers[event].name);
        if (lua_istable(lua, -1))
            add_of_handler(lua, heuristic, (enum script_event)event);
        lua_pop(lua, 1);
    }
    lua_settop(lua, 1);
}

/* --- the heuristic --- */

static void read_id(lua_State *lua, struct script *script, struct script_heuristic *heuristic)
{
    const char *id = text_at(lua, 1, "id", "id = \"night-owl\"");

    if (id == NULL || !declare_is_word(id, "-_"))
        luaL_error(lua, "a heuristic needs an id of up to %d small letters, digits, '-' and '_'",
                FINDING_ID_SIZE - 1);
    memcpy(heuristic->id, id, strlen(id) + 1);
    for (size_t i = 0; i < script->count; i++)
        if (strcmp(script->heuristics[i].id, id) == 0)
            luaL_error(lua, "another heuristic of this file has the id '%s'", id);
    lua_settop(lua, 1);
}

static void read_about(lua_State *lua, struct script_heuristic *heuristic)
{
    const char *title = text_at(lua, 1, "title", "title = \"Upload at night\"");
    lua_Number severity;

    if (title == NULL || title[0] == '\0')
        luaL_error(lua, "heuristic '%s' needs a title for people", heuristic->id);
    heuristic->title = copy(lua, title, strlen(title));
    lua_getfield(lua, 1, "severity");
    severity = lua_tonumber(lua, -1);
    heuristic->severity = (uint8_t)severity;
    if (lua_type(lua, -1) != LUA_TNUMBER || severity < 1 || severity > SEVERITY_MAX ||
            severity != heuristic->severity)
        luaL_error(lua, "heuristic '%s' needs a severity: 1 act now, 2 look today, 3 context, "
                "4 inventory", heuristic->id);
    lua_settop(lua, 1);
}

static void read_handlers(lua_State *lua, struct script *script,
        struct script_heuristic *heuristic)
{
    for (size_t i = 0; i < SCRIPT_EVENTS; i++) {
        lua_getfield(lua, 1, script_handlers[i].name);
        if (!lua_isnil(lua, -1) && !lua_isfunction(lua, -1))
            luaL_error(lua, "'%s' takes a function", script_handlers[i].name);
        if (lua_isnil(lua, -1)) {
            lua_pop(lua, 1);
            continue;
        }
        script->handlers[script->count][i] = luaL_ref(lua, LUA_REGISTRYINDEX);
        heuristic->events |= 1u << i;
    }
    if (heuristic->events == 0)
        luaL_error(lua, "heuristic '%s' has no handler, such as on_flow_window = function(flow, "
                "device, params) … end", heuristic->id);
}

static unsigned line_of(lua_State *lua)
{
    lua_Debug where;

    return lua_getstack(lua, 1, &where) && lua_getinfo(lua, "l", &where) && where.currentline > 0
                   ? (unsigned)where.currentline
                   : 0;
}

int declare_heuristic(lua_State *lua)
{
    static const char *const keys[] = { "id", "title", "severity", "params", "needs",
        "on_flow_window", "on_flow_end", "on_device_window", "on_device_hour", "on_name",
        "on_dns_answer", "on_heartbeat_change", NULL };
    struct script *script = script_of(lua);
    struct script_heuristic *heuristic = &script->heuristics[script->count];

    if (!script->loading)
        return luaL_error(lua, "heuristics are declared when the file is loaded, not in a handler");
    if (!lua_istable(lua, 1) || lua_gettop(lua) != 1)
        return luaL_error(lua, "write heuristic{ id = …, title = …, severity = …, on_… = … }");
    if (script->count == SCRIPT_HEURISTICS_MAX)
        return luaL_error(lua, "more than %d heuristics in one file", SCRIPT_HEURISTICS_MAX);
    check_keys(lua, 1, keys, "a heuristic");
    heuristic->line = line_of(lua);
    read_id(lua, script, heuristic);
    read_about(lua, heuristic);
    read_params(lua, heuristic);
    read_needs(lua, heuristic);
    read_handlers(lua, script, heuristic);
    objects_push_params(script, script->count);
    script->params[script->count] = luaL_ref(lua, LUA_REGISTRYINDEX);
    script->count++;
    return 0;
}

/* Also of one that was refused half-way, which stands behind the last. */
void declare_clear(struct script *script)
{
    for (size_t i = 0; i < SCRIPT_HEURISTICS_MAX; i++) {
        struct script_heuristic *heuristic = &script->heuristics[i];

        free(heuristic->title);
        for (size_t j = 0; j < SCRIPT_PARAMS_MAX; j++) {
            struct script_param *param = &heuristic->params[j];

            free(param->name);
            free(param->unit);
            free(param->doc);
            free(param->bounds);
            free(param->text);
        }
        for (size_t j = 0; j < SCRIPT_NEEDS_MAX; j++)
            free(heuristic->needs[j].text);
    }
}
