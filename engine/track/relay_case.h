/* relay_case.h - the evidence that a device relays for one party.
 *
 * Private to relay*.c, under the device's lock. All zeros is new. */
#ifndef TATTLER_TRACK_RELAY_CASE_H
#define TATTLER_TRACK_RELAY_CASE_H

#include "track/relay.h"
#include "track/relay_match.h"

#define RELAY_TRIALS 6

/* Everything is counted twice: as it should be for a relay, and by chance. */
enum relay_count { RELAY_FOUND, RELAY_BY_CHANCE, RELAY_COUNTS };

/* Sums over blocks, of which older ones fade. */
struct relay_leg {
    float bytes;  /* of the controller */
    float weight; /* of all loads */
    struct match_sum sums[RELAY_TRIALS][RELAY_COUNTS];
    struct match_profile profile;
    uint8_t from[RELAY_TRIALS]; /* the window tried begins at this lag */
    uint8_t best;               /* trial */
};

struct relay_case {
    bool is_open;
    struct relay_leg legs[MATCH_LEGS];
    float excess, excess_squares; /* weight of loads found beyond chance, over blocks */
    float excess_now;             /* in this block */
    float worth;                  /* answers relayed beyond chance of late, or what was hoped for */
    uint32_t latest;              /* the latest block judged; a bin. Zero: none */
    float targets[RELAY_COUNTS];  /* flows, of which older ones fade as others come */
    uint32_t flows;               /* targets found in all */
    uint64_t groups;              /* a bit for each group of theirs */
    struct relay_view view;       /* all but 'role', as of then */
};

/* One block: begin with its first bin and what the controller carried in it, by enum relay_way; add
 * each leg that has loads; end. Blocks in which nobody carried anything may be left out. */
void relay_case_begin(struct relay_case *entry, uint32_t bin, const float carried[2]);
void relay_case_add(struct relay_case *entry, const struct match_block *block);
void relay_case_end(struct relay_case *entry);

/* One more flow turns out to be a target. */
void relay_case_count(struct relay_case *entry, enum relay_count count, uint64_t group);

/* Adds the bytes that the controller accounts for, as far as is known by now, by row. */
void relay_case_attribute(const struct relay_case *entry, const struct match_block *block,
        enum relay_count count, float *by_row);

#endif
