/* 'tattler export': block and allow lists for firewalls, resolvers and Suricata, from EVE. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "command.h"
#include "detect/rules/kinds.h"
#include "eve_read.h"
#include "export.h"
#include "options.h"
#include "result_file.h"

static const char usage[] =
        "usage: tattler export FORMAT [-c tattler.yaml] [--allow] [--device DEVICE]...\n"
        "                      [--detects WORD]... [--priority N] [--force] [-o FILE] EVE...\n"
        "       tattler export --list\n"
        "\n"
        "Writes a list that keeps devices from what alerts were about, or with --allow one of what\n"
        "they use without any alert. EVE is a file or folder of EVE JSON, '-' or\n"
        "redis://HOST/STREAM. Names, addresses and devices come from its records: the more of them,\n"
        "the better it is known what else a list would break. What others use as well, NTP and the\n"
        "network's resolver are left out; the head of the list and standard error say what and why.\n"
        "\n"
        "  --allow          what devices use, instead of what they should not\n"
        "  --device DEVICE  only this one, by MAC, name or address\n"
        "  --detects WORD   only alerts that detect this, such as beacon\n"
        "  --priority N     only alerts of priority 1 to N (default: 2)\n"
        "  --force          also what may break something else\n"
        "  --mud-url URL    where a profile will be found (default: below mud.invalid)\n"
        "  -c FILE          configuration: home networks and their resolvers\n"
        "  -o FILE          default: standard output\n"
        "  --list           the formats\n"
        "  -h, --help       this text\n"
        "\n"
        "Exit status: 0 done, 1 some input could not be read (the rest is in the list),\n"
        "2 wrong usage or configuration.\n";

#define CHOICES_MAX 64

struct options {
    const struct export_format *format;
    const char *config, *output, *mud_url;
    const char *const *sources;
    size_t source_count;
    const char *devices[CHOICES_MAX], *detects[CHOICES_MAX];
    struct export_wish wish;
};

/* --- arguments --- */

static int list_formats(void *user, const char *value)
{
    (void)user;
    (void)value;
    for (size_t i = 0; i < export_format_count; i++)
        printf("%-10s %s%s\n", export_formats[i].name, export_formats[i].doc,
                export_formats[i].traits & EXPORT_CAN_ALLOW ? "; --allow" : "");
    return -1;
}

static const struct export_format *find_format(const char *word)
{
    const char *names[32], *near;

    for (size_t i = 0; i < export_format_count; i++) {
        names[i] = export_formats[i].name;
        if (strcmp(word, names[i]) == 0)
            return &export_formats[i];
    }
    near = nearest_word(word, names, export_format_count);
    usage_error("export", "unknown format '%s'%s%s%s", word, near != NULL ? ": did you mean '" : "",
            near != NULL ? near : "", near != NULL ? "'?" : "; --list names them");
    return NULL;
}

static int add_choice(const char *choices[], size_t *count, const char *value, const char *option)
{
    if (*count == CHOICES_MAX)
        return usage_error("export", "at most %d times %s", CHOICES_MAX, option);
    choices[(*count)++] = value;
    return EXIT_DONE;
}

static int add_device(void *user, const char *value)
{
    struct options *options = user;

    return add_choice(options->devices, &options->wish.device_count, value, "--device");
}

/* Rules of one's own may have words of their own. */
static int add_kind(void *user, const char *value)
{
    const char *meant = rule_kind_meant(value);
    struct options *options = user;

    if (meant != NULL)
        return usage_error("export", "no rule of the pack detects '%s': did you mean '%s'?", value, meant);
    return add_choice(options->detects, &options->wish.detects_count, value, "--detects");
}

static int take_priority(void *user, const char *value)
{
    struct options *options = user;
    char *end;
    unsigned long number = strtoul(value, &end, 10);

    if (value[0] < '1' || value[0] > '9' || *end != '\0' || number > 255)
        return usage_error("export", "'%s' is no priority: 1, act now, to 4, inventory", value);
    options->wish.priority = (unsigned)number;
    return EXIT_DONE;
}

