#include "track/unanswered.h"

#include "base/time.h"

void unanswered_syn(struct unanswered *unanswered, uint64_t now_us)
{
    if (unanswered->syns == 0)
        unanswered->since_us = now_us;
    if (unanswered->syns < UINT32_MAX)
        unanswered->syns++;
}

void unanswered_answer(struct unanswered *unanswered, enum syn_answer answer, uint64_t now_us)
{
    unanswered->syns = 0;
    if (answer == SYN_ACCEPTED) {
        unanswered->refusals = 0;
        return;
    }
    if (unanswered->refusals > 0 && now_us < unanswered->refused_us + REFUSALS_APART_S * US_PER_S)
        return;
    unanswered->refusals++;
    unanswered->refused_us = now_us;
}

void heard_note(struct heard *heard, uint64_t now_us)
{
    if (!heard->ever || now_us > heard->last_us)
        heard->last_us = now_us;
    heard->ever = true;
}

bool unanswered_syns(const struct unanswered *unanswered, const struct heard *heard,
        uint64_t now_us, uint32_t *syns)
{
    if (!heard->ever || now_us >= heard->last_us + HEARD_WITHIN_S * US_PER_S)
        return false;
    *syns = unanswered->syns;
    return true;
}
