/* plugin.h - what the parts of the Suricata 8 plugin share.
 *
 * The plugin translates: packets, flows and transactions into calls of the engine (engine.h), and
 * the engine's features into keywords, EVE fields and counters. It decides nothing.
 *
 * Everything here runs inside Suricata. What is registered, is registered once, while Suricata
 * starts and has one thread; afterwards only per-thread, per-flow and per-rule state changes. */
#ifndef TATTLER_PLUGIN_PLUGIN_H
#define TATTLER_PLUGIN_PLUGIN_H

#define __SCFILENAME__ "tattler" /* who speaks, in Suricata's log */

#include "suricata-common.h"

#include "decode.h"
#include "detect.h"
#include "flow.h"

#include "detect/condition.h"
#include "detect/features.h"
#include "engine.h"

/* --- config.c --- */

/* Reads 'tattler:' of suricata.yaml over the defaults. Logs each problem; if there were any, stops
 * Suricata where engine.init-failure-fatal says so (-T does), else what is good counts. */
void TattlerConfigRead(struct settings *settings);

/* --- flow.c --- */

#define TATTLER_MARKS 6

/* What may alter something; but not the flow's volume before it has so many bytes one way or the other, nor
 * its age before this time. */
struct TattlerChance {
    uint32_t mask;      /* enum flow_change, TATTLER_CHANGED_* */
    uint64_t volume[2]; /* by enum direction */
    uint64_t time_us;
};

#define TATTLER_NO_CHANCE { 0, { UINT64_MAX, UINT64_MAX }, UINT64_MAX }

/* What the rules of one group wait for: before, none of them can hold that did not (wait.c). */
struct TattlerWait {
    const void *group; /* NULL: no rules have looked at this flow in this direction */
    uint32_t version;  /* the group's */
    uint32_t mask;     /* enum flow_change, TATTLER_CHANGED_*: one of these changes */
    uint32_t mark_count;
    bool searched; /* payloads are, for some of the rules */
    struct TattlerChance payload, any; /* to alter that; and to alter anything here */
    uint64_t open; /* a bit for each run of rules whose gate was */
    struct TattlerMark { /* or a number reaches this, or one of these names is it */
        const struct feature *feature;
        union {
            double low;
            uint64_t names;
        };
    } marks[TATTLER_MARKS];
};

/* What the plugin keeps behind the engine's flow. Guarded by the lock of Suricata's flow. */
struct TattlerFlow {
    struct flow flow; /* first: engine_extend_flows() */
    /* By direction (0 to server), enum flow_change: what has changed since the packet before in
     * that direction, so that a rule for one direction does not miss what the other brought. */
    uint32_t unseen[2];
    uint32_t carried[2]; /* of the other direction's packets, for the next one in this */
    /* Application protocol and 'established' as they were with the last packet; rules may ask for
     * them. */
    uint32_t phase[2];
    bool reversed; /* Suricata has exchanged the directions */
    uint32_t in_facts; /* enum flow_change: learned before it was made, for rules on the next packet */
    char *facts; /* the iot object of transactions (eve.c), NULL: to be made */
    const char *facts_name; /* the device's in it */
    /* Rules that have alerted and still hold: generator and signature id. At most one entry for
     * each loaded rule. */
    uint64_t *fired;
    uint32_t fired_count, fired_room;
    struct TattlerWait *waits; /* by direction; NULL: no rules are loaded */
};

bool TattlerFlowRegister(struct engine *engine);

/* NULL: not followed. Any thread that holds the flow's lock or owns the flow. */
struct TattlerFlow *TattlerFlowGet(const Flow *f);
/* NULL on threads that inspect no packets. */
struct worker *TattlerWorkerGet(ThreadVars *tv);

/* The state that rules may look at with this packet, with its 'waits'; NULL for packets that tell
 * nothing of their flow (none at all, made up at its end, ICMP errors about it). */
struct TattlerFlow *TattlerFlowOfPacket(const Packet *p);

/* 0: to the server. */
static inline unsigned TattlerDirectionOf(const Packet *p)
{
    return PKT_IS_TOSERVER(p) ? 0 : 1;
}

/* Above every enum flow_change: with each packet, with each that carries a SYN, where protocol or state of
 * the flow have changed, and with each packet of a flow that bears flowbits. */
#define TATTLER_CHANGED_ALWAYS (UINT32_C(1) << 31)
#define TATTLER_CHANGED_SYN (UINT32_C(1) << 30)
#define TATTLER_CHANGED_PHASE (UINT32_C(1) << 29)
#define TATTLER_CHANGED_BITS (UINT32_C(1) << 28)

/* What of enum flow_change, and of these, a rule should look at with this packet. */
uint32_t TattlerFlowChanges(const struct TattlerFlow *state, const Packet *p);

bool TattlerFlowHasFired(const struct TattlerFlow *state, uint64_t rule);
void TattlerFlowSetFired(struct TattlerFlow *state, uint64_t rule);
void TattlerFlowClearFired(struct TattlerFlow *state, uint64_t rule);

/* Who sent the frame: of Ethernet, or of a Linux cooked capture. False: its link tells nobody. */
bool TattlerSenderMac(const Packet *p, struct mac *out);

/* --- transactions.c --- */

/* Has the engine told what Suricata's parsers find in TLS, QUIC, HTTP and DNS over TCP. */
void TattlerTransactionsHear(void);

/* --- suppress.c --- */

/* Has alerts silenced that the configuration's list 'suppress' names; while plugins are loaded. */
bool TattlerSuppressRegister(struct engine *engine);
/* Adds what each entry silenced to Suricata's statistics, as suppressed.* */
void TattlerSuppressCountersRegister(void);

