#include "track/uplink.h"

#include "base/time.h"

/* Is the silence that goes on an outage by now? */
static bool is_out(const struct uplink *uplink, uint64_t now_us)
{
    return uplink->heard && uplink->asked == UPLINK_ASKED &&
           now_us >= uplink->silent_us + UPLINK_OUT_S * US_PER_S;
}

bool uplink_answer(struct uplink *uplink, uint64_t now_us)
{
    if (uplink->asked > 0 && now_us < uplink->silent_us)
        return false;
    if (is_out(uplink, now_us))
        uplink->spans[uplink->outages++ % UPLINK_OUTAGES] =
                (struct uplink_span){ uplink->silent_us, now_us };
    uplink->heard = true;
    uplink->asked = 0;
    return true;
}

void uplink_hear(struct uplink *uplink)
{
    uplink->heard = true;
}

void uplink_ask(struct uplink *uplink, uint64_t address_hash, uint64_t now_us)
{
    if (now_us < uplink->silent_us) /* another capture */
        uplink->asked = 0;
    if (uplink->asked == UPLINK_ASKED)
        return;
    for (unsigned i = 0; i < uplink->asked; i++)
        if (uplink->addresses[i] == address_hash)
            return;
    if (uplink->asked == 0)
        uplink->silent_us = now_us;
    uplink->addresses[uplink->asked++] = address_hash;
}

bool uplink_was_out(const struct uplink *uplink, uint64_t at_us, uint64_t now_us)
{
    if (is_out(uplink, now_us) && at_us >= uplink->silent_us)
        return true;
    for (unsigned i = 0; i < UPLINK_OUTAGES && i < uplink->outages; i++)
        if (at_us >= uplink->spans[i].from_us && at_us <= uplink->spans[i].until_us)
            return true;
    return false;
}
