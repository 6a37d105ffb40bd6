#include "detect/match/groups.h"

#include <stdlib.h>

#include "base/grow.h"
#include "parse/packet.h"

/* A rule with more ports than these is looked at on any; the header tells. */
#define FEW_PORTS 2048
/* So many different ranges get groups of their own; with more, ports are left to the header. */
#define RANGES_MAX 512

enum family { FAMILY_TCP, FAMILY_UDP, FAMILY_OTHER, FAMILIES };

static const uint8_t protocols[FAMILIES] = {
    [FAMILY_TCP] = PACKET_PROTOCOL_TCP,
    [FAMILY_UDP] = PACKET_PROTOCOL_UDP, /* FAMILY_OTHER: none in particular */
};

struct port_group {
    uint32_t first; /* the next one begins where this one ends */
    struct match_group *group; /* NULL: no rules */
};

struct side { /* one family and direction */
    struct group_searches any_searches, few_searches; /* of rules for any port, and for few */
    struct match_group *any;
    struct port_group *ports;
    size_t port_count;
};

struct groups {
    struct side sides[FAMILIES][2]; /* 0: to the server */
    struct match_group **all;
    size_t count, room;
};

/* '*out' stays NULL for no rules. */
static enum tattler_status make_group(struct groups *groups, const struct plans *plans,
        const struct plan_list *rules, const struct group_searches *searches,
        struct match_group **out)
{
    struct match_group **all;
    enum tattler_status status;

    if (rules->count == 0)
        return TATTLER_OK;
    all = grow(groups->all, &groups->room, groups->count + 1, sizeof(*all));
    if (all == NULL)
        return TATTLER_NO_MEMORY;
    groups->all = all;
    status = group_new(plans, rules, searches, out);
    if (status == TATTLER_OK)
        all[groups->count++] = *out;
    return status;
}

/* --- who belongs where --- */

static bool concerns_family(const struct rule *rule, enum family family)
{
    if (family == FAMILY_TCP)
        return rule_has_ip_protocol(rule, PACKET_PROTOCOL_TCP);
    if (family == FAMILY_UDP)
        return rule_has_ip_protocol(rule, PACKET_PROTOCOL_UDP);
    for (unsigned protocol = 0; protocol <= UINT8_MAX; protocol++)
        if (protocol != PACKET_PROTOCOL_TCP && protocol != PACKET_PROTOCOL_UDP &&
                rule_has_ip_protocol(rule, (uint8_t)protocol))
            return true;
    return false;
}

/* The server's port, if the rule names few. */
static const struct port_set *few_ports(const struct rule *rule, bool to_server)
{
    const struct port_set *set = to_server ? rule->destination_ports : rule->source_ports;
    uint32_t ports = 0;

    if (set->any || rule->bidirectional)
        return NULL;
    for (size_t i = 0; i < set->count; i++)
        ports += (uint32_t)set->ranges[i].last - set->ranges[i].first + 1;
    return ports <= FEW_PORTS ? set : NULL;
}

static int compare_ports(const void *left, const void *right)
{
    const struct port_group *a = left, *b = right;

    return (a->first > b->first) - (a->first < b->first);
}

/* Where any rule's range begins or ends. */
static enum tattler_status find_edges(struct side *side, const struct plans *plans,
        const struct plan_list *rules, bool to_server)
{
    size_t room = 0, unique = 0;

    for (uint32_t i = 0; i < rules->count; i++) {
        const struct port_set *set = few_ports(plans->rules[rules->numbers[i]].rule, to_server);

        for (size_t j = 0; j < set->count; j++) {
            struct port_group *ports =
                    grow(side->ports, &room, side->port_count + 2, sizeof(*ports));

            if (ports == NULL)
                return TATTLER_NO_MEMORY;
            side->ports = ports;
            ports[side->port_count++] = (struct port_group){ .first = set->ranges[j].first };
            ports[side->port_count++] =
                    (struct port_group){ .first = (uint32_t)set->ranges[j].last + 1 };
        }
    }
    if (side->port_count > 0)
        qsort(side->ports, side->port_count, sizeof(*side->ports), compare_ports);
    for (size_t i = 0; i < side->port_count; i++)
        if (unique == 0 || side->ports[unique - 1].first != side->ports[i].first)
            side->ports[unique++] = side->ports[i];
    side->port_count = unique;
    return TATTLER_OK;
}

/* Which of them have this port: between two edges, one port speaks for all. */
static bool select_port(const struct plans *plans, const struct plan_list *rules, bool to_server,
        uint16_t port, struct plan_list *out)
{
    for (uint32_t i = 0; i < rules->count; i++)
        if (port_set_contains(few_ports(plans->rules[rules->numbers[i]].rule, to_server), port) &&
                !plan_list_append(out, rules->numbers[i]))
            return false;
    return true;
}

static enum tattler_status make_ports(struct groups *groups, struct side *side,
        const struct plans *plans, const struct plan_list *rules, bool to_server)
{
    enum tattler_status status = TATTLER_OK;

    for (size_t i = 0; i < side->port_count && status == TATTLER_OK; i++) {
        struct plan_list here = { 0 };

        if (side->ports[i].first > UINT16_MAX)
            continue;
        status = select_port(plans, rules, to_server, (uint16_t)side->ports[i].first, &here)
                         ? make_group(groups, plans, &here, &side->few_searches,
                                   &side->ports[i].group)
                         : TATTLER_NO_MEMORY;
        free(here.numbers);
    }
    return status;
}

