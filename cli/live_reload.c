/* Reads settings and rules again while packets are inspected: a thread makes all ready, which may take
 * seconds, and the one that inspects exchanges it between two packets. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "live_internal.h"

struct reload {
    const struct live *live;
    pthread_t thread;
    struct generation *next;         /* NULL: something was wrong */
    struct inspect_renewal *renewal; /* as long as there is 'next' */
    atomic_bool is_ready;
};

void generation_free(struct generation *generation)
{
    if (generation == NULL)
        return;
    heuristics_release(generation->heuristics);
    rules_clear(&generation->rules);
    settings_clear(&generation->settings);
    free(generation);
}

/* --- the thread --- */

/* NULL: something is wrong, which was told. */
static struct generation *read_generation(const struct live *live)
{
    const struct rule_options *options = &live->options->rules;
    struct generation *next = calloc(1, sizeof(*next));
    struct rules_told told;

    if (next == NULL)
        complain("out of memory");
    else if (load_settings(&next->settings, options->config) &&
             load_heuristics(&next->settings, NULL, NULL, &next->heuristics) == EXIT_DONE &&
             rules_load_told(options, &next->settings, next->heuristics, &next->rules, &told) &&
             told.refused == 0)
        return next;
    generation_free(next);
    return NULL;
}

static void *run(void *user)
{
    struct reload *reload = user;

    reload->next = read_generation(reload->live);
    if (reload->next != NULL)
        reload->renewal = inspector_prepare(reload->live->inspector, &reload->next->settings,
                reload->next->rules.set, complain_of, NULL);
    atomic_store(&reload->is_ready, true);
    return NULL;
}

/* Signals are for the thread that inspects. */
static bool start(struct reload *reload)
{
    sigset_t all, before;
    int result;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    result = pthread_create(&reload->thread, NULL, run, reload);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result == 0;
}

void live_reload_begin(struct live *live)
{
    struct reload *reload = calloc(1, sizeof(*reload));

    if (reload != NULL) {
        reload->live = live;
        atomic_init(&reload->is_ready, false);
    }
    if (reload == NULL || !start(reload)) {
        complain("not reloaded: no memory for it, or no thread");
        free(reload);
        return;
    }
    notify_reloading(&live->notify);
    live->reload = reload;
}

/* --- whoever inspects --- */

/* Whoever changes them would else wait for what they do. */
static void tell_differing(const struct live *live)
{
    const char *key;
    size_t row = 0;

    while ((key = settings_next_differing(live->started, &live->now->settings, &row)) != NULL)
        complain("%s: '%s' was changed, which takes effect with the next start",
                live->options->rules.config, key);
}

static void tell_outcome(struct live *live, bool is_renewed)
{
    char status[256];

    if (is_renewed)
        tell_differing(live);
    if (is_renewed)
        snprintf(status, sizeof(status), "reloaded: %zu rules, %zu heuristics",
                live->now->rules.set != NULL ? rule_set_count(live->now->rules.set) : 0,
                heuristics_count(live->now->heuristics));
    else
        snprintf(status, sizeof(status),
                "not reloaded: the rules, heuristics and settings there were stay");
    complain("%s", status);
    notify_ready(&live->notify, status);
}

bool live_reload_finish(struct live *live)
{
    struct reload *reload = live->reload;
    bool is_renewed;

    if (!atomic_load(&reload->is_ready))
        return false;
    pthread_join(reload->thread, NULL);
    is_renewed = reload->renewal != NULL && inspector_renew(live->inspector, reload->renewal);
    if (is_renewed) {
        generation_free(live->now);
        rules_clear(&live->rules);
        live->now = reload->next;
        engine_use_heuristics(live->engine, live->now->heuristics);
    } else {
        generation_free(reload->next);
    }
    free(reload);
    live->reload = NULL;
    tell_outcome(live, is_renewed);
    return true;
}

void live_reload_stop(struct live *live)
{
    struct reload *reload = live->reload;

    if (reload == NULL)
        return;
    pthread_join(reload->thread, NULL);
    inspect_renewal_free(reload->renewal);
    generation_free(reload->next);
    free(reload);
    live->reload = NULL;
}
