/* Rules that match payloads where iot conditions hold. Suricata searches every payload for the contents
 * of all its rules. For these rules we do, with Suricata's own matcher, and only where the conditions of
 * one of them hold; they are asked again when what they are about has changed. */
#include "rule.h"

#include "detect-content.h"
#include "detect-engine-mpm.h"
#include "detect-engine-prefilter.h"
#include "detect/gate.h"
#include "stream-tcp-private.h"
#include "stream-tcp.h"
#include "util-debug.h"
#include "util-mpm.h"
#include "util-prefilter.h"

/* --- while packets are inspected --- */

static bool IsOver(const struct TattlerRule *gate, const struct flow *flow)
{
    for (uint32_t i = 0; i < gate->condition_count; i++)
        if (gate_is_over(&gate->conditions[i], flow))
            return true;
    return false;
}

static bool AreAllOver(const struct TattlerPayload *payload, const struct flow *flow)
{
    for (uint32_t i = 0; i < payload->gate_count; i++)
        if (!IsOver(payload->gates[i], flow))
            return false;
    return true;
}

/* As Suricata does itself where no rule of a group looks at streams. */
static void GiveStreamUp(const Packet *p)
{
    TcpSession *session = p->flow->protoctx;
    TcpStream *stream = PKT_IS_TOSERVER(p) ? &session->client : &session->server;

    stream->flags |= STREAMTCP_STREAM_FLAG_NEW_RAW_DISABLED | STREAMTCP_STREAM_FLAG_DISABLE_RAW;
}

bool TattlerPayloadIsOpen(const struct TattlerPayload *payload, const Packet *p,
        const struct flow *flow)
{
    struct TattlerReading reading = { 0 };

    for (uint32_t i = 0; i < payload->gate_count; i++) {
        const struct TattlerRule *gate = payload->gates[i];

        if (TattlerConditionsHeld(gate->conditions, 0, gate->condition_count, flow, &reading) ==
                gate->condition_count)
            return true;
    }
    if (payload->alone && p->proto == IPPROTO_TCP && p->flow->alproto == ALPROTO_FAILED &&
            p->flow->protoctx != NULL && AreAllOver(payload, flow))
        GiveStreamUp(p);
    return false;
}

/* Packets that rules on features pass over, such as the one made up at a flow's end, may well bring the
 * rest of its stream. */
static bool IsSearched(const struct TattlerPayload *payload, const Packet *p)
{
    const struct TattlerFlow *state = p->flow != NULL ? TattlerFlowGet(p->flow) : NULL;

    if (state == NULL)
        return false;
    if (TattlerFlowOfPacket(p) == NULL)
        return TattlerPayloadIsOpen(payload, p, state->flow);
    return state->waits[TattlerDirectionOf(p)].searched;
}

static void Search(DetectEngineThreadCtx *det_ctx, const MpmCtx *patterns, const uint8_t *data,
        uint32_t length)
{
    if (length >= patterns->minlen)
        mpm_table[patterns->mpm_type].Search(patterns, &det_ctx->mtc, &det_ctx->pmq, data, length);
}

struct StreamSearch {
    DetectEngineThreadCtx *det_ctx;
    const MpmCtx *patterns;
};

static int SearchPiece(void *context, const uint8_t *data, const uint32_t length,
        const uint64_t offset)
{
    const struct StreamSearch *search = context;

    (void)offset;
    Search(search->det_ctx, search->patterns, data, length);
    return 0;
}

/* What was put together of a stream, or a packet that is no part of one. */
static void SearchStream(DetectEngineThreadCtx *det_ctx, const MpmCtx *patterns, Packet *p)
{
    struct StreamSearch search = { det_ctx, patterns };

    if ((p->flags & PKT_DETECT_HAS_STREAMDATA) != 0)
        StreamReassembleRaw(p->flow->protoctx, p, SearchPiece, &search,
                &det_ctx->raw_stream_progress, false);
    else if ((p->flags & PKT_STREAM_ADD) == 0)
        Search(det_ctx, patterns, p->payload, p->payload_len);
}

