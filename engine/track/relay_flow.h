/* relay_flow.h - what one flow carried of late, each way, in bins of 50 ms.
 *
 * One per flow that has carried payload both ways (544 bytes). The flow's own thread adds to it
 * without a lock; track/relay.h reads it from any thread, under the lock of the flow's device. All
 * zeros is new. */
#ifndef TATTLER_TRACK_RELAY_FLOW_H
#define TATTLER_TRACK_RELAY_FLOW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define RELAY_BIN_US 50000
/* A ring: more than a flow fills between two calls of relay_hand_in(). */
#define RELAY_FLOW_BINS 32
#define RELAY_HAND_IN_BINS 20

enum relay_way { RELAY_UP, RELAY_DOWN };

struct relay_bin {
    _Atomic uint32_t number; /* time / RELAY_BIN_US, its low 32 bits */
    _Atomic uint32_t bytes[2];
    _Atomic uint16_t first_down, last_up; /* us within the bin; of no use where time stepped back */
};

struct relay_flow {
    struct relay_bin bins[RELAY_FLOW_BINS]; /* the newest is bins[(begun - 1) % RELAY_FLOW_BINS] */
    _Atomic uint32_t begun;
    uint32_t asked;    /* the bin in which relay_flow_add() last returned true */
    uint64_t until_us; /* the newest bin ends */

    /* Written under the device's lock. */
    _Atomic bool joined;
    uint8_t row; /* of the device's relay, while it is joined */
    _Atomic uint32_t taken;  /* bins that will not be read again */
    uint32_t taken_bytes[2]; /* of the bin after these */
};

/* Private: to be called where time is behind the newest bin. Begins the next, if there is room.
 * True as relay_flow_add(). */
bool relay_flow_move_on(struct relay_flow *flow, uint64_t time_us);

/* Counts payload of one way. As bins are of use once both sides have spoken, what the first one
 * said may be added then, before all else and with its own time. True about once in a second of
 * activity: then the caller is to take the device's lock and call relay_hand_in(). Payload is never
 * lost: what comes late, and what finds the ring full because nobody called, counts for the newest
 * bin. */
static inline bool relay_flow_add(struct relay_flow *flow, uint64_t time_us, enum relay_way way,
        uint32_t bytes)
{
    bool asks = time_us >= flow->until_us && relay_flow_move_on(flow, time_us);
    uint32_t begun = atomic_load_explicit(&flow->begun, memory_order_relaxed);
    struct relay_bin *bin = &flow->bins[(begun - 1) % RELAY_FLOW_BINS];
    uint32_t before = atomic_load_explicit(&bin->bytes[way], memory_order_relaxed);
    uint16_t moment = (uint16_t)(time_us + RELAY_BIN_US - flow->until_us);

    /* Only this thread writes to the newest bin, so its sums need no locked addition. */
    if (way == RELAY_UP)
        atomic_store_explicit(&bin->last_up, moment, memory_order_relaxed);
    else if (before == 0)
        atomic_store_explicit(&bin->first_down, moment, memory_order_relaxed);
    atomic_store_explicit(&bin->bytes[way], before + bytes, memory_order_relaxed);
    return asks;
}

#endif
