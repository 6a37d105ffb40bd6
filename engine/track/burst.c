#include "track/burst.h"

static bool says_something(struct burst *burst, enum burst_kind kind, uint32_t payload_bytes)
{
    switch (kind) {
    case BURST_SYN:
        if (burst->syn_seen)
            return false;
        burst->syn_seen = true;
        return true;
    case BURST_SEGMENT:
        return payload_bytes > 1;
    case BURST_DATAGRAM:
    case BURST_CALL:
        return payload_bytes > 0;
    }
    return false;
}

static bool is_news(const struct burst *burst, uint64_t time_us)
{
    uint64_t untold = burst->untold[0] + burst->untold[1];

    return burst->told_bytes < BURST_TOLD_BYTES || untold >= burst->told_bytes / 4 ||
            time_us >= burst->told_us + BURST_TOLD_US;
}

bool burst_packet(struct burst *burst, uint64_t time_us, enum burst_kind kind, unsigned way,
        uint32_t payload_bytes, struct burst_news *news)
{
    uint64_t quiet_us = kind == BURST_CALL ? BURST_CALL_QUIET_US : BURST_QUIET_US;
    bool began;

    if (!says_something(burst, kind, payload_bytes))
        return false;
    began = burst->last_us == 0 ||
            (time_us > burst->last_us && time_us - burst->last_us >= quiet_us);
    if (time_us > burst->last_us)
        burst->last_us = time_us;
    if (began)
        burst->told_bytes = 0; /* what is untold of the burst before goes with this one's news */
    burst->untold[way] += payload_bytes;
    if (!began && !is_news(burst, time_us))
        return false;
    *news = (struct burst_news){ began, { burst->untold[0], burst->untold[1] } };
    burst->told_us = time_us;
    burst->told_bytes += burst->untold[0] + burst->untold[1];
    burst->untold[0] = burst->untold[1] = 0;
    return true;
}
