/* How 'tattler live' begins: with the rights to open the interface, soon without. All that can be
 * read again later is first read as the user who will do so. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "live_internal.h"
#include "parse/packet.h"
#include "sandbox.h"
#include "screen.h"

#define FOLDERS_MAX 16

static bool open_interface(struct live *live)
{
    const struct live_settings *settings = &live->started->live;
    const struct live_options *options = live->options;
    char problem[4096];

    live->interface = interface_open(
            options->interface != NULL ? options->interface : settings->interface,
            options->filter != NULL ? options->filter : settings->filter, settings, problem,
            sizeof(problem));
    if (live->interface == NULL)
        complain("%s", problem);
    return live->interface != NULL;
}

/* A folder that is new belongs to the user who writes there. */
static bool make_folder(const char *path, const struct identity *identity)
{
    int folder;
    bool is_given;

    if (mkdir(path, 0750) != 0) {
        if (errno == EEXIST)
            return true;
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    if (!identity->is_other)
        return true;
    folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    is_given = folder >= 0 && fchown(folder, identity->user, identity->group) == 0;
    if (!is_given)
        complain("%s: %s", path, strerror(errno));
    if (folder >= 0)
        close(folder);
    return is_given;
}

static const char *log_folder(const struct live *live)
{
    if (live->options->directory != NULL)
        return live->options->directory;
    return live->identity.is_other ? LIVE_LOG_FOLDER : ".";
}

/* SQLite writes files beside the store, too. */
static bool make_baseline_folder(struct live *live)
{
    const char *path = live->started->baseline, *slash;

    if (path == NULL)
        return true;
    slash = strrchr(path, '/');
    snprintf(live->baseline_folder, sizeof(live->baseline_folder), "%.*s",
            slash == NULL || slash == path ? 1 : (int)(slash - path), slash == NULL ? "." : path);
    return make_folder(live->baseline_folder, &live->identity);
}

static void enter_sandbox(const struct live *live)
{
    const char *folders[FOLDERS_MAX + 1];
    size_t count = outputs_folders(live->outputs, folders, FOLDERS_MAX);

    if (live->started->baseline != NULL)
        folders[count++] = live->baseline_folder;
    if (live->started->live.sandbox)
        sandbox_enter(folders, count);
}

static bool open_outputs(struct live *live)
{
    const struct live_options *options = live->options;

    live->outputs = outputs_new(live->started, live->folder, options->output);
    if (live->outputs == NULL)
        return false;
    enter_sandbox(live);
    if (outputs_open(live->outputs))
        return true;
    if (live->identity.is_other)
        complain("EVE is written as user '%s': give a folder of that user's with -l, or another "
                "user with --user", live->identity.name);
    return false;
}

/* Rules and heuristics that are wrong are left out; if no rule is left this is no way to begin. */
static bool load_rules(struct live *live)
{
    struct heuristics *heuristics;
    struct rules_told told;
    bool is_loaded;

    load_heuristics(live->started, NULL, NULL, &heuristics);
    is_loaded = heuristics != NULL && rules_load_told(&live->options->rules, live->started,
                                              heuristics, &live->rules, &told);
    engine_use_heuristics(live->engine, heuristics);
    live->heuristic_count = heuristics != NULL ? heuristics_count(heuristics) : 0;
    heuristics_release(heuristics);
    if (!is_loaded)
        return false;
    if (told.refused == 0 || rule_set_count(live->rules.set) > 0)
        return true;
    complain("no rule could be read%s%s", live->identity.is_other ? " as user " : "",
            live->identity.is_other ? live->identity.name : "");
    return false;
}

static void tell_baseline(void *user, bool is_good, const char *what)
{
    (void)user;
    (void)is_good;
    complain("%s", what);
}

static void open_baseline(struct live *live)
{
    const char *path = live->started->baseline;

    if (path == NULL)
        return;
    live->keeper = keeper_start(live->engine, path, live->started->max_devices, tell_baseline, NULL);
    if (live->keeper == NULL && live->identity.is_other &&
            (access(live->baseline_folder, W_OK) != 0 || access(path, W_OK) != 0))
        complain("the baseline is kept as user '%s', who has to be able to write %s and the folder it "
                "is in", live->identity.name, path);
}

/* For the person who ends this; nobody reads it elsewhere. */
static void open_summary(struct live *live)
{
    const char *output = live->options->output;

    if (isatty(STDOUT_FILENO) == 1 && (output == NULL || strcmp(output, "-") != 0))
        live->summary = summary_new(live->engine);
}

/* A file that cannot be read later had better be told of now. */
static void check_config(const struct live *live)
{
    const char *path = live->options->rules.config;

    if (path != NULL && access(path, R_OK) != 0)
        complain("%s: user '%s' cannot read it, so a reload will fail: %s", path,
                live->identity.name, strerror(errno));
}

static void tell_start(struct live *live)
{
    const struct live_settings *settings = &live->started->live;
    char status[512];

    for (size_t i = 0; outputs_target(live->outputs, i) != NULL; i++)
        complain("EVE JSON goes to %s", outputs_target(live->outputs, i));
    snprintf(status, sizeof(status), "watching %s as user %s: %zu rules, %zu heuristics; snap length "
            "%llu, buffer %llu KiB, %llu ms%s%s", interface_name(live->interface),
            live->identity.name, live->rules.set != NULL ? rule_set_count(live->rules.set) : 0,
            live->heuristic_count,
            (unsigned long long)settings->snap_length,
            (unsigned long long)settings->buffer_bytes / 1024,
            (unsigned long long)settings->timeout_ms, settings->immediate ? ", immediate" : "",
            settings->promiscuous ? ", promiscuous" : "");
    complain("%s", status);
    notify_ready(&live->notify, status);
}

int live_open(struct live *live)
{
    const char *user = live->options->user != NULL ? live->options->user
                                                   : live->started->live.user;

    if (!identity_find(user, &live->identity) || !open_interface(live))
        return EXIT_USAGE;
    live->folder = log_folder(live);
    if ((live->options->output == NULL && !make_folder(live->folder, &live->identity)) ||
            !make_baseline_folder(live) || !privileges_drop(&live->identity) ||
            !open_outputs(live))
        return EXIT_USAGE;
    check_config(live);
    live->engine = engine_new(live->started, random_seed(), complain_of, NULL);
    if (live->engine == NULL) {
        complain("out of memory");
        return EXIT_INPUT;
    }
    if (!load_rules(live))
        return EXIT_USAGE;
    open_baseline(live);
    open_summary(live);
    live->inspector = inspector_new(live->engine, live->started, live->rules.set, &live->sink);
    if (live->inspector == NULL) {
        complain("out of memory");
        return EXIT_INPUT;
    }
    live->notify = notify_open();
    tell_start(live);
    return EXIT_DONE;
}

static void tell_summary(const struct live *live, uint64_t packets)
{
    summary_print(live->summary, stdout, screen_width(stdout), true);
    printf("%llu packet%s; EVE JSON in %s\n", (unsigned long long)packets, packets == 1 ? "" : "s",
            outputs_target(live->outputs, 0));
}

void live_close(struct live *live, bool tells)
{
    uint64_t packets = live->inspector != NULL ? inspector_packets(live->inspector) : 0;

    notify_stopping(&live->notify);
    live_reload_stop(live);
    inspector_finish(live->inspector);
    keeper_stop(live->keeper); /* the flows that have just ended taught as well */
    if (live->summary != NULL && tells)
        tell_summary(live, packets);
    summary_free(live->summary);
    outputs_close(live->outputs);
    interface_close(live->interface);
    rules_clear(&live->rules);
    engine_free(live->engine);
    generation_free(live->now);
    notify_close(&live->notify);
}
