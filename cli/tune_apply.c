#include "tune_apply.h"

#include <stdio.h>
#include <stdlib.h>

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

/* Is the new text a configuration with one item more? */
static bool is_sound(const struct undo_file *file, const struct settings *settings,
        const char *list, const char *text, size_t len)
{
    struct settings after;
    bool good = settings_default(&after) == TATTLER_OK &&
                settings_read_yaml_text(&after, file->path, text, len, tell_setting, NULL) ==
                        TATTLER_OK &&
                settings_record_count(&after, list) == settings_record_count(settings, list) + 1;

    settings_clear(&after);
    if (!good)
        complain("%s was changed meanwhile, or cannot be read with the new entry: nothing was "
                "written", file->path);
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

static bool apply(const char *path, const struct settings *settings,
        const struct addition *addition)
{
    struct undo_file file;
    const char *why;
    char *text;
    size_t len;
    bool good;

    if (!undo_file_read(path, false, &file))
        return false;
    text = yaml_add_item(file.text, file.len, addition->list, addition->make, addition->user, &len,
            &why);
    if (text == NULL)
        tell_by_hand(path, addition, why);
    good = text != NULL && is_sound(&file, settings, addition->list, text, len) &&
           undo_file_write(&file, text, len);
    free(text);
    undo_file_clear(&file);
    return good;
}

bool tune_apply_yaml(const char *path, const struct settings *settings,
        const struct proposal *proposal)
{
    return apply(path, settings,
            &(struct addition){ "suppress", make_entry, (void *)(uintptr_t)proposal });
}

static bool is_listed(const struct settings *settings, const struct tune_device *device)
{
    for (size_t i = 0; i < settings->device_count; i++) {
        const struct device_setting *listed = &settings->devices[i];

        if (listed->has_mac ? device->has_mac && mac_equal(&listed->mac, &device->mac)
                            : !device->has_mac && address_equal(&listed->address, &device->address))
            return true;
    }
    return false;
}

bool tune_apply_param(const char *path, const struct settings *settings,
        const struct tune_param_item *item)
{
    const struct addition addition = { "devices", make_param, (void *)(uintptr_t)item };

    if (!is_listed(settings, item->group->device))
        return apply(path, settings, &addition);
    tell_by_hand(path, &addition, "the device has an entry, which is to get 'heuristics'");
    return false;
}

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
