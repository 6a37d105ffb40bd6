/* 'tattler profile': what devices of a type talk to, shared between households. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "baseline_file.h"
#include "command.h"
#include "learn_eve.h"
#include "options.h"
#include "profile_share.h"

#define MIN_DEFAULT 2
#define MIN_MAX 1000
/* A file of somebody else counts as so many households at most: no single one makes a thing common. */
#define FOREIGN_WEIGHT (PROFILE_COMMON_VOTES - 1)

static const char usage[] =
        "usage: tattler profile export [-c tattler.yaml] [--min N] [-o FILE] [STORE|EVE...]\n"
        "       tattler profile merge [-c tattler.yaml] [--min N] [--base FILE] [--json] [-o FILE] FILE...\n"
        "\n"
        "export writes what devices of each type talk to, as JSON to share: registrable domains,\n"
        "networks, services, ports and rounded heartbeats; no addresses, host names, times or volumes.\n"
        "It reads a store of baselines, or EVE JSON. Look at it before you give it away.\n"
        "merge adds up such files, and shows how common for a type what is. What it writes goes below\n"
        "'profiles' in tattler.yaml, for devices that have yet to learn.\n"
        "\n"
        "  --min N      leave out what fewer than N devices of a type share (export), or fewer than N\n"
        "               households (merge); default: 2\n"
        "  --base FILE  what was merged here before: counts in full. Any other file counts as two\n"
        "               households at most\n"
        "  -o FILE      the result; 'export' keeps the number of the household in it, so that a newer\n"
        "               file is not counted besides the older. Default of export: standard output\n"
        "  --json       the table as JSON\n"
        "  -c FILE      configuration: baseline, home networks, list of public suffixes\n"
        "  -h, --help   this text\n"
        "\n"
        "Exit status: 0 done, 1 some input could not be read, 2 wrong usage or configuration.\n";

struct options {
    bool merge, json;
    const char *config, *output, *base;
    uint32_t min;
    const char *const *sources;
    size_t source_count;
};

struct work {
    const struct options *options;
    struct settings settings;
    struct domain_list *domains;
    struct profile profile;
    bool failed; /* some input could not be read */
};

/* --- arguments --- */

static int take_min(void *user, const char *value)
{
    struct options *options = user;
    char *end;
    unsigned long number = strtoul(value, &end, 10);

    if (value[0] < '1' || value[0] > '9' || *end != '\0' || number > MIN_MAX)
        return usage_error("profile", "--min takes 1 to %d, not '%s'", MIN_MAX, value);
    options->min = (uint32_t)number;
    return EXIT_DONE;
}

static int check_options(const struct options *options)
{
    if (!options->merge && (options->base != NULL || options->json))
        return usage_error("profile", "--base and --json go with 'merge'");
    if (options->merge && options->source_count == 0)
        return usage_error("profile", "no file given: 'tattler profile export -o FILE' writes one");
    return EXIT_DONE;
}

static int parse_options(struct options *options, int argc, char **argv)
{
    const struct command_option rows[] = {
        { OPTION_TEXT, "c", &options->config, NULL },
        { OPTION_TEXT, "o", &options->output, NULL },
        { OPTION_TEXT, "base", &options->base, NULL },
        { OPTION_FLAG, "json", &options->json, NULL },
        { OPTION_TAKE, "min", options, take_min },
    };
    int status = options_read("profile", usage, rows, sizeof(rows) / sizeof(rows[0]), argc, argv);

    if (status != EXIT_DONE)
        return status;
    if (optind == argc || (strcmp(argv[optind], "export") != 0 && strcmp(argv[optind], "merge") != 0))
        return usage_error("profile", "say what to do: 'export' or 'merge'");
    options->merge = argv[optind][0] == 'm';
    options->sources = (const char *const *)(argv + optind + 1);
    options->source_count = (size_t)(argc - optind - 1);
    return check_options(options);
}

/* --- export --- */

static void tell_data(void *user, const char *what)
{
    struct work *work = user;

    work->failed = true;
    complain("%s", what);
}

static void tell_file(void *user, const char *path, unsigned line, const char *what)
{
    struct work *work = user;

    work->failed = true;
    if (line > 0)
        complain("%s:%u:%s", path, line, what);
    else
        complain("%s: %s", path, what);
}

static bool collect_store(struct work *work, struct profile_collector *collector)
{
    struct store *store = baseline_open(&work->settings, STORE_READ, NULL);
    bool good = store != NULL && store_each(store, profile_collect, collector) == TATTLER_OK;

    if (store != NULL && !good)
        complain("%s", store_error(store));
    store_close(store);
    return good;
}

static bool collect_taken(const struct learn_eve *learn, struct profile_collector *collector)
{
    struct baselines baselines;
    bool good = learn_eve_take(learn, &baselines);

    for (size_t i = 0; good && i < baselines.count; i++)
        profile_collect(collector, &baselines.items[i]);
    baselines_clear(&baselines);
    return good;
}

static bool collect_records(struct work *work, struct profile_collector *collector)
{
    struct engine *engine = engine_new(&work->settings, random_seed(), complain_of, NULL);
    struct learn_eve *learn = engine != NULL ? learn_eve_new(&work->settings, engine) : NULL;
    enum tattler_status status = learn != NULL ? TATTLER_OK : TATTLER_NO_MEMORY;
    bool good;

    for (size_t i = 0; i < work->options->source_count && status != TATTLER_NO_MEMORY; i++)
        status = learn_eve_read(learn, work->options->sources[i], tell_data, work);
    good = status != TATTLER_NO_MEMORY && collect_taken(learn, collector);
    if (!good)
        complain("out of memory");
    learn_eve_free(learn);
    engine_free(engine);
    return good;
}

