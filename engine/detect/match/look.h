/* look.h - does a rule that came up hold? */
#ifndef TATTLER_DETECT_MATCH_LOOK_H
#define TATTLER_DETECT_MATCH_LOOK_H

#include <stdbool.h>

#include "detect/match/bits.h"
#include "detect/match/matcher.h"
#include "detect/match/steps.h"
#include "parse/packet.h"

/* What a rule is looked at with. */
struct look {
    const struct match_packet *packet;
    enum rule_application application; /* of the flow, as far as this look may know */
    struct flow_bits *const *flow_bits; /* of the flow; NULL: no flow */
    struct xbits *xbits;
    struct steps *steps;
    bool unreadable; /* the payload is encrypted: to Suricata such packets have none */
    bool has_piece;  /* of its stream to be looked at with it: to Suricata it is not empty then */
    struct cursor payload; /* of the packet, or a piece of the stream */
    bool is_stream;
    const struct match_transaction *transaction; /* NULL: none */
};

/* Is there anything for patterns, in the packet or its stream? */
bool look_has_bytes(const struct look *look);
/* Parts of look_header(). */
bool look_protocol(const struct look *look, const struct rule *rule);
bool look_application(const struct look *look, const struct rule *rule);
bool look_direction(const struct look *look, const struct rule *rule);
/* Addresses and ports. */
bool look_ends(const struct look *look, const struct rule *rule);
/* Direction, protocols and ends. */
bool look_header(const struct look *look, const struct rule *rule);
/* Do the ends fit a rule with '<>' both ways? Suricata makes two rules of it, which both alert. */
bool look_twice(const struct look *look, const struct rule *rule);
/* What opens and closes connections: a rule that names one of these, if only to rule it out, is asked of
 * no packet without any. */
#define LOOK_FLAGS_OF_ENDS (PACKET_TCP_SYN | PACKET_TCP_FIN | PACKET_TCP_RST)
/* Would a rule that asks for these be satisfied with a TCP packet's? */
bool look_flags_fit(const struct rule_tcp_flags *asked, uint8_t tcp_flags);
/* One test, neither on a feature nor on an xbit. */
bool look_test(const struct look *look, const struct rule_test *test);
/* All tests but those on features and xbits. */
bool look_tests(const struct look *look, const struct rule *rule);
/* Those on xbits, of which the ones that are over go where they are asked for: only once the rest is
 * known to hold, but for the buffers. */
bool look_xbits(const struct look *look, const struct rule *rule);
/* The packet's address that such a buffer holds; no bytes if it is not of IP. */
struct cursor look_address(const struct look *look, enum rule_buffer_kind kind);
/* One buffer of the rule, or a copy of it with only its first steps. */
bool look_buffer(const struct look *look, const struct rule *rule,
        const struct rule_buffer *buffer);
/* The buffers, which may change datasets: to be asked last. */
bool look_buffers(const struct look *look, const struct rule *rule);

#endif
