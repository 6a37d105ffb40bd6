/* resolver.h - which DNS resolvers are the network's own, and who goes past them.
 *
 * One table for all devices, RESOLVERS_MAX addresses. An address is the network's because
 *   - the configuration names it, DHCP or a router advertisement offered it (then all are known), or
 *   - it is at home and has answered, or
 *   - at least two devices use it for plain DNS and nothing better is known: who hands out a public
 *     resolver by DHCP has all devices use it.
 * Any address at home is fine, be it known or not, as is whatever a device asks that is itself one
 * of the network's resolvers. Multicast (mDNS, LLMNR) is no resolver.
 *
 * All others go past the network's, if these are known for the same IP version. Where none is known
 * that can be said only of public resolvers that are well known, and of encrypted ones: no home
 * router offers those. A provider's own resolver stays unsure.
 *
 * Full: the least trusted goes, among equals the one unseen for longest; a better trusted one is
 * never replaced. Once an offered or configured one had to go or found no room, an address that is
 * not in the table is unsure unless well known.
 *
 * Any thread: the table has its own lock, held for a walk over it. */
#ifndef TATTLER_TRACK_RESOLVER_H
#define TATTLER_TRACK_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/lock.h"

#define RESOLVERS_MAX 16

/* From the weakest to the strongest word. */
enum resolver_trust {
    RESOLVER_FREE,
    RESOLVER_USED,       /* a public one, by one device */
    RESOLVER_SHARED,     /* by several */
    RESOLVER_AT_HOME,    /* answers at a home address */
    RESOLVER_OFFERED,    /* DHCP option 6, DHCPv6 option 23, RDNSS */
    RESOLVER_CONFIGURED,
};

struct resolver {
    struct address address;
    enum resolver_trust trust;
    uint64_t device; /* who used it first */
    uint64_t seen_us;
};

struct resolver_table {
    struct lock lock;
    struct resolver items[RESOLVERS_MAX];
    bool lossy; /* has turned away or forgotten one that was offered or configured */
};

/* In the order of 'enum ternary': unknown, no, yes. */
enum resolver_verdict { RESOLVER_UNSURE, RESOLVER_OWN, RESOLVER_PAST };

void resolver_table_init(struct resolver_table *table);
void resolver_table_destroy(struct resolver_table *table);

/* The network names this resolver: RESOLVER_OFFERED or RESOLVER_CONFIGURED. Not unicast: ignored. */
void resolver_learn(struct resolver_table *table, const struct address *resolver,
        enum resolver_trust trust, uint64_t now_us);

/* Does the network name this resolver, or has it answered at home? */
bool resolver_is_own(struct resolver_table *table, const struct address *address);

/* Those of IPv4 that the network names or that have answered at home; how many. */
size_t resolver_own_v4(struct resolver_table *table, struct address out[RESOLVERS_MAX]);

/* One device and the resolver that it asks. */
struct resolver_use {
    uint64_t device; /* any number that names the device */
    struct address device_address, resolver;
    bool at_home;    /* the resolver is private, link-local or in the home networks */
    bool encrypted;  /* DoT, DoH, DoQ */
    bool well_known; /* a public resolver, by a list */
    uint64_t now_us;
};

/* The resolver answered in plain DNS. */
void resolver_answered(struct resolver_table *table, const struct resolver_use *use);

/* Does the device go past the network's resolvers with it? */
enum resolver_verdict resolver_judge(struct resolver_table *table, const struct resolver_use *use);

#endif
