/* The module that runs Lua: opened apart from all else, since Suricata exports functions of another
 * Lua by the same names. With RTLD_DEEPBIND the module finds LuaJIT's first, and whether it did is
 * checked. */
#include <dlfcn.h>
#include <stdio.h>

#include "detect/heuristics/heuristics.h"

#ifdef TATTLER_LUA_LINKED /* sanitizers refuse RTLD_DEEPBIND */

const struct script_module *heuristics_module(const char *path, char *error, size_t error_size)
{
    (void)path;
    (void)error;
    (void)error_size;
    return tattler_lua_module();
}

#else

typedef const struct script_module *(*module_fn)(void);

static void *address_of(void *library, const char *name)
{
    Dl_info info;
    void *symbol = dlsym(library, name);

    return symbol != NULL && dladdr(symbol, &info) != 0 ? info.dli_fbase : NULL;
}

/* lua_newstate() exists in every Lua, luaJIT_setmode() in LuaJIT only. */
static bool is_bound_well(void *library)
{
    void *base = address_of(library, "lua_newstate");

    return base != NULL && base == address_of(library, "luaJIT_setmode");
}

static module_fn entry_of(void *library)
{
    union {
        void *object;
        module_fn function;
    } symbol = { .object = dlsym(library, SCRIPT_MODULE_SYMBOL) };

    return symbol.function;
}

/* It stays open: what it has made may outlive whoever opened it. */
const struct script_module *heuristics_module(const char *path, char *error, size_t error_size)
{
    void *library;
    const struct script_module *module;

    library = dlopen(path != NULL ? path : "", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    if (library == NULL) {
        snprintf(error, error_size, "the module that runs Lua cannot be opened: %s", dlerror());
        return NULL;
    }
    module = is_bound_well(library) && entry_of(library) != NULL ? entry_of(library)() : NULL;
    if (module != NULL && module->version == SCRIPT_VERSION)
        return module;
    snprintf(error, error_size, module == NULL ? "%s is bound to another Lua than LuaJIT"
                                               : "%s is of another version: install both anew",
            path);
    dlclose(library);
    return NULL;
}

#endif
