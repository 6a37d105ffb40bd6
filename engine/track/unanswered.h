/* unanswered.h - connections that nobody answers.
 *
 * SYN packets to one remote and port are counted, retransmissions as well, since that is what an
 * analyst finds in the capture. One attempt to connect sends up to 7 from Linux and lwIP, 3 to 5
 * from Windows and 11 from macOS, so 12 are more than one attempt.
 *
 * Whatever answers, even to refuse (RST, ICMP unreachable), ends the silence. Refusals are counted
 * apart, at most one in REFUSALS_APART_S: a device that calls a dead server for hours has many, a
 * storm of refused connections has few.
 *
 * Silence and a capture of one direction look alike. The SYNs of a device are told only while
 * something is heard that others sent to it.
 *
 * Not locked: used under the device's lock. All zeros is new. */
#ifndef TATTLER_TRACK_UNANSWERED_H
#define TATTLER_TRACK_UNANSWERED_H

#include <stdbool.h>
#include <stdint.h>

#define REFUSALS_APART_S 30
#define HEARD_WITHIN_S 3600

/* One per remote and port of a device. */
struct unanswered {
    uint32_t syns;     /* since the last answer of any kind */
    uint32_t refusals; /* since a connection was last accepted */
    uint64_t since_us; /* the first of 'syns' */
    uint64_t refused_us;
};

/* One per device. */
struct heard {
    bool ever;
    bool outside; /* a public remote has answered it */
    uint64_t last_us;
};

enum syn_answer { SYN_ACCEPTED, SYN_REFUSED }; /* SYN-ACK; RST or ICMP unreachable */

void unanswered_syn(struct unanswered *unanswered, uint64_t now_us);
void unanswered_answer(struct unanswered *unanswered, enum syn_answer answer, uint64_t now_us);

/* A unicast IP packet came to the device from anybody. The first such packet of each flow, and then
 * one in some minutes of it, are enough. */
void heard_note(struct heard *heard, uint64_t now_us);

/* SYNs without an answer. False, and unknown, unless the device was heard to get packets within
 * HEARD_WITHIN_S. */
bool unanswered_syns(const struct unanswered *unanswered, const struct heard *heard,
        uint64_t now_us, uint32_t *syns);

#endif
