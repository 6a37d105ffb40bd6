/* relay_flow.h - what one flow carried of late, each way, in bins of 50 ms.
 *
 * One per flow that has carried payload both ways (532 bytes). The flow's own thread adds to it
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
    _Atomic uint8_t first_down, last_up; /* moments within the bin, in 1/16 of it */
};

struct relay_flow {
    struct relay_bin bins[RELAY_FLOW_BINS]; /* the newest is bins[(begun - 1) % RELAY_FLOW_BINS] */
    _Atomic uint32_t begun;
    uint32_t asked; /* the bin in which relay_flow_add() last returned true */

    /* Written under the device's lock. */
    _Atomic bool joined;
    _Atomic uint32_t taken;  /* bins that will not be read again */
    uint32_t taken_bytes[2]; /* of the bin after these */
};

/* Counts payload of one way. As bins are of use once both sides have spoken, what the first one
 * said may be added then, before all else and with its own time. True about once in a second of
 * activity: then the caller is to take the device's lock and call relay_hand_in(). Payload is never
 * lost: what comes late, and what finds the ring full because nobody called, counts for the newest
 * bin. */
bool relay_flow_add(struct relay_flow *flow, uint64_t time_us, enum relay_way way, uint32_t bytes);

#endif
