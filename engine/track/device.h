/* device.h - the devices of the watched networks and what is known of each.
 *
 * A device is known by its MAC address and may have many IP addresses; where no MAC is seen, or
 * where the MAC is a router's that forwards for others, by its IP address. One table is shared by
 * all threads: a short lock guards the table, and each device has its own lock for what changes.
 *
 * The table is bounded. Devices seen again 180 s or more after their first packet are settled; among
 * them and among the others, when it is full, the one unseen for longest goes first, and the settled
 * may fill three quarters: so a flood of made-up addresses takes nothing from those that are always
 * there. A flow that still belongs to a device keeps it alive until the flow ends. */
#ifndef TATTLER_TRACK_DEVICE_H
#define TATTLER_TRACK_DEVICE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/lock.h"
#include "track/agenda.h"
#include "track/conduct.h"
#include "track/insight.h"
#include "track/names.h"

#define DEVICE_TEXT_SIZE 64

/* Who named the device, from the weakest to the strongest word. */
enum device_name_source {
    DEVICE_NAME_NONE,
    DEVICE_NAME_MDNS,
    DEVICE_NAME_DHCP,
    DEVICE_NAME_CONFIGURED,
};

/* Totals of the flows that ended, and of those that still run when asked of the engine. */
struct device_totals {
    uint64_t flows, flows_no_dns;
    uint64_t bytes_up, bytes_down;
    uint64_t suppressed; /* alerts that were not told */
};

struct device {
    /* Fixed when made. */
    bool has_mac;
    struct mac mac;
    char mac_text[MAC_TEXT_SIZE];
    char vendor[DEVICE_TEXT_SIZE];

    /* Under the table's lock: the first one seen; the key, and fixed, where there is no MAC. */
    struct address address;

    /* Any thread may read at any time. */
    _Atomic(const char *) name; /* "" while unknown; a replaced text lives as long as the device */
    _Atomic(const char *) type; /* "" while unknown */
    atomic_ullong last_seen_us;
    atomic_bool busy;     /* sends and receives much: flow_relay.c */
    atomic_ullong window_us; /* heuristics were last called for its minute */
    atomic_ullong window_packets; /* sent since then, and neighbours asked for */
    atomic_ullong hour_us;   /* the same for its hour */
    atomic_bool found;    /* a finding of theirs waits for its next packet */
    atomic_bool misses;   /* has ever asked for an address that nobody has */
    atomic_ullong usurped_us; /* when it last said that it is the router, beside one that is there */
    atomic_ullong between_us; /* when it last took the addresses of two who are there (contest.h) */
    atomic_ullong leased_us;  /* when it last handed out an address, beside who did before */

    /* Under 'lock'. */
    struct lock lock;
    enum device_name_source name_source;
    char *name_texts[6]; /* owned: every name the device had; more changes are not followed */
    uint64_t first_seen_us;
    bool joined;    /* seen to come onto the network before it talked to anybody outside */
    bool talked;    /* has opened a flow to another host */
    uint64_t dns_answers;
    bool asks_in_vain; /* since a resolver last told it anything */
    uint64_t met_us;   /* when it was first seen, in another process maybe; zero: in this one */
    uint64_t alerts;   /* urgent ones, not yet saved */
    uint64_t ruling;   /* the number of what was said about it last (baseline.h) */
    uint64_t due_us;   /* when a heartbeat of its has to be looked at: device_set_due() */
    uint64_t exported_us; /* as of when its baseline was last taken out */
    bool gone;      /* from the table: nothing is kept of it any more, though flows hold it */
    bool encrypted_dns;
    uint64_t encrypted_dns_us; /* when it last asked a resolver nobody can read */
    struct names names;
    struct conduct conduct;
    struct insight *insight; /* owned; NULL: nothing yet */
    struct device_totals totals;

    /* Private to device.c. */
    char type_text[DEVICE_TEXT_SIZE]; /* where 'type' points */
    atomic_uint holders;
    void *entry;
    struct turn turn;
};

/* What a device is told about itself by the host's configuration and databases: when it is made and,
 * as long as it has no configured name, for each address that it comes to have. Called with the
 * table's lock held: look up and copy, nothing else. */
struct device_identity {
    char name[DEVICE_TEXT_SIZE]; /* "" leaves the name to DHCP and mDNS */
    char type[DEVICE_TEXT_SIZE];
    char vendor[DEVICE_TEXT_SIZE];
};
typedef void (*device_identify_fn)(const void *user, const struct mac *mac_or_null,
        const struct address *address, struct device_identity *out);

/* Limits and counters that all devices share; any thread. */
struct device_budget {
    struct names_budget names;
    struct conduct_budget conduct;
    struct insight_budget insight;
};

