/* What handlers are given: flow, device, answer, change and the parameters. Each is an empty userdata
 * whose environment holds its fields by name: the number of a field, or a nested object. What is
 * read is asked of the host when it is read. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "detect/heuristics/lua/state.h"

#define WORDS_MAX 128
#define NEAREST_COST 500 /* instructions that the search for a similar word counts as */
#define PATH_SIZE 64

enum { PARAMS = SCRIPT_OBJECTS };

struct object {
    struct script *script;
    int kind;         /* enum script_object, or PARAMS */
    bool is_whole;    /* the object itself, not what is nested in it */
    bool takes_keys;  /* stands for a field ".*" */
    size_t field;     /* that one */
    size_t heuristic; /* of parameters */
    char path[PATH_SIZE]; /* "flow.heartbeat", for messages */
};

/* --- values --- */

static void push_value(lua_State *lua, const struct value *value)
{
    switch (value->type) {
    case VALUE_NUMBER:
        lua_pushnumber(lua, value->number);
        break;
    case VALUE_FLAG:
        lua_pushboolean(lua, value->flag);
        break;
    case VALUE_TEXT:
        lua_pushlstring(lua, value->text, value->len);
        break;
    case VALUE_NONE:
        lua_pushnil(lua);
        break;
    }
}

bool objects_value(lua_State *lua, int index, struct value *out)
{
    size_t len;
    const char *text;

    switch (lua_type(lua, index)) {
    case LUA_TNIL:
        *out = (struct value){ .type = VALUE_NONE };
        return true;
    case LUA_TNUMBER:
        *out = value_of_number(lua_tonumber(lua, index));
        return true;
    case LUA_TBOOLEAN:
        *out = value_of_flag(lua_toboolean(lua, index) != 0);
        return true;
    case LUA_TSTRING:
        text = lua_tolstring(lua, index, &len);
        *out = value_of_text(text, len);
        return true;
    default:
        return false;
    }
}

/* --- words that are none --- */

static size_t list_keys(lua_State *lua, int index, const char *words[WORDS_MAX])
{
    size_t count = 0;

    lua_pushnil(lua);
    while (count < WORDS_MAX && lua_next(lua, index) != 0) {
        lua_pop(lua, 1);
        if (lua_type(lua, -1) == LUA_TSTRING)
            words[count++] = lua_tostring(lua, -1);
    }
    return count;
}

int refuse_word(lua_State *lua, int index, const char *what, const char *word)
{
    const char *words[WORDS_MAX], *near;

    budget_charge(script_of(lua), NEAREST_COST);
    near = nearest_word(word, words, list_keys(lua, index, words));
    if (near != NULL)
        return luaL_error(lua, "unknown %s '%s': did you mean '%s'?", what, word, near);
    return luaL_error(lua, "unknown %s '%s'", what, word);
}

/* --- reading and writing --- */

static struct object *object_at(lua_State *lua, int index)
{
    void *block = lua_touserdata(lua, index);
    bool ours;

    if (block == NULL || !lua_getmetatable(lua, index))
        return NULL;
    lua_rawgeti(lua, LUA_REGISTRYINDEX, script_of(lua)->metatable);
    ours = lua_rawequal(lua, -1, -2) != 0;
    lua_pop(lua, 2);
    return ours ? block : NULL;
}

enum script_object objects_at(lua_State *lua, int index)
{
    const struct object *object = object_at(lua, index);

    return object != NULL && object->is_whole && object->kind != PARAMS
                   ? (enum script_object)object->kind
                   : SCRIPT_OBJECTS;
}

/* The first argument of a function of the metatable: nobody else can get hold of those, so it is one of
 * ours, and to look would take longer than all else that a read takes. */
static struct object *check_object(lua_State *lua)
{
    struct object *object = lua_touserdata(lua, 1);
    const struct script *script = object->script;

    if (script->call == NULL || (object->kind == PARAMS && object->heuristic != script->calling) ||
            (object->kind != PARAMS && (script->call->objects & 1u << object->kind) == 0))
        luaL_error(lua, "'%s' is of another event: use what the handler is given", object->path);
    return object;
}

