#include "track/relay_match.h"

#include <stdbool.h>
#include <string.h>

/* Four fifths of its bytes will do for a load: some may lie beyond the window's edge, and what was
 * sent again on one side only counts twice there. */
#define NEED(bytes) ((uint64_t)(bytes) * 4 / 5)

/* It may take more than its own: TLS records, SSH packets, a multiplexer's frames, a SOCKS
 * request. */
#define WANT(bytes) ((bytes) + (bytes) / 16 + 100)

static uint32_t lesser(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* The bin of the channel that lies so far from one with loads. */
static int channel_bin(enum match_leg leg, int at, int lag)
{
    return leg == MATCH_REQUEST ? at - lag : at + lag;
}

void match_profile(const struct match_block *block, float profile[MATCH_LAGS])
{
    uint32_t sums[MATCH_SPAN] = { 0 };

    for (unsigned i = 0; i < block->count; i++)
        sums[block->loads[i].at] += block->loads[i].bytes;
    for (int at = MATCH_REACH; at < MATCH_REACH + MATCH_BLOCK; at++) {
        if (sums[at] == 0)
            continue;
        for (int lag = -MATCH_REACH; lag <= MATCH_REACH; lag++) {
            uint32_t bytes = block->channel.bytes[channel_bin(block->leg, at, lag)];

            profile[lag + MATCH_REACH] += (float)lesser(sums[at], bytes);
        }
    }
}

/* What the channel has left to give. For each block that is the part one block long that lies as
 * far away as the middle of the window, so no two blocks share any of it. */
struct supply {
    const struct match_block *block;
    uint32_t left[MATCH_SPAN];
};

static void fill(struct supply *supply, const struct match_block *block,
        struct match_window window)
{
    int first = channel_bin(block->leg, MATCH_REACH, (window.from + window.to) / 2);

    supply->block = block;
    memset(supply->left, 0, sizeof(supply->left));
    memcpy(supply->left + first, block->channel.bytes + first,
            MATCH_BLOCK * sizeof(supply->left[0]));
}

/* Within one bin the moments tell what came in before what left. */
static bool in_order(const struct match_block *block, int bin, const struct match_load *load)
{
    uint8_t moment = block->channel.moments[bin];

    if (bin != load->at)
        return true;
    return block->leg == MATCH_REQUEST ? moment <= load->moment : load->moment <= moment;
}

/* Takes from bins 'first' to 'last' what one load wants. Zero: not even what it needs is there. */
static uint32_t take(struct supply *supply, const struct match_load *load, int first, int last)
{
    uint32_t want = WANT(load->bytes), taken = 0;
    uint64_t have = 0;

    for (int bin = first; bin <= last; bin++)
        if (in_order(supply->block, bin, load))
            have += supply->left[bin];
    if (have < NEED(load->bytes))
        return 0;
    for (int bin = first; bin <= last && taken < want; bin++) {
        uint32_t part = lesser(supply->left[bin], want - taken);

        if (!in_order(supply->block, bin, load))
            continue;
        supply->left[bin] -= part;
        taken += part;
    }
    return taken;
}

struct match_sum match_loads(const struct match_block *block, struct match_window window,
        float *by_row)
{
    struct match_sum sum = { 0, 0 };
    struct supply supply;

    fill(&supply, block, window);
    for (unsigned i = 0; i < block->count; i++) {
        const struct match_load *load = &block->loads[i];
        int one = channel_bin(block->leg, load->at, window.from);
        int other = channel_bin(block->leg, load->at, window.to);
        uint32_t taken = one < other ? take(&supply, load, one, other)
                                     : take(&supply, load, other, one);

        if (taken == 0)
            continue;
        sum.bytes += (float)taken;
        sum.weight += load->weight;
        if (by_row != NULL)
            by_row[load->row] += (float)load->bytes;
    }
    return sum;
}
