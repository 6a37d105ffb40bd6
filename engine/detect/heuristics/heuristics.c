#include "detect/heuristics/heuristics.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/nearest.h"
#include "detect/heuristics/heuristics_internal.h"
#include "files/file_map.h"
#include "files/folder.h"

#define FILE_MAX (256 * 1024)

/* --- telling --- */

struct loading {
    const struct heuristics_source *source;
    struct heuristics *set;
    const struct script_module *module;
    size_t file_room, item_room;
    bool malformed, no_memory;
};

static void tell(struct loading *loading, const char *file, unsigned line, const char *text)
{
    loading->malformed = true;
    loading->source->problem(loading->source->user, file, line, line > 0 ? 1 : 0, text);
}

/* --- one file --- */

/* NULL: it was told why not. */
static char *read_text(struct loading *loading, const char *path, size_t *len)
{
    struct cursor mapped;
    char *text = NULL;

    if (!file_map(path, &mapped)) {
        tell(loading, path, 0, strerror(errno));
        return NULL;
    }
    *len = mapped.left;
    if (mapped.left > FILE_MAX)
        tell(loading, path, 0, "larger than 256 kB");
    else if ((text = malloc(mapped.left + 1)) == NULL)
        loading->no_memory = true;
    else if (mapped.left > 0)
        memcpy(text, mapped.at, mapped.left);
    file_unmap(&mapped);
    return text;
}

static bool is_known(struct loading *loading, const char *path,
        const struct script_heuristic *declared)
{
    const struct heuristic *other = heuristics_find(loading->set, declared->id);
    char text[512];

    if (other == NULL)
        return false;
    snprintf(text, sizeof(text), "heuristic '%s' is declared in %.256s as well: this one is left out",
            declared->id, other->file);
    tell(loading, path, declared->line, text);
    return true;
}

/* A slip of the pen there would look like a quiet network. */
static bool needs_what_never_is(struct loading *loading, const char *path,
        const struct script_heuristic *declared)
{
    char text[256];
    bool refused = false;

    for (size_t i = 0; i < declared->need_count; i++)
        if (needs_refuse(loading->set, &declared->needs[i], text, sizeof(text))) {
            tell(loading, path, declared->line, text);
            refused = true;
        }
    return refused;
}

static bool add_items(struct loading *loading, struct heuristic_file *file)
{
    struct heuristics *set = loading->set;

    for (size_t i = 0; i < loading->module->count(file->declared); i++) {
        const struct script_heuristic *declared = loading->module->heuristic(file->declared, i);
        struct heuristic *items = grow(set->items, &loading->item_room, set->count + 1,
                sizeof(*items));

        if (items == NULL)
            return false;
        set->items = items;
        if (is_known(loading, file->path, declared) ||
                needs_what_never_is(loading, file->path, declared))
            continue;
        items[set->count++] =
                (struct heuristic){ declared, file->path, set->file_count - 1, i };
        set->events |= declared->events;
    }
    return true;
}

static struct heuristic_file *append_file(struct loading *loading, const char *path)
{
    struct heuristics *set = loading->set;
    struct heuristic_file *file = calloc(1, sizeof(*file)), **files;

    files = grow(set->files, &loading->file_room, set->file_count + 1, sizeof(struct heuristic_file *));
    if (files != NULL)
        set->files = files;
    if (file != NULL && files != NULL && (file->path = strdup(path)) != NULL) {
        files[set->file_count++] = file;
        return file;
    }
    loading->no_memory = true;
    free(file);
    return NULL;
}

static void load_file(struct loading *loading, const char *path)
{
    struct heuristic_file *file;
    struct script_fault fault;
    size_t len;
    char *text;

    if (loading->no_memory || (text = read_text(loading, path, &len)) == NULL)
        return;
    file = append_file(loading, path);
    if (file == NULL) {
        free(text);
        return;
    }
    file->text = text;
    file->len = len;
    file->declared = loading->module->open(&loading->set->host, &loading->set->limits, text, len,
            &fault);
    if (file->declared == NULL)
        tell(loading, path, fault.line, fault.text);
    else if (!add_items(loading, file))
        loading->no_memory = true;
}

/* --- folders --- */

