#include "track/relay_table.h"

#include <stddef.h>
#include <string.h>

#define PROTOCOL_TCP 6

/* A party is no case unless it could have relayed this share of what it carried, and so much. */
#define HOPE_SHARE 0.2f
#define HOPE_BYTES 300.0f
#define WORTH_KEEP 0.95f

/* A case that tells a relay is kept for an hour, whatever else goes on. */
#define KEPT_SCORE 0.5
#define KEPT_BINS 72000

/* Smaller loads are acknowledgements and keep-alives, of which there are always some. What has
 * fewer than WITNESS_BYTES is less of a witness, and what goes on without a pause is none. */
#define LOAD_BYTES_MIN 32
#define WITNESS_BYTES 1024.0f
#define PAUSE_BINS 4

/* At most one piece for each flow and bin. */
#define LOADS_MAX (RELAY_ROWS * MATCH_BLOCK)

#define TARGET_SHARE 0.5f
#define TARGET_BYTES 256.0f

/* What the span holds, before anybody is suspected. */
struct digest {
    uint64_t active;              /* a bit for each row with something in it: RELAY_ROWS are 64 */
    uint16_t first[MATCH_BLOCK];  /* by bin of the block: a piece's index plus one, zero: none */
    uint8_t party[RELAY_ROWS];    /* the lowest row of the same party */
    float carried[RELAY_ROWS][2]; /* bytes by party and way */
    float targets[2];             /* bytes by way, of all that may be targets */
    uint16_t next[RELAY_PIECES];  /* as 'first', of the same bin, by piece of that; not cleared */
};

static float lesser(float a, float b)
{
    return a < b ? a : b;
}

static bool may_control(const struct relay_end *end)
{
    return address_is_public(&end->remote) ||
           (!end->device_initiated && end->protocol == PROTOCOL_TCP);
}

/* --- the block as it is --- */

static bool in_span(const struct relay *relay, const struct relay_piece *piece)
{
    int offset = relay_piece_offset(relay, piece);

    return piece->row != RELAY_NOBODY && offset >= -MATCH_REACH &&
           offset < MATCH_BLOCK + MATCH_REACH;
}

/* Of a set of rows that is not empty. */
static uint8_t lowest(uint64_t rows)
{
    return (uint8_t)__builtin_ctzll(rows);
}

static uint64_t rest_of(uint64_t rows)
{
    return rows & (rows - 1);
}

/* Rows with nothing in the span are left out: they stay with party 0, of which nobody asks. */
static void find_parties(const struct relay *relay, struct digest *digest)
{
    for (uint32_t i = relay->first; i != relay->end; i++)
        if (in_span(relay, &relay->pieces[i % RELAY_PIECES]))
            digest->active |= UINT64_C(1) << relay->pieces[i % RELAY_PIECES].row;
    for (uint64_t rows = digest->active; rows != 0; rows = rest_of(rows)) {
        uint64_t others = digest->active;

        while (!relay_same_party(&relay->rows[lowest(others)].end, &relay->rows[lowest(rows)].end))
            others = rest_of(others);
        digest->party[lowest(rows)] = lowest(others);
    }
}

static void count_piece(const struct relay *relay, struct digest *digest,
        const struct relay_piece *piece)
{
    for (unsigned way = 0; way < 2; way++) {
        digest->carried[digest->party[piece->row]][way] += (float)piece->bytes[way];
        if (relay->rows[piece->row].may_be_target)
            digest->targets[way] += (float)piece->bytes[way];
    }
}

static void digest_span(const struct relay *relay, struct digest *digest)
{
    memset(digest, 0, offsetof(struct digest, next));
    find_parties(relay, digest);
    for (uint32_t i = relay->end; i != relay->first; i--) {
        unsigned index = (i - 1) % RELAY_PIECES;
        const struct relay_piece *piece = &relay->pieces[index];
        int offset = relay_piece_offset(relay, piece);

        if (!in_span(relay, piece))
            continue;
        count_piece(relay, digest, piece);
        if (offset < 0 || offset >= MATCH_BLOCK)
            continue;
        digest->next[index] = digest->first[offset];
        digest->first[offset] = (uint16_t)(index + 1);
    }
}

/* --- the block as one party sees it --- */