static const char *check_key(lua_State *lua, const struct object *object, size_t *len)
{
    if (lua_type(lua, 2) != LUA_TSTRING)
        luaL_error(lua, "%s takes names, as in %s.name", object->path, object->path);
    return lua_tolstring(lua, 2, len);
}

/* Reads are most of what scripts do, so fields are found without Lua's help: LuaJIT keeps one copy of
 * each text, which the environment holds on to, so where it stands says which it is. Returns a free
 * slot where the object has no such field. */
static struct script_slot *find_slot(const struct object *object, const char *name)
{
    struct script_slot *slots = object->script->slots;
    size_t i = ((uintptr_t)name >> 4 ^ (uintptr_t)object >> 5) % SCRIPT_SLOTS;

    while (slots[i].name != NULL && (slots[i].name != name || slots[i].object != object))
        i = (i + 1) % SCRIPT_SLOTS;
    return &slots[i];
}

static int ask(lua_State *lua, const struct object *object, size_t field)
{
    const struct script_host *host = object->script->host;
    struct script_call *call = object->script->call;
    struct value value;

    if (!(object->kind == PARAMS
                        ? host->param(call, field, &value)
                        : host->read(call, (enum script_object)object->kind, field, &value)))
        return 0;
    push_value(lua, &value);
    return 1;
}

static int read_key(lua_State *lua, const struct object *object)
{
    struct script *script = object->script;
    struct value value;
    size_t len;
    const char *key = check_key(lua, object, &len);

    if (!script->host->read_key(script->call, (enum script_object)object->kind, object->field, key,
                len, &value))
        return 0;
    push_value(lua, &value);
    return 1;
}

/* Its environment is at 3. */
static int refuse_field(lua_State *lua, const struct object *object)
{
    size_t len;
    const char *key = check_key(lua, object, &len);

    lua_pushfstring(lua, "field of %s", object->path);
    return refuse_word(lua, 3, lua_tostring(lua, -1), key);
}

static int read_field(lua_State *lua)
{
    const struct object *object = check_object(lua);
    const struct script_slot *slot;
    size_t len;

    if (object->takes_keys)
        return read_key(lua, object);
    slot = find_slot(object, check_key(lua, object, &len));
    if (slot->nested != 0) {
        lua_rawgeti(lua, LUA_REGISTRYINDEX, slot->nested);
        return 1;
    }
    if (slot->name != NULL)
        return ask(lua, object, slot->field);
    lua_getfenv(lua, 1);
    lua_pushvalue(lua, 2);
    lua_rawget(lua, 3);
    switch (lua_type(lua, 4)) {
    case LUA_TUSERDATA:
        return 1;
    case LUA_TNUMBER:
        return ask(lua, object, (size_t)lua_tointeger(lua, 4));
    default:
        return refuse_field(lua, object);
    }
}

static int write_field(lua_State *lua)
{
    const struct object *object = check_object(lua);
    struct script *script = object->script;
    struct value value;
    size_t len;
    const char *key = check_key(lua, object, &len), *wrong;

    if (!object->takes_keys)
        return luaL_error(lua, "%s.%s can only be read", object->path, key);
    if (!objects_value(lua, 3, &value))
        return luaL_error(lua, "%s.%s takes a number, a text, true or false, or nil, not a %s",
                object->path, key, luaL_typename(lua, 3));
    wrong = script->host->write_key(script->call, (enum script_object)object->kind, object->field,
            key, len, &value);
    if (wrong != NULL)
        return luaL_error(lua, "%s.%s: %s", object->path, key, wrong);
    return 0;
}

static int show(lua_State *lua)
{
    const struct object *object = lua_touserdata(lua, 1);

    lua_pushstring(lua, object->path);
    return 1;
}

/* --- making them --- */

static void make_metatable(struct script *script)
{
    lua_State *lua = script->lua;

    lua_newtable(lua);
    script_push(script, read_field);
    lua_setfield(lua, -2, "__index");
    script_push(script, write_field);
    lua_setfield(lua, -2, "__newindex");
    script_push(script, show);
    lua_setfield(lua, -2, "__tostring");
    lua_pushliteral(lua, "locked");
    lua_setfield(lua, -2, "__metatable");
    script->metatable = luaL_ref(lua, LUA_REGISTRYINDEX);
}

