/* mdns.h - what a device says about itself in multicast DNS (RFC 6762) and DNS-SD (RFC 6763).
 *
 * Any thread; no allocation, no state. */
#ifndef TATTLER_PARSE_MDNS_H
#define TATTLER_PARSE_MDNS_H

#include <stdint.h>

#include "base/cursor.h"
#include "base/status.h"

#define MDNS_PORT 5353

#define MDNS_TEXT_SIZE 64 /* a label has 63 bytes (RFC 1035 section 2.3.4); longer TXT values cut */

/* UTF-8 as sent, not checked, NUL-terminated: control bytes and NULs are possible. */
struct mdns_text {
    char text[MDNS_TEXT_SIZE];
    uint8_t length; /* 0: not said */
};

/* The first of each kind in the message. */
struct mdns_device {
    struct mdns_text host;  /* "kitchen-plug": A or AAAA records belong to kitchen-plug.local */
    struct mdns_text name;  /* for people: TXT fn=, else the service instance, "Kitchen Plug" */
    struct mdns_text model; /* TXT md= (HomeKit, Cast), model= (device-info), ty= (printers) */
};

/* Reads one response; records with a TTL of 0 (goodbyes) do not count.
 *   OK           'out' is written; all its texts may be empty
 *   TRUNCATED    no DNS header
 *   UNSUPPORTED  a query: it names what is sought, not who asks
 * A message that breaks off later gives what was read before that. */
enum tattler_status mdns_read(struct cursor payload, struct mdns_device *out);

#endif
