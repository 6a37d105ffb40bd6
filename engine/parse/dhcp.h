/* dhcp.h - who a device says it is when it asks for an address, and which resolvers it is offered:
 * DHCPv4 (RFC 2131, RFC 2132) and DHCPv6 (RFC 8415).
 *
 * Any thread; no allocation, no state. */
#ifndef TATTLER_PARSE_DHCP_H
#define TATTLER_PARSE_DHCP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/cursor.h"
#include "base/status.h"

#define DHCP_PORT_SERVER 67
#define DHCP_PORT_CLIENT 68
#define DHCP6_PORT_SERVER 547
#define DHCP6_PORT_CLIENT 546

#define DHCP_TEXT_SIZE 256 /* one option holds 255 bytes; parts that exceed it together are cut */

#define DHCP_RESOLVERS_MAX 4 /* the first ones of a message are kept; stub resolvers use three */

struct dhcp_resolvers {
    uint8_t count;
    struct address items[DHCP_RESOLVERS_MAX];
};

/* Bytes as sent with a NUL added; trust 'length' before strlen(). */
struct dhcp_text {
    char text[DHCP_TEXT_SIZE];
    uint8_t length; /* 0: absent or empty */
};

/* DHCPv4 message types (RFC 2132 section 9.6). */
enum dhcp_type {
    DHCP_DISCOVER = 1,
    DHCP_OFFER = 2,
    DHCP_REQUEST = 3,
    DHCP_DECLINE = 4,
    DHCP_ACK = 5,
    DHCP_NAK = 6,
    DHCP_RELEASE = 7,
    DHCP_INFORM = 8
};

/* Addresses that are absent are 0.0.0.0. A text option sent in parts is joined (RFC 3396). */
struct dhcp_message {
    uint8_t type;              /* enum dhcp_type, or one of the newer ones as sent */
    bool from_server;          /* BOOTREPLY */
    bool relayed;              /* giaddr is set: server and client are on different links */
    uint32_t transaction;      /* xid: the same in a question and all answers to it */
    struct mac mac;            /* chaddr: the client's, also in what a server sends */
    struct address client;     /* ciaddr: what the client already uses */
    struct address assigned;   /* yiaddr */
    struct address requested;  /* option 50 */
    struct address server;     /* option 54: how the server that is meant names itself */
    struct dhcp_text host;     /* option 12 */
    struct dhcp_text vendor;   /* option 60 */
    struct dhcp_text fqdn;     /* option 81 (RFC 4702), as dotted text in both its encodings */
    struct dhcp_text wanted;   /* option 55: the codes asked for, one byte each, in their order */
    struct dhcp_resolvers resolvers; /* option 6: what a server offers */
    /* The same where two servers say the same of the network: routers, routes, resolvers, proxies and
     * all else that is not of this server, this client or this lease. 0: nothing, or from a client */
    uint64_t terms;
    bool leads; /* a server gives routers, routes, resolvers or where the proxy is found */
};

/* Reads the payload of UDP 67 and 68.
 *   OK           'out' is written; options that break off were left out
 *   TRUNCATED    shorter than the fixed part and its magic cookie
 *   UNSUPPORTED  plain BOOTP, or the hardware is not Ethernet
 *   MALFORMED    neither request nor reply, or no message type in the options */
enum tattler_status dhcp_read(struct cursor payload, struct dhcp_message *out);

/* DHCPv6 message types (RFC 8415 section 7.3). */
enum dhcp6_type { DHCP6_SOLICIT = 1, DHCP6_ADVERTISE = 2, DHCP6_REPLY = 7 };

struct dhcp6_message {
    uint8_t type;  /* enum dhcp6_type, or another one as sent */
    uint32_t transaction;    /* 24 bits: the same in a question and all answers to it */
    bool has_mac;
    struct mac mac;          /* from a client DUID of type 1 or 3 over Ethernet, in answers, too */
    struct dhcp_text fqdn;   /* option 39 (RFC 4704) as dotted text */
    struct dhcp_text vendor; /* option 16: the first item */
    struct dhcp_resolvers resolvers; /* option 23 (RFC 3646): what a server offers */
};

/* Reads the payload of UDP 546 and 547; statuses as above.
 *   TRUNCATED    not even a message header
 *   UNSUPPORTED  a relay's message or an unknown type: who relays is not who asks */
enum tattler_status dhcp6_read(struct cursor payload, struct dhcp6_message *out);

#endif
