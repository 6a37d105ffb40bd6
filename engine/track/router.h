/* router.h - MAC addresses that speak for other hosts: routers, and repeaters that hide who is
 * behind them.
 *
 * Not locked: the table of devices (device.c) uses it under its own lock. */
#ifndef TATTLER_TRACK_ROUTER_H
#define TATTLER_TRACK_ROUTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

enum router_kind {
    ROUTER_FORWARDS, /* lowers the TTL of what it forwards, so its own packets can be told apart */
    ROUTER_SHARES,   /* its packets tell nothing about whose they are; forgotten again after a day
                      * without a sign of it: anybody can fake those few packets */
};

struct router;

/* All zeros is empty. At most 1024 are remembered; later ones are taken for hosts. */
struct routers {
    struct router *by_mac;    /* uthash */
    uint64_t shares_until_us; /* none is of this kind from then on */
};

void routers_clear(struct routers *routers);

/* Notes one, which may be of both kinds. True when the MAC was not known as a router before. */
bool routers_note(struct routers *routers, const struct mac *mac, enum router_kind kind,
        uint64_t now_us);

#define ROUTER_ANNOUNCES_S 1800 /* no router waits longer (RFC 4861 section 6.2.1) */

struct announcement {
    const struct mac *mac; /* borrowed */
    bool was_host; /* has been here as one for ROUTER_ANNOUNCES_S */
    uint32_t link; /* those of other VLANs, PPPoE sessions or interfaces lead nobody of this one anywhere */
    uint64_t now_us;
};

/* It announces itself as a way out. False: beside another that does so on the same link, or, where it was
 * a host, beside any that forwards, of which nobody knows on which links: then it is none. */
bool routers_announce(struct routers *routers, const struct announcement *said);

/* Does it speak for others, in either way? */
bool routers_has(const struct routers *routers, const struct mac *mac);

/* Did the owner of 'mac' send this itself? 'ttl' is that of the IP header, 0: unknown; 'claimed':
 * ARP, neighbour discovery or DHCP bound the two. */
bool routers_is_own(struct routers *routers, const struct mac *mac, const struct address *address,
        uint8_t ttl, bool claimed, uint64_t now_us);

#endif
