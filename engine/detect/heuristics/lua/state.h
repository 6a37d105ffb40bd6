/* state.h - one script's Lua state, shared by the files of the Lua module. */
#ifndef TATTLER_DETECT_HEURISTICS_LUA_STATE_H
#define TATTLER_DETECT_HEURISTICS_LUA_STATE_H

#include <lauxlib.h>
#include <lua.h>
#include <luajit.h>
#include <lualib.h>

#include "detect/heuristics/script.h"

#define SCRIPT_SLOTS 512

struct object;

/* A field of an object, found by where its name stands. */
struct script_slot {
    const struct object *object;
    const char *name; /* Lua's copy; NULL: free */
    int nested;       /* zero: a value; else the object, a reference of the registry */
    size_t field;
};

struct script {
    lua_State *lua;
    const struct script_host *host;
    struct script_limits limits;
    struct script_call *call; /* the event at hand; NULL: the file is being loaded */
    size_t calling;           /* heuristic */
    bool loading;

    /* --- budget.c --- */
    size_t memory;       /* bytes held */
    int64_t left;        /* instructions of this call */
    bool stopped;         /* the call has to end */
    struct script_fault fault; /* of this call */

    /* --- declare.c --- */
    struct script_heuristic heuristics[SCRIPT_HEURISTICS_MAX];
    int handlers[SCRIPT_HEURISTICS_MAX][SCRIPT_EVENTS]; /* references of the registry */
    int params[SCRIPT_HEURISTICS_MAX];
    size_t count;

    /* --- objects.c --- */
    int metatable; /* references of the registry, as these */
    int objects[SCRIPT_OBJECTS];
    struct script_slot slots[SCRIPT_SLOTS];
    size_t slot_count;

    /* --- module.c --- */
    int on_error;
};

/* The script that a function of ours belongs to: its first upvalue. */
static inline struct script *script_of(lua_State *lua)
{
    return lua_touserdata(lua, lua_upvalueindex(1));
}

/* Pushes 'function' with the script as its first upvalue and 'upvalues' more from the stack. */
void script_push(struct script *script, lua_CFunction function);

/* --- budget.c --- */

void *budget_allocate(void *script, void *block, size_t old_size, size_t new_size);
/* From now on each instruction and each charge counts, against a new budget with each call. */
void budget_begin(struct script *script);
/* Work of a library function; ends the call where the budget is spent. */
void budget_charge(struct script *script, double instructions);
int budget_pcall(lua_State *lua);

/* --- sandbox.c --- */

/* Leaves the globals of the file on the stack. */
void sandbox_push(struct script *script);

/* --- strings.c --- */

/* Library functions that may take longer than an instruction, behind a charge. 'library' is on top of
 * the stack. */
void strings_guard(struct script *script);
void tables_guard(struct script *script);

/* --- objects.c --- */

void objects_make(struct script *script);
/* Makes the parameters of a heuristic, whose names are known; leaves the object on the stack. */
void objects_push_params(struct script *script, size_t heuristic);
/* Which object stands at this place of the stack; SCRIPT_OBJECTS: none. */
enum script_object objects_at(lua_State *lua, int index);
/* A scalar at this place; false: it is something else. */
bool objects_value(lua_State *lua, int index, struct value *out);

/* "unknown what 'word': did you mean 'near'?", or the words there are; does not return. The words are
 * the keys of the table at 'index'. */
int refuse_word(lua_State *lua, int index, const char *what, const char *word);

/* --- declare.c --- */

int declare_heuristic(lua_State *lua);
/* Small letters, and behind the first digits and 'others'; not longer than an id. */
bool declare_is_word(const char *text, const char *others);
void declare_clear(struct script *script);

/* --- finding.c --- */

int finding_call(lua_State *lua);

#endif