static void add_to_channel(struct match_block *block, const struct relay_piece *piece, int at)
{
    enum relay_way way = block->leg == MATCH_REQUEST ? RELAY_DOWN : RELAY_UP;
    uint8_t moment = way == RELAY_DOWN ? piece->first_down : piece->last_up;
    uint8_t *known = &block->channel.moments[at];

    if (piece->bytes[way] == 0)
        return;
    if (block->channel.bytes[at] == 0 || (way == RELAY_DOWN ? moment < *known : moment > *known))
        *known = moment;
    block->channel.bytes[at] += piece->bytes[way];
}

static void fill_channel(const struct relay *relay, const struct digest *digest, uint8_t party,
        struct match_block *block)
{
    memset(&block->channel, 0, sizeof(block->channel));
    for (uint32_t i = relay->first; i != relay->end; i++) {
        const struct relay_piece *piece = &relay->pieces[i % RELAY_PIECES];
        int at = relay_piece_offset(relay, piece) + MATCH_REACH;

        if (in_span(relay, piece) && digest->party[piece->row] == party)
            add_to_channel(block, piece, at);
    }
}

static struct match_load load_of(const struct relay_piece *piece, enum match_leg leg, unsigned bin,
        bool is_fresh)
{
    uint32_t bytes = piece->bytes[leg == MATCH_REQUEST ? RELAY_UP : RELAY_DOWN];

    return (struct match_load){
        .bytes = bytes,
        .weight = is_fresh ? lesser(1, (float)bytes / WITNESS_BYTES) : 0,
        .at = (uint8_t)(MATCH_REACH + bin),
        .moment = leg == MATCH_REQUEST ? piece->last_up : piece->first_down,
        .row = piece->row,
    };
}

static unsigned fill_loads(const struct relay *relay, const struct digest *digest, uint8_t party,
        enum match_leg leg, struct match_load loads[LOADS_MAX])
{
    uint8_t quiet[RELAY_ROWS]; /* the bin from which a load is fresh again */
    unsigned count = 0;

    memset(quiet, 0, sizeof(quiet));
    for (unsigned bin = 0; bin < MATCH_BLOCK; bin++)
        for (unsigned i = digest->first[bin]; i != 0; i = digest->next[i - 1]) {
            const struct relay_piece *piece = &relay->pieces[i - 1];
            struct match_load load = load_of(piece, leg, bin, bin >= quiet[piece->row]);

            if (load.bytes < LOAD_BYTES_MIN || digest->party[piece->row] == party ||
                    !relay->rows[piece->row].may_be_target || count == LOADS_MAX)
                continue;
            quiet[piece->row] = (uint8_t)(bin + PAUSE_BINS + 1);
            loads[count++] = load;
        }
    return count;
}

/* --- targets --- */

static bool is_matched(const struct relay_row *row, unsigned count)
{
    for (unsigned leg = 0; leg < MATCH_LEGS; leg++)
        if (row->carried[leg] <= 0 ||
                row->matched[count][leg] < TARGET_SHARE * row->carried[leg])
            return false;
    return row->carried[MATCH_REQUEST] + row->carried[MATCH_ANSWER] >= TARGET_BYTES;
}

static void count_target(struct relay_case *entry, struct relay_row *row)
{
    for (enum relay_count count = RELAY_FOUND; count < RELAY_COUNTS; count++) {
        if (row->is_target[count] || !is_matched(row, count))
            continue;
        row->is_target[count] = true;
        relay_case_count(entry, count, row->end.group);
    }
}

/* A row is for the case that explains most of it. */
static bool claim(struct relay_row *row, unsigned number, float matched)
{
    const float *before = row->matched[RELAY_FOUND];

    if (row->number == number)
        return true;
    if (matched <= before[MATCH_REQUEST] + before[MATCH_ANSWER])
        return false;
    row->number = (uint8_t)number;
    memset(row->is_target, 0, sizeof(row->is_target));
    memset(row->matched, 0, sizeof(row->matched));
    memset(row->carried, 0, sizeof(row->carried));
    return true;
}

