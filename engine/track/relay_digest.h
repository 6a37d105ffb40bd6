/* relay_digest.h - what a device's flows carried around one block, before anybody is suspected.
 *
 * Private to relay*.c, under the device's lock. */
#ifndef TATTLER_TRACK_RELAY_DIGEST_H
#define TATTLER_TRACK_RELAY_DIGEST_H

#include "track/relay_table.h"

/* At most one piece for each flow and bin. */
#define RELAY_LOADS_MAX (RELAY_ROWS * MATCH_BLOCK)

/* Parties are called by the lowest of their rows. */
struct relay_digest {
    uint64_t active;              /* a bit for each row with something in the span */
    uint64_t parties;             /* a bit for each party of those */
    uint8_t party[RELAY_ROWS];    /* of each active row */
    float carried[RELAY_ROWS][2]; /* bytes in the span, by party and way */
    float block[RELAY_ROWS][2];   /* likewise, in the block */
    float targets[2];             /* bytes in the span by way, of all that may be targets */

    /* Only if there is more than one party: */
    uint16_t begins[MATCH_SPAN + 1]; /* by bin: where its pieces begin in 'order' */
    uint16_t order[RELAY_PIECES];    /* pieces by bin */
};

/* Of the block that begins at relay->block. */
void relay_digest(const struct relay *relay, struct relay_digest *digest);

/* What one party, of more than one, would have to explain. */
void relay_digest_block(const struct relay *relay, const struct relay_digest *digest,
        uint8_t party, enum match_leg leg, struct match_block *out,
        struct match_load loads[RELAY_LOADS_MAX]);

#endif
