/* relay_table.h - one device's flows, what they carried in the last seconds, and the cases made of
 * it.
 *
 * Private to relay*.c, under the device's lock. */
#ifndef TATTLER_TRACK_RELAY_TABLE_H
#define TATTLER_TRACK_RELAY_TABLE_H

#include "track/relay_case.h"

#define RELAY_ROWS 64
/* 230 a second for as long as they are kept. When full, new ones are dropped and counted. */
#define RELAY_PIECES 2048
#define RELAY_CASES 4
#define RELAY_NOBODY UINT8_MAX

/* What one flow carried in one bin. */
struct relay_piece {
    uint32_t bytes[2]; /* by enum relay_way */
    uint32_t bin : 16; /* low bits */
    uint32_t row : 8;  /* RELAY_NOBODY: its row was given to another flow */
    uint32_t first_down : 4, last_up : 4;
};

struct relay_row {
    struct relay_flow *flow; /* borrowed; NULL: free, or kept for the pieces it left */
    struct relay_end end;
    bool may_be_target;
    uint32_t newest;       /* bin of the latest piece, or when it joined */
    uint32_t first_piece, newest_piece; /* as in struct relay; the first may be gone by now */
    uint32_t handed_in;    /* bin */
    uint8_t number;        /* of the case that the rest is for */
    bool is_target[RELAY_COUNTS];
    float carried[MATCH_LEGS], matched[RELAY_COUNTS][MATCH_LEGS]; /* bytes in judged blocks */
};

struct relay {
    struct relay_row rows[RELAY_ROWS];
    struct relay_piece pieces[RELAY_PIECES]; /* a ring, roughly by time */
    uint32_t first, end; /* counts; the index is modulo RELAY_PIECES */
    uint32_t now, block; /* bins: the newest seen, the first of the block to be judged next */
    uint32_t judged;     /* the block judged last */
    bool is_started;
    uint64_t lively; /* a bit for each row whose flow may have carried more than was taken */
    uint64_t lost; /* pieces that found no room */
    struct relay_case cases[RELAY_CASES];
    uint8_t leading; /* the case that is to be told, of those that are open */
};

/* Judges the block that begins at relay->block. */
void relay_judge(struct relay *relay);

/* Do two flows belong to one party? By address where the device dialled; by the device's port where
 * it was dialled, as a proxy that waits has many clients. */
bool relay_same_party(const struct relay_end *a, const struct relay_end *b);

/* Sets of rows are bits: RELAY_ROWS are 64. The lowest is of a set that is not empty. */
static inline uint8_t relay_lowest(uint64_t rows)
{
    return (uint8_t)__builtin_ctzll(rows);
}

static inline uint64_t relay_rest(uint64_t rows)
{
    return rows & (rows - 1);
}

static inline int relay_piece_offset(const struct relay *relay, const struct relay_piece *piece)
{
    return (int16_t)(piece->bin - (uint16_t)relay->block);
}

#endif
