/* engine_internal.h - what the parts of the engine share; no host includes this. */
#ifndef TATTLER_ENGINE_INTERNAL_H
#define TATTLER_ENGINE_INTERNAL_H

#include <stdatomic.h>

#include "engine.h"
#include "enrich/domain.h"
#include "enrich/geo.h"
#include "enrich/oui.h"
#include "enrich/resolvers.h"
#include "enrich/risk.h"
#include "enrich/zone.h"
#include "track/device.h"

/* Histograms filling at once (0.5 KiB each); flows beyond it have no entropy. */
#define ENTROPY_FLOWS_MAX 16384

struct engine {
    const struct settings *settings;
    struct names_budget budget;
    struct devices *devices;
    struct geo *geo;             /* NULL: none loaded */
    struct risk *risk;           /* NULL: none loaded */
    struct oui *oui;             /* NULL: none loaded */
    struct resolvers *resolvers; /* NULL: none loaded */
    struct domain_list *domains; /* NULL: none loaded */
    struct zone *zone;           /* NULL: none loaded */
    atomic_ullong flows, flows_failed, no_dns, entropy_skipped;
    atomic_ullong entropies; /* filling now */
};

/* What the databases say of an address, remembered: flows come back to the same few remotes. */
#define NETWORK_CACHE_SLOTS 1024
struct network {
    struct address address;
    bool used;
    struct geo_record geo;
    uint8_t risk;
};

struct worker {
    struct engine *engine;
    struct network networks[NETWORK_CACHE_SLOTS];
};

/* The caller reads it before the next call with the same worker. */
const struct network *worker_network(struct worker *worker, const struct address *address);

/* The registrable domain as a tail of 'name' (lower case, no final dot); NULL: none. */
const char *flow_domain(const struct engine *engine, const char *name);

/* The device's first packet of a flow that the remote's began: now its MAC can be seen. */
void flow_meet_device(struct engine *engine, struct flow *flow, const struct packet_view *packet);

/* Reads what a UDP payload says about names and devices, if it is of a kind that does. */
void flow_learn_datagram(struct worker *worker, struct flow *flow, enum direction way,
        struct cursor payload);

/* The service is now known to be this; notes encrypted resolvers. */
void flow_learn_service(struct engine *engine, struct flow *flow, enum service service);

/* If this flow leads to an encrypted resolver, its device uses one by now. */
void flow_note_resolver(struct flow *flow);

#endif
