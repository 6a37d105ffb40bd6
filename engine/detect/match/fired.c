/* Rules that have alerted on a flow and still hold: they rest until their conditions have been false in
 * between. */
#include "detect/match/matcher_internal.h"

#include <stdlib.h>

#define FIRED_ROOM 4 /* rules that alert on one flow, to begin with */

static uint32_t find(const struct match_flow *flow, uint32_t number)
{
    uint32_t i = 0;

    while (i < flow->fired_count && flow->fired[i] != number)
        i++;
    return i;
}

bool fired_has(const struct match_flow *flow, uint32_t number)
{
    return find(flow, number) < flow->fired_count;
}

void fired_add(struct match_flow *flow, uint32_t number)
{
    if (flow->fired_count == flow->fired_room) {
        uint32_t room = flow->fired_room > 0 ? flow->fired_room * 2 : FIRED_ROOM;
        uint32_t *fired = realloc(flow->fired, room * sizeof(*fired));

        if (fired == NULL)
            return;
        flow->fired = fired;
        flow->fired_room = room;
    }
    flow->fired[flow->fired_count++] = number;
}

void fired_wake(struct match_flow *flow, uint32_t number)
{
    uint32_t i = find(flow, number);

    if (i < flow->fired_count)
        flow->fired[i] = flow->fired[--flow->fired_count];
}

static bool holds_number(const struct plan_list *list, uint32_t number)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->numbers[i] == number)
            return true;
    return false;
}

void fired_wake_all(struct match_flow *flow, const struct plan_list *rules)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < flow->fired_count; i++)
        if (!holds_number(rules, flow->fired[i]))
            flow->fired[kept++] = flow->fired[i];
    flow->fired_count = kept;
}
