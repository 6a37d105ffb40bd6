/* The data files of an engine: loaded with it, and exchanged for others while packets flow. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "engine_internal.h"

/* --- loading --- */

struct problem_sink {
    engine_problem_fn tell;
    void *user;
};

static void tell_line(void *user, const char *path, unsigned line, const char *what)
{
    const struct problem_sink *sink = user;
    char text[512];

    if (line > 0)
        snprintf(text, sizeof(text), "%s:%u: %s", path, line, what);
    else
        snprintf(text, sizeof(text), "%s: %s", path, what);
    sink->tell(sink->user, text);
}

static const char *const *items_of(const struct string_list *list)
{
    return (const char *const *)list->items;
}

struct engine_files *engine_files_load(const struct settings *settings, engine_problem_fn problem,
        void *user)
{
    struct engine_files *files = calloc(1, sizeof(*files));
    struct problem_sink sink = { problem, user };
    char error[512];

    if (files == NULL)
        return NULL;
    if (geo_open(items_of(&settings->geo), settings->geo.count, tell_line, &sink, &files->geo) !=
            TATTLER_OK)
        problem(user, "no memory for the location databases");
    if (oui_open(items_of(&settings->oui), settings->oui.count, tell_line, &sink, &files->oui) !=
            TATTLER_OK)
        problem(user, "no memory for the lists of vendors");
    if (domain_open(settings->public_suffix_list, &files->domains, error, sizeof(error)) !=
            TATTLER_OK)
        problem(user, error);
    if (zone_open(settings->timezone, &files->zone, error, sizeof(error)) != TATTLER_OK)
        problem(user, error); /* hours are then those of UTC */
    if (risk_load(items_of(&settings->risk), settings->risk.count, tell_line, &sink,
                &files->risk) != TATTLER_OK)
        problem(user, "no memory for the risk lists");
    if (resolvers_load(items_of(&settings->resolvers), settings->resolvers.count, tell_line,
                &sink, &files->resolvers) != TATTLER_OK)
        problem(user, "no memory for the lists of resolvers");
    files->profile = profile_load(items_of(&settings->profiles), settings->profiles.count,
            files->domains, tell_line, &sink);
    files->suppressions = suppressions_new(settings, files->zone);
    if (files->suppressions == NULL) {
        engine_files_free(files);
        return NULL;
    }
    return files;
}

void engine_files_free(struct engine_files *files)
{
    if (files == NULL)
        return;
    suppressions_free(files->suppressions);
    profile_free(files->profile);
    zone_close(files->zone);
    domain_close(files->domains);
    resolvers_free(files->resolvers);
    oui_close(files->oui);
    risk_free(files->risk);
    geo_close(files->geo);
    free(files);
}

/* --- others, while packets flow --- */

void engine_renew(struct engine *engine, const struct settings *settings,
        struct engine_files **files)
{
    struct engine_files *before = engine->files;

    engine->files = *files;
    *files = before;
    engine->settings = settings;
    engine->budget.names.grace_us = settings->dns_grace_s * US_PER_S;
    engine->budget.conduct.seen.learning_s = settings->learning_s;
    engine_learn_settings(engine);
    devices_introduce_again(engine->devices);
}

void worker_renew(struct worker *worker)
{
    memset(worker->networks, 0, sizeof(worker->networks));
    memset(&worker->domains, 0, sizeof(worker->domains));
}

void flow_renew(struct worker *worker, struct flow *flow)
{
    const struct network *network;

    if (!flow->remote_is_public)
        return;
    network = worker_network(worker, &flow->remote_address);
    flow->geo = network->geo;
    flow->risk = network->risk;
    flow->pending |= CHANGED_OPEN;
}
