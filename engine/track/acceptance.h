/* acceptance.h - how many of the flows that a device opened in the last minute were accepted.
 *
 * Who looks for prey meets hosts that are not there and ports that are closed; who uses services is
 * accepted nearly always. A minute is six slots of ten seconds, the newest still filling.
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

struct acceptance {
    uint64_t slot; /* number of the newest */
    struct {
        uint32_t opened, accepted;
    } slots[ACCEPTANCE_SLOTS];
};

/* The device opened a flow. */
void acceptance_open(struct acceptance *acceptance, uint64_t now_us);
/* Something came back for one that was opened at 'opened_us', and it was no refusal. */
void acceptance_accept(struct acceptance *acceptance, uint64_t opened_us, uint64_t now_us);

/* From 0 to 1; false below ACCEPTANCE_FLOWS_MIN flows. Those just opened count as not accepted. */
bool acceptance_read(const struct acceptance *acceptance, uint64_t now_us, double *share);

#endif
