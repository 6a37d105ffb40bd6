#include "track/agenda.h"

#include <stdlib.h>

bool agenda_init(struct agenda *agenda, size_t most)
{
    agenda->turns = calloc(most, sizeof(agenda->turns[0]));
    if (agenda->turns == NULL)
        return false;
    lock_init(&agenda->lock);
    agenda->count = 0;
    atomic_init(&agenda->next_us, AGENDA_NEVER);
    return true;
}

void agenda_destroy(struct agenda *agenda)
{
    lock_destroy(&agenda->lock);
    free(agenda->turns);
}

/* --- the heap: none is due before the one at half its place --- */

static struct turn *at(const struct agenda *agenda, size_t place)
{
    return agenda->turns[place - 1];
}

static void put(struct agenda *agenda, struct turn *turn, size_t place)
{
    agenda->turns[place - 1] = turn;
    turn->place = place;
}

/* Puts a turn where it belongs, upwards from a place that is free. */
static void rise(struct agenda *agenda, struct turn *turn, size_t place)
{
    for (; place > 1 && at(agenda, place / 2)->due_us > turn->due_us; place /= 2)
        put(agenda, at(agenda, place / 2), place);
    put(agenda, turn, place);
}

static size_t earlier_below(const struct agenda *agenda, size_t place)
{
    size_t below = 2 * place;

    if (below < agenda->count && at(agenda, below + 1)->due_us < at(agenda, below)->due_us)
        below++;
    return below;
}

/* The same, downwards or upwards. */
static void settle(struct agenda *agenda, struct turn *turn, size_t place)
{
    size_t below = earlier_below(agenda, place);

    while (below <= agenda->count && at(agenda, below)->due_us < turn->due_us) {
        put(agenda, at(agenda, below), place);
        place = below;
        below = earlier_below(agenda, place);
    }
    rise(agenda, turn, place);
}

static void leave(struct agenda *agenda, struct turn *turn)
{
    struct turn *last = at(agenda, agenda->count--);

    if (last != turn)
        settle(agenda, last, turn->place);
    turn->place = 0;
}

static void set(struct agenda *agenda, struct turn *turn, uint64_t due_us)
{
    turn->due_us = due_us;
    if (due_us != AGENDA_NEVER)
        settle(agenda, turn, turn->place > 0 ? turn->place : ++agenda->count);
    else if (turn->place > 0)
        leave(agenda, turn);
    atomic_store_explicit(&agenda->next_us, agenda->count > 0 ? at(agenda, 1)->due_us : AGENDA_NEVER,
            memory_order_relaxed);
}

/* --- for all threads --- */

void agenda_set(struct agenda *agenda, struct turn *turn, uint64_t due_us)
{
    lock_take(&agenda->lock);
    set(agenda, turn, due_us);
    lock_release(&agenda->lock);
}

static struct turn *due(const struct agenda *agenda, uint64_t now_us, void (*keep)(struct turn *turn))
{
    if (agenda->count == 0 || at(agenda, 1)->due_us > now_us)
        return NULL;
    keep(at(agenda, 1));
    return at(agenda, 1);
}

struct turn *agenda_due(struct agenda *agenda, uint64_t now_us, void (*keep)(struct turn *turn))
{
    struct turn *first;

    if (atomic_load_explicit(&agenda->next_us, memory_order_relaxed) > now_us)
        return NULL;
    lock_take(&agenda->lock);
    first = due(agenda, now_us, keep);
    lock_release(&agenda->lock);
    return first;
}

struct turn *agenda_set_and_due(struct agenda *agenda, struct turn *turn, uint64_t due_us, uint64_t now_us,
        void (*keep)(struct turn *turn))
{
    struct turn *first;

    lock_take(&agenda->lock);
    set(agenda, turn, due_us);
    first = due(agenda, now_us, keep);
    lock_release(&agenda->lock);
    return first;
}
