#include "track/relay_match.h"

#include <stddef.h>

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

/* Loads of one bin, which came at once. */
static void add_common(const struct match_block *block, int at, uint32_t bytes,
        struct match_profile *profile, struct match_lags *lags)
{
    for (unsigned i = 0; i < block->channel_count; i++) {
        const struct match_bin *bin = &block->channel[i];
        int lag = block->leg == MATCH_REQUEST ? at - bin->at : bin->at - at;
        float common = (float)lesser(bytes, bin->bytes);

        if (lag >= 0 && lag < MATCH_REACH) {
            profile->at[lag] += common;
            lags->after |= UINT64_C(1) << lag;
        } else if (lag < 0 && lag >= -MATCH_REACH) {
            profile->before += common;
            lags->before |= UINT64_C(1) << (-1 - lag);
        }
    }
}

struct match_lags match_profile(const struct match_block *block, struct match_profile *profile)
{
    const struct match_load *load = block->loads, *end = load + block->load_count;
    struct match_lags lags = { 0, 0 };

    while (load != end) {
        uint32_t bytes = 0;
        int at = load->at;

        for (; load != end && load->at == at; load++)
            bytes += load->bytes;
        add_common(block, at, bytes, profile, &lags);
    }
    return lags;
}

/* What the channel has left to give. For each block that is the part one block long that lies as
 * far away as the middle of the window, so no two blocks share any of it. */
struct supply {
    enum match_leg leg;
    unsigned count;
    struct match_bin bins[MATCH_BLOCK];
};

static void fill(struct supply *supply, const struct match_block *block,
        struct match_window window)
{
    int first = channel_bin(block->leg, MATCH_REACH, (window.from + window.to) / 2);
    unsigned i = 0;

    supply->leg = block->leg;
    supply->count = 0;
    while (i < block->channel_count && block->channel[i].at < first)
        i++;
    for (; i < block->channel_count && block->channel[i].at < first + MATCH_BLOCK; i++)
        supply->bins[supply->count++] = block->channel[i];
}

/* Within one bin the moments tell what came in before what left. */
static bool in_order(enum match_leg leg, const struct match_bin *bin,
        const struct match_load *load)
{
    if (bin->at != load->at)
        return true;
    return leg == MATCH_REQUEST ? bin->moment <= load->moment : load->moment <= bin->moment;
}

static bool may_give(const struct supply *supply, const struct match_bin *bin,
        const struct match_load *load, struct match_window window)
{
    return bin->at >= window.from && bin->at <= window.to && in_order(supply->leg, bin, load);
}

/* Takes from bins of the window, here of the span, what one load wants. Zero: not even what it
 * needs is there. */
static uint32_t take(struct supply *supply, const struct match_load *load,
        struct match_window window)
{
    uint32_t want = WANT(load->bytes), taken = 0;
    uint64_t have = 0;

    for (unsigned i = 0; i < supply->count; i++)
        if (may_give(supply, &supply->bins[i], load, window))
            have += supply->bins[i].bytes;
    if (have < NEED(load->bytes))
        return 0;
    for (unsigned i = 0; i < supply->count && taken < want; i++) {
        uint32_t part = lesser(supply->bins[i].bytes, want - taken);

        if (!may_give(supply, &supply->bins[i], load, window))
            continue;
        supply->bins[i].bytes -= part;
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
    if (supply.count == 0)
        return sum;
    for (unsigned i = 0; i < block->load_count; i++) {
        const struct match_load *load = &block->loads[i];
        int one = channel_bin(block->leg, load->at, window.from);
        int other = channel_bin(block->leg, load->at, window.to);
        uint32_t taken = take(&supply, load,
                one < other ? (struct match_window){ one, other } :
                              (struct match_window){ other, one });

        if (taken == 0)
            continue;
        sum.bytes += (float)taken;
        sum.weight += load->weight;
        if (by_row != NULL)
            by_row[load->row] += (float)load->bytes;
    }
    return sum;
}
