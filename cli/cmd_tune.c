/* 'tattler tune': what alerts most, and the narrowest change that would silence it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "heuristics.h"
#include "options.h"
#include "screen.h"
#include "tune_session.h"
#include "undo_file.h"

#define TOP_DEFAULT 20
#define DAYS_DEFAULT 90
#define DAYS_MAX 3650

static const char usage[] =
        "usage: tattler tune [-c tattler.yaml] [OPTION]... EVE|FOLDER|-|redis://HOST/STREAM...\n"
        "       tattler tune -c tattler.yaml --list [EVE...]\n"
        "       tattler tune -c tattler.yaml --undo\n"
        "\n"
        "Groups the alerts of EVE JSON by what they detect, device and remote, shows the numbers that\n"
        "decided, and proposes for each group the narrowest change that would silence it, with what\n"
        "else it would have silenced. Asks for each on a terminal; --apply takes some unasked.\n"
        "\n"
        "  -c FILE                configuration; its list 'suppress' gets the entries\n"
        "  -S RULES               rules, to know what each asks for (default: as 'replay' or the pack)\n"
        "  --threshold-file FILE  write lines of Suricata's threshold.config there instead\n"
        "  --parameter            change a parameter of the heuristic that alerts come from, for the device,\n"
        "                         instead\n"
        "  --limit                with --threshold-file: of groups that repeat, an alert an hour is told,\n"
        "                         instead of none\n"
        "  --apply N[,M]...       apply the proposals of these groups, as numbered\n"
        "  --undo                 take the last change back, byte for byte; may be said again\n"
        "  --list                 entries in force and expired, and what they silenced (from EVE)\n"
        "  --since TIME           only records since 2026-11-01, or of the last 7d, 12h\n"
        "  --device DEVICE        only this one: MAC address, address, network or name\n"
        "  --top N                show so many groups (default 20)\n"
        "  --reason TEXT, --author NAME, --days N   of the entries (default: in force for 90 days)\n"
        "  --json                 one JSON document, for programs\n"
        "  -h, --help             this text\n"
        "\n"
        "Exit status: 0 done, 1 some input could not be read, 2 wrong usage or configuration, or a\n"
        "change could not be made.\n";

/* --- arguments --- */

static bool parse_count(const char *text, unsigned max, unsigned *out)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || *end != '\0' || number == 0 || number > max)
        return false;
    *out = (unsigned)number;
    return true;
}

/* "7d", "12h", "2026-11-01", "2026-11-01T06:30:00Z". */
static bool parse_since(const char *text, uint64_t now_us, uint64_t *out_us)
{
    char whole[64], *end;
    unsigned long number = strtoul(text, &end, 10);
    uint64_t unit_s = strcmp(end, "d") == 0 ? DAY_S : strcmp(end, "h") == 0 ? 3600 : 0;

    if (*text >= '0' && *text <= '9' && end != text && unit_s > 0 && number < 100000) {
        uint64_t ago_us = number * unit_s * US_PER_S;

        *out_us = now_us > ago_us ? now_us - ago_us : 0;
        return true;
    }
    snprintf(whole, sizeof(whole), "%s%s", text, strchr(text, 'T') == NULL ? "T00:00:00Z" : "");
    return eve_time_parse(whole, out_us);
}

static const char *author(void)
{
    static const char *const variables[] = { "SUDO_USER", "USER", "LOGNAME" };

    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        const char *name = getenv(variables[i]);

        if (name != NULL && name[0] != '\0' && strlen(name) < 64)
            return name;
    }
    return "unknown";
}

/* --- options that are looked at as they come --- */

static int add_rules(void *user, const char *path)
{
    struct tune_arguments *arguments = &((struct tune *)user)->arguments;

    if (access(path, R_OK) != 0)
        return usage_error("tune", "-S %s: %s", path, strerror(errno));
    return rule_options_add("tune", &arguments->rules, path);
}

static int take_since(void *user, const char *value)
{
    struct tune *tune = user;

    if (!parse_since(value, tune->now_us, &tune->arguments.since_us))
        return usage_error("tune", "--since takes 7d, 12h or 2026-11-01, not '%s'", value);
    return EXIT_DONE;
}

static int take_top(void *user, const char *value)
{
    if (!parse_count(value, TUNE_GROUPS_MAX, user))
        return usage_error("tune", "--top takes 1 to %d, not '%s'", TUNE_GROUPS_MAX, value);
    return EXIT_DONE;
}

static int take_days(void *user, const char *value)
{
    if (!parse_count(value, DAYS_MAX, user))
        return usage_error("tune", "--days takes 1 to %d, not '%s'", DAYS_MAX, value);
    return EXIT_DONE;
}