static int read_options(int argc, char **argv, struct options *options)
{
    const struct command_option rows[] = {
        { OPTION_FLAG, "allow", &options->wish.allow, NULL },
        { OPTION_FLAG, "force", &options->wish.force, NULL },
        { OPTION_TAKE, "device", options, add_device },
        { OPTION_TAKE, "detects", options, add_kind },
        { OPTION_TAKE, "priority", options, take_priority },
        { OPTION_TEXT, "mud-url", &options->mud_url, NULL },
        { OPTION_TEXT, "c", &options->config, NULL },
        { OPTION_TEXT, "o", &options->output, NULL },
        { OPTION_DO, "list", NULL, list_formats },
    };
    int status = options_read("export", usage, rows, sizeof(rows) / sizeof(rows[0]), argc, argv);

    if (status != EXIT_DONE)
        return status;
    if (optind == argc)
        return usage_error("export", "no format given: tattler export --list names them");
    options->format = find_format(argv[optind]);
    if (options->format == NULL)
        return EXIT_USAGE;
    if (optind + 1 == argc)
        return usage_error("export", "no EVE given: a file, a folder, '-' or redis://HOST/STREAM");
    options->sources = (const char *const *)(argv + optind + 1);
    options->source_count = (size_t)(argc - optind - 1);
    return EXIT_DONE;
}

/* What fits together. */
static int check_options(struct options *options)
{
    const struct export_format *format = options->format;
    struct export_wish *wish = &options->wish;

    wish->devices = options->devices;
    wish->detects = options->detects;
    if (format->traits & EXPORT_ONLY_ALLOW)
        wish->allow = true;
    if (wish->allow && !(format->traits & EXPORT_CAN_ALLOW))
        return usage_error("export", "%s can only block: --allow goes with nftables, pf, pihole, "
                "adguard and mud", format->name);
    if ((format->traits & EXPORT_ONLY_ALLOW) && wish->device_count != 1)
        return usage_error("export", "%s is about one device: --device says which", format->name);
    if (wish->allow && wish->detects_count > 0)
        return usage_error("export", "--detects chooses what to block, --allow what not to");
    return EXIT_DONE;
}

/* --- writing --- */

static void write_comment(FILE *to, const char *mark, const char *text)
{
    const char *end;

    for (; *text != '\0'; text = end + (*end != '\0')) {
        end = strchrnul(text, '\n');
        fprintf(to, "%s %.*s\n", mark, (int)(end - text), text);
    }
}

/* Who reads the file must find out what it is from, what it lacks and what it may break. */
static void write_head(FILE *to, const struct options *options, const struct export_list *list)
{
    const char *mark = options->format->comment;

    fprintf(to, "%s Written by tattler export: what %s, %zu entr%s.\n", mark,
            list->allow ? "devices use without alerts" : "alerts were about", list->entry_count,
            list->entry_count == 1 ? "y" : "ies");
    write_comment(to, mark, list->allow && options->format->load_allowed != NULL
                                    ? options->format->load_allowed : options->format->load);
    for (size_t i = 0; i < list->note_count; i++)
        fprintf(to, "%s %s %s\n", mark, list->notes[i].breaks ? "May break" : "Left out",
                list->notes[i].text);
    fprintf(to, "%s\n", mark);
}

