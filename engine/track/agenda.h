/* agenda.h - who has something to do next: turns in the order of their time, as a heap.
 *
 * As time goes by mostly nothing is due, and one look at the first tells so.
 *
 * Any thread, other locks held or not: its own lock is taken last. */
#ifndef TATTLER_TRACK_AGENDA_H
#define TATTLER_TRACK_AGENDA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lock.h"

#define AGENDA_NEVER UINT64_MAX

/* Part of whoever has one; all zeros is not on the agenda. Private to agenda.c. */
struct turn {
    uint64_t due_us;
    size_t place; /* on the heap, from 1; 0: none */
};

struct agenda {
    struct lock lock;
    struct turn **turns; /* owned */
    size_t count;
    atomic_ullong next_us; /* of the first; AGENDA_NEVER: none */
};

/* With room for 'most' turns at once. False: out of memory. */
bool agenda_init(struct agenda *agenda, size_t most);
void agenda_destroy(struct agenda *agenda); /* turns must be gone, or not be used again */

/* Takes a turn, moves it, or with AGENDA_NEVER gives it up. */
void agenda_set(struct agenda *agenda, struct turn *turn, uint64_t due_us);

/* The turn that is due first, if that is by now; NULL: none is. It stays so until it is set again.
 * 'keep' is called with it while nobody can give it up. */
struct turn *agenda_due(struct agenda *agenda, uint64_t now_us, void (*keep)(struct turn *turn));
/* Both at once. */
struct turn *agenda_set_and_due(struct agenda *agenda, struct turn *turn, uint64_t due_us, uint64_t now_us,
        void (*keep)(struct turn *turn));

#endif
