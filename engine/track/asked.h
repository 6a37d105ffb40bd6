/* asked.h - what the text of a name that was asked for tells: whose it is, and how much it can hide.
 *
 * Names come off the wire: any bytes, labels joined by dots, lower case, without a final dot. They
 * are taken apart by a few rules instead of the public suffix list, which has no answer for the
 * names of tunnels: raw bytes, or no real top level at all. Any thread; no allocation, no state. */
#ifndef TATTLER_TRACK_ASKED_H
#define TATTLER_TRACK_ASKED_H

#include <stddef.h>

enum asked_kind {
    ASKED_PUBLIC,  /* anything else */
    ASKED_LOCAL,   /* one label, or a zone that stays at home: .local, .lan, .internal … */
    ASKED_REVERSE, /* an address in labels: below .arpa, or at a blocklist (RFC 5782) */
    ASKED_SERVICE, /* some label starts with '_': DNS-SD (RFC 6763), SRV, _dmarc … */
};

enum asked_kind asked_kind(const char *name, size_t len);

/* Where the domain begins that somebody registered: two labels, or three as in "example.co.uk". A
 * top level is made of letters or internationalised; if this one is not (dnscat2 sends bare
 * "dnscat.<data>"), there is no domain and the result is 'len'. */
size_t asked_domain(const char *name, size_t len);

/* What these bytes can say: their length times the entropy of their own distribution, in bits.
 * Cautious, since n bytes show at most log2(n) bits each. */
double asked_bits(const void *bytes, size_t len);

#endif
