/* lost.h - how many heartbeats of a device have stopped of late.
 *
 * When a heartbeat stops there is no packet that could tell; the device's next packets to others do.
 * Not locked: used under the device's lock. All zeros is new. */
#ifndef TATTLER_TRACK_LOST_H
#define TATTLER_TRACK_LOST_H

#include <stdint.h>

/* As long as new_domain and the like; a device that falls silent as a whole, as a phone that leaves
 * does, has mostly nothing to tell when it is back. */
#define LOST_TOLD_S 3600

struct lost {
    uint64_t last_us;
    uint32_t count;
};

void lost_note(struct lost *lost, uint64_t now_us);

/* Those that stopped with less than LOST_TOLD_S between each and the next, and until now. */
uint32_t lost_count(const struct lost *lost, uint64_t now_us);

#endif
