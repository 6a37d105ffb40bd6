#include "heuristics.h"

#include "command.h"

static void tell_problem(void *user, const char *file, unsigned line, unsigned column,
        const char *what)
{
    (void)user;
    if (line > 0)
        complain("%s:%u:%u: %s", file, line, column, what);
    else
        complain("%s: %s", file, what);
}

static void tell_line(void *user, const char *file, unsigned line, const char *text)
{
    tell_problem(user, file, line, 1, text);
}

struct heuristics *load_heuristics(const struct settings *settings, const char *const *paths,
        size_t path_count, bool *had_problems)
{
    const struct string_list *own = &settings->lua_files;
    const struct heuristics_source source = {
        .settings = settings,
        .paths = path_count > 0 ? paths : (const char *const *)own->items,
        .path_count = path_count > 0 ? path_count : own->count,
        .problem = tell_problem,
        .tell = tell_line,
    };
    struct heuristics *heuristics = NULL;
    enum tattler_status status = heuristics_load(&source, &heuristics);

    if (status == TATTLER_NO_MEMORY)
        complain("out of memory");
    *had_problems |= status != TATTLER_OK;
    return heuristics;
}
