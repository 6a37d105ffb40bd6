/* device_internal.h - the table of devices, shared by device.c, which finds whose a packet is, and
 * device_table.c, which makes and forgets. All with the table's lock held. */
#ifndef TATTLER_TRACK_DEVICE_INTERNAL_H
#define TATTLER_TRACK_DEVICE_INTERNAL_H

#include <stddef.h>

#include "base/hash.h"
#include "track/binding.h"
#include "track/contest.h"
#include "track/device.h"
#include "track/router.h"
#include <utlist.h>

enum key_kind { KEY_ADDRESS = 1, KEY_MAC };

struct key {
    uint8_t kind; /* enum key_kind */
    uint8_t bytes[16];
};

struct entry {
    struct device device; /* first, so that a device leads back to its entry */
    struct bound bound;
    struct contests contests; /* with those whose addresses it claims */
    struct key key;
    bool settled;
    struct entry *prev, *next; /* unseen for longest first */
    UT_hash_handle hh;         /* in the order they were made */
};

struct devices {
    struct lock lock;
    size_t max_devices;
    struct device_budget *budget;
    device_identify_fn identify;
    const void *user;
    device_recall_fn recall; /* NULL: nothing is known from before */
    void *recall_user;
    struct entry *entries;
    struct entry *oldest[2]; /* not settled, settled */
    size_t settled;
    struct bindings bindings;
    struct routers routers;
    struct device_counters counters;
    struct agenda agenda;
};

static inline struct entry *device_entry_of(struct bound *bound)
{
    return (struct entry *)(void *)((char *)bound - offsetof(struct entry, bound));
}

/* By its MAC, or by the sighting's address if 'mac' is NULL. NULL: no memory. */
struct entry *device_find_or_make(struct devices *devices, const struct mac *mac,
        const struct device_sighting *sighting);

/* A device first met from afar, by its address alone, has now shown its MAC: they are one. */
void device_forget_stranger(struct devices *devices, const struct address *address);

/* It may be configured by another address than its first. */
void device_introduce_again(const struct devices *devices, struct device *device,
        const struct address *address);

/* Now it is the one seen last. */
void device_move_to_end(struct devices *devices, struct entry *entry, bool settled);

#endif
