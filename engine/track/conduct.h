/* conduct.h - all that is kept of what one device does over time.
 *
 * Not locked: part of a device, used under that device's lock. */
#ifndef TATTLER_TRACK_CONDUCT_H
#define TATTLER_TRACK_CONDUCT_H

#include "track/acceptance.h"
#include "track/fanout.h"
#include "track/lost.h"
#include "track/nxdomain.h"
#include "track/relay.h"
#include "track/remotes.h"
#include "track/seen.h"
#include "track/strangers.h"
#include "track/symmetry.h"
#include "track/tunnel.h"
#include "track/unanswered.h"
#include "track/upload.h"

/* A 'struct relay' is large, so not each device may have one. */
struct relay_budget {
    size_t max_relays;
    atomic_size_t relays;  /* held now */
    atomic_ullong refused; /* devices and flows that are not looked at */
};

/* NULL: the budget or memory is used up, which is counted. */
struct relay *relay_make(struct relay_budget *budget);

/* Limits and counters that all devices share; any thread. */
struct conduct_budget {
    struct remotes_budget remotes;
    struct fanout_budget fanout;
    struct seen_budget seen;
    struct relay_budget relay;
};

/* All zeros is new. */
struct conduct {
    struct remotes remotes;
    struct lost lost; /* heartbeats with remotes outside */
    struct fanout fanout;
    struct acceptance acceptance;
    struct upload *upload; /* owned; NULL until it has sent something outside */
    struct seen seen;
    struct heard heard;
    struct strangers *strangers; /* owned; NULL until it has called one */
    struct strangers *absent;    /* owned; hosts at home that it asked for in vain; NULL: none yet */
    struct strangers *neighbours; /* owned; their ports that it called; NULL: none yet */
    struct strangers *claims;    /* owned; names that it said were its own; NULL: none yet */
    struct strangers *mail;      /* owned; domains whose servers of mail it asked for; NULL: none yet */
    struct symmetry volume; /* of all its flows, whole frames */
    struct relay *relay;    /* owned; NULL until it is busy both ways */
    struct nxdomain nxdomain;
    struct tunnel *tunnel; /* owned; NULL until a name may carry something */
};

/* Drops what grows with what the device does; the rest stays usable. */
void conduct_forget(struct conduct *conduct, struct conduct_budget *budget);
void conduct_clear(struct conduct *conduct, struct conduct_budget *budget);

#endif
