/* seen.h - what a device has talked to before: its baseline.
 *
 * Sets of facts: registrable domains, AS numbers, remote ports with their protocol, host names,
 * services, and what rules of context said of which remote. While a device learns, facts are taken
 * in and nothing is said. After that a fact never noted before is new, and stays new for
 * SEEN_NEW_S: long enough that the first contact's parallel and following flows are told, and that
 * a rule can join 'new' with what those flows do next (an upload); short enough that the rest of the
 * day is quiet. Then it is known for ever.
 *
 * 'Known' does not accuse; 'usual' excuses, and asks for more: a fact is usual if somebody answers
 * for it, or if it was met while the device learned, or as long ago as that takes, and by no flow
 * that alerted nor while the device was under suspicion.
 *
 * What only flows that alerted have brought is accused: it is not learned, and new each time, until a
 * flow without blame brings it, too.
 *
 * A set that once had to turn a key away can no longer tell new from forgotten: from then on it
 * knows the keys it has and is unsure of all others. It never says 'new' of what was seen.
 *
 * Keys are kept sorted, so those chosen to collide slow nothing down; items may be read in place to
 * be saved. A key is the fact itself where that is a number, else a hash of its text that is the same
 * in each process (hash_stable()).
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
#define SEEN_NAMES_MAX 512
#define SEEN_SERVICES_MAX 32
#define SEEN_RULES_MAX 256

/* An alert that somebody has to look at puts its device under suspicion for so long. */
#define SEEN_SUSPECT_S 86400

enum seen_kind {
    SEEN_DOMAIN,
    SEEN_ASN,     /* the number */
    SEEN_PORT,    /* IP protocol << 16 | port */
    SEEN_NAME,
    SEEN_SERVICE, /* enum service */
    SEEN_RULE,    /* "gid:sid remote", or "gid:sid" of a rule that holds with many remotes */
    SEEN_KINDS,
};

enum seen_flag {
    SEEN_FRESH = 1 << 0,   /* changed since it was last saved */
    SEEN_SUSPECT = 1 << 1, /* met while the device was under suspicion */
    SEEN_ACCUSED = 1 << 2, /* met by flows that alerted, and no others */
    SEEN_VOUCHED = 1 << 3, /* somebody answers for it */
};

/* In the order of 'enum ternary': unknown, no, yes. */
enum seen_verdict {
    SEEN_UNSURE, /* still learning, or the set has turned keys away */
    SEEN_BEFORE,
    SEEN_NEW,
};

/* Limits and counters that all devices share; any thread. */
struct seen_budget {
    atomic_ullong learning_s; /* per device, from the first key noted */
    size_t max_items;      /* all devices together, 48 bytes each and their text */
    atomic_size_t items;   /* held now */
    atomic_ullong refused; /* notes of keys that found no room */
};

struct seen_fact {
    enum seen_kind kind;
    uint64_t key;
    const char *text; /* borrowed; NULL where the key says all */
    size_t len;
    bool accused; /* by a flow that alerted */
};

struct seen_item {
    uint64_t key;
    uint64_t first_us, last_us;
    char *text;      /* owned; NULL where the key says all */
    uint32_t times;  /* it was noted, since it was last saved */
    uint32_t flags;  /* enum seen_flag */
};

struct seen_set {
    struct seen_item *items; /* owned; sorted by key */
    uint16_t count, room;
    bool lossy; /* has turned a key away */
};

/* All zeros is new. */
struct seen {
    bool began;
    bool frozen;  /* takes nothing in any more */
    bool vouched; /* some item is */
    uint64_t began_us;
    uint64_t learned_us; /* enough was learned by then */
    uint64_t trusted_us; /* when somebody said so; zero: the clock says it */
    uint64_t suspect_until_us;
    uint32_t accused;    /* items there are, at most */
    struct seen_set sets[SEEN_KINDS];
};

void seen_clear(struct seen *seen, struct seen_budget *budget);

/* Takes the fact in. Time that steps back to before the learning began is learning, too. A text that
 * was made to have another's key is not taken in: it stays new. */
enum seen_verdict seen_note(struct seen *seen, struct seen_budget *budget,
        const struct seen_fact *fact, uint64_t now_us);

/* NULL: not there. Good until the next one is noted. */
struct seen_item *seen_find(const struct seen *seen, enum seen_kind kind, uint64_t key);

/* Goes on where another process began; zero: anew. A device may be trusted before its time. */
void seen_resume(struct seen *seen, const struct seen_budget *budget, uint64_t began_us,
        uint64_t trusted_us);

bool seen_is_usual(const struct seen *seen, const struct seen_budget *budget,
        const struct seen_fact *fact, uint64_t now_us);
bool seen_item_is_usual(const struct seen *seen, const struct seen_budget *budget,
        const struct seen_item *item, uint64_t now_us); /* one of its own */

/* A flow that brought the fact alerts: it is accused, unless it was met before 'since_us'. */
void seen_accuse(struct seen *seen, enum seen_kind kind, uint64_t key, uint64_t since_us);
/* A flow without blame has brought it, too. */
void seen_acquit(struct seen *seen, enum seen_kind kind, uint64_t key);

/* From what was saved; before anything is noted. False: no room. */
bool seen_restore(struct seen *seen, struct seen_budget *budget, const struct seen_fact *fact,
        const struct seen_item *item);

/* The same question for a device as a whole: new for SEEN_NEW_S if it first came when the network
 * (whose first packet was at 'began_us') had been watched for 'learning_s'. */
enum seen_verdict seen_device(uint64_t began_us, uint64_t learning_s, uint64_t first_seen_us,
        uint64_t now_us);

#endif
