/* bits.h - what rules remember for each other: flowbits of a flow, xbits of an address or a pair.
 *
 * The meaning is Suricata 8's (its flow-bit.c, host-bit.c, ippair-bit.c). Time is packet time. */
#ifndef TATTLER_DETECT_MATCH_BITS_H
#define TATTLER_DETECT_MATCH_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/status.h"
#include "detect/rules/rule.h"

/* --- flowbits --- */

/* Of one flow, kept and locked by it; NULL: none was ever set. At most as many bits as the rule set
 * has flowbits. On a packet without a flow no test of a flowbit holds, and effects do nothing. */
struct flow_bits;

bool flow_bits_hold(const struct flow_bits *bits, const struct rule_flowbit *test);
/* Those that are set, modulo 64. */
uint64_t flow_bits_marks(const struct flow_bits *bits);
/* TATTLER_NO_MEMORY: a bit could not be set. */
enum tattler_status flow_bits_apply(struct flow_bits **bits, const struct rule_effect *effect);
/* Moves '*bit' to the first that is set from it on; false: there is none. */
bool flow_bits_next(const struct flow_bits *bits, uint32_t *bit);
void flow_bits_free(struct flow_bits *bits); /* NULL does nothing */

/* Of another set of rules: bit i of the old one is bit 'of'[i], or nothing. TATTLER_NO_MEMORY: bits are
 * lost. */
#define BITS_NONE UINT32_MAX
enum tattler_status flow_bits_renumber(struct flow_bits **bits, const uint32_t of[]);

/* --- xbits --- */

/* One table of at most 'max_bits'. When it is full, the address or pair that came first goes with all
 * its bits; those not over are counted. One thread. */
struct xbits;

struct xbit_packet {
    uint64_t time_us;
    const struct address *source, *destination;
};

struct xbits_counters {
    size_t bits;      /* held now */
    uint64_t evicted; /* before they were over, because the table was full */
    uint64_t refused; /* not set, out of memory */
};

struct xbits *xbits_new(size_t max_bits); /* NULL: out of memory */
void xbits_free(struct xbits *xbits);     /* NULL does nothing */

/* An address has the same bits as source and as destination; a pair has its own, in both
 * directions. Bits that are over are removed on the way. */
bool xbits_hold(struct xbits *xbits, const struct rule_xbit *test,
        const struct xbit_packet *packet);
/* A bit that is there is not set for longer, not even one that is over: it is there until somebody
 * asks for it, or xbits_tidy(). */
void xbits_apply(struct xbits *xbits, const struct rule_effect *effect,
        const struct xbit_packet *packet);

/* Forgets addresses and pairs whose bits are all over. Suricata does so once a second, by a thread of
 * its own that gets to it about once in 10,000 packets where a capture is read at full speed; a host
 * that calls this at such a pace sees the same, in the time it takes to walk the table. */
void xbits_tidy(struct xbits *xbits, uint64_t now_us);

/* As flow_bits_renumber(). */
void xbits_renumber(struct xbits *xbits, const uint32_t of[]);

struct xbits_counters xbits_counters(const struct xbits *xbits);

#endif
