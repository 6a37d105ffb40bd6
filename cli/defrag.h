/* defrag.h - puts IPv4 and IPv6 datagrams together from their fragments.
 *
 * One 'struct defrag' per worker; only one thread at a time may use it. Time is packet time.
 *
 * Where fragments overlap, the bytes that came first win, in units of 8 bytes (as BSD does for
 * what it already holds; Suricata's policies for other systems differ on hostile overlaps only).
 * An overlap in IPv6 drops the datagram and what is still to come of it (RFC 5722); a repeated
 * fragment with the same bytes is no overlap (RFC 8200 section 4.5). Fragments that the capture
 * cut short are dropped.
 *
 * Bounds: at most DEFRAG_DATAGRAMS_MAX unfinished datagrams of 64 KiB. When a new one finds the
 * table full, the oldest is dropped; so is one not complete within DEFRAG_TIMEOUT_US. */
#ifndef TATTLER_CLI_DEFRAG_H
#define TATTLER_CLI_DEFRAG_H

#include "base/cursor.h"
#include "base/status.h"
#include "parse/packet.h"

#include <stdint.h>

#define DEFRAG_DATAGRAMS_MAX 256
#define DEFRAG_TIMEOUT_US (60 * UINT64_C(1000000)) /* RFC 8200 section 4.5; Suricata's default */

struct defrag;

/* Nothing is lost in silence. */
struct defrag_counters {
    uint64_t fragments;
    uint64_t rebuilt;     /* datagrams */
    uint64_t timed_out;   /* datagrams not complete within DEFRAG_TIMEOUT_US */
    uint64_t crowded_out; /* datagrams dropped because the table was full */
    uint64_t overlapping; /* fragments that overlapped others, repeated ones included */
    uint64_t refused;     /* fragments: cut short, contradictory, or of a datagram given up */
};

/* A whole datagram; decode it with packet_decode(link_type, datagram, …). MAC addresses and VLAN
 * ids are those of its fragments. */
struct defrag_rebuilt {
    int link_type;
    struct cursor datagram; /* valid until the next call; the IPv4 header checksum is not renewed */
    uint32_t link_bytes;    /* of its first fragment, see packet.h about byte counts */
};

/* The caller owns the result; NULL means out of memory. */
struct defrag *defrag_new(void);
void defrag_free(struct defrag *defrag); /* accepts NULL */

/* Takes one packet of kind PACKET_FRAGMENT. Its bytes are copied; they may lie in the datagram
 * handed out last, as fragments can hold fragments (a host bounds how often it comes back).
 * 'depth' counts the tunnels it was in, so that inner and outer fragments do not mix. TATTLER_OK:
 * it completed a datagram, 'out' is written. TATTLER_TRUNCATED: held, more are needed.
 * TATTLER_MALFORMED: refused. TATTLER_NO_MEMORY: dropped. */
enum tattler_status defrag_add(struct defrag *defrag, const struct packet *fragment,
        unsigned int depth, uint64_t now_us, struct defrag_rebuilt *out);

/* Borrowed, lives as long as 'defrag'. */
const struct defrag_counters *defrag_counters(const struct defrag *defrag);

#endif
