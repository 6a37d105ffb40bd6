/* 'tattler learn': what captures show becomes what is usual. */
#include <stdio.h>
#include <stdlib.h>

#include "baseline_file.h"
#include "capture.h"
#include "command.h"
#include "heuristics.h"
#include "inspect.h"
#include "learn_eve.h"
#include "learn_inputs.h"
#include "options.h"
#include "rules_told.h"
#include "stop.h"


static const char usage[] =
        "usage: tattler learn [-c tattler.yaml] [--store FILE] [-S RULES]... CAPTURE|EVE...\n"
        "\n"
        "Learns what is usual for each device from captures of ordinary days, or from EVE JSON: files,\n"
        "folders of rotated files, redis://HOST/STREAM. What is learned is excused at once: rules of\n"
        "context say nothing of it any more. What an alert of priority 1 or 2 was raised on is not\n"
        "learned. A file learned before is left out.\n"
        "\n"
        "  -c FILE       configuration; its 'baseline' names the store\n"
        "  --store FILE  the store, made if there is none\n"
        "  -S RULES      a file of rules, or a folder of such; may be given again (default: those of\n"
        "                the configuration, else the pack)\n"
        "  --again       also what was learned before\n"
        "  --unsure      nobody answers for it: excused when a device's learning period is over\n"
        "  -h, --help    this text\n"
        "\n"
        "Exit status: 0 done, 1 some input could not be read, 2 wrong usage or configuration.\n";

struct options {
    struct rule_options rules;
    const char *store;
    bool again, unsure;
    const char *const *captures;
    size_t capture_count;
};

struct learning {
    struct options options;
    struct rules rules;
    bool failed; /* something was left out */
    uint64_t urgent; /* alerts */
    size_t files;    /* that something was read of */
    struct learn_choice inputs;
    size_t devices;
};

/* --- arguments --- */

static int parse_options(struct options *options, int argc, char **argv)
{
    const struct command_option rows[] = {
        { OPTION_TEXT, "c", &options->rules.config, NULL },
        { OPTION_RULES, "S", &options->rules, NULL },
        { OPTION_TEXT, "store", &options->store, NULL },
        { OPTION_FLAG, "again", &options->again, NULL },
        { OPTION_FLAG, "unsure", &options->unsure, NULL },
    };
    int status = options_read("learn", usage, rows, sizeof(rows) / sizeof(rows[0]), argc, argv);

    options->captures = (const char *const *)(argv + optind);
    options->capture_count = (size_t)(argc - optind);
    if (status == EXIT_DONE && options->capture_count == 0)
        return usage_error("learn", "no capture given");
    return status;
}

/* --- the run --- */

static void on_alert(void *user, const struct connection *connection, const struct rule *rule)
{
    struct learning *learning = user;

    (void)connection;
    learning->urgent += rule->priority <= FLOW_ALERT_PRIORITY;
}

static bool load_rules(struct learning *learning, const struct settings *settings)
{
    struct rules_source source = rules_source_of(&learning->options.rules, settings);
    struct rules_told told = { .warns = false };

    learning->failed |= !rules_choose(&source, settings, rules_are_left_open(settings));
    if (rules_load(&source, rules_tell, &told, &learning->rules) == TATTLER_NO_MEMORY)
        return false;
    learning->failed |= !rules_tell_rest(&told);
    return true;
}

static void read_captures(struct learning *learning, struct inspector *inspector,
        struct capture *capture)
{
    struct captured frame;
    enum capture_event event;

    while (!stop_is_wanted() && (event = capture_next(capture, &frame)) != CAPTURE_END) {
        if (event == CAPTURE_PACKET) {
            inspector_frame(inspector, &frame);
            continue;
        }
        complain("%s", capture_trouble(capture));
        learning->failed = true;
        learning->files -= event == CAPTURE_UNREADABLE;
    }
}

static bool inspect(struct learning *learning, struct engine *engine,
        const struct settings *settings)
{
    const struct inspect_sink sink = { .alert = on_alert, .user = learning };
    struct inspector *inspector = inspector_new(engine, settings, learning->rules.set, &sink);
    struct capture *capture =
            capture_new(learning->inputs.captures.paths, learning->inputs.captures.path_count);
    bool good = inspector != NULL && capture != NULL;

    learning->files += learning->inputs.captures.path_count;
    if (good)
        read_captures(learning, inspector, capture);
    inspector_finish(inspector);
    capture_free(capture);
    return good;
}

static void tell_result(const struct learning *learning)
{
    if (learning->files == 0) {
        complain("nothing was learned");
        return;
    }
    printf("learned from %zu file%s, %zu device%s", learning->files, learning->files == 1 ? "" : "s",
            learning->devices, learning->devices == 1 ? "" : "s");
    if (learning->urgent > 0)
        printf("; %llu urgent alert%s: those connections were not learned",
                (unsigned long long)learning->urgent, learning->urgent == 1 ? "" : "s");
    printf("; 'tattler devices' shows what is known\n");
}

