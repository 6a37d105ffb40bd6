/* A rule keyword 'iot.<name>' for each row of the feature table. */
#include "plugin.h"

#include "detect-engine-helper.h"
#include "detect-engine-register.h"
#include "util-debug.h"

#define NAME_SIZE_MAX 64 /* of a keyword */

static int SetupString(size_t index, DetectEngineCtx *de_ctx, Signature *s,
        struct TattlerRule *rule)
{
    TattlerRuleAsks(rule, &features[index]);
    return TattlerBufferSelect(index, de_ctx, s) ? 0 : -1;
}

/* The rule names the feature; Suricata then tells which rule of which file it was. */
static int SetupKeyword(size_t index, DetectEngineCtx *de_ctx, Signature *s, const char *value)
{
    struct TattlerRule *rule = TattlerRuleOf(de_ctx, s);
    struct condition condition;
    char error[512];

    if (rule == NULL)
        return -1;
    TattlerHeuristicsFollow(de_ctx);
    if (features[index].type == FEATURE_STRING && value == NULL)
        return SetupString(index, de_ctx, s, rule);
    if (condition_parse(&features[index], value != NULL ? value : "", &condition, error,
                sizeof(error)) != TATTLER_OK) {
        SCLogError("%s", error);
        return -1;
    }
    if (features[index].type == FEATURE_SET)
        TattlerHeuristicsCheck(condition.finding.id);
    if (!TattlerRuleAdd(rule, &condition))
        return -1;
    TattlerPayloadClaim(s);
    return 0;
}

#define SETUP(n)                                                                                   \
    static int SetupKeyword##n(DetectEngineCtx *de_ctx, Signature *s, const char *value)           \
    {                                                                                              \
        return SetupKeyword(n, de_ctx, s, value);                                                  \
    }
TATTLER_EACH_INDEX(SETUP)
#undef SETUP

#define SETUP_FUNCTION(n) SetupKeyword##n,
static int (*const setups[TATTLER_INDEXES])(DetectEngineCtx *, Signature *, const char *) = {
    TATTLER_EACH_INDEX(SETUP_FUNCTION)
};
#undef SETUP_FUNCTION

/* All take an optional value, so that a wrong use gets our advice instead of none. */
static void RegisterKeyword(size_t index, const char *name)
{
    const int id = SCDetectHelperNewKeywordId();

    if (id < 0)
        FatalError("no memory for the keyword %s", name);
    sigmatch_table[id].name = name;
    sigmatch_table[id].desc = features[index].doc;
    sigmatch_table[id].Setup = setups[index];
    sigmatch_table[id].flags = SIGMATCH_OPTIONAL_OPT | SIGMATCH_QUOTES_OPTIONAL;
    if (features[index].type == FEATURE_STRING)
        sigmatch_table[id].flags |= SIGMATCH_INFO_STICKY_BUFFER;
}

/* Suricata keeps the names' addresses. */
static void RegisterKeywords(void)
{
    static char texts[TATTLER_INDEXES][NAME_SIZE_MAX];
    static const char *names[TATTLER_INDEXES];

    if (feature_count > TATTLER_INDEXES)
        FatalError("more features than TATTLER_INDEXES");
    for (size_t i = 0; i < feature_count; i++) {
        snprintf(texts[i], sizeof(texts[i]), "iot.%s", features[i].name);
        names[i] = texts[i];
        RegisterKeyword(i, names[i]);
    }
    if (!TattlerRuleRegister() || !TattlerUsualRegisterKeyword() || !TattlerBuffersRegister(names))
        FatalError("Suricata refused a keyword");
}

bool TattlerKeywordsRegister(void)
{
    return SCSigTablePreRegister(RegisterKeywords) == 0;
}
