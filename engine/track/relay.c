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

static bool is_joined(const struct relay_flow *flow)
{
    return atomic_load_explicit(&flow->joined, memory_order_relaxed);
}

/* The rest of a bin that was read while it still filled. */
static bool add_to_newest(struct relay *relay, const struct relay_piece *piece, uint32_t bin)
{
    const struct relay_row *row = &relay->rows[piece->row];
    struct relay_piece *newest = &relay->pieces[row->newest_piece % RELAY_PIECES];

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
    row->newest_piece = relay->end;
    relay->pieces[relay->end++ % RELAY_PIECES] = *piece;
}

static bool is_recent(const struct relay *relay, uint32_t bin)
{
    return bin - relay->now + RELAY_JUMP_BINS <= 2 * RELAY_JUMP_BINS;
}

static uint32_t load(const _Atomic uint32_t *value)
{
    return atomic_load_explicit(value, memory_order_relaxed);
}

/* In 1/16 of a bin. */
static uint32_t moment(const _Atomic uint16_t *us)
{
    return atomic_load_explicit(us, memory_order_relaxed) * 16u / RELAY_BIN_US;
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
        .first_down = moment(&bin->first_down) & 15u,
        .last_up = moment(&bin->last_up) & 15u,
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

/* A flow carries no more than SETTLE_BINS without being handed in, so most rows have no news. */
static void take_all(struct relay *relay)
{
    for (uint64_t rows = relay->lively; rows != 0; rows = relay_rest(rows)) {
        uint8_t row = relay_lowest(rows);

        if (relay->rows[row].flow != NULL)
            take_bins(relay, row);
        if (relay->rows[row].flow == NULL ||
                (int32_t)(relay->now - relay->rows[row].handed_in) > SETTLE_BINS)
            relay->lively &= ~(UINT64_C(1) << row);
    }
}

void relay_wake(struct relay *relay)
{
    relay->lively = UINT64_MAX;
}

/* --- rows --- */

static void detach(struct relay *relay, uint8_t row)
{
    take_bins(relay, row);
    atomic_store_explicit(&relay->rows[row].flow->joined, false, memory_order_relaxed);
    relay->rows[row].flow = NULL;
}

/* Has it pieces that may yet be looked at? */
static bool has_pieces(const struct relay *relay, const struct relay_row *row)
{
    return is_recent(relay, row->newest) && (int32_t)(row->newest - relay->block) >= -MATCH_REACH;
}

static bool goes_before(const struct relay_row *a, const struct relay_row *b)
{
    if ((a->flow == NULL) != (b->flow == NULL))
        return a->flow == NULL;
    return (int32_t)(a->newest - b->newest) < 0;
}

/* Mostly there is one that neither has a flow nor pieces; else, of the rows without a flow, else of
 * all, the one silent for longest. */
static uint8_t best_row(const struct relay *relay)
{
    uint8_t best = 0;

    for (uint8_t i = 0; i < RELAY_ROWS; i++) {
        if (relay->rows[i].flow == NULL && !has_pieces(relay, &relay->rows[i]))
            return i;
        if (goes_before(&relay->rows[i], &relay->rows[best]))
            best = i;
    }
    return best;
}

static void disown_pieces(struct relay *relay, uint8_t row)
{
    uint32_t piece = relay->rows[row].first_piece, end = relay->rows[row].newest_piece + 1;

    if ((int32_t)(piece - relay->first) < 0)
        piece = relay->first;
    for (; (int32_t)(end - piece) > 0; piece++)
        if (relay->pieces[piece % RELAY_PIECES].row == row)
            relay->pieces[piece % RELAY_PIECES].row = RELAY_NOBODY;
}

static uint8_t make_room(struct relay *relay)
{
    uint8_t row = best_row(relay);

    if (relay->rows[row].flow != NULL)
        detach(relay, row);
    if (has_pieces(relay, &relay->rows[row]))
        disown_pieces(relay, row);
    return row;
}

static void join(struct relay *relay, struct relay_flow *flow, const struct relay_end *end)
{
    flow->row = make_room(relay);
    relay->rows[flow->row] = (struct relay_row){
        .flow = flow,
        .end = *end,
        .may_be_target = end->device_initiated && address_is_public(&end->remote),
        .newest = relay->now,
        .first_piece = relay->end,
        .newest_piece = relay->end,
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
        relay->now = relay->block = relay->judged = now;
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

/* --- judgement --- */

/* Is this likelier to be the controller, rather than its target? */
static bool leads(const struct relay_view *view, const struct relay_view *other)
{
    double one = view->score * (double)view->bytes, two = other->score * (double)other->bytes;

    if (one > ALIKE * two && two > ALIKE * one)
        return view->controller.opened_us < other->controller.opened_us;
    return one > two;
}

/* Zero, if no case is open. */
static uint8_t leading_case(const struct relay *relay)
{
    const struct relay_case *cases = relay->cases;
    uint8_t best = 0;

    for (uint8_t i = 1; i < RELAY_CASES; i++)
        if (cases[i].is_open && leads(&cases[i].view, &cases[best].view))
            best = i;
    return best;
}

/* From the one to be judged next on, in which nobody carried anything. */
static uint32_t silent_blocks(const struct relay *relay)
{
    int next = INT16_MAX;

    for (uint32_t i = relay->first; i != relay->end; i++) {
        int offset = relay_piece_offset(relay, &relay->pieces[i % RELAY_PIECES]);

        if (offset >= 0 && offset < next)
            next = offset;
    }
    return (uint32_t)next / MATCH_BLOCK;
}

static void judge_blocks(struct relay *relay, uint32_t due)
{
    while (due > 0) {
        uint32_t silent, step;

        forget_pieces(relay);
        silent = silent_blocks(relay);
        step = silent == 0 ? 1 : silent < due ? silent : due;
        if (silent == 0)
            relay_judge(relay);
        relay->block += step * MATCH_BLOCK;
        due -= step;
    }
}

static void judge_what_is_due(struct relay *relay)
{
    int due = (int)(relay->now - relay->block) - MATCH_REACH - SETTLE_BINS;

    if (due < MATCH_BLOCK)
        return;
    take_all(relay);
    judge_blocks(relay, (uint32_t)due / MATCH_BLOCK);
    relay->leading = leading_case(relay);
}

void relay_hand_in(struct relay *relay, struct relay_flow *flow, const struct relay_end *end,
        uint64_t now_us)
{
    move_clock(relay, now_us);
    if (!is_joined(flow))
        join(relay, flow, end);
    take_bins(relay, flow->row);
    relay->rows[flow->row].handed_in = relay->now;
    relay->lively |= UINT64_C(1) << flow->row;
    judge_what_is_due(relay);
}

static const struct relay_row *row_of(const struct relay *relay, const struct relay_flow *flow)
{
    return is_joined(flow) ? &relay->rows[flow->row] : NULL;
}

void relay_leave(struct relay *relay, struct relay_flow *flow)
{
    if (is_joined(flow))
        detach(relay, flow->row);
}

/* --- reading --- */

bool relay_read(const struct relay *relay, const struct relay_flow *flow, struct relay_view *out)
{
    const struct relay_case *leading = &relay->cases[relay->leading];
    const struct relay_row *row = flow != NULL ? row_of(relay, flow) : NULL;
    enum relay_role role = RELAY_UNRELATED;

    if (!leading->is_open || (flow != NULL && row == NULL))
        return false;
    if (row != NULL && relay_same_party(&row->end, &leading->view.controller))
        role = RELAY_CONTROLLER;
    else if (row != NULL && row->number == relay->leading && row->is_target[RELAY_FOUND])
        role = RELAY_TARGET;
    else if (row != NULL)
        return false;
    *out = leading->view;
    out->role = role;
    return true;
}
