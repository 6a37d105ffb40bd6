/* The keyword 'iot.unusual', and alerts told to the engine: what is usual for a device, and what is
 * not to become so. */
#include "plugin.h"

#include "detect-engine-helper.h"
#include "detect-parse.h"

/* Set once while Suricata starts. */
static struct engine *the_engine;
static uint16_t usual_keyword, told_keyword;

static struct rule_identity IdentityOf(const Signature *s)
{
    return (struct rule_identity){ s->gid, s->id };
}

/* What belongs to no flow is nobody's, and so never usual. */
static const struct flow *FlowOf(const Packet *p)
{
    const struct TattlerFlow *state = p->flow != NULL ? TattlerFlowGet(p->flow) : NULL;

    return state != NULL ? &state->flow : NULL;
}

static int MatchUnusual(DetectEngineThreadCtx *det_ctx, Packet *p, const Signature *s,
        const SigMatchCtx *ctx)
{
    const struct rule_identity rule = IdentityOf(s);
    const struct flow *flow = FlowOf(p);

    (void)det_ctx;
    (void)ctx;
    return flow == NULL || !flow_is_usual(the_engine, flow, &rule);
}

/* Runs when all of the rule has matched, before thresholds. */
static int NoteTold(DetectEngineThreadCtx *det_ctx, Packet *p, const Signature *s,
        const SigMatchCtx *ctx)
{
    const struct rule_identity rule = IdentityOf(s);
    const struct flow *flow = FlowOf(p);

    (void)det_ctx;
    (void)ctx;
    if (flow != NULL)
        flow_note_told(the_engine, flow, &rule);
    return 1;
}

static int SetupUnusual(DetectEngineCtx *de_ctx, Signature *s, const char *unused)
{
    (void)unused;
    return SCSigMatchAppendSMToList(de_ctx, s, told_keyword, NULL, DETECT_SM_LIST_POSTMATCH) !=
                                   NULL &&
                           SCSigMatchAppendSMToList(de_ctx, s, usual_keyword, NULL,
                                   DETECT_SM_LIST_MATCH) != NULL
                   ? 0
                   : -1;
}

bool TattlerUsualIsKeyword(uint16_t type)
{
    return type == usual_keyword;
}

bool TattlerUsualRegisterKeyword(void)
{
    const int usual = SCDetectHelperNewKeywordId(), told = SCDetectHelperNewKeywordId();

    if (usual < 0 || told < 0)
        return false;
    usual_keyword = (uint16_t)usual;
    told_keyword = (uint16_t)told;
    sigmatch_table[usual].name = "iot.unusual";
    sigmatch_table[usual].desc = "matches unless the rule held with this remote while the device "
                                 "learned what is usual";
    sigmatch_table[usual].Match = MatchUnusual;
    sigmatch_table[usual].Setup = SetupUnusual;
    sigmatch_table[usual].flags = SIGMATCH_NOOPT;
    sigmatch_table[told].name = "__iot_told__";
    sigmatch_table[told].desc = "internal: a rule with iot.unusual has matched";
    sigmatch_table[told].Match = NoteTold;
    return true;
}

/* --- alerts --- */

void TattlerUsualLearn(const Packet *p)
{
    struct TattlerFlow *state = p->flow != NULL ? TattlerFlowGet(p->flow) : NULL;

    for (uint16_t i = 0; state != NULL && i < p->alerts.cnt; i++)
        flow_note_alert(the_engine, &state->flow, p->alerts.alerts[i].s->prio);
}

void TattlerUsualUse(struct engine *engine)
{
    the_engine = engine;
}
