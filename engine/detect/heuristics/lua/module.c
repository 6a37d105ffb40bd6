/* The module's one export: opens, calls and closes scripts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/heuristics/lua/state.h"

/* Messages begin with "?:LINE: ", where the file's name, which may be long, is left to the host. */
#define CHUNK "=?"
#define MARK "?:"

/* --- what went wrong --- */

/* "?:12: text" in its parts. */
static void take_message(struct script_fault *fault, const char *message)
{
    char *end;

    if (strncmp(message, MARK, strlen(MARK)) == 0) {
        fault->line = (unsigned)strtoul(message + strlen(MARK), &end, 10);
        if (end[0] == ':' && end[1] == ' ')
            message = end + 2;
    }
    snprintf(fault->text, sizeof(fault->text), "%s", message);
}

/* Runs where the error happened, with whatever was thrown. It must not fail itself: nothing of the
 * script's is called, nothing is allocated. */
static int on_error(lua_State *lua)
{
    void *user;
    struct script *script;
    lua_Debug where;

    lua_getallocf(lua, &user);
    script = user;
    if (script->stopped)
        return 1;
    script->fault.line = 0;
    for (int level = 0; lua_getstack(lua, level, &where); level++)
        if (lua_getinfo(lua, "l", &where) && where.currentline > 0) {
            script->fault.line = (unsigned)where.currentline;
            break;
        }
    if (lua_type(lua, 1) == LUA_TSTRING)
        take_message(&script->fault, lua_tostring(lua, 1));
    else
        snprintf(script->fault.text, sizeof(script->fault.text), "an error that is a %s, not a text",
                luaL_typename(lua, 1));
    return 1;
}

/* Errors of memory reach no handler. */
static void note_status(struct script *script, int status)
{
    if (script->stopped || status == 0 || status == LUA_ERRRUN)
        return;
    if (status == LUA_ERRMEM) {
        script->fault.over = true;
        snprintf(script->fault.text, sizeof(script->fault.text),
                "ran over its %llu kB of memory, or made a text or table larger than one may be",
                (unsigned long long)script->limits.memory / 1024);
    } else {
        snprintf(script->fault.text, sizeof(script->fault.text), "an error while handling an error");
    }
}

/* --- loading --- */

struct chunk {
    const char *text;
    size_t len;
};

static const char *read_chunk(lua_State *lua, void *user, size_t *len)
{
    struct chunk *chunk = user;

    (void)lua;
    *len = chunk->len;
    chunk->len = 0;
    return *len > 0 ? chunk->text : NULL;
}

struct loading {
    struct script *script;
    struct chunk chunk;
};

static int load(lua_State *lua)
{
    struct loading *loading = lua_touserdata(lua, 1);
    struct script *script = loading->script;
    int status;

    luaJIT_setmode(lua, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
    lua_gc(lua, LUA_GCSETPAUSE, 110);
    lua_gc(lua, LUA_GCSETSTEPMUL, 400);
    lua_gc(lua, LUA_GCSTOP, 0); /* until the file runs, hardly anything is garbage */
    objects_make(script);
    sandbox_push(script);
    lua_pushcfunction(lua, on_error);
    lua_pushvalue(lua, -1);
    script->on_error = luaL_ref(lua, LUA_REGISTRYINDEX);
    budget_begin(script);
    status = lua_loadx(lua, read_chunk, &loading->chunk, CHUNK, "t");
    if (status == LUA_ERRSYNTAX)
        take_message(&script->fault, lua_tostring(lua, -1));
    if (status != 0)
        return lua_error(lua);
    lua_pushvalue(lua, -3);
    lua_setfenv(lua, -2);
    lua_gc(lua, LUA_GCRESTART, 0);
    script->loading = true;
    status = lua_pcall(lua, 0, 0, -2);
    script->loading = false;
    note_status(script, status);
    return status == 0 ? 0 : lua_error(lua);
}

static void close_script(struct script *script)
{
    if (script == NULL)
        return;
    if (script->lua != NULL)
        lua_close(script->lua);
    declare_clear(script);
    free(script);
}

static struct script *open_script(const struct script_host *host, const struct script_limits *limits,
        const char *text, size_t len, struct script_fault *fault)
{
    struct script *script = calloc(1, sizeof(*script));
    struct loading loading = { script, { text, len } };
    int status;

    *fault = (struct script_fault){ .text = "out of memory" };
    if (script == NULL)
        return NULL;
    script->host = host;
    script->limits = *limits;
    script->lua = lua_newstate(budget_allocate, script);
    if (script->lua == NULL) {
        close_script(script);
        return NULL;
    }
    status = lua_cpcall(script->lua, load, &loading);
    lua_settop(script->lua, 0);
    if (status != 0 && script->fault.text[0] == '\0')
        note_status(script, status);
    if (status == 0 && script->count == 0)
        snprintf(script->fault.text, sizeof(script->fault.text),
                "declares no heuristic: write heuristic{ id = …, title = …, severity = … }");
    if (status == 0 && script->count > 0)
        return script;
    *fault = script->fault;
    close_script(script);
    return NULL;
}

/* --- calling --- */

#define SPARE (64 * 1024) /* bytes that collecting itself may need beyond a limit that is reached */

static int collect_all(lua_State *lua)
{
    lua_gc(lua, LUA_GCCOLLECT, 0);
    return 0;
}

/* Protected: to collect may mean to allocate, a smaller table of texts. */
static void collect(struct script *script)
{
    script->limits.memory += SPARE;
    lua_cpcall(script->lua, collect_all, NULL);
    lua_settop(script->lua, 0);
    script->limits.memory -= SPARE;
}

/* Outside of any protection but for the handler itself: nothing else here may allocate or err. The
 * stack is empty and has room for LUA_MINSTACK. */
static bool call_script(struct script *script, size_t heuristic, enum script_event event,
        struct script_call *call, struct script_fault *fault)
{
    const struct script_handler *handler = &script_handlers[event];
    lua_State *lua = script->lua;
    int status;

    script->call = call;
    script->calling = heuristic;
    budget_begin(script);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, script->on_error);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, script->handlers[heuristic][event]);
    for (size_t i = 0; i < handler->object_count; i++)
        lua_rawgeti(lua, LUA_REGISTRYINDEX, script->objects[handler->objects[i]]);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, script->params[heuristic]);
    status = lua_pcall(lua, (int)handler->object_count + 1, 0, 1);
    script->call = NULL;
    lua_settop(lua, 0);
    if (status == 0)
        return true;
    note_status(script, status);
    *fault = script->fault;
    if (script->memory > script->limits.memory / 2)
        collect(script);
    return false;
}

/* --- the table --- */

static size_t count_heuristics(const struct script *script)
{
    return script->count;
}

static const struct script_heuristic *heuristic_at(const struct script *script, size_t index)
{
    return &script->heuristics[index];
}

__attribute__((visibility("default"))) const struct script_module *tattler_lua_module(void)
{
    static const struct script_module module = {
        .version = SCRIPT_VERSION,
        .open = open_script,
        .close = close_script,
        .count = count_heuristics,
        .heuristic = heuristic_at,
        .call = call_script,
    };

    return &module;
}
