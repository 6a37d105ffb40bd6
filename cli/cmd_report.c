/* 'tattler report': what EVE records tell of each device, as a page to be read and printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "command.h"
#include "options.h"
#include "report_page.h"
#include "result_file.h"
#include "rules_told.h"

#define DEFAULT_OUTPUT "report.html"

static const char usage[] =
        "usage: tattler report [-c tattler.yaml] [-S RULES]... [--store FILE] [-o FILE] EVE...\n"
        "\n"
        "Writes a page of HTML that stands by itself: what needs attention, and for each device its\n"
        "life, heartbeats, destinations, connections without DNS and alerts, with what they mean\n"
        "and what to do. EVE is a file or folder of EVE JSON, '-' or redis://HOST/STREAM.\n"
        "\n"
        "  -c FILE       configuration: home networks, time zone, rules, 'baseline'\n"
        "  -S RULES      a file of rules, or a folder of them, to explain alerts by; may be given again\n"
        "  --store FILE  the store of baselines: what is usual for each device, and what is not\n"
        "  -o FILE       default: report.html; '-' is standard output\n"
        "  -h, --help    this text\n"
        "\n"
        "Exit status: 0 done, 1 some input could not be read (the rest is on the page),\n"
        "2 wrong usage or configuration.\n";

struct options {
    struct rule_options rules;
    const char *output, *store;
    const char *const *sources;
    size_t source_count;
};

static int read_options(int argc, char **argv, struct options *options)
{
    const struct command_option rows[] = {
        { OPTION_TEXT, "c", &options->rules.config, NULL },
        { OPTION_TEXT, "o", &options->output, NULL },
        { OPTION_RULES, "S", &options->rules, NULL },
        { OPTION_TEXT, "store", &options->store, NULL },
    };
    int status = options_read("report", usage, rows, sizeof(rows) / sizeof(rows[0]), argc, argv);

    if (status != EXIT_DONE)
        return status;
    options->sources = (const char *const *)(argv + optind);
    options->source_count = (size_t)(argc - optind);
    if (options->source_count == 0)
        return usage_error("report", "no EVE given: a file such as eve.json, or a folder of them");
    if (options->output[0] == '\0')
        return usage_error("report", "-o needs a path, not an empty word");
    return EXIT_DONE;
}

/* --- reading --- */

static bool take_event(void *user, struct eve_event *event)
{
    report_take(user, event);
    return true;
}

/* --- writing --- */

static bool write_page(const struct options *options, const struct report *report,
        const struct report_about *about)
{
    struct result_file file;
    bool good;

    if (!result_open(&file, options->output))
        return false;
    good = report_page_write(file.to, report, about);
    if (!good)
        complain("%s: the page could not be written", options->output);
    return result_close(&file, good);
}

static int run(const struct options *options, const struct settings *settings, struct zone *zone)
{
    struct report report;
    struct rules rules = { .set = NULL };
    struct rules_told told;
    struct usual usual = { .devices = NULL };
    struct report_about about = {
        .sources = options->sources,
        .source_count = options->source_count,
        .zone_name = settings->timezone,
    };
    const struct eve_reading reading = { .home = &settings->home_networks, .event = take_event,
        .problem = complain_of, .user = &report };
    int status = EXIT_DONE;

    report_init(&report, zone, &settings->home_networks);
    if (eve_read(options->sources, options->source_count, &reading, &about.read) != TATTLER_OK)
        status = EXIT_INPUT;
    if (status != EXIT_DONE && about.read.records == 0) { /* an older page says more */
        report_clear(&report);
        return status;
    }
    if (!usual_load(settings, &report, &usual))
        status = EXIT_INPUT;
    about.usual = &usual;
    if (!rules_load_known(&options->rules, settings, &rules, &told) || told.refused > 0)
        status = EXIT_INPUT;
    about.rules = rules.set;
    if (!write_page(options, &report, &about) || report.out_of_memory)
        status = EXIT_INPUT;
    rules_clear(&rules);
    usual_clear(&usual);
    report_clear(&report);
    return status;
}

int command_report(int argc, char **argv)
{
    struct options options = { .output = DEFAULT_OUTPUT };
    struct settings settings;
    struct zone *zone = NULL;
    char error[256];
    int status = read_options(argc, argv, &options);

    if (status != EXIT_DONE)
        return status < 0 ? EXIT_DONE : status;
    hash_set_seed(random_seed());
    status = EXIT_USAGE;
    if (load_settings(&settings, options.rules.config) && usual_choose(&settings, options.store)) {
        if (zone_open(settings.timezone, &zone, error, sizeof(error)) == TATTLER_OK)
            status = run(&options, &settings, zone);
        else
            complain("%s", error);
    }
    zone_close(zone);
    settings_clear(&settings);
    return status;
}
