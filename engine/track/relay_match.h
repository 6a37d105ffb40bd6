/* relay_match.h - do the bytes that one side carried account for those of the other?
 *
 * The arithmetic of relay.h, without its state. A 'channel' is what a supposed controller carried
 * one way, bin by bin; 'loads' are what its supposed targets carried the other way. A request comes
 * in on the channel and leaves as a load, an answer comes in as a load and leaves on the channel. A
 * lag counts bins from what comes in to what leaves. Where it is negative the effect came first:
 * chance finds bytes there as often as elsewhere, a relay does not.
 *
 * Private to relay*.c. Pure functions; any thread. */
#ifndef TATTLER_TRACK_RELAY_MATCH_H
#define TATTLER_TRACK_RELAY_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#define MATCH_BLOCK 20 /* bins whose loads are judged at once: 1 s */
#define MATCH_REACH 64 /* the longest lag: 3.2 s */
#define MATCH_SPAN (MATCH_BLOCK + 2 * MATCH_REACH)

enum match_leg { MATCH_REQUEST, MATCH_ANSWER, MATCH_LEGS };

struct match_load {
    uint32_t bytes;
    float weight;   /* as a witness; 0 to 1 */
    uint8_t at;     /* bin of the span, in the block: MATCH_REACH and on */
    uint8_t moment; /* a request's last, an answer's first, in 1/16 of the bin */
    uint8_t row;    /* whose it is; the caller's */
};

/* What the channel carried in one bin. */
struct match_bin {
    uint32_t bytes;
    uint8_t at;     /* in the span */
    uint8_t moment; /* of the first request, or the last answer */
};

/* What one leg of a relay would have to explain in one block. */
struct match_block {
    enum match_leg leg;
    struct match_bin channel[MATCH_SPAN]; /* those with bytes, by time */
    unsigned channel_count;
    const struct match_load *loads; /* borrowed; by time */
    unsigned load_count;
};

static inline bool match_is_in_block(int at)
{
    return at >= MATCH_REACH && at < MATCH_REACH + MATCH_BLOCK;
}

/* Lags from 'from' to 'to', within MATCH_REACH. */
struct match_window {
    int from, to;
};

struct match_sum {
    float bytes;  /* of the channel that account for loads */
    float weight; /* of the loads that they account for */
};

/* The bytes that channel and loads have in common. */
struct match_profile {
    float at[MATCH_REACH]; /* by lag, where the effect came last */
    float before;          /* at all lags where it came first */
};

/* Lags at which channel and loads have bytes in common; a bit each. */
struct match_lags {
    uint64_t after;  /* from zero up */
    uint64_t before; /* from -1 down */
};

/* Adds those of one block. */
struct match_lags match_profile(const struct match_block *block, struct match_profile *profile);

/* Gives each load in turn the bytes it needs from the channel within the window, oldest first: all
 * or none. No byte of the channel is given twice, neither here nor to a later block's loads by the
 * same window. If 'by_row' is not NULL, the bytes of each load that got its own are added to its
 * row. */
struct match_sum match_loads(const struct match_block *block, struct match_window window,
        float *by_row);

#endif
