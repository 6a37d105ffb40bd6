#include "keeper.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct keeper {
    struct engine *engine;
    const char *path;
    keeper_tell_fn tell;
    void *user;
    struct store *store; /* of the thread, while it runs */
    pthread_t thread;
    bool runs, is_failing;
    pthread_mutex_t lock; /* for the rest */
    pthread_cond_t wake;
    bool is_asked, is_ending;
    struct store_counters counters;
};

/* --- saving --- */

static void note_counters(struct keeper *keeper)
{
    pthread_mutex_lock(&keeper->lock);
    keeper->counters = store_count(keeper->store);
    pthread_mutex_unlock(&keeper->lock);
}

static bool save(struct keeper *keeper)
{
    bool good = store_save(keeper->store, keeper->engine, false) == TATTLER_OK;

    note_counters(keeper);
    return good;
}

static void save_or_tell(struct keeper *keeper)
{
    bool good = save(keeper);
    char text[640];

    if (!good && !keeper->is_failing) {
        snprintf(text, sizeof(text),
                "%s; the baseline is kept in memory, and saving tried again each minute",
                store_error(keeper->store));
        keeper->tell(keeper->user, false, text);
    } else if (good && keeper->is_failing) {
        snprintf(text, sizeof(text), "%s: saved again", keeper->path);
        keeper->tell(keeper->user, true, text);
    }
    keeper->is_failing = !good;
}

/* --- the thread --- */

/* Until a minute is over, or somebody asks. False: it is the end. */
static bool wait_for_turn(struct keeper *keeper)
{
    struct timespec until;
    bool goes_on;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += KEEPER_SAVE_S;
    pthread_mutex_lock(&keeper->lock);
    while (!keeper->is_asked && !keeper->is_ending &&
            pthread_cond_timedwait(&keeper->wake, &keeper->lock, &until) == 0)
        continue;
    keeper->is_asked = false;
    goes_on = !keeper->is_ending;
    pthread_mutex_unlock(&keeper->lock);
    return goes_on;
}

static void *run(void *user)
{
    struct keeper *keeper = user;

    while (wait_for_turn(keeper))
        save_or_tell(keeper);
    return NULL;
}

/* Signals are for the threads of the host. */
static bool start_thread(struct keeper *keeper)
{
    sigset_t all, before;
    bool good;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    good = pthread_create(&keeper->thread, NULL, run, keeper) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return good;
}

/* --- life --- */

static struct keeper *make(struct engine *engine, const char *path, keeper_tell_fn tell, void *user)
{
    struct keeper *keeper = calloc(1, sizeof(*keeper));
    pthread_condattr_t clock;

    if (keeper == NULL)
        return NULL;
    keeper->engine = engine;
    keeper->path = path;
    keeper->tell = tell;
    keeper->user = user;
    pthread_mutex_init(&keeper->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&keeper->wake, &clock);
    pthread_condattr_destroy(&clock);
    return keeper;
}

static void release(struct keeper *keeper)
{
    store_close(keeper->store);
    pthread_cond_destroy(&keeper->wake);
    pthread_mutex_destroy(&keeper->lock);
    free(keeper);
}

struct keeper *keeper_start(struct engine *engine, const char *path, size_t max_devices,
        keeper_tell_fn tell, void *user)
{
    struct keeper *keeper = make(engine, path, tell, user);
    char error[512] = "out of memory", text[640];

    if (keeper != NULL)
        keeper->store = store_open(path, STORE_MAKE, max_devices, error, sizeof(error));
    if (keeper == NULL || keeper->store == NULL) {
        snprintf(text, sizeof(text), "%s; going on without a baseline", error);
        tell(user, false, text);
        if (keeper != NULL)
            release(keeper);
        return NULL;
    }
    if (store_load(keeper->store, engine) != TATTLER_OK) {
        snprintf(text, sizeof(text), "%s; going on with what was read", store_error(keeper->store));
        tell(user, false, text);
    }
    keeper->runs = start_thread(keeper);
    if (!keeper->runs)
        tell(user, false, "no thread to save the baseline: it is saved at the end only");
    return keeper;
}

static void wake(struct keeper *keeper, bool *why)
{
    pthread_mutex_lock(&keeper->lock);
    *why = true;
    pthread_cond_signal(&keeper->wake);
    pthread_mutex_unlock(&keeper->lock);
}

void keeper_save_soon(struct keeper *keeper)
{
    if (keeper != NULL)
        wake(keeper, &keeper->is_asked);
}

struct store_counters keeper_count(struct keeper *keeper)
{
    struct store_counters counters = { 0 };

    if (keeper == NULL)
        return counters;
    pthread_mutex_lock(&keeper->lock);
    counters = keeper->counters;
    pthread_mutex_unlock(&keeper->lock);
    return counters;
}

void keeper_stop(struct keeper *keeper)
{
    char text[640];

    if (keeper == NULL)
        return;
    if (keeper->runs) {
        wake(keeper, &keeper->is_ending);
        pthread_join(keeper->thread, NULL);
    }
    if (!save(keeper)) {
        snprintf(text, sizeof(text), "%s; what was learned last is lost",
                store_error(keeper->store));
        keeper->tell(keeper->user, false, text);
    }
    release(keeper);
}
