/* remotes.h - the remotes one device keeps in touch with, and what is counted for each.
 *
 * A remote is whatever the caller says belongs together: a host name, a domain, an AS, an address,
 * or an address with its port. An entry lives until it is forgotten:
 *
 * - A device holds at most 'max_per_device'. Entries that came back after REMOTES_SETTLE_S are
 *   settled; among them and among the others, the one unused for longest goes first, and the
 *   settled may fill three quarters. So a device that scans thousands of hosts does not forget the
 *   one that it has called every hour for a week.
 * - All devices together hold 'max_entries'. When that is full, a device makes room out of its own;
 *   but one with fewer than REMOTES_ALWAYS may always have one more.
 * - As the shared table fills beyond three quarters, remotes_trim() drops what was unused for seven
 *   days, then for half of that, and at last for forty minutes; what is not settled goes sixteen
 *   times sooner. Called for each device from time to time, it takes from those that are gone or
 *   idle what the others need.
 *
 * Not locked: a device's remotes are used under that device's lock. An entry's pointer is good
 * until the next entry is dropped, which making one may do. */
#ifndef TATTLER_TRACK_REMOTES_H
#define TATTLER_TRACK_REMOTES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "track/beat.h"
#include "track/unanswered.h"
#include "track/upload.h"

#define REMOTE_LABEL_SIZE 64
#define REMOTES_ALWAYS 8
/* Longer than a host tries to connect once: Linux sends SYNs for 127 s (tcp_syn_retries). */
#define REMOTES_SETTLE_S 180

enum remote_kind { REMOTE_NAME, REMOTE_DOMAIN, REMOTE_ASN, REMOTE_ADDRESS, REMOTE_ENDPOINT };

/* What each use and each walk asks for stands first, together. */
struct remote {
    struct remote *prev, *next; /* private to remotes.c */
    uint64_t due_us; /* beat_due_us(), or sooner; UINT64_MAX at first */
    uint64_t first_us, last_us;
    uint64_t teller; /* the only flow, or narrower remote, that has told of it; 0: none has */
    enum remote_kind kind;
    bool settled;
    bool is_public; /* its address, or the last one that it had */
    bool to_many;   /* a multicast or broadcast address */
    struct beat beat;
    struct upload_window upload;
    struct unanswered unanswered;
    char label[REMOTE_LABEL_SIZE]; /* for reports; the end of a longer one, where its domain is */
    uint8_t protocol; /* of an address, set by the caller, as is the next */
    uint16_t port;
    uint64_t key; /* of kind and hash */
    UT_hash_handle hh; /* in the order they were made */
};

/* Limits and counters that all devices share; any thread. */
struct remotes_budget {
    size_t max_entries, max_per_device;
    atomic_size_t entries;   /* held now */
    atomic_ullong forgotten; /* entries dropped to make room */
    atomic_ullong refused;   /* entries that could not be made: out of memory */
};

/* Does it stand for more than one host? */
static inline bool remote_is_wide(const struct remote *remote)
{
    return remote->kind == REMOTE_DOMAIN || remote->kind == REMOTE_ASN;
}

#define REMOTE_TOLD_BY_MANY UINT64_MAX

/* 'teller', neither 0 nor the above, tells of it: is it the only one? */
static inline bool remote_hears_only(struct remote *remote, uint64_t teller)
{
    if (remote->teller == 0)
        remote->teller = teller;
    else if (remote->teller != teller)
        remote->teller = REMOTE_TOLD_BY_MANY;
    return remote->teller == teller;
}

/* All zeros is new. */
struct remotes {
    struct remote *by_key;
    struct remote *oldest[2]; /* not settled, settled */
    uint32_t count[2];
    uint64_t drops; /* entries that have gone; while it stays what it was, pointers are good */
};

void remotes_clear(struct remotes *remotes, struct remotes_budget *budget);

/* 'hash' tells remotes of one kind apart; 'label' is copied and need not end in NUL. */
struct remote_identity {
    enum remote_kind kind;
    uint64_t hash;
    const char *label;
    size_t label_len;
};

/* The entry, made if need be, and used now. NULL: out of memory, counted. */
struct remote *remotes_use(struct remotes *remotes, struct remotes_budget *budget,
        const struct remote_identity *who, uint64_t now_us);
/* An entry at hand is used now. */
void remotes_touch(struct remotes *remotes, struct remote *entry, uint64_t now_us);
/* NULL: not there. Neither counts as use. */
struct remote *remotes_find(const struct remotes *remotes, enum remote_kind kind, uint64_t hash);
struct remote *remotes_at(const struct remotes *remotes, uint64_t key);
/* The first time that any of them is due; UINT64_MAX: never. */
uint64_t remotes_due_us(const struct remotes *remotes);
/* For an entry with nothing left to remember, such as an endpoint that has answered. */
void remotes_drop(struct remotes *remotes, struct remotes_budget *budget, struct remote *entry);

/* Does the shared table run short, so that remotes_trim() has something to do? */
bool remotes_pressed(const struct remotes_budget *budget);
void remotes_trim(struct remotes *remotes, struct remotes_budget *budget, uint64_t now_us);

#endif
