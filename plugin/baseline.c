/* What is usual for each device, read from the store before the first packet and written back by a
 * thread of its own: no packet waits for the disk. */
#include "plugin.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "util-debug.h"

#include "store.h"

#define SAVE_S 60

/* Made when Suricata has begun to work: before, it may still fork, and change its user. */
static struct Writer {
    struct engine *engine;
    const struct settings *settings;
    atomic_flag started;
    struct store *store; /* NULL: none is used */
    pthread_t thread;
    bool runs;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool ends; /* under the lock */
    bool complained;
    atomic_ullong saved, failed, devices_evicted, items_evicted;
} writer = { .started = ATOMIC_FLAG_INIT, .lock = PTHREAD_MUTEX_INITIALIZER };

/* --- saving --- */

static void Count(void)
{
    const struct store_counters counters = store_count(writer.store);

    atomic_store(&writer.saved, counters.saved);
    atomic_store(&writer.failed, counters.failed);
    atomic_store(&writer.devices_evicted, counters.devices_evicted);
    atomic_store(&writer.items_evicted, counters.items_evicted);
}

/* Told once, until it has worked again: what is not saved now is saved with the next. */
static void Save(void)
{
    const bool good = store_save(writer.store, writer.engine, false) == TATTLER_OK;

    if (!good && !writer.complained)
        SCLogWarning("%s; the baseline is kept in memory, and saving tried again each minute",
                store_error(writer.store));
    else if (good && writer.complained)
        SCLogNotice("%s: saved again", writer.settings->baseline);
    writer.complained = !good;
    Count();
}

/* Until the time has come, or the end. */
static bool Wait(void)
{
    struct timespec until;
    bool ends;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += SAVE_S;
    pthread_mutex_lock(&writer.lock);
    while (!writer.ends && pthread_cond_timedwait(&writer.wake, &writer.lock, &until) == 0)
        continue;
    ends = writer.ends;
    pthread_mutex_unlock(&writer.lock);
    return !ends;
}

static void *Run(void *unused)
{
    (void)unused;
    while (Wait())
        Save();
    return NULL;
}

/* --- life --- */

static bool StartThread(void)
{
    pthread_condattr_t clock;
    bool good;

    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    good = pthread_cond_init(&writer.wake, &clock) == 0 &&
           pthread_create(&writer.thread, NULL, Run, NULL) == 0;
    pthread_condattr_destroy(&clock);
    return good;
}

void TattlerBaselineStart(void)
{
    char error[512];

    if (writer.settings == NULL || writer.settings->baseline == NULL ||
            atomic_flag_test_and_set(&writer.started))
        return;
    writer.store = store_open(writer.settings->baseline, STORE_MAKE, writer.settings->max_devices,
            error, sizeof(error));
    if (writer.store == NULL) {
        SCLogWarning("%s; going on without a baseline", error);
        return;
    }
    if (store_load(writer.store, writer.engine) != TATTLER_OK)
        SCLogWarning("%s; going on with what was read", store_error(writer.store));
    writer.runs = StartThread();
    if (!writer.runs)
        SCLogWarning("no thread to save the baseline: it is saved at the end only");
}

/* When Suricata exits: its threads have ended, and so have all flows. */
__attribute__((destructor)) static void End(void)
{
    if (writer.store == NULL)
        return;
    if (writer.runs) {
        pthread_mutex_lock(&writer.lock);
        writer.ends = true;
        pthread_cond_signal(&writer.wake);
        pthread_mutex_unlock(&writer.lock);
        pthread_join(writer.thread, NULL);
    }
    if (store_save(writer.store, writer.engine, false) != TATTLER_OK)
        fprintf(stderr, "tattler: %s: what was learned last is lost\n", store_error(writer.store));
    store_close(writer.store);
    writer.store = NULL;
}

/* --- statistics --- */

#define COUNTER(name)                                                                              \
    static uint64_t Count_##name(void)                                                             \
    {                                                                                              \
        return atomic_load(&writer.name);                                                          \
    }
COUNTER(saved)
COUNTER(failed)
COUNTER(devices_evicted)
COUNTER(items_evicted)
#undef COUNTER

void TattlerBaselineCountersRegister(void)
{
    static const struct {
        const char *name;
        uint64_t (*count)(void);
    } counters[] = {
        { "tattler.baseline_saved", Count_saved },
        { "tattler.baseline_failed", Count_failed },
        { "tattler.baseline_devices_evicted", Count_devices_evicted },
        { "tattler.baseline_items_evicted", Count_items_evicted },
    };

    for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
        if (StatsRegisterGlobalCounter(counters[i].name, counters[i].count) == 0)
            SCLogWarning("no counter '%s' in the statistics", counters[i].name);
}

void TattlerBaselineUse(struct engine *engine, const struct settings *settings)
{
    writer.engine = engine;
    writer.settings = settings;
}
