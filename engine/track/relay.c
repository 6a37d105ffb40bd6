#include "track/relay.h"

#include <stdlib.h>
#include <string.h>

#include "track/relay_table.h"

/* Bins are handed in a second late at most, and threads are not quite in step. */
#define SETTLE_BINS 26

/* Two parties that account for each other alike are told apart by who came first. */
#define ALIKE 0.8

struct relay *relay_new(void)
{
    return calloc(1, sizeof(struct relay));
}

void relay_free(struct relay *relay)
{
    free(relay);
}

bool relay_same_party(const struct relay_end *a, const struct relay_end *b)
{
    if (a->device_initiated != b->device_initiated)
        return false;
    if (a->device_initiated)
        return address_equal(&a->remote, &b->remote);
    return a->device_port == b->device_port && a->protocol == b->protocol &&
           address_is_public(&a->remote) == address_is_public(&b->remote);
}

/* --- what flows carried --- */

/* The rest of a bin that was read while it still filled. */
static bool add_to_newest(struct relay *relay, const struct relay_piece *piece, uint32_t bin)
{
    const struct relay_row *row = &relay->rows[piece->row];
    struct relay_piece *newest = &relay->pieces[row->newest_piece];

    if (row->newest != bin || newest->row != piece->row || newest->bin != piece->bin)
        return false;
    if (newest->bytes[RELAY_DOWN] == 0)
        newest->first_down = piece->first_down;
    newest->last_up = piece->last_up;
    newest->bytes[RELAY_UP] += piece->bytes[RELAY_UP];
    newest->bytes[RELAY_DOWN] += piece->bytes[RELAY_DOWN];
    return true;
}

static void add_piece(struct relay *relay, const struct relay_piece *piece, uint32_t bin)
{
    struct relay_row *row = &relay->rows[piece->row];

    if (add_to_newest(relay, piece, bin))
        return;
    if (relay->end - relay->first == RELAY_PIECES) {
        relay->lost++;
        return;
    }
    row->newest = bin;
    row->newest_piece = (uint16_t)(relay->end % RELAY_PIECES);
    relay->pieces[row->newest_piece] = *piece;
    relay->end++;
}

static bool is_recent(const struct relay *relay, uint32_t bin)
{
    return bin - relay->now + RELAY_JUMP_BINS <= 2 * RELAY_JUMP_BINS;
}

static uint32_t load(const _Atomic uint32_t *value)
{
    return atomic_load_explicit(value, memory_order_relaxed);
}

static void take_bin(struct relay *relay, uint8_t row, const struct relay_bin *bin)
{
    uint32_t *taken = relay->rows[row].flow->taken_bytes;
    uint32_t up = load(&bin->bytes[RELAY_UP]), down = load(&bin->bytes[RELAY_DOWN]);
    uint32_t number = load(&bin->number);
    struct relay_piece piece = {
        .bytes = { up - taken[RELAY_UP], down - taken[RELAY_DOWN] },
        .bin = (uint16_t)number,
        .row = row,
        .first_down = atomic_load_explicit(&bin->first_down, memory_order_relaxed) & 15u,
        .last_up = atomic_load_explicit(&bin->last_up, memory_order_relaxed) & 15u,
    };

    if ((piece.bytes[RELAY_UP] > 0 || piece.bytes[RELAY_DOWN] > 0) && is_recent(relay, number))
        add_piece(relay, &piece, number);
    taken[RELAY_UP] = up;
    taken[RELAY_DOWN] = down;
}

/* All bins. The newest stays, as it may still fill. */
static void take_bins(struct relay *relay, uint8_t row)
{
    struct relay_flow *flow = relay->rows[row].flow;
    uint32_t begun = atomic_load_explicit(&flow->begun, memory_order_acquire);
    uint32_t taken = load(&flow->taken);

    while (taken != begun) {
        take_bin(relay, row, &flow->bins[taken % RELAY_FLOW_BINS]);
        if (++taken == begun)
            break;
        memset(flow->taken_bytes, 0, sizeof(flow->taken_bytes));
        atomic_store_explicit(&flow->taken, taken, memory_order_release);
    }
}

/* --- rows --- */

static void detach(struct relay_row *row)
{
    atomic_store_explicit(&row->flow->joined, false, memory_order_relaxed);
    row->flow = NULL;
}

static bool goes_before(const struct relay_row *a, const struct relay_row *b)
{
    if ((a->flow == NULL) != (b->flow == NULL))
        return a->flow == NULL;
    return (int32_t)(a->newest - b->newest) < 0;
}

