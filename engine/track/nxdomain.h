/* nxdomain.h - how often a device is told that a name does not exist.
 *
 * Counted over the last NXDOMAIN_WINDOW_S, in steps of 30 s. Left out are names for which that is
 * the usual answer: addresses in reverse and at blocklists, names of one label or of home zones
 * (search domains, Chromium's probes), service discovery.
 *
 * Not locked: used under the device's lock. All zeros is new. */
#ifndef TATTLER_TRACK_NXDOMAIN_H
#define TATTLER_TRACK_NXDOMAIN_H

#include <stdint.h>

#include "track/question.h"

#define NXDOMAIN_WINDOW_S 300
#define NXDOMAIN_SLOTS 10

struct nxdomain {
    uint64_t slot; /* since 1970, the newest one */
    uint32_t counts[NXDOMAIN_SLOTS];
};

/* Any message; only responses that say NXDOMAIN count. Time that steps back counts as the newest
 * that was seen. */
void nxdomain_note(struct nxdomain *nxdomain, const struct question *question, uint64_t now_us);

uint32_t nxdomain_count(const struct nxdomain *nxdomain, uint64_t now_us);

#endif
