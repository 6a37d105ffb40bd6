/* rdnss.h - the resolvers that a router advertisement offers (RFC 4861 section 4.2, RFC 8106
 * section 5.1). Any thread; no allocation, no state. */
#ifndef TATTLER_PARSE_RDNSS_H
#define TATTLER_PARSE_RDNSS_H

#include <stdint.h>

#include "base/address.h"
#include "base/cursor.h"
#include "base/status.h"

#define RDNSS_TYPE 134         /* ICMPv6: router advertisement */
#define RDNSS_HOP_LIMIT 255    /* RFC 4861 section 6.1.2: others come from beyond the link */
#define RDNSS_RESOLVERS_MAX 4  /* the first ones are kept; stub resolvers use three */

struct rdnss {
    uint8_t count;
    struct address resolvers[RDNSS_RESOLVERS_MAX];
};

/* 'in' is an advertisement behind its first eight bytes: what packet.h calls the payload. Resolvers
 * that are withdrawn (a lifetime of 0) are left out. 'out' is written only on TATTLER_OK.
 *   OK         read as far as options go that are whole; there may be none
 *   TRUNCATED  ends before the options
 *   MALFORMED  an option of length 0 (RFC 4861 section 4.6: discard all of it) */
enum tattler_status rdnss_read(struct cursor in, struct rdnss *out);

#endif
