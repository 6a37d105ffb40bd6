/* 'tattler live': a network interface through the engine; EVE JSON to files, sockets, Redis. */
#include <stdio.h>

#include "command.h"
#include "live.h"
#include "options.h"

static const char usage[] =
        "usage: tattler live -i INTERFACE [-c tattler.yaml] [-S RULES]... [-l DIRECTORY | -o FILE]\n"
        "                    [-f FILTER] [--user NAME]\n"
        "\n"
        "Watches a network interface until it is told to end. Needs root, or the capability\n"
        "CAP_NET_RAW, only to open the interface.\n"
        "\n"
        "  -i INTERFACE  such as eth0; 'any' for all there are\n"
        "  -c FILE       configuration, as doc/configuration.md describes it\n"
        "  -S RULES      a file of rules, or a folder of files '*.rules'; may be given again\n"
        "                (default: those of the configuration, else the pack)\n"
        "  -l DIRECTORY  write eve.json there; made if it is missing (default: " LIVE_LOG_FOLDER "\n"
        "                if started as root to go on as another user, else the current folder)\n"
        "  -o FILE       write EVE JSON to this file alone; '-' is standard output\n"
        "  -f FILTER     inspect only packets that this filter takes, as of tcpdump\n"
        "  --user NAME   run as this user once the interface is open\n"
        "  -h, --help    this text\n"
        "\n"
        "Ctrl-C ends it, with a table of devices on a terminal, SIGTERM does without. SIGHUP has logs\n"
        "opened again, rules, heuristics and configuration read again and the baseline saved.\n"
        "Exit status: 0 done, 1 the interface went away, 2 wrong usage or configuration.\n";

static bool is_empty(const char *word)
{
    return word != NULL && word[0] == '\0';
}

static int check_options(const struct live_options *options, int argc, char **argv)
{
    if (optind < argc)
        return usage_error("live", "'%s' is not expected here: 'tattler replay' reads captures, and "
                "an interface is given with -i", argv[optind]);
    if (is_empty(options->rules.config) || is_empty(options->directory) ||
            is_empty(options->output) || is_empty(options->interface) || is_empty(options->user))
        return usage_error("live", "-c, -i, -l, -o and --user need a value, not an empty word");
    if (options->directory != NULL && options->output != NULL)
        return usage_error("live", "-l and -o both say where EVE goes: give one of them");
    return EXIT_DONE;
}

static int parse_options(struct live_options *options, int argc, char **argv)
{
    const struct command_option rows[] = {
        { OPTION_TEXT, "c", &options->rules.config, NULL },
        { OPTION_TEXT, "f", &options->filter, NULL },
        { OPTION_TEXT, "i", &options->interface, NULL },
        { OPTION_TEXT, "l", &options->directory, NULL },
        { OPTION_TEXT, "o", &options->output, NULL },
        { OPTION_RULES, "S", &options->rules, NULL },
        { OPTION_TEXT, "user", &options->user, NULL },
    };
    int status = options_read("live", usage, rows, sizeof(rows) / sizeof(rows[0]), argc, argv);

    return status == EXIT_DONE ? check_options(options, argc, argv) : status;
}

int command_live(int argc, char **argv)
{
    struct live_options options = { 0 };
    struct settings settings;
    int status = parse_options(&options, argc, argv);

    if (status != EXIT_DONE)
        return status < 0 ? EXIT_DONE : status;
    if (!load_settings(&settings, options.rules.config)) {
        status = EXIT_USAGE;
    } else if (options.interface == NULL && settings.live.interface == NULL) {
        status = usage_error("live", "no interface given: which there are, tells 'ip link'");
    } else {
        tell_idle(&settings);
        status = live_run(&options, &settings);
    }
    settings_clear(&settings);
    return status;
}
