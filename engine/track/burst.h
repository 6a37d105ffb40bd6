/* burst.h - cuts the packets of one flow into bursts: messages with quiet between them.
 *
 * One per flow; not locked. All zeros is new. */
#ifndef TATTLER_TRACK_BURST_H
#define TATTLER_TRACK_BURST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

/* Longer than a round trip and a server's thinking, shorter than the quickest heartbeat. */
#define BURST_QUIET_US US_PER_S
/* Of what is called to all neighbours: a plug that does so each five seconds is one long burst, and
 * half of the bursts of an idle home were such. */
#define BURST_CALL_QUIET_US UINT64_C(10000000)

/* A burst's growth is told by each packet up to so many bytes, then with each quarter more, and at
 * least so often. */
#define BURST_TOLD_BYTES 2048
#define BURST_TOLD_US UINT64_C(10000000)

enum burst_kind {
    BURST_SYN,      /* TCP SYN without ACK; repeated ones say nothing new */
    BURST_SEGMENT,  /* TCP payload; a single byte may be a keep-alive probe (RFC 1122, 4.2.3.6) and
                     * says nothing */
    BURST_DATAGRAM, /* payload of any other protocol */
    BURST_CALL,     /* the same, to a group or to all */
};

struct burst {
    uint64_t last_us;     /* the latest packet; zero: none yet */
    uint64_t told_us;     /* the latest news */
    uint64_t told_bytes;  /* of the present burst, both ways */
    uint64_t untold[2];
    bool syn_seen;
};

struct burst_news {
    bool began;        /* a burst begins with this packet */
    uint64_t bytes[2]; /* payload since the last news, by way */
};

/* Takes a packet of way 0 or 1. True when there are news, and only then 'news' is written. Time
 * that steps back is no quiet. */
bool burst_packet(struct burst *burst, uint64_t time_us, enum burst_kind kind, unsigned way,
        uint32_t payload_bytes, struct burst_news *news);

#endif