static void take_file(void *loading, const char *path)
{
    load_file(loading, path);
}

static void load_path(struct loading *loading, const char *path)
{
    char error[512];

    if (!folder_each(path, ".lua", take_file, loading, error, sizeof(error)))
        tell(loading, path, 0, error);
}

/* --- the set --- */

static void load_all(struct loading *loading)
{
    const struct heuristics_source *source = loading->source;
    char error[512];

    loading->module = heuristics_module(source->settings->lua_module, error, sizeof(error));
    if (loading->module == NULL) {
        tell(loading, source->paths[0], 0, error);
        return;
    }
    loading->set->module = loading->module;
    for (size_t i = 0; i < source->path_count; i++)
        load_path(loading, source->paths[i]);
    loading->malformed |= !params_read(loading->set, source, !loading->malformed);
}

enum tattler_status heuristics_load(const struct heuristics_source *source,
        struct heuristics **out)
{
    struct loading loading = { .source = source };

    loading.set = calloc(1, sizeof(*loading.set));
    if (loading.set == NULL)
        return TATTLER_NO_MEMORY;
    atomic_init(&loading.set->holders, 1);
    loading.set->tell = source->tell;
    loading.set->user = source->user;
    loading.set->witness = source->witness;
    loading.set->limits = (struct script_limits){ source->settings->lua_instructions,
        source->settings->lua_memory_kb * 1024 };
    loading.set->host = script_host_functions;
    loading.set->host.catalogs = loading.set->catalogs.list;
    loading.no_memory = !catalogs_make(&loading.set->catalogs);
    if (source->path_count > 0 && !loading.no_memory)
        load_all(&loading);
    loading.no_memory |= !needs_list(loading.set);
    if (loading.no_memory) {
        heuristics_release(loading.set);
        return TATTLER_NO_MEMORY;
    }
    *out = loading.set;
    return loading.malformed ? TATTLER_MALFORMED : TATTLER_OK;
}

struct heuristics *heuristics_hold(struct heuristics *heuristics)
{
    atomic_fetch_add(&heuristics->holders, 1);
    return heuristics;
}

void heuristics_release(struct heuristics *heuristics)
{
    if (heuristics == NULL || atomic_fetch_sub(&heuristics->holders, 1) > 1)
        return;
    for (size_t i = 0; i < heuristics->file_count; i++) {
        if (heuristics->module != NULL)
            heuristics->module->close(heuristics->files[i]->declared);
        free(heuristics->files[i]->path);
        free(heuristics->files[i]->text);
        free(heuristics->files[i]);
    }
    needs_clear(heuristics);
    params_clear(heuristics);
    catalogs_clear(&heuristics->catalogs);
    free(heuristics->files);
    free(heuristics->items);
    free(heuristics);
}

/* --- what is in it --- */

bool heuristics_settings_wrong(const struct heuristics *heuristics)
{
    return heuristics->is_param_wrong;
}

size_t heuristics_count(const struct heuristics *heuristics)
{
    return heuristics->count;
}

const struct heuristic *heuristics_at(const struct heuristics *heuristics, size_t index)
{
    return &heuristics->items[index];
}

const struct heuristic *heuristics_find(const struct heuristics *heuristics, const char *id)
{
    for (size_t i = 0; i < heuristics->count; i++)
        if (strcmp(heuristics->items[i].declared->id, id) == 0)
            return &heuristics->items[i];
    return NULL;
}

const char *heuristics_nearest(const struct heuristics *heuristics, const char *id)
{
    const char **ids = calloc(heuristics->count + 1, sizeof(*ids)), *near = NULL;

    for (size_t i = 0; ids != NULL && i < heuristics->count; i++)
        ids[i] = heuristics->items[i].declared->id;
    if (ids != NULL)
        near = nearest_word(id, ids, heuristics->count);
    free(ids);
    return near;
}

uint32_t heuristics_events(const struct heuristics *heuristics)
{
    return heuristics->events;
}

const struct catalogs *heuristics_catalogs(const struct heuristics *heuristics)
{
    return &heuristics->catalogs;
}

const struct heuristic_witness *heuristics_witness(const struct heuristics *heuristics)
{
    return heuristics->witness;
}
