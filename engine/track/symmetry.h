/* symmetry.h - how evenly a flow's payload goes both ways, over the last minute.
 *
 * 2·min(up, down) / (up + down): 1 where both ways carry the same, 0 where only one does. A minute
 * is six slots of ten seconds, the newest still filling; so the value covers 50 to 60 seconds.
 *
 * One per flow; not locked. All zeros is new. */
#ifndef TATTLER_TRACK_SYMMETRY_H
#define TATTLER_TRACK_SYMMETRY_H

#include <stdbool.h>
#include <stdint.h>

#define SYMMETRY_SLOTS 6
#define SYMMETRY_SLOT_US UINT64_C(10000000)
/* Less is a handshake and a few requests, whose ratio says nothing. */
#define SYMMETRY_BYTES_MIN 16384

struct symmetry {
    uint64_t until_us; /* the newest slot ends */
    uint64_t sum[2];   /* of all slots */
    unsigned newest;
    uint64_t bytes[SYMMETRY_SLOTS][2];
};

/* Private: begins the slot that 'time_us', which is behind the newest, falls into. */
void symmetry_enter_slot(struct symmetry *symmetry, uint64_t time_us);

/* Counts payload of one way (0 or 1). True when a new slot begins: once in ten seconds of a flow
 * that carries payload. Time that steps back counts for the newest slot. */
static inline bool symmetry_add(struct symmetry *symmetry, uint64_t time_us, unsigned way,
        uint64_t bytes)
{
    bool fresh = time_us >= symmetry->until_us;

    if (fresh)
        symmetry_enter_slot(symmetry, time_us);
    symmetry->bytes[symmetry->newest][way] += bytes;
    symmetry->sum[way] += bytes;
    return fresh;
}

/* What the way that carried less carried in the last minute. */
static inline uint64_t symmetry_least(const struct symmetry *symmetry)
{
    return symmetry->sum[0] < symmetry->sum[1] ? symmetry->sum[0] : symmetry->sum[1];
}

/* False below SYMMETRY_BYTES_MIN. */
bool symmetry_read(const struct symmetry *symmetry, double *value);

#endif