struct division {
    struct plan_list any, few;
};

static bool divide(const struct plans *plans, enum family family, bool to_server,
        struct division *out)
{
    for (size_t i = 0; i < plans->count; i++) {
        const struct rule *rule = plans->rules[i].rule;

        if (plans->rules[i].event == PLAN_MESSAGE || plans->rules[i].event == PLAN_TEXT ||
                !concerns_family(rule, family) ||
                !(to_server ? rule->to_server : rule->to_client))
            continue;
        if (!plan_list_append(family == FAMILY_OTHER || few_ports(rule, to_server) == NULL ? &out->any
                                                                                 : &out->few,
                    (uint32_t)i))
            return false;
    }
    return true;
}

static int compare_numbers(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    return (a > b) - (a < b);
}

/* Too many different ports to tell apart. */
static bool give_up_ports(struct side *side, struct division *division)
{
    for (uint32_t i = 0; i < division->few.count; i++)
        if (!plan_list_append(&division->any, division->few.numbers[i]))
            return false;
    qsort(division->any.numbers, division->any.count, sizeof(uint32_t), compare_numbers);
    division->few.count = 0;
    side->port_count = 0;
    return true;
}

static enum tattler_status make_side(struct groups *groups, const struct plans *plans,
        enum family family, bool to_server, struct pattern_scratch **scratch)
{
    struct side *side = &groups->sides[family][to_server ? 0 : 1];
    struct division division = { { 0 }, { 0 } };
    enum tattler_status status =
            divide(plans, family, to_server, &division) ? TATTLER_OK : TATTLER_NO_MEMORY;

    if (status == TATTLER_OK)
        status = find_edges(side, plans, &division.few, to_server);
    if (status == TATTLER_OK && side->port_count > RANGES_MAX && !give_up_ports(side, &division))
        status = TATTLER_NO_MEMORY;
    if (status == TATTLER_OK)
        status = group_searches_make(plans, &division.any, protocols[family], scratch,
                &side->any_searches);
    if (status == TATTLER_OK)
        status = group_searches_make(plans, &division.few, protocols[family], scratch,
                &side->few_searches);
    if (status == TATTLER_OK)
        status = make_group(groups, plans, &division.any, &side->any_searches, &side->any);
    if (status == TATTLER_OK)
        status = make_ports(groups, side, plans, &division.few, to_server);
    free(division.any.numbers);
    free(division.few.numbers);
    return status;
}

enum tattler_status groups_make(const struct plans *plans, struct pattern_scratch **scratch,
        struct groups **out)
{
    struct groups *groups = calloc(1, sizeof(*groups));
    enum tattler_status status = groups != NULL ? TATTLER_OK : TATTLER_NO_MEMORY;

    for (int family = 0; family < FAMILIES && status == TATTLER_OK; family++)
        for (int way = 0; way < 2 && status == TATTLER_OK; way++)
            status = make_side(groups, plans, (enum family)family, way == 0, scratch);
    if (status == TATTLER_OK)
        *out = groups;
    else
        groups_free(groups);
    return status;
}

void groups_free(struct groups *groups)
{
    if (groups == NULL)
        return;
    for (size_t i = 0; i < groups->count; i++)
        group_free(groups->all[i]);
    for (int family = 0; family < FAMILIES; family++)
        for (int way = 0; way < 2; way++) {
            group_searches_clear(&groups->sides[family][way].any_searches);
            group_searches_clear(&groups->sides[family][way].few_searches);
            free(groups->sides[family][way].ports);
        }
    free(groups->all);
    free(groups);
}

static size_t runs_of(const struct match_group *group)
{
    return group != NULL ? group->run_count : 0;
}

size_t groups_runs_max(const struct groups *groups)
{
    size_t most = 0;

    for (int family = 0; family < FAMILIES && groups != NULL; family++)
        for (int way = 0; way < 2; way++) {
            const struct side *side = &groups->sides[family][way];
            size_t of_ports = 0;

            for (size_t i = 0; i < side->port_count; i++)
                if (runs_of(side->ports[i].group) > of_ports)
                    of_ports = runs_of(side->ports[i].group);
            if (runs_of(side->any) + of_ports > most)
                most = runs_of(side->any) + of_ports;
        }
    return most;
}

/* --- while packets are inspected --- */

static const struct match_group *group_at(const struct side *side, uint16_t port)
{
    size_t low = 0, high = side->port_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (side->ports[middle].first <= port)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? side->ports[low - 1].group : NULL;
}

void groups_find(const struct groups *groups, uint8_t protocol, bool to_server, uint16_t port,
        const struct match_group *out[GROUPS_OF_FLOW])
{
    enum family family = protocol == PACKET_PROTOCOL_TCP   ? FAMILY_TCP
                         : protocol == PACKET_PROTOCOL_UDP ? FAMILY_UDP
                                                           : FAMILY_OTHER;
    const struct side *side = &groups->sides[family][to_server ? 0 : 1];

    out[0] = side->any;
    out[1] = group_at(side, port);
}
