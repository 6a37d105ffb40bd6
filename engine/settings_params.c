/* Parameters of heuristics: maps of maps whose keys the heuristics themselves declare. */
#include <stdlib.h>
#include <string.h>

#include "settings_kind.h"

/* "exfil.night_mb" behind the row's key, with a type before it where the row is that of types. */
static bool split_param(const char *rest, bool has_type, struct param_setting *out)
{
    const char *last = strrchr(rest, '.'), *before = last;

    while (before != NULL && before > rest && before[-1] != '.')
        before--;
    if (last == NULL || before == last || last[1] == '\0' || has_type != (before > rest + 1) ||
            (!has_type && before > rest))
        return false;
    out->type = has_type ? strndup(rest, (size_t)(before - 1 - rest)) : NULL;
    out->heuristic = strndup(before, (size_t)(last - before));
    out->name = strdup(last + 1);
    return true;
}

static void clear_param(struct param_setting *param)
{
    free(param->heuristic);
    free(param->name);
    free(param->value);
    free(param->type);
    free(param->path);
}

enum tattler_status settings_set_param(struct settings *settings, const char *key,
        const struct settings_entry *entry, const struct complaint *complaint, size_t device)
{
    bool has_type = strcmp(key, "types") == 0;
    struct param_setting param = { .device = device, .line = entry->line,
        .column = entry->column }, *params;
    const char *rest = entry->key + strlen(key);

    if (entry->value == NULL || *rest != '.' ||
            !split_param(rest + 1, has_type, &param))
        return settings_refuse(complaint, "takes the parameters of heuristics%s, as in %s",
                has_type ? " for types of devices" : "",
                has_type ? "'types: {camera: {exfil: {night_mb: 50}}}'"
                         : "'heuristics: {exfil: {night_mb: 5}}'");
    param.value = strdup(entry->value);
    param.path = entry->path != NULL ? strdup(entry->path) : NULL;
    params = realloc(settings->params, (settings->param_count + 1) * sizeof(*params));
    if (params != NULL)
        settings->params = params;
    if (params == NULL || param.value == NULL || param.heuristic == NULL || param.name == NULL ||
            (has_type && param.type == NULL) || (entry->path != NULL && param.path == NULL)) {
        clear_param(&param);
        return settings_no_memory(complaint);
    }
    params[settings->param_count++] = param;
    return TATTLER_OK;
}

void settings_clear_params(struct settings *settings)
{
    for (size_t i = 0; i < settings->param_count; i++)
        clear_param(&settings->params[i]);
    free(settings->params);
}
