/* What a call may cost: instructions, the work of library functions, memory. */
#include <stdio.h>
#include <stdlib.h>

#include "detect/heuristics/lua/state.h"

/* Between two looks at the budget. */
#define STEP 100
/* The longest text, the largest table: an instruction that joins or compares texts takes time as
 * they are long. */
#define BLOCK_MAX (32 * 1024)
/* Bytes that count as one instruction. */
#define BYTES_PER_INSTRUCTION 64

/* From this level of the stack on. Nothing is allocated: memory may have run out. */
static void note_line(struct script *script, int level)
{
    lua_Debug where;

    for (; lua_getstack(script->lua, level, &where); level++)
        if (lua_getinfo(script->lua, "l", &where) && where.currentline > 0) {
            script->fault.line = (unsigned)where.currentline;
            break;
        }
}

/* Errors of memory come without a message and reach no handler. */
static bool is_refused(struct script *script, size_t old_size, size_t new_size)
{
    if (new_size <= old_size || script->lua == NULL ||
            (new_size <= BLOCK_MAX &&
                    script->memory - old_size + new_size <= script->limits.memory))
        return false;
    note_line(script, 0);
    return true;
}

void *budget_allocate(void *user, void *block, size_t old_size, size_t new_size)
{
    struct script *script = user;
    void *moved;

    if (block == NULL)
        old_size = 0;
    if (new_size == 0) {
        free(block);
        script->memory -= old_size;
        return NULL;
    }
    if (is_refused(script, old_size, new_size))
        return NULL;
    if (new_size > old_size)
        script->left -= (int64_t)((new_size - old_size) / BYTES_PER_INSTRUCTION);
    moved = realloc(block, new_size);
    if (moved == NULL)
        return new_size <= old_size ? block : NULL; /* Lua takes for granted that less is there */
    script->memory = script->memory - old_size + new_size;
    return moved;
}

/* 'level' of the stack is where it happens. */
static void stop(struct script *script, int level)
{
    if (!script->stopped) {
        script->fault.over = true;
        snprintf(script->fault.text, sizeof(script->fault.text),
                "ran over its budget of %llu instructions",
                (unsigned long long)script->limits.instructions);
        note_line(script, level);
    }
    script->stopped = true;
    script->left = 0;
    lua_pushboolean(script->lua, 0);
    lua_error(script->lua);
}

/* Where the budget is spent, the next instruction asks again: no error handler gets further. */
static void on_count(lua_State *lua, lua_Debug *where)
{
    void *script;

    (void)where;
    lua_getallocf(lua, &script);
    ((struct script *)script)->left -= STEP;
    if (((struct script *)script)->left > 0)
        return;
    lua_sethook(lua, on_count, LUA_MASKCOUNT, 1);
    stop(script, 0);
}

/* The hook stays from call to call, since LuaJIT takes long to set one. */
void budget_begin(struct script *script)
{
    script->left = (int64_t)script->limits.instructions;
    if (lua_gethookcount(script->lua) != STEP)
        lua_sethook(script->lua, on_count, LUA_MASKCOUNT, STEP);
    script->stopped = false;
    script->fault.text[0] = '\0';
    script->fault.line = 0;
    script->fault.over = false;
}

void budget_charge(struct script *script, double instructions)
{
    if (instructions >= (double)script->left)
        script->left = 0;
    else if (instructions > 0) /* neither less than nothing nor what is no number */
        script->left -= (int64_t)instructions;
    if (script->left <= 0)
        stop(script, 1);
}

int budget_pcall(lua_State *lua)
{
    struct script *script = script_of(lua);
    int status;

    luaL_checkany(lua, 1);
    status = lua_pcall(lua, lua_gettop(lua) - 1, LUA_MULTRET, 0);
    if (script->stopped)
        stop(script, 1);
    lua_pushboolean(lua, status == 0);
    lua_insert(lua, 1);
    return lua_gettop(lua);
}
