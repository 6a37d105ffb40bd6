/* calls.h - who called to all hosts of late, and from which port.
 *
 * Discovery (SSDP, WS-Discovery, mDNS, LLMNR, NetBIOS) calls to a multicast or broadcast address; whoever
 * is meant answers the caller's port, often from one of its own choice. To who sees only addresses
 * and ports that looks like a connection which the answering host opens: a printer in an office would
 * seem to look for dozens of hosts.
 *
 * CALLS_MAX places, CALLS_WAYS for each remainder of the hash; a call takes the oldest of its places, and
 * one that was forgotten makes its answers look opened as before. With one place each, two callers of a
 * home met in one capture of a hundred. Kept for CALLS_KEPT_S: SSDP allows answers after 5 s (UPnP Device
 * Architecture 1.1, section 1.3.2), older devices take longer.
 *
 * Any thread, without a lock. All zeros is empty. */
#ifndef TATTLER_TRACK_CALLS_H
#define TATTLER_TRACK_CALLS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

#define CALLS_MAX 512
#define CALLS_WAYS 8
#define CALLS_KEPT_S 30

struct calls {
    atomic_ullong places[CALLS_MAX]; /* half of a hash, then the second */
};

/* Who calls from where: the hash. The same for all datagrams of a flow. */
uint64_t calls_key(const struct address *caller, uint16_t port);

/* A datagram from there went to all. */
void calls_note(struct calls *calls, uint64_t key, uint64_t now_us);

/* May a datagram to there be an answer? */
bool calls_await(struct calls *calls, const struct address *caller, uint16_t port, uint64_t now_us);

#endif
