/* Other settings and rules, between two packets. */
#include "inspect_internal.h"

#include <stdlib.h>

#include "detect/match/inherit.h"

struct inspect_renewal {
    const struct settings *settings;
    struct engine_files *files;
    struct inspect_rules rules;
    struct inheritance *inheritance; /* NULL: there were no rules, or are none */
};

struct inspect_renewal *inspector_prepare(struct inspector *inspector,
        const struct settings *settings, const struct rule_set *rules, engine_problem_fn problem,
        void *user)
{
    struct inspect_renewal *renewal = calloc(1, sizeof(*renewal));
    struct matcher *old = inspector->rules.matcher;

    if (renewal == NULL)
        return NULL;
    renewal->settings = settings;
    renewal->files = engine_files_load(settings, problem, user);
    if (renewal->files != NULL &&
            inspect_rules_make(inspector, settings, rules, &renewal->rules)) {
        if (old == NULL || rules == NULL)
            return renewal;
        renewal->inheritance = inheritance_new(old, renewal->rules.matcher);
        if (renewal->inheritance != NULL)
            return renewal;
    }
    inspect_renewal_free(renewal);
    return NULL;
}

void inspect_renewal_free(struct inspect_renewal *renewal)
{
    if (renewal == NULL)
        return;
    inheritance_free(renewal->inheritance);
    inspect_rules_clear(&renewal->rules);
    engine_files_free(renewal->files);
    free(renewal);
}

/* --- for each flow --- */

struct renewing {
    struct inspector *inspector;
    struct inheritance *inheritance;
};

static void renew_flow(void *user, struct connection *connection)
{
    const struct renewing *renewing = user;

    if (connection->flow != NULL)
        flow_renew(renewing->inspector->worker, connection->flow);
    if (connection->match == NULL)
        return;
    inspect_rules_ending(renewing->inspector, connection);
    if (renewing->inheritance != NULL)
        inherit_flow(renewing->inheritance, connection->match, &renewing->inspector->packet);
    else
        inspect_rules_end(renewing->inspector, connection); /* no rules any more */
}

bool inspector_renew(struct inspector *inspector, struct inspect_renewal *renewal)
{
    struct renewing renewing = { inspector, renewal->inheritance };
    struct inspect_rules before = inspector->rules;

    if (!inspect_rules_want(inspector, &renewal->rules)) {
        inspect_renewal_free(renewal);
        return false;
    }
    engine_renew(inspector->engine, renewal->settings, &renewal->files);
    worker_renew(inspector->worker);
    if (renewal->inheritance != NULL)
        inherit_all(renewal->inheritance);
    connections_each(inspector->connections, renew_flow, &renewing);
    inspector->settings = renewal->settings;
    inspector->rules = renewal->rules;
    renewal->rules = before;
    inspect_renewal_free(renewal);
    return true;
}
