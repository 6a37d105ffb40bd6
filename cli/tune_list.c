/* 'tattler tune --list': the entries of 'suppress' that are there, and what they silenced. */
#include <stdio.h>

#include "screen.h"
#include "tune_session.h"

static void print_entry(const struct tune *tune, size_t index)
{
    const struct suppress_setting *entry = &tune->settings.suppress[index];
    char name[SUPPRESS_NAME_SIZE], until[32] = "";

    suppress_name(&tune->settings, index, name);
    if (entry->until_us != 0)
        tune_time_text(entry->until_us - 1, until);
    printf("%-24s %-9s %-11.10s", name,
            entry->until_us != 0 && entry->until_us <= tune->now_us ? "EXPIRED" : "in force",
            entry->until_us != 0 ? until : "for ever");
    if (tune->arguments.source_count > 0)
        printf("%10llu silenced  ", (unsigned long long)tune->history.hits[index].total);
    if (entry->author != NULL)
        printf(" %s:", entry->author);
    if (entry->reason != NULL) {
        putchar(' ');
        screen_print(stdout, cursor_over(entry->reason, strlen(entry->reason)), SCREEN_ALL,
                SCREEN_KEEP_START);
    }
    putchar('\n');
}

static json_t *entry_json(const struct tune *tune, size_t index)
{
    const struct suppress_setting *entry = &tune->settings.suppress[index];
    char name[SUPPRESS_NAME_SIZE], until[32] = "";

    suppress_name(&tune->settings, index, name);
    if (entry->until_us != 0)
        tune_time_text(entry->until_us - 1, until);
    until[10] = '\0';
    return json_pack("{s:s, s:b, s:s, s:I, s:s, s:s}", "id", name, "in_force",
            entry->until_us == 0 || entry->until_us > tune->now_us, "expires", until, "silenced",
            (json_int_t)tune->history.hits[index].total, "author",
            entry->author != NULL ? entry->author : "", "reason",
            entry->reason != NULL ? entry->reason : "");
}

void tune_list(const struct tune *tune)
{
    json_t *list = json_array();

    for (size_t i = 0; i < tune->settings.suppress_count; i++)
        if (tune->arguments.json)
            json_array_append_new(list, entry_json(tune, i));
        else
            print_entry(tune, i);
    if (tune->arguments.json) {
        json_dumpf(list, stdout, JSON_INDENT(1));
        putchar('\n');
    } else if (tune->settings.suppress_count == 0) {
        puts("no entries in 'suppress'");
    }
    json_decref(list);
}
