#include "tune_apply.h"

#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "undo_file.h"
#include "yaml_edit.h"

static char *make_item(void *user, size_t indent, const char *newline)
{
    return proposal_yaml(user, indent, newline);
}

static void tell_setting(void *user, const char *file, unsigned line, unsigned column,
        const char *what)
{
    (void)user;
    complain("%s:%u:%u of the new text: %s", file, line, column, what);
}

/* Is the new text a configuration with one entry more? */
static bool is_sound(const struct undo_file *file, const struct settings *settings, const char *text,
        size_t len)
{
    struct settings after;
    bool good = settings_default(&after) == TATTLER_OK &&
                settings_read_yaml_text(&after, file->path, text, len, tell_setting, NULL) ==
                        TATTLER_OK &&
                after.suppress_count == settings->suppress_count + 1;

    settings_clear(&after);
    if (!good)
        complain("%s was changed meanwhile, or cannot be read with the new entry: nothing was "
                "written", file->path);
    return good;
}

/* Where the layout is beyond us the user may still paste it. */
static void tell_by_hand(const char *path, const struct proposal *proposal, const char *why)
{
    char *lines = proposal_yaml(proposal, 4, "\n");

    complain("%s: nothing was written: %s. Add to the list 'suppress' by hand:", path, why);
    if (lines != NULL)
        fputs(lines, stderr);
    free(lines);
}

bool tune_apply_yaml(const char *path, const struct settings *settings,
        const struct proposal *proposal)
{
    struct undo_file file;
    const char *why;
    char *text;
    size_t len;
    bool good;

    if (!undo_file_read(path, false, &file))
        return false;
    text = yaml_add_item(file.text, file.len, "suppress", make_item,
            (void *)(uintptr_t)proposal, &len, &why);
    if (text == NULL)
        tell_by_hand(path, proposal, why);
    good = text != NULL && is_sound(&file, settings, text, len) &&
           undo_file_write(&file, text, len);
    free(text);
    undo_file_clear(&file);
    return good;
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
