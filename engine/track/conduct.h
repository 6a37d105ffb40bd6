/* conduct.h - all that is kept of what one device does over time.
 *
 * Not locked: part of a device, used under that device's lock. */
#ifndef TATTLER_TRACK_CONDUCT_H
#define TATTLER_TRACK_CONDUCT_H

#include "track/acceptance.h"
#include "track/fanout.h"
#include "track/nxdomain.h"
#include "track/remotes.h"
#include "track/seen.h"
#include "track/tunnel.h"
#include "track/unanswered.h"
#include "track/upload.h"

/* Limits and counters that all devices share; any thread. */
struct conduct_budget {
    struct remotes_budget remotes;
    struct fanout_budget fanout;
    struct seen_budget seen;
};

/* All zeros is new. */
struct conduct {
    struct remotes remotes;
    struct fanout fanout;
    struct acceptance acceptance;
    struct upload upload;
    struct seen seen;
    struct heard heard;
    struct nxdomain nxdomain;
    struct tunnel *tunnel; /* owned; NULL until a name may carry something */
};

void conduct_clear(struct conduct *conduct, struct conduct_budget *budget);

#endif
