#include "track/lost.h"

#include "base/time.h"

uint32_t lost_count(const struct lost *lost, uint64_t now_us)
{
    return now_us < lost->last_us + LOST_TOLD_S * US_PER_S ? lost->count : 0;
}

void lost_note(struct lost *lost, uint64_t now_us)
{
    lost->count = lost_count(lost, now_us);
    if (lost->count < UINT32_MAX)
        lost->count++;
    if (now_us > lost->last_us)
        lost->last_us = now_us;
}
