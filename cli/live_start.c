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

static void enter_sandbox(const struct live *live)
{
    const char *folders[FOLDERS_MAX];

    if (live->started->live.sandbox)
        sandbox_enter(folders, outputs_folders(live->outputs, folders, FOLDERS_MAX));
}

static bool open_outputs(struct live *live)
{
    const struct live_options *options = live->options;

    live->outputs = outputs_new(live->started,
            options->directory != NULL ? options->directory : ".", options->output);
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

static void tell_problem(void *user, const char *what)
{
    (void)user;
    complain("%s", what);
}

/* Rules and heuristics that are wrong are left out; if no rule is left this is no way to begin. */
static bool load_rules(struct live *live)
{
    bool had_problems = false;
    struct heuristics *heuristics = load_heuristics(live->started, NULL, 0, NULL, &had_problems);
    struct rules_told told;
    bool is_loaded = heuristics != NULL && rules_load_told(&live->options->rules, live->started,
                                                   heuristics, &live->rules, &told);

    engine_use_heuristics(live->engine, heuristics);
    heuristics_release(heuristics);
    if (!is_loaded)
        return false;
    if (told.refused == 0 || rule_set_count(live->rules.set) > 0)
        return true;
    complain("no rule could be read%s%s", live->identity.is_other ? " as user " : "",
            live->identity.is_other ? live->identity.name : "");
    return false;
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

    snprintf(status, sizeof(status), "watching %s as user %s: %zu rules; snap length %llu, buffer "
            "%llu KiB, %llu ms%s%s", interface_name(live->interface), live->identity.name,
            live->rules.set != NULL ? rule_set_count(live->rules.set) : 0,
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
    const char *folder = live->options->directory;

    if (!identity_find(user, &live->identity) || !open_interface(live) ||
            (folder != NULL && !make_folder(folder, &live->identity)) ||
            !privileges_drop(&live->identity) || !open_outputs(live))
        return EXIT_USAGE;
    check_config(live);
    live->engine = engine_new(live->started, random_seed(), tell_problem, NULL);
    if (live->engine == NULL) {
        complain("out of memory");
        return EXIT_INPUT;
    }
    if (!load_rules(live))
        return EXIT_USAGE;
    live->inspector = inspector_new(live->engine, live->started, live->rules.set, &live->sink);
    if (live->inspector == NULL) {
        complain("out of memory");
        return EXIT_INPUT;
    }
    live->notify = notify_open();
    tell_start(live);
    return EXIT_DONE;
}

void live_close(struct live *live)
{
    notify_stopping(&live->notify);
    live_reload_stop(live);
    inspector_finish(live->inspector);
    outputs_close(live->outputs);
    interface_close(live->interface);
    rules_clear(&live->rules);
    engine_free(live->engine);
    generation_free(live->now);
    notify_close(&live->notify);
}