/* Each that was made is in the table, was evicted because it was full, or was merged: met by its
 * address alone at first, it turned out to be another one. */
struct device_counters {
    uint64_t made, evicted, merged, routers;
};

/* Given a device that has just been made, for what is known of it from before. With the table's lock
 * held; nobody else knows the device yet. */
typedef void (*device_recall_fn)(void *user, struct device *device);

struct devices;

/* 'budget' is borrowed for life. NULL: out of memory. */
struct devices *devices_new(size_t max_devices, struct device_budget *budget,
        device_identify_fn identify, const void *user);
/* Set-up only. */
void devices_recall(struct devices *devices, device_recall_fn recall, void *user);
void devices_free(struct devices *devices); /* no device may be held any more */

/* Who was seen within this time before its address is claimed is there. */
#define DEVICE_PRESENT_S 60

/* One packet of a host in the watched networks, or of one just joining them (unspecified address). */
struct device_sighting {
    uint64_t time_us;
    struct address address;
    const struct mac *mac; /* the frame's source, borrowed; NULL where the link has none */
    uint8_t ttl;           /* of the IP header, 0: unknown */
    bool claimed;          /* ARP, neighbour discovery or DHCP bound the two: no router between */
};

/* The device behind a sighting, made if need be, held for the caller until device_release(). NULL:
 * out of memory, or a claim for a MAC that is no host's (zero, multicast). */
struct device *devices_see(struct devices *devices, const struct device_sighting *sighting);
/* The device an address belongs to when the frame does not tell (it came from elsewhere). */
struct device *devices_at(struct devices *devices, const struct address *address,
        uint64_t time_us);
/* The same if one has shown its MAC with it; else NULL. */
struct device *devices_known_at(struct devices *devices, const struct address *address,
        uint64_t time_us);
/* Who has claimed its address to ask for 'target', if nobody is known to have that. The sighting counts
 * in any case. */
struct device *devices_see_asker(struct devices *devices, const struct device_sighting *claim,
        const struct address *target);
/* Who was told a claim at 'target', now seen as well, if it 'misses' somebody. The sighting counts in
 * any case. */
struct device *devices_see_answer(struct devices *devices, const struct device_sighting *claim,
        const struct address *target);
void device_release(struct devices *devices, struct device *device); /* accepts NULL */
struct device *device_hold(struct device *device);

/* The first one that it had; not unicast while it has none. */
struct address devices_first_address(struct devices *devices, const struct device *device);

/* Has a device sent from this address over a link that shows its MAC? */
bool devices_has_at(struct devices *devices, const struct address *address);

/* The MAC that it has shown; false: none. */
bool devices_mac_at(struct devices *devices, const struct address *address, struct mac *mac);

/* This MAC forwards packets of others: from now on only addresses that are surely its own count
 * for it. */
void devices_note_router(struct devices *devices, const struct mac *mac);
bool devices_is_router(struct devices *devices, const struct mac *mac);
/* The device has announced itself as a way out (RFC 4861) on this link (routers_announce()). False: it only
 * says so, and is remembered for it. */
bool devices_note_announcer(struct devices *devices, struct device *device, uint32_t link, uint64_t time_us);

/* Takes a name unless a stronger one is known. A device has had six names at most, and weak sources
 * leave one for each stronger. 'text' may hold anything; what is not printable is dropped. Takes the
 * device's lock. */
void device_set_name(struct device *device, enum device_name_source source, const char *text,
        size_t len);
const char *device_name(const struct device *device); /* "" while unknown */

/* When it was first seen, by this process or one before. With its lock held. */
static inline uint64_t device_met_us(const struct device *device)
{
    return device->met_us != 0 ? device->met_us : device->first_seen_us;
}

/* Its heartbeats have to be looked at then, AGENDA_NEVER: never. With its lock held. */
void device_set_due(struct devices *devices, struct device *device, uint64_t due_us);
/* The one that has to be looked at first, if that is by now, until device_set_due(): held for the
 * caller. NULL: none. */
struct device *devices_due(struct devices *devices, uint64_t now_us);
/* Both at once. With its lock held. */
struct device *device_set_due_and_next(struct devices *devices, struct device *device, uint64_t due_us,
        uint64_t now_us);

/* What the configuration calls devices may have changed: asks for each. */
void devices_introduce_again(struct devices *devices);

/* Calls 'visit' for each device in the order they were made; the table is locked meanwhile. */
void devices_each(struct devices *devices, void (*visit)(struct device *device, void *user),
        void *user);

struct device_counters devices_count(struct devices *devices, size_t *now);

#endif