static int parse_arguments(struct tune *tune, int argc, char **argv)
{
    struct tune_arguments *arguments = &tune->arguments;
    const struct command_option rows[] = {
        { OPTION_TEXT, "c", &arguments->rules.config, NULL },
        { OPTION_TAKE, "S", tune, add_rules },
        { OPTION_TEXT, "threshold-file", &arguments->threshold, NULL },
        { OPTION_TEXT, "apply", &arguments->apply, NULL },
        { OPTION_FLAG, "undo", &arguments->undo, NULL },
        { OPTION_FLAG, "list", &arguments->list, NULL },
        { OPTION_TAKE, "since", tune, take_since },
        { OPTION_TEXT, "device", &arguments->device, NULL },
        { OPTION_TAKE, "top", &arguments->top, take_top },
        { OPTION_TEXT, "reason", &arguments->options.reason, NULL },
        { OPTION_TEXT, "author", &arguments->options.author, NULL },
        { OPTION_TAKE, "days", &arguments->options.days, take_days },
        { OPTION_FLAG, "json", &arguments->json, NULL },
        { OPTION_FLAG, "limit", &arguments->limit, NULL },
        { OPTION_FLAG, "parameter", &arguments->parameter, NULL },
    };
    int status;

    arguments->top = TOP_DEFAULT;
    arguments->options = (struct tune_options){ NULL, author(), DAYS_DEFAULT };
    status = options_read("tune", usage, rows, sizeof(rows) / sizeof(rows[0]), argc, argv);
    if (status != EXIT_DONE)
        return status;
    arguments->sources = (const char *const *)(argv + optind);
    arguments->source_count = (size_t)(argc - optind);
    if (tune_target(arguments) == NULL && (arguments->apply != NULL || arguments->undo))
        return usage_error("tune", "say what to change: -c tattler.yaml or --threshold-file FILE");
    if (arguments->limit && arguments->threshold == NULL)
        return usage_error("tune", "--limit goes with --threshold-file FILE");
    if (arguments->parameter && (arguments->threshold != NULL || arguments->rules.config == NULL))
        return usage_error("tune", "--parameter goes with -c tattler.yaml alone");
    if (arguments->source_count == 0 && !arguments->undo && !arguments->list)
        return usage_error("tune", "no EVE given: name a file, a folder, '-' or redis://HOST/STREAM");
    if (strlen(arguments->options.author) > 63 ||
            (arguments->options.reason != NULL && strlen(arguments->options.reason) > 255))
        return usage_error("tune", "--author takes 63 bytes at most, --reason 255");
    return EXIT_DONE;
}

/* --- reading --- */

static void read_all(struct tune *tune)
{
    const struct tune_arguments *arguments = &tune->arguments;
    const struct eve_reading reading = { &tune->settings.home_networks, history_take, complain_of,
        &tune->history };

    tune->history.since_us = arguments->since_us;
    tune->history.wanted_device = arguments->device;
    tune->failed |= eve_read(arguments->sources, arguments->source_count, &reading, NULL) !=
                   TATTLER_OK;
    if (tune->history.left_out > 0)
        complain("%llu alerts are left out: more groups, pairs of ends or alerts than are kept",
                (unsigned long long)tune->history.left_out);
    if (arguments->device != NULL && tune->history.alerts_read + tune->history.covered == 0)
        complain("no alert is of a device '%s': a MAC address, an address, a network or a whole name is "
                "meant", arguments->device);
}

/* Without rules the numbers are not shown; 'check' tells what is wrong inside of files. */
static void tell_file(void *user, const struct rule_problem *problem)
{
    struct tune *tune = user;

    if (problem->line > 0)
        return;
    complain("%s: %s", problem->file, problem->text);
    tune->failed = true;
}

static void load_rules(struct tune *tune)
{
    const struct tune_arguments *arguments = &tune->arguments;
    const char *const pack = rules_folder();
    struct rules_source source = rules_source_of(&arguments->rules, &tune->settings);

    if (rules_choose(&source, &tune->settings, false) && source.path_count == 0)
        source = (struct rules_source){ .paths = &pack, .path_count = access(pack, R_OK) == 0,
            .home = source.home };
    if (source.path_count == 0 ||
            rules_load(&source, tell_file, tune, &tune->rules) == TATTLER_NO_MEMORY)
        tune->rules = (struct rules){ .set = NULL };
    if (tune->rules.set != NULL && asks_for_findings(tune->rules.set))
        tune->heuristics = load_quietly(&tune->settings,
                (const char *const *)tune->settings.lua_files.items, tune->settings.lua_files.count);
    tune->history.rules = tune->rules.set;
    tune->history.heuristics = tune->heuristics;
}

/* --- all groups --- */

