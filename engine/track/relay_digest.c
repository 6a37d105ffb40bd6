#include "track/relay_digest.h"

#include <stddef.h>
#include <string.h>

/* Smaller loads are acknowledgements and keep-alives, of which there are always some. What has
 * fewer than WITNESS_BYTES is less of a witness, and what goes on without a pause is none. */
#define LOAD_BYTES_MIN 32
#define WITNESS_BYTES 1024.0f
#define PAUSE_BINS 4

/* --- the block as it is --- */

/* The bin of the span; below zero: none. */
static int bin_of(const struct relay *relay, const struct relay_piece *piece)
{
    int at = relay_piece_offset(relay, piece) + MATCH_REACH;

    return piece->row != RELAY_NOBODY && at < MATCH_SPAN ? at : -1;
}

/* By row. */
static void count_pieces(const struct relay *relay, struct relay_digest *digest)
{
    for (uint32_t i = relay->first; i != relay->end; i++) {
        const struct relay_piece *piece = &relay->pieces[i % RELAY_PIECES];
        int at = bin_of(relay, piece);

        if (at < 0)
            continue;
        digest->active |= UINT64_C(1) << piece->row;
        for (unsigned way = 0; way < 2; way++) {
            digest->carried[piece->row][way] += (float)piece->bytes[way];
            if (match_is_in_block(at))
                digest->block[piece->row][way] += (float)piece->bytes[way];
        }
    }
}

static uint8_t party_of(const struct relay *relay, const struct relay_digest *digest, uint8_t row)
{
    uint64_t parties = digest->parties;

    while (parties != 0 &&
            !relay_same_party(&relay->rows[relay_lowest(parties)].end, &relay->rows[row].end))
        parties = relay_rest(parties);
    return parties != 0 ? relay_lowest(parties) : row;
}

static void find_parties(const struct relay *relay, struct relay_digest *digest)
{
    for (uint64_t rows = digest->active; rows != 0; rows = relay_rest(rows)) {
        uint8_t row = relay_lowest(rows), party = party_of(relay, digest, row);

        digest->party[row] = party;
        digest->parties |= UINT64_C(1) << party;
        for (unsigned way = 0; way < 2; way++) {
            if (relay->rows[row].may_be_target)
                digest->targets[way] += digest->carried[row][way];
            if (party == row)
                continue;
            digest->carried[party][way] += digest->carried[row][way];
            digest->block[party][way] += digest->block[row][way];
        }
    }
}

/* A counting sort: first how many there are of each bin, then where each goes. */
static void sort_pieces(const struct relay *relay, struct relay_digest *digest)
{
    uint16_t ends[MATCH_SPAN];

    memset(digest->begins, 0, sizeof(digest->begins));
    for (uint32_t i = relay->first; i != relay->end; i++) {
        int at = bin_of(relay, &relay->pieces[i % RELAY_PIECES]);

        if (at >= 0)
            digest->begins[at + 1]++;
    }
    for (unsigned at = 0; at < MATCH_SPAN; at++) {
        ends[at] = digest->begins[at];
        digest->begins[at + 1] = (uint16_t)(digest->begins[at + 1] + ends[at]);
    }
    for (uint32_t i = relay->first; i != relay->end; i++) {
        int at = bin_of(relay, &relay->pieces[i % RELAY_PIECES]);

        if (at >= 0)
            digest->order[ends[at]++] = (uint16_t)(i % RELAY_PIECES);
    }
}

void relay_digest(const struct relay *relay, struct relay_digest *digest)
{
    memset(digest, 0, offsetof(struct relay_digest, begins));
    count_pieces(relay, digest);
    find_parties(relay, digest);
    if (relay_rest(digest->parties) != 0)
        sort_pieces(relay, digest);
}

/* --- the block as one party sees it --- */

static void add_to_channel(struct match_block *block, const struct relay_piece *piece, int at)
{
    enum relay_way way = block->leg == MATCH_REQUEST ? RELAY_DOWN : RELAY_UP;
    uint8_t moment = way == RELAY_DOWN ? piece->first_down : piece->last_up;
    unsigned count = block->channel_count;
    struct match_bin *bin = &block->channel[count > 0 ? count - 1 : 0];

    if (piece->bytes[way] == 0)
        return;
    if (count == 0 || bin->at != at) {
        bin = &block->channel[block->channel_count++];
        *bin = (struct match_bin){ .at = (uint8_t)at, .moment = moment };
    }
    bin->bytes += piece->bytes[way];
    if (way == RELAY_DOWN ? moment < bin->moment : moment > bin->moment)
        bin->moment = moment;
}

static void fill_channel(const struct relay *relay, const struct relay_digest *digest,
        uint8_t party, struct match_block *block)
{
    block->channel_count = 0;
    for (unsigned i = 0; i < digest->begins[MATCH_SPAN]; i++) {
        const struct relay_piece *piece = &relay->pieces[digest->order[i]];

        if (digest->party[piece->row] == party)
            add_to_channel(block, piece, relay_piece_offset(relay, piece) + MATCH_REACH);
    }
}

static struct match_load load_of(const struct relay_piece *piece, enum match_leg leg, unsigned at,
        bool is_fresh)
{
    uint32_t bytes = piece->bytes[leg == MATCH_REQUEST ? RELAY_UP : RELAY_DOWN];
    float weight = (float)bytes / WITNESS_BYTES;

    return (struct match_load){
        .bytes = bytes,
        .weight = !is_fresh ? 0 : weight < 1 ? weight : 1,
        .at = (uint8_t)at,
        .moment = leg == MATCH_REQUEST ? piece->last_up : piece->first_down,
        .row = piece->row,
    };
}

static unsigned fill_loads(const struct relay *relay, const struct relay_digest *digest,
        uint8_t party, enum match_leg leg, struct match_load loads[RELAY_LOADS_MAX])
{
    uint8_t quiet[RELAY_ROWS]; /* the bin from which a load is fresh again */
    unsigned count = 0, end = digest->begins[MATCH_REACH + MATCH_BLOCK];

    memset(quiet, 0, sizeof(quiet));
    for (unsigned i = digest->begins[MATCH_REACH]; i < end && count < RELAY_LOADS_MAX; i++) {
        const struct relay_piece *piece = &relay->pieces[digest->order[i]];
        unsigned at = (unsigned)(relay_piece_offset(relay, piece) + MATCH_REACH);
        struct match_load load = load_of(piece, leg, at, at >= quiet[piece->row]);

        if (load.bytes < LOAD_BYTES_MIN || digest->party[piece->row] == party ||
                !relay->rows[piece->row].may_be_target)
            continue;
        quiet[piece->row] = (uint8_t)(at + PAUSE_BINS + 1);
        loads[count++] = load;
    }
    return count;
}

void relay_digest_block(const struct relay *relay, const struct relay_digest *digest,
        uint8_t party, enum match_leg leg, struct match_block *out,
        struct match_load loads[RELAY_LOADS_MAX])
{
    out->leg = leg;
    out->loads = loads;
    out->load_count = fill_loads(relay, digest, party, leg, loads);
    out->channel_count = 0;
    if (out->load_count > 0)
        fill_channel(relay, digest, party, out);
}
