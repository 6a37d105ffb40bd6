/* uplink.h - when the line to the Internet was silent for everybody.
 *
 * A dead remote is silent alone. When the uplink fails all are, whoever asks, and the SYNs of that
 * time say nothing of whom they were sent to.
 *
 * A silence begins with a SYN to outside and ends when anybody there answers a new flow; what is sent
 * again in old ones tells nothing. It is an outage, from its beginning, once it has lasted for
 * UPLINK_OUT_S and UPLINK_ASKED different addresses were asked in it: nobody can tell it from a home
 * where these are all that is asked and all are dead. The last UPLINK_OUTAGES are remembered. Until
 * the first answer, or the first word that somebody cannot be reached, nothing is an outage: the capture
 * may see one direction.
 *
 * Not locked. All zeros is new. */
#ifndef TATTLER_TRACK_UPLINK_H
#define TATTLER_TRACK_UPLINK_H

#include <stdbool.h>
#include <stdint.h>

#define UPLINK_ASKED 3
#define UPLINK_OUT_S 10 /* SYNs are sent after 1, 3 and 7 s (RFC 6298) */
#define UPLINK_OUTAGES 8

struct uplink_span {
    uint64_t from_us, until_us;
};

struct uplink {
    bool heard;         /* ever: what comes back can be seen */
    unsigned asked;     /* different addresses, since the last answer */
    uint64_t addresses[UPLINK_ASKED]; /* their hashes */
    uint64_t silent_us; /* the first of them was asked */
    unsigned outages;   /* so far */
    struct uplink_span spans[UPLINK_OUTAGES]; /* a ring */
};

/* A flow got its first packet back. False if that was before the silence, which then goes on. */
bool uplink_answer(struct uplink *uplink, uint64_t now_us);
/* Somebody on the way says that a remote cannot be reached. */
void uplink_hear(struct uplink *uplink);
/* A SYN went to the address of this hash. */
void uplink_ask(struct uplink *uplink, uint64_t address_hash, uint64_t now_us);

/* By what is known now: was there an outage at that time? */
bool uplink_was_out(const struct uplink *uplink, uint64_t at_us, uint64_t now_us);

#endif