/* Leaves the object on the stack, and its fields above it. */
static struct object *push_object(struct script *script, int kind, const char *path)
{
    lua_State *lua = script->lua;
    struct object *object = lua_newuserdata(lua, sizeof(*object));

    *object = (struct object){ .script = script, .kind = kind };
    strncpy(object->path, path, sizeof(object->path) - 1);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, script->metatable);
    lua_setmetatable(lua, -2);
    lua_newtable(lua);
    lua_pushvalue(lua, -1);
    lua_setfenv(lua, -3);
    return object;
}

/* Fields that there is no room for are found as well, only later. */
static void add_slot(struct script *script, const struct object *object, const char *name,
        struct script_slot slot)
{
    if (script->slot_count == SCRIPT_SLOTS / 2)
        return;
    slot.object = object;
    slot.name = name;
    *find_slot(object, name) = slot;
    script->slot_count++;
}

/* The section of an object whose fields are on top of the stack; leaves its own there. */
static struct object *push_section(struct script *script, const struct object *object,
        const char *name, size_t len)
{
    lua_State *lua = script->lua;
    struct object *section;
    int nested;

    lua_pushlstring(lua, name, len);
    lua_pushvalue(lua, -1);
    lua_rawget(lua, -3);
    if (!lua_isnil(lua, -1)) {
        section = lua_touserdata(lua, -1);
        lua_getfenv(lua, -1);
        lua_replace(lua, -3);
        lua_pop(lua, 1);
        return section;
    }
    lua_pop(lua, 1);
    section = push_object(script, object->kind,
            lua_pushfstring(lua, "%s.%s", object->path, lua_tostring(lua, -1)));
    lua_remove(lua, -3); /* the path */
    lua_pushvalue(lua, -2);
    nested = luaL_ref(lua, LUA_REGISTRYINDEX);
    add_slot(script, object, lua_tostring(lua, -3), (struct script_slot){ .nested = nested });
    lua_insert(lua, -3); /* the section's fields, below its name and itself */
    lua_rawset(lua, -4);
    return section;
}

/* The fields of the object are on top of the stack. */
static void add_number(struct script *script, const struct object *object, const char *name,
        size_t field)
{
    lua_State *lua = script->lua;

    lua_pushstring(lua, name);
    add_slot(script, object, lua_tostring(lua, -1), (struct script_slot){ .field = field });
    lua_pushinteger(lua, (lua_Integer)field);
    lua_rawset(lua, -3);
}

/* 'object' and, on top of the stack, its fields. */
static void add_field(struct script *script, const struct object *object, const char *name,
        size_t field)
{
    const char *dot = strchr(name, '.');
    struct object *section;

    if (dot == NULL) {
        add_number(script, object, name, field);
        return;
    }
    section = push_section(script, object, name, (size_t)(dot - name));
    section->takes_keys = strcmp(dot, ".*") == 0;
    section->field = field;
    if (!section->takes_keys)
        add_number(script, section, dot + 1, field);
    lua_pop(script->lua, 1);
}

void objects_make(struct script *script)
{
    lua_State *lua = script->lua;

    make_metatable(script);
    for (int kind = 0; kind < SCRIPT_OBJECTS; kind++) {
        const struct script_catalog *catalog = &script->host->catalogs[kind];
        struct object *object = push_object(script, kind, catalog->name);

        object->is_whole = true;
        for (size_t i = 0; i < catalog->count; i++)
            add_field(script, object, catalog->fields[i], i);
        lua_pop(lua, 1);
        script->objects[kind] = luaL_ref(lua, LUA_REGISTRYINDEX);
    }
}

void objects_push_params(struct script *script, size_t heuristic)
{
    const struct script_heuristic *declared = &script->heuristics[heuristic];
    struct object *object = push_object(script, PARAMS, "params");

    object->is_whole = true;
    object->heuristic = heuristic;
    for (size_t i = 0; i < declared->param_count; i++)
        add_field(script, object, declared->params[i].name, i);
    lua_pop(script->lua, 1);
}
