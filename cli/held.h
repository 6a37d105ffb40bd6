/* held.h - the first bytes of a message that is not whole yet, of one side of a flow.
 *
 * What is held counts against the budget that streams share (stream.h); what finds no room there is
 * refused and counted. One thread. */
#ifndef TATTLER_CLI_HELD_H
#define TATTLER_CLI_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "stream.h"

/* All zeros is empty. */
struct held {
    uint8_t *bytes; /* owned */
    size_t len, capacity;
    size_t looked, tried; /* private to held_may_be_head(): bytes there last time, and last tried */
};

/* Appends; false when it would outgrow 'max', the budget or memory: what is held stays then. */
bool held_add(struct held *held, struct stream_budget *budget, struct cursor bytes, size_t max);

/* Takes the first 'count' bytes off. */
void held_take(struct held *held, struct stream_budget *budget, size_t count);

/* Frees all; safe on an empty one. */
void held_drop(struct held *held, struct stream_budget *budget);

/* Is it worth looking for the head of an HTTP request in all that is held? Only if an empty line has
 * come since, or twice as much is there as the last time: so a head that comes byte by byte costs no
 * more than a few times its length. */
bool held_may_be_head(struct held *held);

#endif
