/* seen.h - what a device has talked to before: its baseline.
 *
 * Three sets of 64-bit keys: hashes of registrable domains, AS numbers, and remote ports with their
 * protocol. While a device learns, keys are taken in and nothing is said. After that a key never
 * noted before is new, and stays new for SEEN_NEW_S: long enough that the first contact's parallel
 * and following flows are told, and that a rule can join 'new' with what those flows do next (an
 * upload); short enough that the rest of the day is quiet. Then it is known for ever.
 *
 * A set that once had to turn a key away can no longer tell new from forgotten: from then on it
 * knows the keys it has and is unsure of all others. It never says 'new' of what was seen.
 *
 * Keys are kept sorted, so those chosen to collide slow nothing down; items may be read in place to
 * be saved, and what is saved must not depend on a seed that changes with the process.
 *
 * Not locked: used under the device's lock. */
#ifndef TATTLER_TRACK_SEEN_H
#define TATTLER_TRACK_SEEN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEEN_NEW_S 3600

#define SEEN_DOMAINS_MAX 512
#define SEEN_ASNS_MAX 128
#define SEEN_PORTS_MAX 128

enum seen_kind { SEEN_DOMAIN, SEEN_ASN, SEEN_PORT, SEEN_KINDS };

/* In the order of 'enum ternary': unknown, no, yes. */
enum seen_verdict {
    SEEN_UNSURE, /* still learning, or the set has turned keys away */
    SEEN_BEFORE,
    SEEN_NEW,
};

/* Limits and counters that all devices share; any thread. */
struct seen_budget {
    uint64_t learning_s;   /* per device, from the first key noted */
    size_t max_items;      /* all devices together, 16 bytes each */
    atomic_size_t items;   /* held now */
    atomic_ullong refused; /* notes of keys that found no room */
};

struct seen_item {
    uint64_t key;
    uint64_t first_us;
};

struct seen_set {
    struct seen_item *items; /* owned; sorted by key */
    uint16_t count, room;
    bool lossy; /* has turned a key away */
};

/* All zeros is new. */
struct seen {
    bool began;
    uint64_t began_us;
    struct seen_set sets[SEEN_KINDS];
};

void seen_clear(struct seen *seen, struct seen_budget *budget);

/* Takes the key in. Time that steps back to before the learning began is learning, too. */
enum seen_verdict seen_note(struct seen *seen, struct seen_budget *budget, enum seen_kind kind,
        uint64_t key, uint64_t now_us);

/* The same question for a device as a whole: new for SEEN_NEW_S if it first came when the network
 * (whose first packet was at 'began_us') had been watched for 'learning_s'. */
enum seen_verdict seen_device(uint64_t began_us, uint64_t learning_s, uint64_t first_seen_us,
        uint64_t now_us);

#endif
