/* 'tattler devices': what the store knows of each device, and how far it has learned. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "baseline_file.h"
#include "command.h"
#include "devices_show.h"
#include "options.h"

#define RULINGS_MAX 64 /* options that rule on a device */

static const char usage[] =
        "usage: tattler devices [-c tattler.yaml] [--json] [RULING]... [STORE]\n"
        "\n"
        "Shows the devices in a store of baselines: how far each has learned what is usual for it, and\n"
        "what it knows. DEVICE is a MAC address, an address or a name, as shown.\n"
        "\n"
        "  -c FILE           configuration; its 'baseline' names the store, 'learning' the time it takes\n"
        "  --json            one JSON object a line\n"
        "  --trust DEVICE    it has learned enough: all it knows is usual, the rest is new\n"
        "  --freeze DEVICE   it learns nothing more\n"
        "  --thaw DEVICE     it learns again\n"
        "  --reset DEVICE    it learns anew\n"
        "  --forget DEVICE   as if it had never been\n"
        "  -h, --help        this text\n"
        "\n"
        "Exit status: 0 done, 1 the store could not be read or written, 2 wrong usage or configuration,\n"
        "or no such device.\n";

struct ruling {
    enum store_ruling what;
    const char *device;
};

struct options {
    const char *config, *store;
    bool json;
    struct ruling rulings[RULINGS_MAX];
    size_t ruling_count;
};

/* --- arguments --- */

static const struct {
    const char *name, *done;
} words[] = {
    [RULING_RESET] = { "reset", "learns anew" },
    [RULING_FREEZE] = { "freeze", "learns nothing more" },
    [RULING_THAW] = { "thaw", "learns again" },
    [RULING_TRUST] = { "trust", "is trusted: all it knows is usual" },
    [RULING_FORGET] = { "forget", "is forgotten" },
};

static int add_ruling(struct options *options, enum store_ruling what, const char *device)
{
    if (options->ruling_count == RULINGS_MAX)
        return usage_error("devices", "more than %d rulings at once", RULINGS_MAX);
    options->rulings[options->ruling_count++] = (struct ruling){ what, device };
    return EXIT_DONE;
}

static int reset(void *options, const char *device) { return add_ruling(options, RULING_RESET, device); }
static int freeze(void *options, const char *device) { return add_ruling(options, RULING_FREEZE, device); }
static int thaw(void *options, const char *device) { return add_ruling(options, RULING_THAW, device); }
static int trust(void *options, const char *device) { return add_ruling(options, RULING_TRUST, device); }
static int forget(void *options, const char *device) { return add_ruling(options, RULING_FORGET, device); }

static int parse_options(struct options *options, int argc, char **argv)
{
    const struct command_option rows[] = {
        { OPTION_TEXT, "c", &options->config, NULL },
        { OPTION_FLAG, "json", &options->json, NULL },
        { OPTION_TAKE, "reset", options, reset },
        { OPTION_TAKE, "freeze", options, freeze },
        { OPTION_TAKE, "thaw", options, thaw },
        { OPTION_TAKE, "trust", options, trust },
        { OPTION_TAKE, "forget", options, forget },
    };
    int status = options_read("devices", usage, rows, sizeof(rows) / sizeof(rows[0]), argc, argv);

    if (status != EXIT_DONE)
        return status;
    if (argc - optind > 1)
        return usage_error("devices", "one store at a time");
    options->store = argv[optind];
    return EXIT_DONE;
}

/* --- which device is meant --- */

struct known {
    char key[ADDRESS_TEXT_SIZE], name[DEVICE_TEXT_SIZE];
};

struct all_known {
    struct known *items; /* owned */
    size_t count;
};

static void note_known(void *user, const struct baseline *baseline)
{
    struct all_known *all = user;
    struct known *items = realloc(all->items, (all->count + 1) * sizeof(*items));

    if (items == NULL)
        return;
    all->items = items;
    memcpy(items[all->count].key, baseline->key, sizeof(baseline->key));
    memcpy(items[all->count].name, baseline->name, sizeof(baseline->name));
    all->count++;
}

static void tell_unknown(const struct all_known *all, const char *word)
{
    const char **candidates = calloc(2 * all->count + 1, sizeof(*candidates)), *near = NULL;
    size_t n = 0;

    for (size_t i = 0; candidates != NULL && i < all->count; i++) {
        candidates[n++] = all->items[i].key;
        if (all->items[i].name[0] != '\0')
            candidates[n++] = all->items[i].name;
    }
    if (candidates != NULL)
        near = nearest_word(word, candidates, n);
    if (near != NULL)
        complain("no device '%s' in the store: did you mean '%s'?", word, near);
    else
        complain("no device '%s' in the store: 'tattler devices' lists the %zu it has", word,
                all->count);
    free(candidates);
}

