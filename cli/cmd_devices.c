/* 'tattler devices': what the store knows of each device, and how far it has learned. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/nearest.h"
#include "baseline_file.h"
#include "command.h"
#include "emit/json.h"
#include "screen.h"

#define US_PER_S UINT64_C(1000000)
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
        "  -h, --help        this text\n";

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

enum { OPTION_JSON = 256, OPTION_RULING };

static int parse_options(struct options *options, int argc, char **argv)
{
    static const struct option longs[] = { { "help", no_argument, NULL, 'h' },
        { "json", no_argument, NULL, OPTION_JSON },
        { "reset", required_argument, NULL, OPTION_RULING + RULING_RESET },
        { "freeze", required_argument, NULL, OPTION_RULING + RULING_FREEZE },
        { "thaw", required_argument, NULL, OPTION_RULING + RULING_THAW },
        { "trust", required_argument, NULL, OPTION_RULING + RULING_TRUST },
        { "forget", required_argument, NULL, OPTION_RULING + RULING_FORGET }, { 0 } };
    int c;

    while ((c = getopt_long(argc, argv, ":c:h", longs, NULL)) != -1) {
        if (c == 'h') {
            fputs(usage, stdout);
            return -1;
        }
        if (c == ':')
            return usage_error("devices", "option '%s' needs a value", argv[optind - 1]);
        if (c == '?')
            return usage_error("devices", "unknown option '%s'", argv[optind - 1]);
        if (c == 'c')
            options->config = optarg;
        else if (c == OPTION_JSON)
            options->json = true;
        else if (options->ruling_count == RULINGS_MAX)
            return usage_error("devices", "more than %d rulings at once", RULINGS_MAX);
        else
            options->rulings[options->ruling_count++] =
                    (struct ruling){ (enum store_ruling)(c - OPTION_RULING), optarg };
    }
    if (argc - optind > 1)
        return usage_error("devices", "one store at a time");
    options->store = argv[optind];
    return EXIT_DONE;
}

/* --- how far a device is --- */

enum state { STATE_LEARNING, STATE_TRUSTED, STATE_FROZEN };

static const char *const state_names[] = {
    [STATE_LEARNING] = "learning", [STATE_TRUSTED] = "trusted", [STATE_FROZEN] = "frozen",
};

struct progress {
    enum state state;
    double share;        /* of the learning period; 1: it is over */
    uint64_t trusted_us; /* when it is or was over; zero: nothing has been learned yet */
    uint64_t missing_s;
    size_t known[SEEN_KINDS];
    size_t suspect, accused;
};

static void count_items(const struct baseline *baseline, struct progress *out)
{
    for (size_t i = 0; i < baseline->item_count; i++) {
        const struct baseline_item *item = &baseline->items[i];

        out->suspect += item->suspect;
        out->accused += item->accused;
        out->known[item->kind] += !item->accused;
    }
}

static struct progress progress_of(const struct baseline *baseline, uint64_t learning_s)
{
    uint64_t needed_us = learning_s * US_PER_S, watched_us;
    struct progress progress = { .state = STATE_LEARNING };

    count_items(baseline, &progress);
    progress.missing_s = learning_s;
    if (baseline->began_us != 0) {
        watched_us = baseline->last_us > baseline->began_us
                             ? baseline->last_us - baseline->began_us
                             : 0;
        progress.trusted_us = baseline->began_us + needed_us;
        progress.share = watched_us < needed_us ? (double)watched_us / (double)needed_us : 1;
        progress.missing_s = watched_us < needed_us ? (needed_us - watched_us) / US_PER_S : 0;
    }
    if (baseline->ruling.trusted_us != 0) {
        progress.trusted_us = baseline->ruling.trusted_us;
        progress.share = 1;
        progress.missing_s = 0;
    }
    if (progress.share >= 1)
        progress.state = STATE_TRUSTED;
    if (baseline->ruling.frozen)
        progress.state = STATE_FROZEN;
    return progress;
}

/* --- the table --- */

struct show {
    uint64_t learning_s;
    bool json;
    size_t count;
    struct json text;
};

static void print_text(const char *text, size_t columns)
{
    screen_cell(stdout, cursor_over(text, strlen(text)), columns, SCREEN_KEEP_START);
}

static void span_text(uint64_t seconds, char out[32])
{
    if (seconds >= 2 * 86400)
        snprintf(out, 32, "%llu d %llu h", (unsigned long long)(seconds / 86400),
                (unsigned long long)(seconds / 3600 % 24));
    else if (seconds >= 2 * 3600)
        snprintf(out, 32, "%llu h %llu min", (unsigned long long)(seconds / 3600),
                (unsigned long long)(seconds / 60 % 60));
    else
        snprintf(out, 32, "%llu min", (unsigned long long)(seconds / 60 + 1));
}

static void print_time(uint64_t time_us)
{
    time_t seconds = (time_t)(time_us / US_PER_S);
    struct tm parts;
    char text[32];

    if (gmtime_r(&seconds, &parts) != NULL && strftime(text, sizeof(text), "%F %R", &parts) > 0)
        fputs(text, stdout);
}

static void print_missing(const struct progress *progress)
{
    char span[32];

    if (progress->state == STATE_FROZEN)
        fputs("learns nothing until '--thaw'", stdout);
    else if (progress->state == STATE_TRUSTED)
        fputs("nothing, since ", stdout), print_time(progress->trusted_us);
    else if (progress->trusted_us == 0)
        fputs("it has not talked to anybody yet", stdout);
    else {
        span_text(progress->missing_s, span);
        printf("%s more; trusted from ", span);
        print_time(progress->trusted_us);
    }
}