static void tell_notes(const struct export_list *list, const struct export_counts *counts)
{
    for (size_t i = 0; i < list->note_count; i++)
        complain("%s %s", list->notes[i].breaks ? "this may break" : "left out", list->notes[i].text);
    if (list->notes_dropped > 0)
        complain("and %zu more such", list->notes_dropped);
    if (counts->local > 0)
        complain("left out %" PRIu64 " alert%s about hosts of the own network: a list for a router "
                "does not reach them", counts->local, counts->local == 1 ? "" : "s");
    if (counts->bad_names > 0)
        complain("%" PRIu64 " record%s a name that no host can have: taken by address",
                counts->bad_names, counts->bad_names == 1 ? " has" : "s have");
    if (counts->nameless > 0)
        complain("%" PRIu64 " record%s a name more than can be kept: taken by address",
                counts->nameless, counts->nameless == 1 ? " has" : "s have");
    if (counts->refused > 0)
        complain("%" PRIu64 " records were too many to keep: what they tell is missing",
                counts->refused);
    if (list->entry_count == 0)
        complain("the list is empty: %s", list->allow || counts->alerts > 0
                        ? "nothing was left to name"
                        : "no alert was of the wanted kind (see --priority, --detects, --device)");
}

static bool write_list(const struct options *options, const struct export_list *list)
{
    struct result_file file;

    if (!result_open(&file, options->output))
        return false;
    if (options->format->comment != NULL)
        write_head(file.to, options, list);
    options->format->write(file.to, list);
    return result_close(&file, true);
}

static bool knows_devices(const struct options *options, const struct export_uses *uses)
{
    const char *near;
    bool known = true;

    for (size_t i = 0; i < options->wish.device_count; i++) {
        if (export_uses_device(uses, options->devices[i], &near))
            continue;
        known = false;
        complain("no record tells of a device '%s'%s%s%s", options->devices[i],
                near != NULL ? ": did you mean '" : "", near != NULL ? near : "",
                near != NULL ? "'?" : "");
    }
    return known;
}

static int write_uses(const struct options *options, const struct export_uses *uses)
{
    struct export_counts counts = export_uses_count(uses);
    struct export_list list;
    char url[EXPORT_TEXT_SIZE + 32];
    int status = EXIT_INPUT;

    if (!knows_devices(options, uses))
        return EXIT_USAGE;
    if (!export_choose(uses, options->format->traits, &list)) {
        complain("out of memory");
    } else {
        snprintf(url, sizeof(url), "https://mud.invalid/%s.json", list.entry_count > 0
                        ? list.entries[0].device->key : "device");
        list.mud_url = options->mud_url != NULL ? options->mud_url : url;
        tell_notes(&list, &counts);
        if (write_list(options, &list))
            status = EXIT_DONE;
    }
    export_list_clear(&list);
    return status;
}

static int run(struct options *options, const struct settings *settings)
{
    struct export_uses *uses = export_uses_new(&options->wish);
    struct export_knowledge knowledge;
    struct eve_counts counts;
    enum tattler_status read;
    int status = EXIT_INPUT;

    if (uses == NULL) {
        complain("out of memory");
        return EXIT_INPUT;
    }
    export_knowledge_open(settings, &knowledge);
    options->wish.home = &settings->home_networks;
    options->wish.resolvers = settings->network_resolvers.items;
    options->wish.resolver_count = settings->network_resolvers.count;
    options->wish.domains = knowledge.domains;
    read = export_read(options->sources, options->source_count, settings, &knowledge, uses, &counts);
    if (counts.records > 0)
        status = write_uses(options, uses);
    else if (read == TATTLER_OK) /* as after a rotation; an empty list would lift what an older one blocks */
        complain("no record to read: no list was written");
    export_uses_free(uses);
    export_knowledge_close(&knowledge);
    return status == EXIT_DONE && read != TATTLER_OK ? EXIT_INPUT : status;
}

int command_export(int argc, char **argv)
{
    struct options options = { .wish.priority = 2 };
    struct settings settings;
    int status = read_options(argc, argv, &options);

    if (status == EXIT_DONE)
        status = check_options(&options);
    if (status != EXIT_DONE)
        return status < 0 ? EXIT_DONE : status;
    status = EXIT_USAGE;
    if (load_settings(&settings, options.config))
        status = run(&options, &settings);
    settings_clear(&settings);
    return status;
}
