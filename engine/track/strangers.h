/* strangers.h - how many hosts outside a device called of late without having a name for them.
 *
 * One such host is worth a look. Who has a dozen is a peer among peers (BitTorrent, games, calls) or
 * scans, and each of them says little.
 *
 * Not locked: used under the device's lock. All zeros is new. */
#ifndef TATTLER_TRACK_STRANGERS_H
#define TATTLER_TRACK_STRANGERS_H

#include <stdint.h>

#define STRANGERS_MAX 16 /* that many or more */
#define STRANGERS_KEPT_S 86400

struct stranger {
    uint64_t key;
    uint64_t seen_us;
};

struct strangers {
    unsigned taken;
    struct stranger items[STRANGERS_MAX];
};

/* 'key' is the hash of an address; when all places are taken the one seen first is forgotten. */
void strangers_note(struct strangers *strangers, uint64_t key, uint64_t now_us);

/* Those of the last STRANGERS_KEPT_S; none where 'strangers' is NULL. */
uint32_t strangers_count(const struct strangers *strangers, uint64_t now_us);

#endif
