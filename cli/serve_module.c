/* Opens the web server when it is wanted. */
#include <dlfcn.h>
#include <stdlib.h>

#include "command.h"
#include "serve.h"

#ifdef TATTLER_HTTP_LINKED /* with sanitizers, which want to see all of it from the start */

const struct http_module *serve_module(void)
{
    return tattler_http_module();
}

#else

typedef const struct http_module *(*module_fn)(void);

static module_fn entry_of(void *library)
{
    union {
        void *object;
        module_fn function;
    } symbol = { .object = dlsym(library, HTTP_MODULE_SYMBOL) };

    return symbol.function;
}

/* It stays open. The caller of a binary with rights of its own, by setcap, names none. */
const struct http_module *serve_module(void)
{
    const char *folder = secure_getenv("TATTLER_LIB");
    const struct http_module *module = NULL;
    char path[4096];
    void *library;

    snprintf(path, sizeof(path), "%s/tattler-http.so",
            folder != NULL && *folder != '\0' ? folder : TATTLER_LIBDIR);
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        complain("the web server cannot be opened: %s: install it (make install), or name its folder in "
                "TATTLER_LIB", dlerror());
        return NULL;
    }
    if (entry_of(library) != NULL)
        module = entry_of(library)();
    if (module != NULL && module->version == HTTP_MODULE_VERSION)
        return module;
    complain("%s is of another version: install both anew", path);
    return NULL;
}

#endif
