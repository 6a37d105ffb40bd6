/* Rules that match payloads where iot conditions hold. Suricata searches every payload for the contents
 * of all its rules. For these rules we do, with Suricata's own matcher, and only where the conditions of
 * one of them hold; they are asked again when what they are about has changed. */
#include "rule.h"

#include "detect-content.h"
#include "detect-engine-mpm.h"
#include "detect-engine-port.h"
#include "detect-engine-prefilter.h"
#include "detect-tcp-flags.h"
#include "detect/gate.h"
#include "stream-tcp-private.h"
#include "stream-tcp.h"
#include "util-debug.h"
#include "util-mpm.h"
#include "util-prefilter.h"

/* --- while packets are inspected --- */

static bool HasPorts(const Packet *p)
{
    return p->proto == IPPROTO_TCP || p->proto == IPPROTO_UDP || p->proto == IPPROTO_SCTP;
}

static bool IsAmong(DetectPort *ports, uint16_t port)
{
    return ports == NULL || DetectPortLookupGroup(ports, port) != NULL;
}

static bool Fits(const struct TattlerGate *gate, const Packet *p)
{
    if (gate->from == NULL && gate->to == NULL)
        return true;
    return HasPorts(p) && IsAmong(gate->from, p->sp) && IsAmong(gate->to, p->dp);
}

static bool IsOver(const struct TattlerRule *rule, const struct flow *flow)
{
    for (uint32_t i = 0; i < rule->condition_count; i++)
        if (gate_is_over(&rule->conditions[i], flow))
            return true;
    return false;
}