static void tell_left_out(const struct profile_collector *collector, uint32_t min)
{
    for (unsigned i = 0; i < PROFILE_REASONS; i++)
        if (collector->left_out[i] > 0)
            complain("left out: %" PRIu64 " %s", collector->left_out[i],
                    profile_reason_text((enum profile_reason)i));
    if (collector->profile->refused > 0)
        complain("left out: %" PRIu64 " for lack of room", collector->profile->refused);
    if (collector->profile->types == NULL)
        complain("nothing is left to share%s", min > 1 ? ": --min 1 shares what one device alone does"
                                                       : "");
}

static void ignore(void *user, const char *path, unsigned line, const char *what)
{
    (void)user;
    (void)path;
    (void)line;
    (void)what;
}

/* The one of the file that is to be replaced, else a new one. */
static bool choose_household(struct work *work)
{
    const char *path = work->options->output;
    struct profile before = { 0 };
    char id[PROFILE_HOUSEHOLD_SIZE];

    snprintf(id, sizeof(id), "%016" PRIx64 "%016" PRIx64, random_seed(), random_seed());
    if (path != NULL && access(path, F_OK) == 0) {
        if (profile_read(path, work->domains, ignore, NULL, &before) != TATTLER_OK ||
                HASH_COUNT(before.households) != 1) {
            profile_clear(&before);
            complain("%s is there and is no profile of one household: name another file", path);
            return false;
        }
        memcpy(id, before.households->id, sizeof(id));
        profile_clear(&before);
    }
    return profile_add_household(&work->profile, id);
}

static bool reads_records(const struct options *options)
{
    return options->source_count > 0 && learn_eve_is(options->sources[0]);
}

static int export_profile(struct work *work)
{
    const struct options *options = work->options;
    struct profile_collector collector = { work->domains, &work->profile, { 0 }, false };

    if (!reads_records(options) && options->source_count > 1)
        return usage_error("profile", "one store at a time");
    if (!reads_records(options) && options->source_count == 1 &&
            !baseline_choose(&work->settings, options->sources[0]))
        return EXIT_INPUT;
    if (!reads_records(options) && work->settings.baseline == NULL)
        return usage_error("profile", "which store? Name it, or give 'baseline: FILE' in the "
                                      "configuration with -c, or EVE JSON");
    if (!(reads_records(options) ? collect_records : collect_store)(work, &collector))
        return EXIT_INPUT;
    if (collector.no_memory) {
        complain("out of memory");
        return EXIT_INPUT;
    }
    if (!choose_household(work))
        return EXIT_USAGE;
    profile_collect_end(&collector, options->min);
    tell_left_out(&collector, options->min);
    return profile_write(&work->profile, options->output) && !work->failed ? EXIT_DONE : EXIT_INPUT;
}

/* --- merge --- */

static bool add_file(struct work *work, const char *path, uint32_t weight)
{
    struct profile file = { 0 };
    const char *again;
    bool good = true;

    if (profile_read(path, work->domains, tell_file, work, &file) != TATTLER_OK)
        return true; /* told */
    again = profile_overlap(&work->profile, &file);
    if (again != NULL)
        complain("%s: household %s is counted already: the file is left out", path, again);
    else
        good = profile_add(&work->profile, &file, weight) == TATTLER_OK;
    profile_clear(&file);
    if (!good)
        complain("out of memory");
    return good;
}

static int merge_profiles(struct work *work)
{
    const struct options *options = work->options;
    bool good = options->base == NULL || add_file(work, options->base, PROFILE_HOUSEHOLDS_MAX);
    uint64_t rare = 0;
    size_t types;

    for (size_t i = 0; i < options->source_count && good; i++)
        good = add_file(work, options->sources[i], FOREIGN_WEIGHT);
    if (!good)
        return EXIT_INPUT;
    types = profile_prune(&work->profile, PROFILE_BY_HOUSEHOLDS, options->min, &rare);
    if (types > 0 || rare > 0)
        complain("left out: %zu types and %" PRIu64 " facts of fewer than %" PRIu32 " households",
                types, rare, options->min);
    if (work->profile.refused > 0)
        complain("left out: %" PRIu64 " for lack of room", work->profile.refused);
    if (options->json)
        profile_print_json(&work->profile, stdout);
    else
        profile_print(&work->profile, stdout);
    if (options->output != NULL && work->profile.households == NULL)
        complain("%s: nothing to write", options->output);
    else if (options->output != NULL && !profile_write(&work->profile, options->output))
        return EXIT_INPUT;
    return work->failed ? EXIT_INPUT : EXIT_DONE;
}

/* --- the command --- */

static int run(struct work *work)
{
    char error[256];

    hash_set_seed(random_seed()); /* as engine_new() does once more, before there is any table */
    if (domain_open(work->settings.public_suffix_list, &work->domains, error, sizeof(error)) !=
            TATTLER_OK) {
        complain("%s", error);
        return EXIT_USAGE;
    }
    return work->options->merge ? merge_profiles(work) : export_profile(work);
}

int command_profile(int argc, char **argv)
{
    struct options options = { .min = MIN_DEFAULT };
    struct work work = { .options = &options };
    int status = parse_options(&options, argc, argv);

    if (status != EXIT_DONE)
        return status < 0 ? EXIT_DONE : status;
    status = load_settings(&work.settings, options.config) ? run(&work) : EXIT_USAGE;
    profile_clear(&work.profile);
    domain_close(work.domains);
    settings_clear(&work.settings);
    return status;
}
