/* Heuristics in Lua: loaded with the engine, and anew with each reload of rules. */
#include "plugin.h"

#include "util-debug.h"

#include "detect/heuristics/heuristics.h"

/* Set while Suricata starts; then, under the lock, by whoever reloads rules. */
static struct {
    struct lock lock;
    struct engine *engine;
    const struct settings *settings;
    struct heuristics *current; /* held */
    uint32_t rules; /* version of those that 'current' was loaded with; 0: none yet */
} loaded;

static void TellProblem(void *user, const char *file, unsigned line, unsigned column,
        const char *what)
{
    unsigned *problems = user;

    (*problems)++;
    if (line > 0)
        SCLogWarning("%s:%u:%u: %s", file, line, column, what);
    else
        SCLogWarning("%s: %s", file, what);
}

/* From threads that inspect: a fault has its line, what a script logs has none. */
static void TellLine(void *user, const char *file, unsigned line, const char *text)
{
    (void)user;
    if (line > 0)
        SCLogWarning("%s:%u: %s", file, line, text);
    else
        SCLogNotice("%s: %s", file, text);
}

/* Returns how many problems there were. */
static unsigned Load(void)
{
    const struct string_list *files = &loaded.settings->lua_files;
    unsigned problems = 0;
    const struct heuristics_source source = {
        .settings = loaded.settings,
        .paths = (const char *const *)files->items,
        .path_count = files->count,
        .problem = TellProblem,
        .tell = TellLine,
        .user = &problems,
    };
    struct heuristics *heuristics = NULL;

    /* 'user' is for problems, told during the call; TellLine() looks at none. */
    if (heuristics_load(&source, &heuristics) == TATTLER_NO_MEMORY) {
        SCLogWarning("no memory for heuristics");
        return 1;
    }
    engine_use_heuristics(loaded.engine, heuristics);
    heuristics_release(loaded.current);
    loaded.current = heuristics;
    return problems;
}

unsigned TattlerHeuristicsLoad(struct engine *engine, const struct settings *settings)
{
    lock_init(&loaded.lock);
    loaded.engine = engine;
    loaded.settings = settings;
    return Load();
}

void TattlerHeuristicsFollow(const DetectEngineCtx *de_ctx)
{
    lock_take(&loaded.lock);
    if (loaded.rules != 0 && loaded.rules != de_ctx->version)
        Load();
    loaded.rules = de_ctx->version;
    lock_release(&loaded.lock);
}

void TattlerHeuristicsCheck(const char *id)
{
    const char *near;

    lock_take(&loaded.lock);
    if (heuristics_find(loaded.current, id) == NULL) {
        near = heuristics_nearest(loaded.current, id);
        SCLogWarning("iot.finding:%s: no heuristic with this id is loaded%s%s%s", id,
                near != NULL ? ": did you mean '" : "", near != NULL ? near : "",
                near != NULL ? "'?" : "");
    }
    lock_release(&loaded.lock);
}