/* --- usual.c --- */

/* 'iot.unusual'; while Suricata sets up its table of keywords. */
bool TattlerUsualRegisterKeyword(void);
/* Is it what stands for it in a rule? */
bool TattlerUsualIsKeyword(uint16_t type);
void TattlerUsualUse(struct engine *engine);
/* Tells the engine of a packet's alerts; with its flow locked. */
void TattlerUsualLearn(const Packet *p);

/* --- baseline.c --- */

/* For the store that the settings name, if they do. */
void TattlerBaselineUse(struct engine *engine, const struct settings *settings);
/* Opens and reads it, once; before the first packet and after Suricata has become who it will be. */
void TattlerBaselineStart(void);
void TattlerBaselineCountersRegister(void);

/* --- claims.c --- */

void TattlerClaimsUse(struct engine *engine);
/* Is it ARP or neighbour discovery? */
bool TattlerClaimsIs(const Packet *p);
/* Tells the engine of it. */
void TattlerClaimsLearn(const Packet *p);

/* --- plugin.c --- */

/* Suricata does not call a logger that has no state in a thread, be it none. */
TmEcode TattlerLoggerStart(ThreadVars *tv, const void *unused, void **state);
TmEcode TattlerLoggerEnd(ThreadVars *tv, void *state);

/* --- eve.c --- */

/* Adds the object 'iot' to every record of a flow. */
bool TattlerEveRegister(struct engine *engine);

/* The flow has got a packet: is what is kept of the object out of date? */
void TattlerEveNote(struct TattlerFlow *state);
void TattlerEveForget(struct TattlerFlow *state);

/* Adds the engine's counters to Suricata's statistics, as tattler.* */
void TattlerCountersRegister(void);

/* --- records.c --- */

/* Registers 'iot' as a type of eve-log: what no packet of a flow carries. */
bool TattlerRecordsRegister(struct engine *engine);

/* --- heuristics.c --- */

/* Returns how many problems there were, each of which was told. */
unsigned TattlerHeuristicsLoad(struct engine *engine, const struct settings *settings);
/* A rule of these is being parsed; the first of a reload has heuristics loaded anew. */
void TattlerHeuristicsFollow(const DetectEngineCtx *de_ctx);
/* Warns of a rule that asks for a finding that no heuristic makes. */
void TattlerHeuristicsCheck(const char *id);

/* --- rule.c: the conditions of one rule; when it is looked at, see rule.h --- */

struct TattlerRule;

/* Registers what the keywords below build on; while Suricata sets up its table of keywords. */
bool TattlerRuleRegister(void);

/* The conditions of a rule that is being parsed, made with its first iot keyword and owned by it.
 * NULL: out of memory. */
struct TattlerRule *TattlerRuleOf(DetectEngineCtx *de_ctx, Signature *s);
/* Has any been made? Else nobody wants to know what a packet has changed. Any thread. */
bool TattlerRulesAsk(void);

/* The rule asks for this feature, by a string match of its own. */
void TattlerRuleAsks(struct TattlerRule *rule, const struct feature *feature);
/* The rule asks for the condition's feature and holds only where the condition does. False: out of
 * memory. */
bool TattlerRuleAdd(struct TattlerRule *rule, const struct condition *condition);

/* --- payload.c --- */

/* Leaves it to us to search payloads for what the rule has asked of them so far: contents that stand
 * behind its last iot condition are searched for by Suricata, in all payloads. */
void TattlerPayloadClaim(Signature *s);

/* --- buffers.c: features that are strings --- */

/* One sticky buffer for each; 'names' are kept. */
bool TattlerBuffersRegister(const char *const names[]);

/* Makes the buffer of features[index] the one that content, pcre … of the rule look at. */
bool TattlerBufferSelect(size_t index, DetectEngineCtx *de_ctx, Signature *s);

/* The feature behind a buffer of ours; NULL for Suricata's own. */
const struct feature *TattlerBufferFeature(const DetectEngineCtx *de_ctx, int buffer);

/* --- keywords.c --- */

bool TattlerKeywordsRegister(void);

/* Suricata calls most functions without telling what they were registered for, so each feature and
 * counter gets functions of its own, made by EACH(0) EACH(1) … EACH(63). */
#define TATTLER_INDEXES 64
#define TATTLER_EACH_INDEX(EACH)                                                                   \
    EACH(0) EACH(1) EACH(2) EACH(3) EACH(4) EACH(5) EACH(6) EACH(7)                                \
    EACH(8) EACH(9) EACH(10) EACH(11) EACH(12) EACH(13) EACH(14) EACH(15)                          \
    EACH(16) EACH(17) EACH(18) EACH(19) EACH(20) EACH(21) EACH(22) EACH(23)                        \
    EACH(24) EACH(25) EACH(26) EACH(27) EACH(28) EACH(29) EACH(30) EACH(31)                        \
    EACH(32) EACH(33) EACH(34) EACH(35) EACH(36) EACH(37) EACH(38) EACH(39)                        \
    EACH(40) EACH(41) EACH(42) EACH(43) EACH(44) EACH(45) EACH(46) EACH(47)                        \
    EACH(48) EACH(49) EACH(50) EACH(51) EACH(52) EACH(53) EACH(54) EACH(55)                        \
    EACH(56) EACH(57) EACH(58) EACH(59) EACH(60) EACH(61) EACH(62) EACH(63)
/* The functions of counters, by the CountAt(index) of the file that has them, and the list of them. */
#define TATTLER_COUNTER(n)                                                                         \
    static uint64_t Count##n(void)                                                                 \
    {                                                                                              \
        return CountAt(n);                                                                         \
    }
#define TATTLER_COUNTER_NAME(n) Count##n,

#endif