static void SearchPayload(DetectEngineThreadCtx *det_ctx, Packet *p, const void *data)
{
    const struct TattlerPayload *payload = data;

    if (!IsSearched(payload, p))
        return;
    PrefilterAddSids(&det_ctx->pmq, payload->bare, payload->bare_count);
    if (payload->packets != NULL)
        Search(det_ctx, payload->packets, p->payload, p->payload_len);
    if (payload->streams != NULL)
        SearchStream(det_ctx, payload->streams, p);
}

/* --- while rules are loaded --- */

/* Of a rule of Suricata's other buffers it chooses best itself what to search for. */
void TattlerPayloadClaim(Signature *s)
{
    SignatureInitData *init = s->init_data;

    if (init->smlists[DETECT_SM_LIST_PMATCH] != NULL && init->buffer_index == 0 &&
            init->prefilter_sm == NULL)
        init->prefilter_sm = TattlerRuleMatch(s);
}

/* What the author chose, else the longest: NULL, there is none. */
static const DetectContentData *ContentOf(const Signature *s)
{
    const SigMatch *match = s->init_data->smlists[DETECT_SM_LIST_PMATCH];
    const DetectContentData *best = NULL;

    for (; match != NULL; match = match->next) {
        const DetectContentData *content = (const DetectContentData *)match->ctx;

        if (match->type != DETECT_CONTENT || (content->flags & DETECT_CONTENT_NEGATED) != 0)
            continue;
        if ((content->flags & DETECT_CONTENT_FAST_PATTERN) != 0)
            return content;
        if (best == NULL || content->content_len > best->content_len)
            best = content;
    }
    return best;
}

static MpmCtx *NewPatterns(const DetectEngineCtx *de_ctx)
{
    MpmCtx *patterns = SCCalloc(1, sizeof(*patterns));

    if (patterns == NULL)
        FatalError("no memory for rules");
    MpmInitCtx(patterns, de_ctx->mpm_matcher);
    return patterns;
}

/* Where in the payload it must be is told as well, unless another part of the rule says so. A matcher
 * that takes our numbers of patterns wants them to differ: each rule has one. */
static void AddPattern(const DetectEngineCtx *de_ctx, MpmCtx **patterns,
        const DetectContentData *content, SigIntId rule)
{
    const bool somewhere = (content->flags & (DETECT_CONTENT_DEPTH_VAR | DETECT_CONTENT_OFFSET_VAR |
                                                     DETECT_CONTENT_FAST_PATTERN_CHOP)) != 0;
    const bool chopped = (content->flags & DETECT_CONTENT_FAST_PATTERN_CHOP) != 0;
    const uint16_t from = chopped ? content->fp_chop_offset : 0;
    const uint16_t length = chopped ? content->fp_chop_len : content->content_len;
    const uint16_t offset = somewhere ? 0 : content->offset, depth = somewhere ? 0 : content->depth;

    if (*patterns == NULL)
        *patterns = NewPatterns(de_ctx);
    if ((content->flags & DETECT_CONTENT_NOCASE) != 0)
        MpmAddPatternCI(*patterns, content->content + from, length, offset, depth, rule, rule,
                MPM_PATTERN_CTX_OWNS_ID);
    else
        MpmAddPatternCS(*patterns, content->content + from, length, offset, depth, rule, rule,
                MPM_PATTERN_CTX_OWNS_ID);
}

static bool AsksAsMuch(const struct TattlerRule *rule, const struct condition *condition)
{
    for (uint32_t i = 0; i < rule->condition_count; i++)
        if (gate_covers(condition, &rule->conditions[i]))
            return true;
    return false;
}

/* Do the conditions of 'a' hold wherever those of 'b' do? */
static bool IsWider(const struct TattlerRule *a, const struct TattlerRule *b)
{
    for (uint32_t i = 0; i < a->condition_count; i++)
        if (!AsksAsMuch(b, &a->conditions[i]))
            return false;
    return true;
}

