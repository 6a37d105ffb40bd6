/* binding.h - which device an address belongs to: whoever sent from it last.
 *
 * Not locked: the table of devices (device.c) uses it under its own lock. */
#ifndef TATTLER_TRACK_BINDING_H
#define TATTLER_TRACK_BINDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

/* Addresses remembered for one device; the one unseen for longest goes. IPv6 hosts renew their
 * temporary addresses daily (RFC 8981), so a week's worth of them fits. */
#define BINDINGS_PER_DEVICE 32

/* Those found last are found again without a hash: one in each place, by the last byte of the address,
 * in which the hosts of a home differ. */
#define BINDINGS_RECENT 64

struct binding;

/* The addresses of one device. All zeros has none. */
struct bound {
    struct binding *oldest; /* unseen for longest first */
    unsigned count;
    struct address last_v4;
};

/* All zeros is empty. */
struct bindings {
    struct binding *by_address; /* uthash */
    struct binding *recent[BINDINGS_RECENT]; /* NULL: none */
};

/* Whose address it is; NULL: nobody's. */
struct bound *binding_find(struct bindings *bindings, const struct address *address);

/* 'bound' has sent from the address, which is its own from now on. True: it was not before. */
bool binding_set(struct bindings *bindings, struct bound *bound, const struct address *address,
        uint64_t now_us);

/* Takes all addresses from it, or all of IPv4. */
void binding_drop(struct bindings *bindings, struct bound *bound);
void binding_drop_v4(struct bindings *bindings, struct bound *bound);

/* Is it back at one of three or more IPv4 addresses that it used within ten minutes? Then it speaks
 * for several hosts: a repeater that hides them, or a router that does not lower the TTL. A device may
 * have two, such as that of its set-up network, and one that gets a new one by DHCP does not come back
 * to the old. Ask before binding_set(). */
bool binding_is_shared(struct bindings *bindings, struct bound *bound,
        const struct address *address, uint64_t now_us);

#endif