/* As keys are written, where it is a MAC address or an address. */
static void write_as_key(const char *word, char out[ADDRESS_TEXT_SIZE])
{
    struct address address;
    struct mac mac;

    if (mac_parse(word, &mac))
        mac_text(&mac, out);
    else if (address_parse(word, &address))
        address_text(&address, out);
    else
        out[0] = '\0';
}

/* NULL: none, or more than one, which was told. */
static const char *find_key(const struct all_known *all, const char *word)
{
    char key[ADDRESS_TEXT_SIZE];
    const char *found = NULL;

    write_as_key(word, key);
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(all->items[i].key, key) == 0)
            return all->items[i].key;
        if (all->items[i].name[0] == '\0' || strcasecmp(all->items[i].name, word) != 0)
            continue;
        if (found != NULL) {
            complain("more than one device is called '%s': say which, as in '%s' or '%s'", word,
                    found, all->items[i].key);
            return NULL;
        }
        found = all->items[i].key;
    }
    if (found == NULL)
        tell_unknown(all, word);
    return found;
}

/* Nothing is done unless all of it can be. */
static int rule(const struct options *options, struct store *store)
{
    const char *keys[RULINGS_MAX];
    struct all_known all = { 0 };
    int status = EXIT_DONE;

    if (store_each(store, note_known, &all) != TATTLER_OK) {
        complain("%s", store_error(store));
        status = EXIT_INPUT;
    }
    for (size_t i = 0; i < options->ruling_count && status == EXIT_DONE; i++) {
        keys[i] = find_key(&all, options->rulings[i].device);
        if (keys[i] == NULL)
            status = EXIT_USAGE;
    }
    for (size_t i = 0; i < options->ruling_count && status == EXIT_DONE; i++) {
        if (store_rule(store, keys[i], options->rulings[i].what) == TATTLER_OK) {
            printf("%s %s\n", keys[i], words[options->rulings[i].what].done);
            continue;
        }
        complain("%s", store_error(store));
        status = EXIT_INPUT;
    }
    free(all.items);
    return status;
}

/* --- the command --- */

/* Of other households. NULL: none. */
static struct profile *load_profiles(const struct settings *settings)
{
    struct domain_list *domains;
    struct profile *profile;
    char error[256];

    if (settings->profiles.count == 0)
        return NULL;
    if (domain_open(settings->public_suffix_list, &domains, error, sizeof(error)) != TATTLER_OK) {
        complain("%s", error);
        return NULL;
    }
    profile = profile_load((const char *const *)settings->profiles.items, settings->profiles.count,
            domains, complain_of_file, NULL);
    domain_close(domains);
    return profile;
}

static int list(const struct options *options, const struct settings *settings,
        struct store *store)
{
    struct profile *profile = load_profiles(settings);
    struct devices_show show = { .learning_s = settings->learning_s, .profile = profile,
        .json = options->json };
    enum tattler_status status = store_each(store, devices_show, &show);

    profile_free(profile);
    json_free(&show.text);
    if (status != TATTLER_OK) {
        complain("%s", store_error(store));
        return EXIT_INPUT;
    }
    if (show.count == 0 && !options->json)
        puts("no devices yet: 'tattler learn CAPTURE' makes them known");
    return EXIT_DONE;
}

static int run(const struct options *options, const struct settings *settings)
{
    bool rules = options->ruling_count > 0;
    struct store *store = baseline_open(settings, rules ? STORE_WRITE : STORE_READ, NULL);
    int status;

    if (store == NULL)
        return EXIT_INPUT;
    status = rules ? rule(options, store) : list(options, settings, store);
    store_close(store);
    return status;
}

int command_devices(int argc, char **argv)
{
    struct options options = { .config = NULL };
    struct settings settings;
    int status = parse_options(&options, argc, argv);

    if (status != EXIT_DONE)
        return status < 0 ? EXIT_DONE : status;
    if (!load_settings(&settings, options.config) || !baseline_choose(&settings, options.store))
        status = EXIT_USAGE;
    else if (settings.baseline == NULL)
        status = usage_error("devices", "which store? Name it, or give 'baseline: FILE' in the "
                                        "configuration with -c");
    else
        status = run(&options, &settings);
    settings_clear(&settings);
    return status;
}
