/* lua_scene.h - a scene (scene.h) with heuristics from a text. */
#ifndef TATTLER_TESTS_LUA_SCENE_H
#define TATTLER_TESTS_LUA_SCENE_H

#include <unistd.h>

#include "detect/heuristics/heuristics.h"
#include "scene.h"
#include "temporary.h"

#define TOLD_MAX 32

struct lua_scene {
    struct scene scene;
    char path[TEMPORARY_SIZE];
    enum tattler_status status; /* of loading */
    char problems[TOLD_MAX][512]; /* "line: text", of loading */
    size_t problem_count;
    char lines[TOLD_MAX][512]; /* "line: text", told later, by any thread */
    atomic_size_t line_count;  /* also of those that there was no room for */
};

static inline void lua_problem(void *user, const char *file, unsigned line, unsigned column,
        const char *what)
{
    struct lua_scene *lua = user;

    (void)file;
    (void)column;
    if (lua->problem_count < TOLD_MAX)
        snprintf(lua->problems[lua->problem_count++], sizeof(lua->problems[0]), "%u: %s", line, what);
}

static inline void lua_line(void *user, const char *file, unsigned line, const char *text)
{
    struct lua_scene *lua = user;
    size_t number = atomic_fetch_add(&lua->line_count, 1);

    (void)file;
    if (number < TOLD_MAX)
        snprintf(lua->lines[number], sizeof(lua->lines[0]), "%u: %s", line, text);
}

/* Loads the text in place of what was loaded before. */
static inline void lua_load(struct lua_scene *lua, const char *text)
{
    const char *paths[] = { lua->path };
    const struct heuristics_source source = { .settings = &lua->scene.settings, .paths = paths,
        .path_count = 1, .problem = lua_problem, .tell = lua_line, .user = lua };
    struct heuristics *heuristics = NULL;

    temporary_file(text, strlen(text), lua->path);
    lua->status = heuristics_load(&source, &heuristics);
    unlink(lua->path);
    ck_assert_ptr_nonnull(heuristics);
    engine_use_heuristics(lua->scene.engine, heuristics);
    heuristics_release(heuristics);
}

/* With lua->scene.settings as the caller has filled them in. */
static inline void lua_start(struct lua_scene *lua, const char *text)
{
    struct engine_event event;

    scene_start(&lua->scene, 1);
    engine_take_event(lua->scene.engine, &event); /* from now on they are kept */
    lua_load(lua, text);
}

static inline void lua_open(struct lua_scene *lua, const char *text)
{
    memset(lua, 0, sizeof(*lua));
    scene_settings(&lua->scene.settings);
    lua_start(lua, text);
    ck_assert_msg(lua->status == TATTLER_OK, "%s", lua->problems[0]);
}

static inline void lua_close(struct lua_scene *lua)
{
    scene_close(&lua->scene);
}

static inline struct engine_counters lua_count(const struct lua_scene *lua)
{
    struct engine_counters counters;

    engine_count(lua->scene.engine, &counters);
    return counters;
}

/* The next finding that is told; NULL: none. Its event is to be dropped. */
static inline const struct finding *lua_found(struct lua_scene *lua, struct engine_event *event)
{
    while (engine_take_event(lua->scene.engine, event)) {
        if (event->finding != NULL)
            return event->finding;
        engine_drop_event(lua->scene.engine, event);
    }
    return NULL;
}

static inline void lua_assert_line(const struct lua_scene *lua, size_t index, const char *expected)
{
    ck_assert_msg(index < lua->line_count, "'%s' was not told", expected);
    ck_assert_str_eq(lua->lines[index], expected);
}

/* A packet of the flow's device each second. */
static inline void lua_send(struct lua_scene *lua, struct flow *flow, unsigned seconds)
{
    for (unsigned i = 0; i < seconds; i++) {
        lua->scene.now_us += SECOND;
        tick(&lua->scene, flow);
    }
}

#endif