static bool AreAllOver(const struct TattlerPayload *payload, const Packet *p, const struct flow *flow)
{
    for (uint32_t i = 0; i < payload->gate_count; i++)
        if (Fits(&payload->gates[i], p) && !IsOver(payload->gates[i].rule, flow))
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

/* Entropy and symmetry move without being told of. */
static uint32_t MaskOf(const struct feature *feature)
{
    const bool told = (feature->changed & (CHANGED_ENTROPY | CHANGED_SYMMETRY)) == 0;

    return told ? feature->changed : feature->changed | TATTLER_CHANGED_ALWAYS;
}

/* With what the condition may come to hold, or no longer do. */
static void AddChance(struct TattlerChance *chance, const struct condition *condition,
        const struct flow *flow)
{
    const struct feature *feature = condition->feature;
    struct feature_value value;

    if ((feature->changed & TATTLER_RISING) == 0 || condition->negated || !feature->get(flow, &value))
        TattlerChanceAdd(chance, MaskOf(feature));
    else if (value.number < condition->number.low)
        TattlerChanceRises(chance, flow, feature, condition->number.low);
    else if (value.number <= condition->number.high && condition->number.high < UINT64_MAX)
        TattlerChanceRises(chance, flow, feature, condition->number.high + 1);
}

/* 'chance' gains what may open the gate, or is all that may shut it. */
static bool IsOpen(const struct TattlerRule *rule, const struct flow *flow,
        struct TattlerReading *reading, struct TattlerChance *chance)
{
    const uint32_t held =
            TattlerConditionsHeld(rule->conditions, 0, rule->condition_count, flow, reading);

    if (held < rule->condition_count) {
        if (!gate_is_over(&rule->conditions[held], flow))
            AddChance(chance, &rule->conditions[held], flow);
        return false;
    }
    *chance = (struct TattlerChance)TATTLER_NO_CHANCE;
    for (uint32_t i = 0; i < rule->condition_count; i++)
        AddChance(chance, &rule->conditions[i], flow);
    return true;
}

bool TattlerPayloadIsOpen(const struct TattlerPayload *payload, const Packet *p,
        const struct flow *flow, struct TattlerChance *chance)
{
    struct TattlerReading reading = { 0 };

    *chance = (struct TattlerChance)TATTLER_NO_CHANCE;
    chance->mask = TATTLER_CHANGED_PHASE; /* Suricata may give up on finding a protocol */
    for (uint32_t i = 0; i < payload->gate_count; i++)
        if (Fits(&payload->gates[i], p) && IsOpen(payload->gates[i].rule, flow, &reading, chance))
            return true;
    if (payload->alone && p->proto == IPPROTO_TCP && p->flow->alproto == ALPROTO_FAILED &&
            p->flow->protoctx != NULL && AreAllOver(payload, p, flow))
        GiveStreamUp(p);
    return false;
}

/* Packets that rules on features pass over, such as the one made up at a flow's end, may well bring the
 * rest of its stream. */
static bool IsSearched(const struct TattlerPayload *payload, const Packet *p)
{
    const struct TattlerFlow *state = p->flow != NULL ? TattlerFlowGet(p->flow) : NULL;
    struct TattlerChance unused;

    if (state == NULL)
        return false;
    if (TattlerFlowOfPacket(p) == NULL)
        return TattlerPayloadIsOpen(payload, p, &state->flow, &unused);
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

static void SearchGates(DetectEngineThreadCtx *det_ctx, Packet *p,
        const struct TattlerPayload *payload)
{
    if (!IsSearched(payload, p))
        return;
    PrefilterAddSids(&det_ctx->pmq, payload->bare, payload->bare_count);
    if (payload->packets != NULL)
        Search(det_ctx, payload->packets, p->payload, p->payload_len);
    if (payload->streams != NULL)
        SearchStream(det_ctx, payload->streams, p);
}

/* Suricata's own searches have been made. */
static void SearchPayload(DetectEngineThreadCtx *det_ctx, Packet *p, const void *data)
{
    const struct TattlerGroup *group = data;

    if (group->payload.gate_count > 0)
        SearchGates(det_ctx, p, &group->payload);
    if ((group->entry_mask & TATTLER_CHANGED_BITS) != 0 && det_ctx->pmq.rule_id_array_cnt > 0)
        TattlerGroupBitsMayBe(det_ctx, p, group);
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

/* Is 'a' open wherever 'b' is? */
static bool IsWider(const struct TattlerGate *a, const struct TattlerGate *b)
{
    for (uint32_t i = 0; i < a->rule->condition_count; i++)
        if (!AsksAsMuch(b->rule, &a->rule->conditions[i]))
            return false;
    return a->from == NULL && a->to == NULL;
}

/* Only the widest are kept: where none of them is open, no other is. */
static void AddGate(struct TattlerPayload *payload, const Signature *s)
{
    const struct TattlerGate gate = {
        .rule = (const struct TattlerRule *)TattlerRuleMatch(s)->ctx,
        .from = (s->flags & SIG_FLAG_SP_ANY) != 0 ? NULL : s->sp,
        .to = (s->flags & SIG_FLAG_DP_ANY) != 0 ? NULL : s->dp,
    };
    uint32_t kept = 0;

    for (uint32_t i = 0; i < payload->gate_count; i++)
        if (IsWider(&payload->gates[i], &gate))
            return;
    for (uint32_t i = 0; i < payload->gate_count; i++)
        if (!IsWider(&gate, &payload->gates[i]))
            payload->gates[kept++] = payload->gates[i];
    payload->gates = TattlerWithRoom(payload->gates, kept, sizeof(*payload->gates));
    payload->gates[kept] = gate;
    payload->gate_count = kept + 1;
}

static bool LooksAtStreams(const SigGroupHead *sgh, const Signature *s)
{
    return sgh->init->protos[IPPROTO_TCP] != 0 && SignatureHasStreamContent(s);
}

static bool LooksAtPackets(const SigGroupHead *sgh, const Signature *s)
{
    return sgh->init->protos[IPPROTO_TCP] == 0 || SignatureHasPacketContent(s);
}

void TattlerPayloadAdd(const SigGroupHead *sgh, struct TattlerPayload *payload, const Signature *s)
{
    AddGate(payload, s);
    if (s->alproto == ALPROTO_UNKNOWN && SignatureHasStreamContent(s))
        payload->stream_count++;
    if (ContentOf(s) == NULL) {
        payload->bare =
                TattlerWithRoom(payload->bare, payload->bare_count, sizeof(*payload->bare));
        payload->bare[payload->bare_count++] = s->iid;
        return;
    }
    payload->in_streams |= LooksAtStreams(sgh, s);
    payload->in_packets |= LooksAtPackets(sgh, s);
}

/* Groups of one protocol and direction differ by rules on a few ports, and those of answers by rules on SYNs
 * alone, which Suricata leaves out. Those of protocols without ports are told neither. */
static bool IsInGroupAlike(const SigGroupHead *sgh, const Signature *s)
{
    if ((s->flags & sgh->init->direction) == 0 ||
            (sgh->init->direction == SIG_FLAG_TOCLIENT && DetectFlagsSignatureNeedsSynOnlyPackets(s)))
        return false;
    for (int protocol = 0; protocol < 256; protocol++)
        if (sgh->init->protos[protocol] != 0 && DetectProtoContainsProto(&s->proto, protocol) != 0)
            return true;
    return false;
}

static bool IsInGroup(const SigGroupHead *sgh, const Signature *s)
{
    return s->iid / 8 < sgh->init->sig_size && (sgh->init->sig_array[s->iid / 8] & 1 << s->iid % 8) != 0;
}

void TattlerPayloadAddContent(const DetectEngineCtx *de_ctx, const SigGroupHead *sgh,
        struct TattlerPayload *payload, const Signature *s)
{
    const DetectContentData *content = ContentOf(s);

    if (content == NULL || (!IsInGroup(sgh, s) && !IsInGroupAlike(sgh, s)))
        return;
    if (payload->in_streams && LooksAtStreams(sgh, s))
        AddPattern(de_ctx, &payload->streams, content, s->iid);
    if (payload->in_packets && LooksAtPackets(sgh, s))
        AddPattern(de_ctx, &payload->packets, content, s->iid);
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

void TattlerPayloadPrepare(DetectEngineCtx *de_ctx, SigGroupHead *sgh, struct TattlerGroup *group)
{
    struct TattlerPayload *payload = &group->payload;

    if (payload->gate_count == 0 && (group->entry_mask & TATTLER_CHANGED_BITS) == 0)
        return;
    payload->alone = IsAlone(sgh, payload);
    PreparePatterns(de_ctx, payload->packets);
    PreparePatterns(de_ctx, payload->streams);
    if (PrefilterAppendPayloadEngine(de_ctx, sgh, SearchPayload, group, NULL, "tattler payload") !=
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
