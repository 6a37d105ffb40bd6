#include "detect/match/cases.h"

#include "detect/gate.h"

/* What is asked at little cost. */
#define CHEAP (uint32_t)(CHANGED_OPEN | CHANGED_SERVICE | CHANGED_VOLUME)

/* --- one case --- */

static struct search_case case_of(const struct plan *plan)
{
    struct search_case made = { .rule = plan->rule };

    for (uint32_t i = 0; i < plan->condition_count && made.condition_count < CASE_CONDITIONS; i++)
        if ((plan->conditions[i]->feature->changed & ~CHEAP) == 0)
            made.conditions[made.condition_count++] = plan->conditions[i];
    return made;
}

static bool covers_addresses(const struct address_set *a, const struct address_set *b)
{
    return a->any || a == b;
}

static bool covers_ports(const struct port_set *a, const struct port_set *b)
{
    return a->any || a == b;
}

static bool covers_header(const struct rule *a, const struct rule *b)
{
    return (a->application == APPLICATION_ANY || a->application == b->application) &&
           covers_addresses(a->source, b->source) &&
           covers_addresses(a->destination, b->destination) &&
           covers_ports(a->source_ports, b->source_ports) &&
           covers_ports(a->destination_ports, b->destination_ports) &&
           a->bidirectional == b->bidirectional;
}

static bool covers_condition(const struct condition *a, const struct search_case *b)
{
    for (uint32_t i = 0; i < b->condition_count; i++)
        if (gate_covers(a, b->conditions[i]))
            return true;
    return false;
}

/* Does 'a' hold wherever 'b' does? */
static bool covers(const struct search_case *a, const struct search_case *b)
{
    for (uint32_t i = 0; i < a->condition_count; i++)
        if (!covers_condition(a->conditions[i], b))
            return false;
    return covers_header(a->rule, b->rule);
}

static bool case_holds(const struct search_case *of, const struct look *look)
{
    const struct flow *flow = look->packet->flow;

    for (uint32_t i = 0; i < of->condition_count; i++)
        if (flow == NULL || !condition_holds(of->conditions[i], flow))
            return false;
    return look_application(look, of->rule) && look_ends(look, of->rule);
}

/* --- all of them --- */

static void drop_covered(struct search_cases *cases, const struct search_case *by)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < cases->count; i++)
        if (!covers(by, &cases->all[i]))
            cases->all[kept++] = cases->all[i];
    cases->count = kept;
}

void cases_add(struct search_cases *cases, const struct plan *plan)
{
    struct search_case fresh = case_of(plan);

    for (uint32_t i = 0; i < cases->count; i++)
        if (covers(&cases->all[i], &fresh))
            return;
    drop_covered(cases, &fresh);
    if (cases->count < CASES_MAX)
        cases->all[cases->count++] = fresh;
    else
        cases->anything = true;
}

bool cases_hold(const struct search_cases *cases, const struct look *look)
{
    for (uint32_t i = 0; i < cases->count; i++)
        if (case_holds(&cases->all[i], look))
            return true;
    return cases->anything;
}