static void print_head(const struct tune *tune, size_t groups)
{
    const struct tune_history *history = &tune->history;

    printf("%llu alert%s in %zu group%s", (unsigned long long)history->alerts_read,
            history->alerts_read == 1 ? "" : "s", groups, groups == 1 ? "" : "s");
    if (history->covered > 0)
        printf("; %llu that entries of 'suppress' silence by now are not among them",
                (unsigned long long)history->covered);
    putchar('\n');
}

static void print_json(struct tune *tune)
{
    const struct tune_history *history = &tune->history;
    json_t *all = json_pack("{s:I, s:I, s:I, s:o, s:o}", "alerts",
            (json_int_t)history->alerts_read, "covered", (json_int_t)history->covered, "left_out",
            (json_int_t)history->left_out, "groups", tune->groups, "applied", tune->applied);

    json_dumpf(all, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(all);
}

/* The highest number in "2,5"; 0: it is no such list. */
static size_t last_chosen(const char *list)
{
    unsigned long number, last = 0;
    char *end;

    do {
        number = strtoul(list, &end, 10);
        if (*list < '0' || *list > '9' || number == 0 || (*end != ',' && *end != '\0'))
            return 0;
        last = number > last ? number : last;
        list = end + 1;
    } while (*end == ',');
    return last;
}

static int tune_groups(struct tune *tune)
{
    const struct tune_arguments *arguments = &tune->arguments;
    size_t count, chosen = 0, shown = arguments->top;

    load_rules(tune);
    read_all(tune);
    count = history_rank(&tune->history);
    if (arguments->apply != NULL && (chosen = last_chosen(arguments->apply)) == 0)
        return usage_error("tune", "--apply takes numbers of groups such as 1,3, not '%s'",
                arguments->apply);
    if (chosen > count)
        return usage_error("tune", "there is no group %zu: there are %zu", chosen, count);
    shown = chosen > shown ? chosen : shown;
    tune->groups = json_array();
    tune->applied = json_array();
    if (!arguments->json)
        print_head(tune, count);
    for (size_t i = 0; i < count && i < shown; i++)
        if (!tune_treat(tune, tune->history.ranked[i], i + 1))
            break;
    if (arguments->json) {
        print_json(tune);
    } else {
        json_decref(tune->groups);
        json_decref(tune->applied);
        if (count > shown)
            printf("and %zu more groups: --top %zu shows them\n", count - shown, count);
    }
    return EXIT_DONE;
}

/* --- the command --- */

static int undo(const struct tune_arguments *arguments)
{
    size_t left;

    if (!undo_file_undo(tune_target(arguments), &left))
        return EXIT_USAGE;
    printf("%s is as it was before the last change; %zu more can be taken back\n",
            tune_target(arguments), left);
    return EXIT_DONE;
}

static bool is_standard_input(const struct tune_arguments *arguments)
{
    for (size_t i = 0; i < arguments->source_count; i++)
        if (strcmp(arguments->sources[i], "-") == 0)
            return true;
    return false;
}

static void list_entries(struct tune *tune)
{
    read_all(tune);
    tune_list(tune);
}

static int work(struct tune *tune)
{
    const struct tune_arguments *arguments = &tune->arguments;
    char error[256];
    int status = EXIT_DONE;

    if (zone_open(tune->settings.timezone, &tune->zone, error, sizeof(error)) != TATTLER_OK) {
        complain("%s", error);
        return EXIT_USAGE;
    }
    hash_set_seed(random_seed());
    tune->interactive = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 &&
                        !arguments->json && arguments->apply == NULL && tune_target(arguments) != NULL &&
                        !is_standard_input(arguments);
    if (!history_open(&tune->history, &tune->settings, tune->zone))
        complain("out of memory");
    else if (arguments->list)
        list_entries(tune);
    else
        status = tune_groups(tune);
    history_clear(&tune->history);
    rules_clear(&tune->rules);
    heuristics_release(tune->heuristics);
    zone_close(tune->zone);
    return status != EXIT_DONE ? status : tune->stuck ? EXIT_USAGE
           : tune->failed ? EXIT_INPUT : EXIT_DONE;
}

int command_tune(int argc, char **argv)
{
    struct tune *tune = calloc(1, sizeof(*tune));
    int status;

    if (tune == NULL) {
        complain("out of memory");
        return EXIT_INPUT;
    }
    tune->now_us = clock_us();
    status = parse_arguments(tune, argc, argv);
    if (status == EXIT_DONE && tune->arguments.undo) {
        status = undo(&tune->arguments);
    } else if (status == EXIT_DONE) {
        status = load_settings(&tune->settings, tune->arguments.rules.config) ? work(tune) : EXIT_USAGE;
        settings_clear(&tune->settings);
    }
    free(tune);
    return status < 0 ? EXIT_DONE : status;
}
