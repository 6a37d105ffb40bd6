/* The 'iot' object of EVE records, and the engine's counters among Suricata's statistics. */
#include "plugin.h"

#include "counters.h"
#include "output.h"
#include "output-eve.h"
#include "rust.h"
#include "util-debug.h"

#include "emit/iot.h"

/* --- the iot object --- */

/* Only reads: flow records are written by threads that have no worker. The text is the stand-alone
 * host's, letter for letter. */
static void OnEveRecord(ThreadVars *tv, const Packet *p, Flow *f, SCJsonBuilder *jb, void *unused)
{
    const struct TattlerFlow *state = f != NULL ? TattlerFlowGet(f) : NULL;
    struct json text = { 0 };

    (void)tv;
    (void)unused;
    if (state == NULL)
        return;
    iot_emit(state->flow, p == NULL || p->alerts.cnt > 0 ? 0 : IOT_MOMENTARY, &text);
    json_newline(&text);
    if (!text.failed) {
        text.data[text.len - 1] = '\0'; /* where the newline was */
        SCJbSetFormatted(jb, text.data);
    }
    json_free(&text);
}

/* --- statistics --- */

static struct engine *counted_engine; /* set once while Suricata starts */

static uint64_t CountAt(size_t index)
{
    struct engine_counters counters;
    const char *name, *doc;
    size_t offset;
    uint64_t value;

    if (!engine_counter_describe(index, &name, &doc, &offset))
        return 0;
    engine_count(counted_engine, &counters);
    memcpy(&value, (const char *)&counters + offset, sizeof(value));
    return value;
}

#define COUNTER(n)                                                                                 \
    static uint64_t Count##n(void)                                                                 \
    {                                                                                              \
        return CountAt(n);                                                                         \
    }
TATTLER_EACH_INDEX(COUNTER)
#undef COUNTER

#define COUNTER_FUNCTION(n) Count##n,
static uint64_t (*const count_functions[TATTLER_INDEXES])(void) = {
    TATTLER_EACH_INDEX(COUNTER_FUNCTION)
};
#undef COUNTER_FUNCTION

/* Suricata keeps the name's address. */
void TattlerCountersRegister(struct engine *engine)
{
    static char names[TATTLER_INDEXES][64];
    const char *name, *doc;
    size_t offset;

    counted_engine = engine;
    for (size_t i = 0; engine_counter_describe(i, &name, &doc, &offset); i++) {
        if (i >= TATTLER_INDEXES)
            FatalError("more counters than TATTLER_INDEXES");
        snprintf(names[i], sizeof(names[i]), "tattler.%s", name);
        if (StatsRegisterGlobalCounter(names[i], count_functions[i]) == 0)
            SCLogWarning("no counter '%s' in the statistics", names[i]);
    }
}

bool TattlerEveRegister(void)
{
    return SCEveRegisterCallback(OnEveRecord, NULL);
}
