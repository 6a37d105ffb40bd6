/* Features that are strings, as sticky buffers. */
#include "rule.h"

#include "detect-engine.h"
#include "detect-engine-buffer.h"
#include "detect-engine-content-inspection.h"
#include "detect-engine-inspect-buffer.h"
#include "detect-engine-mpm.h"
#include "detect-engine-prefilter.h"
#include "detect-parse.h"
#include "util-debug.h"

#define PREFIX "iot."
/* Where a rule has several buffers, the lowest is searched for patterns; Suricata's own have 2. */
#define SEARCH_PRIORITY 10

/* --- the data --- */

static InspectionBuffer *GetData(const struct feature *feature, DetectEngineThreadCtx *det_ctx,
        const DetectEngineTransforms *transforms, const struct TattlerFlow *state, int list_id)
{
    InspectionBuffer *buffer = InspectionBufferGet(det_ctx, list_id);
    struct feature_value value;

    if (buffer->inspect != NULL)
        return buffer;
    if (!feature->get(&state->flow, &value))
        return NULL;
    InspectionBufferSetupAndApplyTransforms(det_ctx, list_id, buffer, (const uint8_t *)value.text,
            (uint32_t)value.len, transforms);
    return buffer;
}

/* For one rule that has got this far. */
static InspectionBuffer *InspectData(size_t index, DetectEngineThreadCtx *det_ctx,
        const DetectEngineTransforms *transforms, Packet *p, int list_id)
{
    const struct TattlerFlow *state = p->flow != NULL ? TattlerFlowGet(p->flow) : NULL;

    return state != NULL ? GetData(&features[index], det_ctx, transforms, state, list_id) : NULL;
}

#define INSPECT_DATA(n)                                                                            \
    static InspectionBuffer *InspectData##n(DetectEngineThreadCtx *det_ctx,                        \
            const DetectEngineTransforms *transforms, Packet *p, const int list_id)                \
    {                                                                                              \
        return InspectData(n, det_ctx, transforms, p, list_id);                                    \
    }
TATTLER_EACH_INDEX(INSPECT_DATA)
#undef INSPECT_DATA

#define INSPECT_FUNCTION(n) InspectData##n,
static const InspectionBufferGetPktDataPtr inspect_functions[TATTLER_INDEXES] = {
    TATTLER_EACH_INDEX(INSPECT_FUNCTION)
};
#undef INSPECT_FUNCTION

void TattlerBufferSearch(const struct TattlerSearch *search, DetectEngineThreadCtx *det_ctx,
        const struct TattlerFlow *state)
{
    const MpmCtx *patterns = search->patterns;
    const InspectionBuffer *buffer =
            GetData(search->feature, det_ctx, search->transforms, state, search->list);

    if (buffer != NULL && buffer->inspect != NULL && buffer->inspect_len >= patterns->minlen)
        mpm_table[patterns->mpm_type].Search(patterns, &det_ctx->mtc, &det_ctx->pmq,
                buffer->inspect, buffer->inspect_len);
}

/* Suricata searches packet buffers of both directions for the contents of all rules at once, and looks at
 * what it finds without asking which way a rule is for. */
static bool GoesItsWay(const Signature *s, const Packet *p)
{
    return (s->flags & (PKT_IS_TOSERVER(p) ? SIG_FLAG_TOSERVER : SIG_FLAG_TOCLIENT)) != 0;
}

/* As Suricata's function for packet buffers, but for directions, and the transforms: Suricata leaves them
 * out where it takes the search to have applied them already, which is not so when it was skipped. */
static int InspectBuffer(DetectEngineThreadCtx *det_ctx,
        const DetectEnginePktInspectionEngine *engine, const Signature *s, Packet *p,
        uint8_t *alert_flags)
{
    const InspectionBuffer *buffer = !GoesItsWay(s, p) ? NULL
            : engine->v1.GetData(det_ctx, engine->v1.transforms, p, engine->sm_list);

    (void)alert_flags;
    if (buffer == NULL)
        return DETECT_ENGINE_INSPECT_SIG_NO_MATCH;
    return DetectEngineContentInspection(det_ctx->de_ctx, det_ctx, s, engine->smd, p, p->flow,
                   buffer->inspect, buffer->inspect_len, 0,
                   DETECT_CI_FLAGS_START | DETECT_CI_FLAGS_END | buffer->flags,
                   DETECT_ENGINE_CONTENT_INSPECTION_MODE_HEADER)
                   ? DETECT_ENGINE_INSPECT_SIG_MATCH
                   : DETECT_ENGINE_INSPECT_SIG_NO_MATCH;
}

/* --- rules --- */

/* An unknown feature matches nothing, so 'absent' never would. */
static bool CheckBuffer(const Signature *s, const char **sigerror, const DetectBufferType *type)
{
    for (uint32_t i = 0; i < s->init_data->buffer_index; i++) {
        const SignatureInitDataBuffer *buffer = &s->init_data->buffers[i];

        if (buffer->id == (uint32_t)type->id && buffer->head != NULL &&
                buffer->head->type == DETECT_ABSENT) {
            *sigerror = "'absent' does not work with iot features: while one is unknown nothing "
                        "matches. For flows without a name write iot.name_source:none";
            SCLogError("%s", *sigerror);
            return false;
        }
    }
    return true;
}

static int buffer_ids[TATTLER_INDEXES]; /* set once while Suricata starts */

bool TattlerBufferSelect(size_t index, DetectEngineCtx *de_ctx, Signature *s)
{
    return SCDetectBufferSetActiveList(de_ctx, s, buffer_ids[index]) >= 0;
}

/* With transforms a buffer has another number, but the same name. */
const struct feature *TattlerBufferFeature(const DetectEngineCtx *de_ctx, int buffer)
{
    const char *name = DetectEngineBufferTypeGetNameById(de_ctx, buffer);

    if (name == NULL || strncmp(name, PREFIX, strlen(PREFIX)) != 0)
        return NULL;
    return feature_find(name + strlen(PREFIX));
}

bool TattlerBuffersRegister(const char *const names[])
{
    for (size_t i = 0; i < feature_count; i++) {
        if (features[i].type != FEATURE_STRING)
            continue;
        buffer_ids[i] = DetectBufferTypeRegister(names[i]);
        if (buffer_ids[i] < 0)
            return false;
        DetectBufferTypeSetDescriptionByName(names[i], names[i]);
        DetectBufferTypeSupportsPacket(names[i]);
        DetectBufferTypeRegisterValidateCallback(names[i], CheckBuffer);
        DetectPktMpmRegister(names[i], SEARCH_PRIORITY, TattlerGroupAddSearch, NULL);
        DetectPktInspectEngineRegister(names[i], inspect_functions[i], InspectBuffer);
    }
    return true;
}
