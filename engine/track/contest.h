/* contest.h - does a device take the addresses of neighbours who are there and use them?
 *
 * Who wants to stand between two neighbours says by ARP (RFC 826) or neighbour discovery (RFC 4861) that the
 * address of each is its own, and again within seconds, since each undoes it by going on. An address that moves,
 * to a spare host or a proxy for who sleeps, moves once, or is one alone. A computer with several cards at one
 * link may answer at each for the addresses of all (Linux does by default): there the holders claim what a third
 * is at, too, which victims do not.
 *
 * One for each device. Not locked: used under the lock of the table of devices. All zeros is new. Who fights more
 * than two neighbours is told by the first two. */
#ifndef TATTLER_TRACK_CONTEST_H
#define TATTLER_TRACK_CONTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

#define CONTEST_TAKEN 3     /* times, of each of two */
#define CONTEST_WITHIN_S 60 /* from one time to the next; tools say so every 1 to 30 s */

struct contest {
    struct mac holder; /* the neighbour's, whichever of its addresses */
    uint64_t taken_us; /* last; 0: never */
    uint8_t times;
};

struct contests {
    struct contest of[2];
};

enum contest_state {
    CONTEST_FIRST,   /* as where an address moves */
    CONTEST_AGAIN,   /* within the minute, or beside two others */
    CONTEST_BETWEEN, /* so often of two holders */
};

/* It claims an address of 'holder', who was seen at it after the first such claim, and lately. */
enum contest_state contests_note(struct contests *contests, const struct mac *holder, uint64_t now_us);
/* Has it claimed within the minute what somebody else than 'other' is at? */
bool contests_has_third(const struct contests *contests, const struct mac *other, uint64_t now_us);

#endif