static void print_marks(const struct baseline *baseline, const struct progress *progress)
{
    if (baseline->alerts + progress->suspect + progress->accused == 0)
        return;
    printf("  %llu urgent alert%s:", (unsigned long long)baseline->alerts,
            baseline->alerts == 1 ? "" : "s");
    printf(" %zu fact%s not learned, %zu learned within a day of one and not excused; "
           "'--trust' takes them in\n",
            progress->accused, progress->accused == 1 ? "" : "s", progress->suspect);
}

static void show_row(struct show *show, const struct baseline *baseline)
{
    struct progress progress = progress_of(baseline, show->learning_s);

    if (show->count == 0)
        printf("%-24s %-18s %-8s %5s  %7s %4s %5s %5s  %s\n", "device", "", "state", "far",
                "domains", "ASNs", "ports", "rules", "what is missing");
    print_text(baseline->name[0] != '\0' ? baseline->name : baseline->vendor, 24);
    putchar(' ');
    print_text(baseline->key, 18);
    printf(" %-8s %3.0f %%  %7zu %4zu %5zu %5zu  ", state_names[progress.state],
            100 * progress.share, progress.known[SEEN_DOMAIN], progress.known[SEEN_ASN],
            progress.known[SEEN_PORT], progress.known[SEEN_RULE]);
    print_missing(&progress);
    putchar('\n');
    print_marks(baseline, &progress);
}

/* --- JSON --- */

static void put_text(struct json *json, const char *key, const char *text)
{
    if (text[0] != '\0')
        json_text(json, key, text);
}

static void put_time(struct json *json, const char *key, uint64_t time_us)
{
    if (time_us != 0)
        json_time(json, key, time_us);
}

static void put_items(struct json *json, const struct baseline *baseline, enum seen_kind kind)
{
    json_open_array(json, baseline_kind_name(kind));
    for (size_t i = 0; i < baseline->item_count; i++) {
        const struct baseline_item *item = &baseline->items[i];

        if (item->kind != kind)
            continue;
        json_open_object(json, NULL);
        json_text(json, "value", item->value);
        put_time(json, "first", item->first_us);
        put_time(json, "last", item->last_us);
        json_unsigned(json, "times", item->times);
        if (item->suspect)
            json_bool(json, "suspect", true);
        if (item->accused)
            json_bool(json, "accused", true);
        if (item->vouched)
            json_bool(json, "vouched", true);
        json_close_object(json);
    }
    json_close_array(json);
}

static void put_beats(struct json *json, const struct baseline *baseline)
{
    json_open_array(json, "heartbeats");
    for (size_t i = 0; i < baseline->beat_count; i++) {
        const struct baseline_beat *beat = &baseline->beats[i];

        json_open_object(json, NULL);
        json_text(json, "remote", beat->remote);
        json_decimal(json, "period_s", beat->period_s);
        json_unsigned(json, "bytes", beat->bytes);
        put_time(json, "first", beat->first_us);
        put_time(json, "last", beat->last_us);
        json_close_object(json);
    }
    json_close_array(json);
}

static void put_hours(struct json *json, const char *key, const uint64_t hours[BASELINE_HOURS])
{
    json_open_array(json, key);
    for (unsigned hour = 0; hour < BASELINE_HOURS; hour++)
        json_unsigned(json, NULL, hours[hour]);
    json_close_array(json);
}

static void show_object(struct show *show, const struct baseline *baseline)
{
    struct progress progress = progress_of(baseline, show->learning_s);
    struct json *json = &show->text;

    json_restart(json);
    json_open_object(json, NULL);
    json_text(json, "device", baseline->key);
    put_text(json, "name", baseline->name);
    put_text(json, "type", baseline->type);
    put_text(json, "vendor", baseline->vendor);
    json_text(json, "state", state_names[progress.state]);
    json_decimal(json, "learned", progress.share);
    json_unsigned(json, "missing_s", progress.missing_s);
    put_time(json, "trusted", progress.trusted_us);
    put_time(json, "first_seen", baseline->met_us);
    put_time(json, "last_seen", baseline->last_us);
    json_unsigned(json, "alerts", baseline->alerts);
    json_unsigned(json, "suspect", progress.suspect);
    json_unsigned(json, "accused", progress.accused);
    for (size_t kind = 0; baseline_kind_name(kind) != NULL; kind++)
        put_items(json, baseline, (enum seen_kind)kind);
    put_beats(json, baseline);
    put_hours(json, "bytes_up", baseline->hours[0]);
    put_hours(json, "bytes_down", baseline->hours[1]);
    json_close_object(json);
    json_newline(json);
    if (!json->failed)
        fwrite(json->data, 1, json->len, stdout);
}

static void show_device(void *user, const struct baseline *baseline)
{
    struct show *show = user;

    if (show->json)
        show_object(show, baseline);
    else
        show_row(show, baseline);
    show->count++;
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

/* NULL: none, or more than one, which was told. */
static const char *find_key(const struct all_known *all, const char *word)
{
    const char *found = NULL;

    for (size_t i = 0; i < all->count; i++) {
        if (strcasecmp(all->items[i].key, word) == 0)
            return all->items[i].key;
        if (strcasecmp(all->items[i].name, word) != 0)
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

static int list(const struct options *options, const struct settings *settings,
        struct store *store)
{
    struct show show = { .learning_s = settings->learning_s, .json = options->json };
    enum tattler_status status = store_each(store, show_device, &show);

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
