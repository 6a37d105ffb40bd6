/* look.h - does a rule that came up hold? */
#ifndef TATTLER_DETECT_MATCH_LOOK_H
#define TATTLER_DETECT_MATCH_LOOK_H

#include <stdbool.h>

#include "detect/match/bits.h"
#include "detect/match/matcher.h"
#include "detect/match/steps.h"

/* What a rule is looked at with. */
struct look {
    const struct match_packet *packet;
    enum rule_application application; /* of the flow, as far as this look may know */
    struct flow_bits *const *flow_bits; /* of the flow; NULL: no flow */
    struct xbits *xbits;
    struct steps *steps;
    bool unreadable; /* the payload is encrypted: to Suricata such packets have none */
    bool has_piece;  /* of its stream to be looked at: to Suricata such packets are never empty */
    struct cursor payload; /* of the packet, or a piece of the stream */
    bool is_stream;
    const struct match_transaction *transaction; /* NULL: none */
};

/* Direction, protocols, addresses and ports. */
bool look_header(const struct look *look, const struct rule *rule);
/* Do the ends fit a rule with '<>' both ways? Suricata makes two rules of it, which both alert. */
bool look_twice(const struct look *look, const struct rule *rule);
/* All tests but those on features and xbits. */
bool look_tests(const struct look *look, const struct rule *rule);
/* Those on xbits, of which the ones that are over go where they are asked for: only once the rest is
 * known to hold, but for the buffers. */
bool look_xbits(const struct look *look, const struct rule *rule);
/* The buffers, which may change datasets: to be asked last. */
bool look_buffers(const struct look *look, const struct rule *rule);

#endif
