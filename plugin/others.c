/* others.c - with which packets the keywords beside ours may come to hold. */
#include "rule.h"

#include "detect-flowbits.h"
#include "detect-tcp-flags.h"

/* As 'flags:S' and 'flags:S,12' do. */
static bool WantsSyn(const SigMatch *match)
{
    const DetectFlagsData *flags = (const DetectFlagsData *)match->ctx;

    return match->type == DETECT_FLAGS && flags->modifier == 0 && (flags->flags & TH_SYN) != 0;
}

/* --- flowbits: most flows never bear one. Suricata inspects rules that set one before those that want it,
 * so both may match with the same packet --- */

static bool IsOf(const DetectFlowbitsData *bits, uint32_t bit)
{
    for (uint32_t i = 0; i < bits->or_list_size; i++)
        if (bits->or_list[i] == bit)
            return true;
    return bits->or_list_size == 0 && bits->idx == bit;
}

static bool HaveOneInCommon(const DetectFlowbitsData *a, const DetectFlowbitsData *b)
{
    for (uint32_t i = 0; i < b->or_list_size; i++)
        if (IsOf(a, b->or_list[i]))
            return true;
    return b->or_list_size == 0 && IsOf(a, b->idx);
}

static bool Sets(const Signature *s, const DetectFlowbitsData *wanted)
{
    const SigMatch *match = s->init_data->smlists[DETECT_SM_LIST_POSTMATCH];

    for (; match != NULL; match = match->next) {
        const DetectFlowbitsData *bits = (const DetectFlowbitsData *)match->ctx;

        if (match->type == DETECT_FLOWBITS && bits->cmd != DETECT_FLOWBITS_CMD_UNSET &&
                HaveOneInCommon(bits, wanted))
            return true;
    }
    return false;
}

/* Transactions are inspected after packets. */
static bool ComesWithPayload(const Signature *s)
{
    return s->init_data->smlists[DETECT_SM_LIST_PMATCH] != NULL || s->type == SIG_TYPE_APP_TX;
}

/* Does it want a flowbit that rules of the group set only for what a payload holds? */
static bool WaitsForBits(const SigGroupHead *sgh, const SigMatch *match)
{
    const DetectFlowbitsData *wanted = (const DetectFlowbitsData *)match->ctx;

    if (match->type != DETECT_FLOWBITS || wanted->cmd != DETECT_FLOWBITS_CMD_ISSET)
        return false;
    for (uint32_t i = 0; i < sgh->init->sig_cnt; i++) {
        const Signature *s = sgh->init->match_array[i];

        if (s != NULL && Sets(s, wanted) && !ComesWithPayload(s))
            return false;
    }
    return true;
}

/* --- all of them --- */

uint32_t TattlerOthersMask(const SigGroupHead *sgh, const Signature *s)
{
    const SigMatch *match = s->init_data->smlists[DETECT_SM_LIST_MATCH];
    const uint16_t ours = TattlerRuleMatch(s)->type;
    uint32_t mask = 0;

    for (; match != NULL; match = match->next)
        if (WantsSyn(match))
            return TATTLER_CHANGED_SYN;
        else if (WaitsForBits(sgh, match))
            mask |= TATTLER_CHANGED_BITS;
        else if (match->type != ours && match->type != DETECT_FLOW &&
                 !TattlerUsualIsKeyword(match->type))
            mask |= TATTLER_CHANGED_ALWAYS;
    return mask;
}
