/* Alerts that the configuration's list 'suppress' silences, taken out before any log sees them.
 *
 * Suricata first finds what a packet matches, applies thresholds and actions, and then calls its loggers
 * of packets in the order they were registered. This one is registered while plugins are loaded, before
 * those of suricata.yaml, and removes entries from the packet's list of alerts: eve-log, fast.log,
 * syslog and pcap-log see what is left. Whatever a rule does (drop, reject, bits, tags) has been done by
 * then and stays; Suricata's own counter detect.alert has counted the alert, and ours count it as
 * suppressed. */
#include "plugin.h"

#include "counters.h"
#include "detect-metadata.h"
#include "output-packet.h"
#include "suricata.h"
#include "util-debug.h"

#include "base/time.h"
#include "detect/suppress.h"

#define KEY_DETECTS "detects"

static struct engine *asked_engine; /* set once while Suricata starts */

/* --- one alert --- */

static bool RuleDetects(const void *rule, const char *word)
{
    const Signature *s = rule;
    const DetectMetadata *item = s->metadata != NULL ? s->metadata->list : NULL;

    for (; item != NULL; item = item->next)
        if (strcmp(item->key, KEY_DETECTS) == 0 && strcasecmp(item->value, word) == 0)
            return true;
    return false;
}

static bool IsSuppressed(const Packet *p, const PacketAlert *pa)
{
    struct TattlerFlow *state = p->flow != NULL ? TattlerFlowGet(p->flow) : NULL;
    struct suppress_alert alert = {
        .sid = pa->s->id,
        .detects = RuleDetects,
        .rule = pa->s,
        .time_us = SCTIME_SECS(p->ts) * US_PER_S + SCTIME_USECS(p->ts),
    };

    return engine_suppresses(asked_engine, state != NULL ? &state->flow : NULL, &alert);
}

/* --- the packet's list --- */

/* A 'pass' without an alert stands behind the last one and belongs to it. */
static void Remove(Packet *p, uint16_t at)
{
    PacketAlerts *alerts = &p->alerts;
    const uint16_t behind = alerts->cnt < packet_alert_max ? alerts->cnt + 1 : alerts->cnt;

    PacketAlertRecycle(&alerts->alerts[at], 1);
    memmove(&alerts->alerts[at], &alerts->alerts[at + 1],
            (size_t)(behind - at - 1) * sizeof(alerts->alerts[0]));
    /* Its copy has what it owns: Suricata frees that of all the places there are. */
    memset(&alerts->alerts[behind - 1], 0, sizeof(alerts->alerts[0]));
    alerts->cnt--;
}

/* A flow whose only alerts were silenced is not one that has alerted. The flag of the packet says that
 * these are its first. */
static void ForgetAlerted(Packet *p)
{
    if (p->alerts.cnt > 0 || (p->flags & PKT_FIRST_ALERTS) == 0 || p->flow == NULL)
        return;
    p->flow->flags &= ~(uint32_t)FLOW_HAS_ALERTS;
    p->flags &= ~(uint32_t)PKT_FIRST_ALERTS;
}

static bool HasAlerts(ThreadVars *tv, void *data, const Packet *p)
{
    (void)tv;
    (void)data;
    return p->alerts.cnt > 0;
}

/* The packet is this thread's and its flow locked. */
static int OnAlerts(ThreadVars *tv, void *data, const Packet *logged)
{
    Packet *p = (Packet *)(uintptr_t)logged;
    uint16_t i = 0;

    (void)tv;
    (void)data;
    while (i < p->alerts.cnt)
        if (p->alerts.alerts[i].s != NULL && IsSuppressed(p, &p->alerts.alerts[i]))
            Remove(p, i);
        else
            i++;
    ForgetAlerted(p);
    return 0;
}

/* --- statistics --- */

static uint64_t CountAt(size_t index)
{
    char name[SUPPRESS_NAME_SIZE];
    uint64_t count = 0;

    suppress_count(engine_suppressions(asked_engine), index, name, &count);
    return count;
}

TATTLER_EACH_INDEX(TATTLER_COUNTER)
static uint64_t (*const count_functions[TATTLER_INDEXES])(void) = {
    TATTLER_EACH_INDEX(TATTLER_COUNTER_NAME)
};

/* What the entries behind those that have a counter of their own have silenced. */
static uint64_t CountRest(void)
{
    char name[SUPPRESS_NAME_SIZE];
    uint64_t count, sum = 0;

    for (size_t i = TATTLER_INDEXES;
            suppress_count(engine_suppressions(asked_engine), i, name, &count); i++)
        sum += count;
    return sum;
}

/* Suricata keeps the name's address. */
void TattlerSuppressCountersRegister(void)
{
    static char names[TATTLER_INDEXES][64];
    char name[SUPPRESS_NAME_SIZE];
    uint64_t count;
    size_t i = 0;

    for (; i < TATTLER_INDEXES && suppress_count(engine_suppressions(asked_engine), i, name, &count);
            i++) {
        snprintf(names[i], sizeof(names[i]), "suppressed.%s", name);
        if (StatsRegisterGlobalCounter(names[i], count_functions[i]) == 0)
            SCLogWarning("no counter '%s' in the statistics", names[i]);
    }
    if (suppress_count(engine_suppressions(asked_engine), i, name, &count))
        StatsRegisterGlobalCounter("suppressed.rest", CountRest);
}

/* --- */

/* In unix-socket mode each capture has loggers of its own, and all are freed at its end. */
bool TattlerSuppressRegister(struct engine *engine)
{
    char name[SUPPRESS_NAME_SIZE];
    uint64_t count;

    asked_engine = engine;
    if (!suppress_count(engine_suppressions(engine), 0, name, &count))
        return true;
    if (SCRunmodeGet() == RUNMODE_UNIX_SOCKET) {
        SCLogWarning("in unix-socket mode the list 'suppress' silences nothing: use -r for captures");
        return true;
    }
    return SCOutputRegisterPacketLogger(LOGGER_USER, "tattler-suppress", OnAlerts, HasAlerts, NULL,
                   TattlerLoggerStart, TattlerLoggerEnd) == 0;
}
