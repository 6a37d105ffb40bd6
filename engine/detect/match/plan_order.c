/* In which order rules are looked at with one packet. */
#include "detect/match/plan.h"

static bool writes_flowbits(const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->effect_count; i++)
        if (!rule->effects[i].is_xbit)
            return true;
    return false;
}

static bool reads_flowbits(const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->test_count; i++)
        if (rule->tests[i].kind == TEST_FLOWBIT)
            return true;
    return false;
}

/* Who writes bits comes before who reads them, so that both may match with one packet; rules
 * without any come last. */
static int rank_of_flowbits(const struct rule *rule)
{
    bool reads = reads_flowbits(rule);

    if (writes_flowbits(rule))
        return reads ? 1 : 0;
    return reads ? 2 : 3;
}

/* Of xbits Suricata sees only who reads them. */
static bool reads_xbits(const struct rule *rule, bool of_pairs)
{
    for (uint32_t i = 0; i < rule->test_count; i++)
        if (rule->tests[i].kind == TEST_XBIT &&
                (rule->tests[i].xbit.track == XBIT_PAIR) == of_pairs)
            return true;
    return false;
}

static int rank_of_action(const struct rule *rule)
{
    static const int ranks[] = {
        [ACTION_PASS] = 0,
        [ACTION_DROP] = 1,
        [ACTION_REJECT] = 2,
        [ACTION_ALERT] = 3,
    };

    return ranks[rule->action];
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

int plan_compare(const void *left, const void *right)
{
    const struct rule *a = ((const struct plan *)left)->rule;
    const struct rule *b = ((const struct plan *)right)->rule;
    int order = COMPARE(rank_of_action(a), rank_of_action(b));

    if (order == 0)
        order = COMPARE(rank_of_flowbits(a), rank_of_flowbits(b));
    if (order == 0)
        order = COMPARE(reads_xbits(b, false), reads_xbits(a, false));
    if (order == 0)
        order = COMPARE(reads_xbits(b, true), reads_xbits(a, true));
    if (order == 0)
        order = COMPARE(a->priority, b->priority);
    if (order == 0)
        order = COMPARE(a->sid, b->sid);
    return order != 0 ? order : COMPARE(a->gid, b->gid);
}
