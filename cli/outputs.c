#include "outputs.h"

#include <stdio.h>

#include "command.h"
#include "output.h"

#define OUTPUTS_MAX 8 /* of settings */

static const struct output_kind *const kinds[] = { &output_file, &output_unix_stream,
    &output_unix_datagram, &output_redis };

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

struct output {
    const struct output_kind *kind;
    void *state; /* NULL: not open */
    char *target;
    char *folder; /* of a file; NULL: none */
};

struct outputs {
    const struct settings *settings;
    struct output all[OUTPUTS_MAX];
    size_t count;
};

/* --- opening --- */

/* The folder's own if relative; NULL: out of memory. */
static char *whole_path(const char *folder, const char *path)
{
    size_t size = strlen(folder) + strlen(path) + 2;
    char *whole = malloc(size);

    if (whole != NULL && path[0] == '/')
        snprintf(whole, size, "%s", path);
    else if (whole != NULL)
        snprintf(whole, size, "%s/%s", folder, path);
    return whole;
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* 'target' is owned from now on. False: out of memory. */
static bool add(struct outputs *outputs, const struct output_kind *kind, char *target)
{
    struct output *output = &outputs->all[outputs->count++];
    bool has_folder = target != NULL && kind == &output_file && strcmp(target, "-") != 0;

    *output = (struct output){ .kind = kind, .target = target };
    if (has_folder)
        output->folder = folder_of(target);
    return target != NULL && (!has_folder || output->folder != NULL);
}

static const struct output_kind *kind_of(const char *output)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        size_t len = strlen(kinds[i]->type);

        if (strncmp(output, kinds[i]->type, len) == 0 && output[len] == ':')
            return kinds[i];
    }
    return NULL; /* settings take none such */
}

static bool add_all(struct outputs *outputs, const char *folder)
{
    const struct string_list *named = &outputs->settings->eve_outputs;

    for (size_t i = 0; i < named->count && outputs->count < OUTPUTS_MAX; i++) {
        const char *output = named->items[i];
        const struct output_kind *kind = kind_of(output);
        const char *path = output + strlen(kind->type) + 1;

        if (!add(outputs, kind,
                    kind == &output_redis ? strdup(output) : whole_path(folder, path)))
            return false;
    }
    return true;
}

struct outputs *outputs_new(const struct settings *settings, const char *folder, const char *file)
{
    struct outputs *outputs = calloc(1, sizeof(*outputs));

    if (outputs != NULL) {
        outputs->settings = settings;
        if (file != NULL ? add(outputs, &output_file, strdup(file)) : add_all(outputs, folder))
            return outputs;
    }
    complain("out of memory");
    outputs_close(outputs);
    return NULL;
}

bool outputs_open(struct outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++) {
        struct output *output = &outputs->all[i];

        output->state = output->kind->open(output->target, outputs->settings);
        if (output->state == NULL)
            return false;
    }
    return true;
}

void outputs_close(struct outputs *outputs)
{
    if (outputs == NULL)
        return;
    for (size_t i = 0; i < outputs->count; i++) {
        if (outputs->all[i].state != NULL)
            outputs->all[i].kind->close(outputs->all[i].state);
        free(outputs->all[i].folder);
        free(outputs->all[i].target);
    }
    free(outputs);
}

/* --- records --- */

void outputs_write(struct outputs *outputs, const char *record, size_t len)
{
    for (size_t i = 0; i < outputs->count; i++)
        outputs->all[i].kind->write(outputs->all[i].state, record, len);
}

void outputs_flush(struct outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++)
        outputs->all[i].kind->flush(outputs->all[i].state);
}

void outputs_reopen(struct outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++)
        if (outputs->all[i].kind->reopen != NULL)
            outputs->all[i].kind->reopen(outputs->all[i].state);
}

/* Those of one type are told together: a name stands once in an object. */
static bool count_kind(const struct outputs *outputs, const struct output_kind *kind,
        struct output_counters *total)
{
    bool any = false;

    *total = (struct output_counters){ 0 };
    for (size_t i = 0; i < outputs->count; i++)
        if (outputs->all[i].kind == kind) {
            struct output_counters one = kind->count(outputs->all[i].state);

            total->records += one.records;
            total->lost += one.lost;
            any = true;
        }
    return any;
}

size_t outputs_count(const struct outputs *outputs, struct eve_counter *out, size_t room)
{
    struct output_counters total;
    size_t count = 0;

    for (size_t i = 0; i < KIND_COUNT && count + 2 <= room; i++)
        if (count_kind(outputs, kinds[i], &total)) {
            out[count++] = (struct eve_counter){ kinds[i]->section, "records", total.records };
            out[count++] = (struct eve_counter){ kinds[i]->section, "records_lost", total.lost };
        }
    return count;
}

const char *outputs_target(const struct outputs *outputs, size_t index)
{
    return index < outputs->count ? outputs->all[index].target : NULL;
}

size_t outputs_folders(const struct outputs *outputs, const char **out, size_t room)
{
    size_t count = 0;

    for (size_t i = 0; i < outputs->count && count < room; i++)
        if (outputs->all[i].folder != NULL)
            out[count++] = outputs->all[i].folder;
    return count;
}