/* Only the widest are kept: where none of them holds, no other does. */
static void AddGate(struct TattlerPayload *payload, const struct TattlerRule *rule)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < payload->gate_count; i++)
        if (IsWider(payload->gates[i], rule))
            return;
    for (uint32_t i = 0; i < payload->gate_count; i++)
        if (!IsWider(rule, payload->gates[i]))
            payload->gates[kept++] = payload->gates[i];
    payload->gates = TattlerWithRoom(payload->gates, kept, sizeof(*payload->gates));
    payload->gates[kept] = rule;
    payload->gate_count = kept + 1;
}

void TattlerPayloadAdd(const DetectEngineCtx *de_ctx, const SigGroupHead *sgh,
        struct TattlerPayload *payload, const Signature *s)
{
    const DetectContentData *content = ContentOf(s);
    const bool tcp = sgh->init->protos[IPPROTO_TCP] != 0;

    AddGate(payload, (const struct TattlerRule *)TattlerRuleMatch(s)->ctx);
    if (s->alproto == ALPROTO_UNKNOWN && SignatureHasStreamContent(s))
        payload->stream_count++;
    if (content == NULL) {
        payload->bare =
                TattlerWithRoom(payload->bare, payload->bare_count, sizeof(*payload->bare));
        payload->bare[payload->bare_count++] = s->iid;
        return;
    }
    if (tcp && SignatureHasStreamContent(s))
        AddPattern(de_ctx, &payload->streams, content, s->iid);
    if (!tcp || SignatureHasPacketContent(s))
        AddPattern(de_ctx, &payload->packets, content, s->iid);
}

/* What opens or shuts the gates. */
static uint32_t MaskOf(const struct TattlerPayload *payload)
{
    const uint32_t untold = CHANGED_ENTROPY | CHANGED_SYMMETRY;
    uint32_t mask = 0;

    for (uint32_t i = 0; i < payload->gate_count; i++)
        for (uint32_t n = 0; n < payload->gates[i]->condition_count; n++)
            mask |= payload->gates[i]->conditions[n].feature->changed;
    mask |= TATTLER_CHANGED_PHASE; /* Suricata may have given up on finding a protocol */
    return (mask & untold) != 0 ? mask | TATTLER_CHANGED_ALWAYS : mask;
}

/* A rule on a protocol that Suricata knows is none on the other streams. */
static bool IsAlone(const SigGroupHead *sgh, const struct TattlerPayload *payload)
{
    uint32_t streams = 0;

    for (uint32_t i = 0; i < sgh->init->sig_cnt; i++) {
        const Signature *s = sgh->init->match_array[i];

        if (s != NULL && s->alproto == ALPROTO_UNKNOWN && SignatureHasStreamContent(s))
            streams++;
    }
    return streams == payload->stream_count;
}

static void PreparePatterns(const DetectEngineCtx *de_ctx, MpmCtx *patterns)
{
    if (patterns != NULL && mpm_table[patterns->mpm_type].Prepare != NULL &&
            mpm_table[patterns->mpm_type].Prepare(de_ctx->mpm_cfg, patterns) != 0)
        FatalError("Suricata cannot search for the contents of rules");
}

void TattlerPayloadPrepare(DetectEngineCtx *de_ctx, SigGroupHead *sgh,
        struct TattlerPayload *payload)
{
    if (payload->gate_count == 0)
        return;
    payload->mask = MaskOf(payload);
    payload->alone = IsAlone(sgh, payload);
    PreparePatterns(de_ctx, payload->packets);
    PreparePatterns(de_ctx, payload->streams);
    if (PrefilterAppendPayloadEngine(de_ctx, sgh, SearchPayload, payload, NULL, "tattler payload") !=
            0)
        FatalError("no memory for rules");
}

static void FreePatterns(MpmCtx *patterns)
{
    if (patterns == NULL)
        return;
    mpm_table[patterns->mpm_type].DestroyCtx(patterns);
    SCFree(patterns);
}

void TattlerPayloadFree(struct TattlerPayload *payload)
{
    FreePatterns(payload->packets);
    FreePatterns(payload->streams);
    SCFree(payload->gates);
    SCFree(payload->bare);
}