/* Of the rows without a flow, else of all, the one silent for longest. */
static uint8_t make_room(struct relay *relay)
{
    uint8_t row = 0;

    for (uint8_t i = 1; i < RELAY_ROWS; i++)
        if (goes_before(&relay->rows[i], &relay->rows[row]))
            row = i;
    if (relay->rows[row].flow != NULL)
        detach(&relay->rows[row]);
    for (uint32_t i = relay->first; i != relay->end; i++)
        if (relay->pieces[i % RELAY_PIECES].row == row)
            relay->pieces[i % RELAY_PIECES].row = RELAY_NOBODY;
    return row;
}

static void join(struct relay *relay, struct relay_flow *flow, const struct relay_end *end)
{
    relay->rows[make_room(relay)] = (struct relay_row){
        .flow = flow,
        .end = *end,
        .may_be_target = end->device_initiated && address_is_public(&end->remote),
        .newest = relay->now,
    };
    atomic_store_explicit(&flow->joined, true, memory_order_relaxed);
}

/* --- time --- */

static void move_clock(struct relay *relay, uint64_t now_us)
{
    uint32_t now = (uint32_t)(now_us / RELAY_BIN_US);

    if (!relay->is_started || !is_recent(relay, now)) {
        relay->is_started = true;
        relay->first = relay->end;
        relay->now = relay->block = now;
    }
    if ((int32_t)(now - relay->now) > 0)
        relay->now = now;
}

static void forget_pieces(struct relay *relay)
{
    while (relay->first != relay->end &&
            relay_piece_offset(relay, &relay->pieces[relay->first % RELAY_PIECES]) < -MATCH_REACH)
        relay->first++;
}

static void judge_what_is_due(struct relay *relay)
{
    while ((int32_t)(relay->now - relay->block) >= MATCH_BLOCK + MATCH_REACH + SETTLE_BINS) {
        forget_pieces(relay);
        if (relay->first == relay->end)
            relay->block = relay->now - MATCH_BLOCK;
        else
            relay_judge(relay);
        relay->block += MATCH_BLOCK;
    }
}

void relay_hand_in(struct relay *relay, struct relay_flow *flow, const struct relay_end *end,
        uint64_t now_us)
{
    move_clock(relay, now_us);
    if (!atomic_load_explicit(&flow->joined, memory_order_relaxed))
        join(relay, flow, end);
    for (uint8_t row = 0; row < RELAY_ROWS; row++)
        if (relay->rows[row].flow != NULL)
            take_bins(relay, row);
    judge_what_is_due(relay);
}

static const struct relay_row *row_of(const struct relay *relay, const struct relay_flow *flow)
{
    for (unsigned row = 0; row < RELAY_ROWS; row++)
        if (relay->rows[row].flow == flow)
            return &relay->rows[row];
    return NULL;
}

void relay_leave(struct relay *relay, struct relay_flow *flow)
{
    for (uint8_t row = 0; row < RELAY_ROWS; row++)
        if (relay->rows[row].flow == flow) {
            take_bins(relay, row);
            detach(&relay->rows[row]);
        }
}

/* --- reading --- */

/* Is this likelier to be the controller, rather than its target? */
static bool leads(const struct relay_view *view, const struct relay_view *other)
{
    double one = view->score * (double)view->bytes, two = other->score * (double)other->bytes;

    if (one > ALIKE * two && two > ALIKE * one)
        return view->controller.opened_us < other->controller.opened_us;
    return one > two;
}

static int leading_case(const struct relay *relay, struct relay_view *out)
{
    int best = -1;

    for (int i = 0; i < RELAY_CASES; i++) {
        struct relay_view view;

        if (!relay->cases[i].is_open)
            continue;
        relay_case_read(&relay->cases[i], &view);
        if (best >= 0 && !leads(&view, out))
            continue;
        best = i;
        *out = view;
    }
    return best;
}

bool relay_read(const struct relay *relay, const struct relay_flow *flow, struct relay_view *out)
{
    struct relay_view view;
    int leading = leading_case(relay, &view);
    const struct relay_row *row = flow != NULL ? row_of(relay, flow) : NULL;

    if (leading < 0 || (flow != NULL && row == NULL))
        return false;
    if (row != NULL && relay_same_party(&row->end, &view.controller))
        view.role = RELAY_CONTROLLER;
    else if (row != NULL && row->number == leading && row->is_target[RELAY_FOUND])
        view.role = RELAY_TARGET;
    else if (row != NULL)
        return false;
    *out = view;
    return true;
}
