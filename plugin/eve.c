/* The 'iot' object of EVE records, and the engine's counters among Suricata's statistics. */
#include "plugin.h"

#include "counters.h"
#include "output.h"
#include "output-eve.h"
#include "rust.h"
#include "util-debug.h"

#include "emit/iot.h"
#include "engine.h"

static struct engine *the_engine; /* set once while Suricata starts */

/* --- the iot object --- */

/* The stand-alone host's text, letter for letter, NUL-terminated; 'out' is freed by the caller.
 * False: out of memory. */
static bool Render(const struct TattlerFlow *state, uint32_t without, struct json *out)
{
    *out = (struct json){ 0 };
    iot_emit(&state->flow, without, out);
    json_newline(out);
    if (!out->failed)
        out->data[out->len - 1] = '\0'; /* where the newline was */
    return !out->failed;
}

/* What does not change the text of transactions: device.name, the one feature with CHANGED_DEVICE, is
 * compared, since other flows give it as well; a replaced name lives as long as its device. */
#define NOT_IN_FACTS (uint32_t)(IOT_MOMENTARY | CHANGED_DEVICE)

/* Requests and answers repeat what lasts of their flow, so its text is kept. */
static bool IsCurrent(const struct TattlerFlow *state)
{
    return state->facts != NULL && (state->flow.pending & ~NOT_IN_FACTS) == 0 &&
           state->facts_name == device_name(state->flow.device);
}

void TattlerEveNote(struct TattlerFlow *state)
{
    if (state->facts != NULL && (state->flow.changed & ~NOT_IN_FACTS) != 0)
        TattlerEveForget(state);
}

void TattlerEveForget(struct TattlerFlow *state)
{
    SCFree(state->facts);
    state->facts = NULL;
}

/* Features show at once what was learned since the last packet, and so does the text. Rules are to
 * be told with the next packet; the text would be made once more if it were noted as a change then. */
static const char *FactsOf(struct TattlerFlow *state)
{
    struct json text;

    if (IsCurrent(state))
        return state->facts;
    TattlerEveForget(state);
    state->facts_name = device_name(state->flow.device);
    if (Render(state, IOT_MOMENTARY, &text))
        state->facts = SCStrdup(text.data);
    json_free(&text);
    state->in_facts |= state->flow.pending;
    state->flow.pending = 0;
    return state->facts;
}

static void AddMoment(const struct TattlerFlow *state, SCJsonBuilder *jb)
{
    struct json text;

    if (Render(state, 0, &text))
        SCJbSetFormatted(jb, text.data);
    json_free(&text);
}

/* Whoever writes a record of a flow holds its lock or owns it; flow records are written by threads
 * that have no worker. */
static void OnEveRecord(ThreadVars *tv, const Packet *p, Flow *f, SCJsonBuilder *jb, void *unused)
{
    struct TattlerFlow *state = f != NULL ? TattlerFlowGet(f) : NULL;
    const char *facts;

    (void)tv;
    (void)unused;
    if (state == NULL)
        return;
    if (p == NULL)
        flow_conclude(the_engine, &state->flow);
    if (p == NULL || p->alerts.cnt > 0) {
        AddMoment(state, jb);
        return;
    }
    facts = FactsOf(state);
    if (facts != NULL)
        SCJbSetFormatted(jb, facts);
}

/* --- statistics --- */

static uint64_t CountAt(size_t index)
{
    struct engine_counters counters;
    const char *name, *doc;
    size_t offset;
    uint64_t value;

    if (!engine_counter_describe(index, &name, &doc, &offset))
        return 0;
    engine_count(the_engine, &counters);
    memcpy(&value, (const char *)&counters + offset, sizeof(value));
    return value;
}

TATTLER_EACH_INDEX(TATTLER_COUNTER)
static uint64_t (*const count_functions[TATTLER_INDEXES])(void) = {
    TATTLER_EACH_INDEX(TATTLER_COUNTER_NAME)
};

/* Suricata keeps the name's address. */
void TattlerCountersRegister(void)
{
    static char names[TATTLER_INDEXES][64];
    const char *name, *doc;
    size_t offset;

    for (size_t i = 0; engine_counter_describe(i, &name, &doc, &offset); i++) {
        if (i >= TATTLER_INDEXES)
            FatalError("more counters than TATTLER_INDEXES");
        snprintf(names[i], sizeof(names[i]), "tattler.%s", name);
        if (StatsRegisterGlobalCounter(names[i], count_functions[i]) == 0)
            SCLogWarning("no counter '%s' in the statistics", names[i]);
    }
}

bool TattlerEveRegister(struct engine *engine)
{
    the_engine = engine;
    return SCEveRegisterCallback(OnEveRecord, NULL);
}
