/* contest.h - does a device take the addresses of neighbours who are there and use them?
 *
 * Who wants to stand between two neighbours says by ARP (RFC 826) or neighbour discovery (RFC 4861) that the
 * address of each is its own, and again within seconds, since each undoes it by going on. An address that moves,
 * to a spare host, a proxy for who sleeps or the other card of a computer, moves once, or is one alone.
 *
 * One for each device, not locked. All zeros is new. Who takes more than two is told by the first two. */
#ifndef TATTLER_TRACK_CONTEST_H
#define TATTLER_TRACK_CONTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

#define CONTEST_TAKEN 3     /* times, of each of two */
#define CONTEST_WITHIN_S 60 /* from one time to the next; tools say so every 1 to 30 s */

struct contest {
    struct address address;
    struct mac holder;
    uint64_t taken_us; /* last; 0: never */
    uint8_t times;
};

struct contests {
    struct contest of[2];
};

/* A claim to the address of a neighbour who is there: who was seen at it after the first such claim, and lately. */
struct contest_claim {
    const struct address *address; /* borrowed */
    const struct mac *holder;      /* borrowed; the neighbour's */
    uint64_t now_us;
};

enum contest_state {
    CONTEST_FIRST,   /* as where an address moves */
    CONTEST_AGAIN,   /* within the minute */
    CONTEST_BETWEEN, /* so often of two holders */
};

enum contest_state contests_note(struct contests *contests, const struct contest_claim *claim);

#endif
