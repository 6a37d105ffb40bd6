/* 'tattler try': one rule, one capture: where it matches, and what fails where it does not. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture.h"
#include "command.h"
#include "heuristics.h"
#include "inspect.h"
#include "options.h"
#include "rules_told.h"
#include "try.h"

#define TEXT_NAME "RULE" /* stands for a file where the rule is given as a text */

static const char usage[] =
        "usage: tattler try [-c FILE.yaml] [-S FILE|FOLDER]... RULE CAPTURE\n"
        "       tattler try [-c FILE.yaml] HEURISTIC.lua CAPTURE\n"
        "\n"
        "Tries one rule on one capture and tells for each connection where it matched, or the first\n"
        "condition that failed and what was seen there. RULE is a sid, a file with rules, of which\n"
        "the first is tried, or the rule itself in quotes. A CAPTURE '-' is\n"
        "standard input. Of a file of heuristics it tells what they found, how often they were called and\n"
        "what they read.\n"
        "\n"
        "  -c FILE.yaml    configuration, rules and their variables, as 'replay' takes them\n"
        "  -S FILE|FOLDER  where to look for a sid, and rules that set flowbits for this one;\n"
        "                  otherwise those of FILE.yaml, of the folder that TATTLER_RULES names, or\n"
        "                  those installed\n"
        "  -h, --help      this text\n"
        "\n"
        "Exit status: 0 it matched or found, 1 it did not or something could not be read, 2 wrong usage.\n";

struct arguments {
    struct rule_options rules;
    const char *wanted, *capture;
};

struct trial {
    const struct arguments *arguments;
    struct rules rules;
    struct rules_told told;
    struct try_rule tried;
    struct try_flows flows;
    struct inspector *inspector; /* while it reads */
    uint64_t packets;
    bool failed; /* something could not be read, which was told */
};

/* --- the rule --- */

/* A rule has blanks, and few files have. */
static bool is_text(const char *wanted)
{
    return strchr(wanted, ' ') != NULL && access(wanted, F_OK) != 0;
}

/* The rules around it; those named with -S may be all. */
static bool load_others(struct trial *trial, const struct settings *settings)
{
    const struct arguments *arguments = trial->arguments;
    struct rules_source source = rules_source_of(&arguments->rules, settings);

    trial->failed |= !rules_choose(&source, settings, rules_is_number(arguments->wanted));
    if (rules_load(&source, rules_tell, &trial->told, &trial->rules) != TATTLER_NO_MEMORY)
        return true;
    complain("out of memory");
    return false;
}

static const struct rule *load_first(struct trial *trial)
{
    struct rule_set *set = trial->rules.set;
    const char *wanted = trial->arguments->wanted;
    size_t before = rule_set_count(set);

    if (is_text(wanted))
        rule_set_load_text(set, TEXT_NAME, wanted, strlen(wanted));
    else
        rule_set_load(set, wanted);
    if (rule_set_count(set) == before) {
        if (trial->told.lines == 0)
            complain("%s: holds no rule", wanted);
        return NULL;
    }
    if (rule_set_count(set) > before + 1)
        complain("%s: of its %zu rules the first is tried: another one with its sid, and '-S %s'",
                wanted, rule_set_count(set) - before, wanted);
    return rule_set_rule(set, before);
}

static const struct rule *find_rule(struct trial *trial, const struct settings *settings)
{
    const char *wanted = trial->arguments->wanted;

    if (!load_others(trial, settings))
        return NULL;
    if (!rules_is_number(wanted))
        return load_first(trial);
    return rule_set_count(trial->rules.set) > 0 ? rules_find(trial->rules.set, wanted) : NULL;
}

/* --- the capture --- */

static void on_look(void *user, const struct look *look)
{
    struct trial *trial = user;

    try_flows_look(&trial->flows, look, inspector_packets(trial->inspector));
}

static void on_match(void *user, const struct match_packet *packet, const struct rule *rule,
        enum limit_verdict verdict)
{
    struct trial *trial = user;

    if (rule == trial->tried.rule)
        try_flows_match(&trial->flows, packet, verdict == LIMIT_ALERT);
}

static void on_flow(void *user, const struct connection *connection)
{
    struct trial *trial = user;

    try_flows_end(&trial->flows, connection);
}

static bool inspect_capture(struct trial *trial, const struct settings *settings)
{
    const struct match_witness witness = { on_look, on_match, trial };
    const struct inspect_sink sink = { .flow = on_flow, .witness = &witness, .user = trial };
    struct engine *engine =
            engine_new(settings, random_seed(), complain_and_fail, &trial->failed);
    struct capture *capture = capture_new(&trial->arguments->capture, 1);
    bool good;

    if (engine != NULL)
        trial->inspector = inspector_new(engine, settings, trial->rules.set, &sink);
    good = trial->inspector != NULL && capture != NULL;
    if (good) {
        trial->failed |= !inspector_read(trial->inspector, capture);
        trial->packets = inspector_packets(trial->inspector);
    }
    inspector_finish(trial->inspector);
    try_flows_finish(&trial->flows);
    capture_free(capture);
    engine_free(engine);
    return good && !trial->flows.no_memory;
}

static bool try_rule(struct trial *trial, const struct rule *rule, const struct settings *settings)
{
    bool good = try_rule_open(&trial->tried, trial->rules.set, rule) &&
                try_flows_open(&trial->flows, &trial->tried) && inspect_capture(trial, settings);

    if (good && trial->packets > 0)
        good = try_print(&trial->flows, stdout, trial->arguments->capture, trial->packets);
    if (!good)
        complain("out of memory");
    trial->failed |= !good;
    try_flows_close(&trial->flows);
    try_rule_close(&trial->tried);
    return trial->flows.matched.count > 0;
}

/* --- the command --- */

static int run(const struct arguments *arguments, const struct settings *settings)
{
    struct trial trial = { .arguments = arguments };
    const struct rule *rule = find_rule(&trial, settings);
    bool matched;

    trial.failed |= !rules_tell_rest(&trial.told);
    matched = rule != NULL && try_rule(&trial, rule, settings);

    rules_clear(&trial.rules);
    return matched && !trial.failed ? EXIT_DONE : EXIT_INPUT;
}

static int parse_arguments(struct arguments *arguments, int argc, char **argv)
{
    const struct command_option rows[] = {
        { OPTION_TEXT, "c", &arguments->rules.config, NULL },
        { OPTION_RULES, "S", &arguments->rules, NULL },
    };
    int status = options_read("try", usage, rows, sizeof(rows) / sizeof(rows[0]), argc, argv);

    if (status != EXIT_DONE)
        return status;
    if (argc - optind != 2)
        return usage_error("try", "give one rule and one capture, as in 'try 1000010 FILE.pcap'");
    arguments->wanted = argv[optind];
    arguments->capture = argv[optind + 1];
    return EXIT_DONE;
}

int command_try(int argc, char **argv)
{
    struct arguments arguments = { .wanted = NULL };
    struct settings settings;
    int status = parse_arguments(&arguments, argc, argv);

    if (status != EXIT_DONE)
        return status < 0 ? EXIT_DONE : status;
    if (!load_settings(&settings, arguments.rules.config))
        status = EXIT_USAGE;
    else if (is_lua(arguments.wanted))
        status = try_heuristics(&settings, arguments.wanted, arguments.capture);
    else
        status = run(&arguments, &settings);
    settings_clear(&settings);
    return status;
}
