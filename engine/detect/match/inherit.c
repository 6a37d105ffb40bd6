#include "detect/match/inherit.h"

#include <stdlib.h>
#include <string.h>

#include "detect/match/matcher_internal.h"

/* What each number of the old set is in the new one; BITS_NONE: there is no such thing any more. */
struct inheritance {
    struct matcher *old, *heir;
    uint32_t *rules;   /* by rule.index: the heir's */
    uint32_t *numbers; /* of plans */
    uint32_t *flowbits, *xbits;
};

/* --- who is who --- */

/* A rule for both directions is two with one sid, in a row. */
static uint32_t rule_in(const struct rule_set *set, const struct rule_set *old_set,
        const struct rule *old)
{
    const struct rule *found = rule_set_find(set, old->gid, old->sid);
    const struct rule *first = rule_set_find(old_set, old->gid, old->sid);
    size_t index;

    if (found == NULL)
        return BITS_NONE;
    index = found->index + (old->index - first->index);
    if (index >= rule_set_count(set) || rule_set_rule(set, index)->sid != old->sid)
        index = found->index;
    return (uint32_t)index;
}

static void map_bits(const struct matcher *old, const struct matcher *heir, bool is_xbit,
        size_t count, uint32_t *out)
{
    for (uint32_t bit = 0; bit < count; bit++)
        if (!rule_set_find_bit(heir->set, is_xbit, rule_set_bit_name(old->set, is_xbit, bit),
                    &out[bit]))
            out[bit] = BITS_NONE;
}

/* False: out of memory. */
static bool map_rules(struct inheritance *inheritance)
{
    const struct matcher *old = inheritance->old, *heir = inheritance->heir;
    uint32_t *number_of = calloc(rule_set_count(heir->set) + 1, sizeof(*number_of));

    if (number_of == NULL)
        return false;
    for (uint32_t number = 0; number < heir->plans.count; number++)
        number_of[heir->plans.rules[number].rule->index] = number;
    for (uint32_t number = 0; number < old->plans.count; number++) {
        const struct rule *rule = old->plans.rules[number].rule;
        uint32_t index = rule_in(heir->set, old->set, rule);

        inheritance->rules[rule->index] = index;
        inheritance->numbers[number] = index != BITS_NONE ? number_of[index] : BITS_NONE;
    }
    free(number_of);
    return true;
}

struct inheritance *inheritance_new(struct matcher *old, struct matcher *heir)
{
    struct inheritance *inheritance = calloc(1, sizeof(*inheritance));
    size_t flowbits = rule_set_flowbits(old->set), xbits = rule_set_xbits(old->set);

    if (inheritance == NULL)
        return NULL;
    *inheritance = (struct inheritance){ .old = old, .heir = heir,
        .rules = calloc(rule_set_count(old->set) + 1, sizeof(uint32_t)),
        .numbers = calloc(old->plans.count + 1, sizeof(uint32_t)),
        .flowbits = calloc(flowbits + 1, sizeof(uint32_t)),
        .xbits = calloc(xbits + 1, sizeof(uint32_t)) };
    if (inheritance->rules == NULL || inheritance->numbers == NULL ||
            inheritance->flowbits == NULL || inheritance->xbits == NULL ||
            !map_rules(inheritance)) {
        inheritance_free(inheritance);
        return NULL;
    }
    map_bits(old, heir, false, flowbits, inheritance->flowbits);
    map_bits(old, heir, true, xbits, inheritance->xbits);
    return inheritance;
}

void inheritance_free(struct inheritance *inheritance)
{
    if (inheritance == NULL)
        return;
    free(inheritance->rules);
    free(inheritance->numbers);
    free(inheritance->flowbits);
    free(inheritance->xbits);
    free(inheritance);
}

/* --- moving --- */

void inherit_all(struct inheritance *inheritance)
{
    struct matcher *old = inheritance->old, *heir = inheritance->heir;
    struct xbits *unused = heir->xbits;

    heir->xbits = old->xbits;
    old->xbits = unused;
    xbits_renumber(heir->xbits, inheritance->xbits);
    limits_inherit(heir->limits, old->limits, inheritance->rules);
    heir->windows.used = old->windows.used;
    heir->windows.refused = old->windows.refused;
    heir->counters = old->counters;
    heir->packets = old->packets;
}

static void renumber_list(const struct inheritance *inheritance, uint32_t *numbers,
        uint32_t *count)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < *count; i++)
        if (inheritance->numbers[numbers[i]] != BITS_NONE)
            numbers[kept++] = inheritance->numbers[numbers[i]];
    *count = kept;
}

static void renumber_rules(const struct inheritance *inheritance, struct match_flow *flow)
{
    renumber_list(inheritance, flow->fired, &flow->fired_count);
    for (unsigned way = 0; way < 2; way++)
        for (struct match_pending *pending = flow->pending[way]; pending != NULL;
                pending = pending->next)
            renumber_list(inheritance, pending->rules.numbers, &pending->rules.count);
}

void inherit_flow(struct inheritance *inheritance, struct match_flow *flow,
        struct match_packet *packet)
{
    struct matcher *heir = inheritance->heir;

    renumber_rules(inheritance, flow);
    if (flow_bits_renumber(&flow->bits, inheritance->flowbits) != TATTLER_OK)
        heir->counters.flowbits_refused++;
    heir->packet = packet;
    heir->flow = flow;
    for (unsigned way = 0; way < 2; way++) {
        bool was_found = flow->found[way];

        packets_lose_groups(flow, way);
        packet_turn(packet, way == 0);
        if (was_found)
            packets_find_groups(heir);
    }
    heir->flow = NULL;
}
