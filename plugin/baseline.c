/* What is usual for each device, read from the store before the first packet and written back by a
 * thread of its own: no packet waits for the disk. */
#include "plugin.h"

#include <stdatomic.h>

#include "util-debug.h"

#include "keeper.h"

/* Made when Suricata has begun to work: before, it may still fork, and change its user. */
static struct Writer {
    struct engine *engine;
    const struct settings *settings;
    atomic_flag started;
    _Atomic(struct keeper *) keeper; /* NULL: none is used */
    bool ends;
} writer = { .started = ATOMIC_FLAG_INIT };

/* At the end Suricata's own log is closed. */
static void Tell(void *unused, bool is_good, const char *what)
{
    (void)unused;
    if (writer.ends)
        fprintf(stderr, "tattler: %s\n", what);
    else if (is_good)
        SCLogNotice("%s", what);
    else
        SCLogWarning("%s", what);
}

void TattlerBaselineStart(void)
{
    if (writer.settings == NULL || writer.settings->baseline == NULL ||
            atomic_flag_test_and_set(&writer.started))
        return;
    atomic_store(&writer.keeper,
            keeper_start(writer.engine, writer.settings->baseline, writer.settings->max_devices,
                    Tell, NULL));
}

/* When Suricata exits: its threads have ended, and so have all flows. */
__attribute__((destructor)) static void End(void)
{
    writer.ends = true;
    keeper_stop(atomic_exchange(&writer.keeper, NULL));
}

/* --- statistics --- */

#define COUNTER(name)                                                                              \
    static uint64_t Count_##name(void)                                                             \
    {                                                                                              \
        return keeper_count(atomic_load(&writer.keeper)).name;                                     \
    }
COUNTER(saved)
COUNTER(failed)
COUNTER(devices_evicted)
COUNTER(items_evicted)
COUNTER(beats_evicted)
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
        { "tattler.baseline_beats_evicted", Count_beats_evicted },
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