static void find_targets(struct relay *relay, unsigned number, const struct match_block *block)
{
    float matched[RELAY_COUNTS][RELAY_ROWS] = { 0 }, carried[RELAY_ROWS] = { 0 };

    for (enum relay_count count = RELAY_FOUND; count < RELAY_COUNTS; count++)
        relay_case_attribute(&relay->cases[number], block, count, matched[count]);
    for (unsigned i = 0; i < block->count; i++)
        carried[block->loads[i].row] += (float)block->loads[i].bytes;
    for (unsigned i = 0; i < RELAY_ROWS; i++) {
        struct relay_row *row = &relay->rows[i];

        if (carried[i] <= 0 || !claim(row, number, matched[RELAY_FOUND][i]))
            continue;
        row->carried[block->leg] += carried[i];
        for (unsigned count = 0; count < RELAY_COUNTS; count++)
            row->matched[count][block->leg] += matched[count][i];
        count_target(&relay->cases[number], row);
    }
}

/* --- cases --- */

static int find_case(const struct relay *relay, const struct relay_end *end)
{
    for (int i = 0; i < RELAY_CASES; i++)
        if (relay->cases[i].is_open && relay_same_party(&relay->cases[i].controller, end))
            return i;
    return -1;
}

static bool is_kept(const struct relay *relay, const struct relay_case *entry)
{
    struct relay_view view;

    if (relay->block - entry->latest > KEPT_BINS)
        return false;
    relay_case_read(entry, &view);
    return view.score >= KEPT_SCORE;
}

/* Opens a case where there is room, else in place of the one worth least, if that is worth less. */
static int open_case(struct relay *relay, const struct relay_end *end, float hope)
{
    float least = hope;
    int place = -1;

    for (int i = 0; i < RELAY_CASES; i++) {
        const struct relay_case *entry = &relay->cases[i];
        float worth = entry->is_open ? entry->worth : -1;

        if (worth >= least || (entry->is_open && is_kept(relay, entry)))
            continue;
        least = worth;
        place = i;
    }
    if (place >= 0)
        relay->cases[place] =
                (struct relay_case){ .is_open = true, .controller = *end, .worth = hope };
    return place;
}

/* The answers that this party may have relayed: no more than others brought, and by the share of
 * its own requests that others may have taken on. */
static float hope_of(const struct relay *relay, const struct digest *digest, uint8_t party)
{
    const float *own = digest->carried[party];
    bool counted = relay->rows[party].may_be_target;
    float answers = digest->targets[RELAY_DOWN] - (counted ? own[RELAY_DOWN] : 0);
    float requests = digest->targets[RELAY_UP] - (counted ? own[RELAY_UP] : 0);
    float out = lesser(own[RELAY_UP], answers), in = lesser(own[RELAY_DOWN], requests);

    if (in <= 0 || in + out < HOPE_BYTES ||
            in + out < HOPE_SHARE * (own[RELAY_UP] + own[RELAY_DOWN]))
        return 0;
    return out * in / own[RELAY_DOWN];
}

static void judge_case(struct relay *relay, const struct digest *digest, uint8_t party,
        unsigned number)
{
    struct relay_case *entry = &relay->cases[number];
    struct match_load loads[LOADS_MAX];

    relay_case_begin(entry);
    for (enum match_leg leg = MATCH_REQUEST; leg < MATCH_LEGS; leg++) {
        struct match_block block = { .leg = leg, .loads = loads };

        fill_channel(relay, digest, party, &block);
        block.count = fill_loads(relay, digest, party, leg, loads);
        relay_case_add(entry, &block);
        if (block.count > 0)
            find_targets(relay, number, &block);
    }
    relay_case_end(entry);
    entry->latest = relay->block;
}

static void judge_party(struct relay *relay, const struct digest *digest, uint8_t party)
{
    const struct relay_end *end = &relay->rows[party].end;
    int number = find_case(relay, end);
    float hope;

    if (number < 0) {
        hope = hope_of(relay, digest, party);
        number = hope > 0 ? open_case(relay, end, hope) : -1;
    }
    if (number >= 0)
        judge_case(relay, digest, party, (unsigned)number);
}

void relay_judge(struct relay *relay)
{
    struct digest digest;

    for (unsigned i = 0; i < RELAY_CASES; i++)
        relay->cases[i].worth *= WORTH_KEEP;
    digest_span(relay, &digest);
    for (uint64_t rows = digest.active; rows != 0; rows = rest_of(rows))
        if (digest.party[lowest(rows)] == lowest(rows) &&
                may_control(&relay->rows[lowest(rows)].end))
            judge_party(relay, &digest, lowest(rows));
}
