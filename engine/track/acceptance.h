/* acceptance.h - how many of the flows that a device opened in the last minute were accepted.
 *
 * Who looks for prey meets hosts that are not there and ports that are closed; who uses services is
 * accepted nearly always. A minute is six slots of ten seconds, the newest still filling.
 *
 * Who opens dozens at once, as a hub does to its things when it starts, or a game to servers that it
 * compares, has no answer yet to any. So a flow may wait: it counts from when it is answered, or after
 * ACCEPTANCE_WAIT_US. No more than ACCEPTANCE_WAIT_MAX wait at once, those beyond count as silent, since who
 * opens hundreds does not want answers. What was in vain is told with the device's next flow, or with a
 * packet of one that waited: where neither may come, none should wait.
 *
 * Not locked: used under the device's lock. All zeros is new. */
#ifndef TATTLER_TRACK_ACCEPTANCE_H
#define TATTLER_TRACK_ACCEPTANCE_H

#include <stdbool.h>
#include <stdint.h>

#define ACCEPTANCE_SLOTS 6
#define ACCEPTANCE_SLOT_US UINT64_C(10000000)
/* Of fewer, one or two that fail say too much. */
#define ACCEPTANCE_FLOWS_MIN 8
/* Things asleep on Wi-Fi wake for each beacon, or each third: they come every 102.4 ms. The other side of the
 * Earth is as far, by cable. */
#define ACCEPTANCE_WAIT_US UINT64_C(300000)
#define ACCEPTANCE_WAIT_SLOTS 8
#define ACCEPTANCE_WAIT_MAX 128 /* fits a byte */

struct acceptance {
    uint64_t slot; /* number of the newest, each ACCEPTANCE_SLOT_US long */
    struct {
        uint32_t opened, accepted;
    } slots[ACCEPTANCE_SLOTS];
    uint64_t moment; /* number of the newest, each ACCEPTANCE_WAIT_US / ACCEPTANCE_WAIT_SLOTS long */
    uint8_t waiting[ACCEPTANCE_WAIT_SLOTS]; /* opened then and not answered yet; ACCEPTANCE_WAIT_MAX in all */
};

/* The device opened a flow. True: it waits. */
bool acceptance_open(struct acceptance *acceptance, bool may_wait, uint64_t now_us);
/* Something came back for one that was opened at 'opened_us', a refusal or not, or the device went on as if
 * it had; 'waits' is what was said then. */
void acceptance_answer(struct acceptance *acceptance, bool waits, bool accepted, uint64_t opened_us,
        uint64_t now_us);

/* From 0 to 1; false below ACCEPTANCE_FLOWS_MIN flows that do not wait. */
bool acceptance_read(const struct acceptance *acceptance, uint64_t now_us, double *share);

#endif
