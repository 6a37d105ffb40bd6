#include "track/relay_digest.h"

#include "parse/packet.h"

#include <math.h>
#include <string.h>

/* A party is no case unless it could have relayed this share of what it carried, and so much. */
#define HOPE_SHARE 0.2f
#define HOPE_BYTES 300.0f
#define WORTH_KEEP 0.95f

/* A case that tells a relay is kept for an hour, whatever else goes on. */
#define KEPT_SCORE 0.5
#define KEPT_BINS 72000

#define TARGET_SHARE 0.5f
#define TARGET_BYTES 256.0f

static float lesser(float a, float b)
{
    return a < b ? a : b;
}

static bool may_control(const struct relay_end *end)
{
    return address_is_public(&end->remote) ||
           (!end->device_initiated && end->protocol == PACKET_PROTOCOL_TCP);
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
    for (unsigned i = 0; i < block->load_count; i++)
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
        if (relay->cases[i].is_open && relay_same_party(&relay->cases[i].view.controller, end))
            return i;
    return -1;
}

static bool is_kept(const struct relay *relay, const struct relay_case *entry)
{
    return relay->block - entry->latest <= KEPT_BINS && entry->view.score >= KEPT_SCORE;
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
        relay->cases[place] = (struct relay_case){
            .is_open = true, .view.controller = *end, .worth = hope,
        };
    return place;
}

/* The answers that this party may have relayed: no more than others brought, and by the share of
 * its own requests that others may have taken on. */
static float hope_of(const struct relay *relay, const struct relay_digest *digest, uint8_t party)
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

/* All that the party could have relayed. */
static void try_loads(struct relay *relay, const struct relay_digest *digest, uint8_t party,
        unsigned number)
{
    struct match_load loads[RELAY_LOADS_MAX];
    struct match_block block;

    for (enum match_leg leg = MATCH_REQUEST; leg < MATCH_LEGS; leg++) {
        relay_digest_block(relay, digest, party, leg, &block, loads);
        if (block.load_count == 0)
            continue;
        relay_case_add(&relay->cases[number], &block);
        find_targets(relay, number, &block);
    }
}

static void judge_case(struct relay *relay, const struct relay_digest *digest, uint8_t party,
        unsigned number)
{
    struct relay_case *entry = &relay->cases[number];
    bool is_alone = relay_rest(digest->parties) == 0;

    relay_case_begin(entry, relay->block, digest->block[party]);
    if (!is_alone)
        try_loads(relay, digest, party, number);
    relay_case_end(entry);
}

static void judge_party(struct relay *relay, const struct relay_digest *digest, uint8_t party)
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

static void fade_worth(struct relay *relay)
{
    uint32_t blocks = (relay->block - relay->judged) / MATCH_BLOCK;
    float keep = powf(WORTH_KEEP, (float)blocks);

    for (unsigned i = 0; i < RELAY_CASES; i++)
        relay->cases[i].worth *= keep;
    relay->judged = relay->block;
}

void relay_judge(struct relay *relay)
{
    struct relay_digest digest;

    fade_worth(relay);
    relay_digest(relay, &digest);
    for (uint64_t rest = digest.parties; rest != 0; rest = relay_rest(rest))
        if (may_control(&relay->rows[relay_lowest(rest)].end))
            judge_party(relay, &digest, relay_lowest(rest));
}
