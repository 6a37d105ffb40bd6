/* claim.h - names that a host says are its own when its neighbours look for them: LLMNR (RFC 4795) and the
 * name service of NetBIOS (RFC 1002 section 4.2). Not multicast DNS, where proxies speak for others.
 *
 * Any thread; no allocation, no state. */
#ifndef TATTLER_PARSE_CLAIM_H
#define TATTLER_PARSE_CLAIM_H

#include "base/address.h"
#include "base/cursor.h"
#include "base/status.h"

#define CLAIM_PORT_NETBIOS 137
#define CLAIM_PORT_LLMNR 5355 /* RFC 4795 */

#define CLAIM_NAME_SIZE 16 /* NetBIOS has room for 15 bytes, to which hosts cut their names */

/* Reads one datagram.
 *   OK           'sender' says that 'name' is its own: the first label in lower case, cut, NUL-terminated, so
 *                that it is the same in both protocols
 *   TRUNCATED    no header
 *   UNSUPPORTED  a question, a refusal, a group's name, another host's address (of the same IP as the
 *                sender's), or no host's name at all */
enum tattler_status claim_read(struct cursor payload, const struct address *sender,
        char name[CLAIM_NAME_SIZE]);

#endif
