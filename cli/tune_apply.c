#include "tune_apply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "undo_file.h"
#include "yaml_edit.h"

/* An item for a list of the configuration. */
struct addition {
    const char *list;
    yaml_item_fn make;
    void *user;
};

static char *make_entry(void *user, size_t indent, const char *newline)
{
    return proposal_yaml(user, indent, newline);
}

static char *make_param(void *user, size_t indent, const char *newline)
{
    return tune_param_yaml(user, indent, newline);
}

static void tell_setting(void *user, const char *file, unsigned line, unsigned column,
        const char *what)
{
    (void)user;
    complain("%s:%u:%u of the new text: %s", file, line, column, what);
}

/* Is the new text a configuration with so many items in its list? */
static bool is_sound(const struct undo_file *file, const char *list, size_t items, const char *text,
        size_t len)
{
    struct settings after;
    bool good = settings_default(&after) == TATTLER_OK &&
                settings_read_yaml_text(&after, file->path, text, len, tell_setting, NULL) ==
                        TATTLER_OK &&
                settings_record_count(&after, list) == items;

    settings_clear(&after);
    if (!good)
        complain("%s was changed meanwhile, or cannot be read with the change: nothing was written",
                file->path);
    return good;
}

/* Where the layout is beyond us the user may still paste it. */
static void tell_by_hand(const char *path, const struct addition *addition, const char *why)
{
    char *lines = addition->make(addition->user, 4, "\n");

    complain("%s: nothing was written: %s. Add to the list '%s' by hand:", path, why,
            addition->list);
    if (lines != NULL)
        fputs(lines, stderr);
    free(lines);
}

static bool add(const char *path, const struct settings *settings, const struct addition *addition)
{
    size_t items = settings_record_count(settings, addition->list) + 1, len;
    struct undo_file file;
    const char *why;
    char *text;
    bool good;

    if (!undo_file_read(path, false, &file))
        return false;
    text = yaml_add_item(file.text, file.len, addition->list, addition->make, addition->user, &len,
            &why);
    if (text == NULL)
        tell_by_hand(path, addition, why);
    good = text != NULL && is_sound(&file, addition->list, items, text, len) &&
           undo_file_write(&file, text, len);
    free(text);
    undo_file_clear(&file);
    return good;
}

bool tune_apply_yaml(const char *path, const struct settings *settings,
        const struct proposal *proposal)
{
    return add(path, settings,
            &(struct addition){ "suppress", make_entry, (void *)(uintptr_t)proposal });
}

/* --- a parameter --- */

#define NOT_LISTED SIZE_MAX

/* Which of 'devices' it is. */
static size_t find_listed(const struct settings *settings, const struct tune_device *device)
{
    for (size_t i = 0; i < settings->device_count; i++) {
        const struct device_setting *listed = &settings->devices[i];

        if (listed->has_mac ? device->has_mac && mac_equal(&listed->mac, &device->mac)
                            : !device->has_mac && address_equal(&listed->address, &device->address))
            return i;
    }
    return NOT_LISTED;
}

/* Parameters that bound the same reason are set one by one; NULL, and why. */
static char *set_params(const struct undo_file *file, size_t listed,
        const struct tune_param_item *item, size_t *out_len, const char **why)
{
    const struct script_heuristic *declared = item->param->heuristic->declared;
    char *text = malloc(file->len + 1), value[32], comment[TUNE_COMMENT_SIZE];
    struct yaml_value set = { "devices", listed, { "heuristics", declared->id, NULL }, value, comment };

    if (text != NULL)
        memcpy(text, file->text, file->len);
    *out_len = file->len;
    tune_comment(item->proposal, comment);
    snprintf(value, sizeof(value), "%.10g", item->param->value);
    for (size_t i = 0; text != NULL && i < declared->param_count; i++) {
        char *before = text;

        if ((item->param->changed & UINT32_C(1) << i) == 0)
            continue;
        set.path[2] = declared->params[i].name;
        text = yaml_set_value(before, *out_len, &set, out_len, why);
        set.comment = NULL;
        free(before);
    }
    return text;
}

static bool change_listed(const char *path, const struct settings *settings, size_t listed,
        const struct tune_param_item *item)
{
    struct undo_file file;
    const char *why = "out of memory";
    char *text;
    size_t len;
    bool good;

    if (!undo_file_read(path, false, &file))
        return false;
    text = set_params(&file, listed, item, &len, &why);
    if (text == NULL)
        tell_by_hand(path, &(struct addition){ "devices", make_param, (void *)(uintptr_t)item }, why);
    good = text != NULL && is_sound(&file, "devices", settings->device_count, text, len) &&
           undo_file_write(&file, text, len);
    free(text);
    undo_file_clear(&file);
    return good;
}

bool tune_apply_param(const char *path, const struct settings *settings,
        const struct tune_param_item *item)
{
    size_t listed = find_listed(settings, item->group->device);

    return listed != NOT_LISTED
            ? change_listed(path, settings, listed, item)
            : add(path, settings,
                      &(struct addition){ "devices", make_param, (void *)(uintptr_t)item });
}

/* --- threshold.config --- */

/* Whatever the file holds is kept. NULL: out of memory. */
static char *append(const struct undo_file *file, const char *lines, size_t *out_len)
{
    char *text = NULL;
    FILE *to = open_memstream(&text, out_len);

    if (to == NULL)
        return NULL;
    fwrite(file->text, 1, file->len, to);
    if (file->len > 0 && file->text[file->len - 1] != '\n')
        fputc('\n', to);
    fputs(lines, to);
    if (fclose(to) == 0)
        return text;
    free(text);
    return NULL;
}

bool tune_apply_threshold(const char *path, const char *lines)
{
    struct undo_file file;
    char *text;
    size_t len;
    bool good;

    if (!undo_file_read(path, true, &file))
        return false;
    text = append(&file, lines, &len);
    if (text == NULL)
        complain("out of memory");
    good = text != NULL && undo_file_write(&file, text, len);
    free(text);
    undo_file_clear(&file);
    return good;
}