/* False: nothing of them was learned, which was told. */
static bool learn_captures(struct learning *learning, struct store *store, struct engine *engine,
        const struct settings *settings)
{
    const struct learn_inputs *inputs = &learning->inputs.captures;
    struct engine_counters counters;

    if (!load_rules(learning, settings)) {
        complain("out of memory");
        return false;
    }
    if (learning->rules.set == NULL || rule_set_count(learning->rules.set) == 0) {
        complain("there are no rules to tell what is not to be learned: nothing was learned");
        return false;
    }
    if (!inspect(learning, engine, settings)) {
        complain("out of memory");
        return false;
    }
    if (stop_is_wanted()) {
        complain("interrupted: nothing was learned");
        return false;
    }
    if (store_save_captures(store, engine, !learning->options.unsure, inputs->known,
                inputs->known_count) != TATTLER_OK) {
        complain("%s; nothing was learned", store_error(store));
        return false;
    }
    engine_count(engine, &counters);
    learning->devices += counters.devices;
    return true;
}

/* All or nothing. */
static bool save_records(struct learning *learning, struct store *store, struct learn_eve *records)
{
    const struct learn_inputs *inputs = &learning->inputs.records;
    struct learn_eve_counts counts = learn_eve_count(records);
    struct baselines baselines;
    bool good = learn_eve_take(records, &baselines);

    if (!good)
        complain("out of memory");
    else if (store_add(store, &baselines, !learning->options.unsure, inputs->known,
                     inputs->known_count) != TATTLER_OK) {
        complain("%s; nothing was learned", store_error(store));
        good = false;
    }
    baselines_clear(&baselines);
    learning->urgent += counts.urgent;
    learning->devices += counts.devices;
    if (counts.refused > 0)
        complain("no room for %llu more devices and facts in the records",
                (unsigned long long)counts.refused);
    return good;
}

static bool learn_records(struct learning *learning, struct store *store,
        const struct engine *engine, const struct settings *settings)
{
    struct learn_eve *records = learn_eve_new(settings, engine);
    enum tattler_status status = records != NULL ? TATTLER_OK : TATTLER_NO_MEMORY;
    bool good;

    for (size_t i = 0; i < learning->inputs.records.path_count && status != TATTLER_NO_MEMORY; i++) {
        uint64_t before = learn_eve_count(records).records;

        status = learn_eve_read(records, learning->inputs.records.paths[i],
                complain_and_fail, &learning->failed);
        learning->failed |= status != TATTLER_OK;
        learning->files += learn_eve_count(records).records > before;
    }
    good = status != TATTLER_NO_MEMORY && save_records(learning, store, records);
    if (status == TATTLER_NO_MEMORY)
        complain("out of memory");
    learn_eve_free(records);
    return good;
}

static int learn(struct learning *learning, struct store *store, const struct settings *settings)
{
    struct engine *engine = engine_new(settings, random_seed(), complain_and_fail,
            &learning->failed);
    struct heuristics *heuristics;
    int status = load_heuristics(settings, NULL, NULL, &heuristics);
    bool good = engine != NULL && heuristics != NULL;

    learning->failed |= status != EXIT_DONE;
    if (good)
        engine_use_heuristics(engine, heuristics);
    if (engine == NULL)
        complain("out of memory");
    else if (good && store_load(store, engine) != TATTLER_OK) {
        complain("%s", store_error(store));
        good = false;
    }
    if (good && learning->inputs.captures.path_count > 0)
        good = learn_captures(learning, store, engine, settings);
    if (good && learning->inputs.records.path_count > 0)
        good = learn_records(learning, store, engine, settings);
    if (good)
        tell_result(learning);
    heuristics_release(heuristics);
    engine_free(engine);
    if (status == EXIT_USAGE)
        return status;
    return good ? EXIT_DONE : EXIT_INPUT;
}

static int run(struct learning *learning, const struct settings *settings)
{
    struct store *store = baseline_open(settings, STORE_MAKE, NULL);
    int status = EXIT_INPUT;

    if (store == NULL)
        return EXIT_USAGE;
    stop_by_signals();
    learning->inputs = (struct learn_choice){ .paths = learning->options.captures,
        .count = learning->options.capture_count, .again = learning->options.again };
    if (!learn_inputs_choose(&learning->inputs, store))
        complain("out of memory");
    else if (learning->inputs.captures.path_count + learning->inputs.records.path_count == 0)
        status = EXIT_DONE;
    else
        status = learn(learning, store, settings);
    rules_clear(&learning->rules);
    store_close(store);
    learn_inputs_free(&learning->inputs);
    return status == EXIT_DONE && learning->failed ? EXIT_INPUT : status;
}

int command_learn(int argc, char **argv)
{
    struct learning learning = { .failed = false };
    struct settings settings;
    int status = parse_options(&learning.options, argc, argv);

    if (status != EXIT_DONE)
        return status < 0 ? EXIT_DONE : status;
    if (!load_settings(&settings, learning.options.rules.config) ||
            !baseline_choose(&settings, learning.options.store))
        status = EXIT_USAGE;
    else if (settings.baseline == NULL)
        status = usage_error("learn", "where to? Give '--store FILE', or 'baseline: FILE' in the "
                                      "configuration");
    else
        status = run(&learning, &settings);
    settings_clear(&settings);
    return status;
}
