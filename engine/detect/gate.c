#include "detect/gate.h"

#include <math.h>
#include <string.h>

#include "parse/service.h"

#define EACH_PACKET (uint32_t)(CHANGED_VOLUME | CHANGED_AGE)
/* Told of only now and then although the value moves in between. */
#define UNEVEN (uint32_t)(CHANGED_ENTROPY | CHANGED_SYMMETRY)
#define FEW_NAMES 3

/* --- order --- */

static bool asks_for_few(const struct condition *condition)
{
    if (condition->negated)
        return false;
    switch (condition->feature->type) {
    case FEATURE_NUMBER:
        return condition->number.low > 0;
    case FEATURE_REAL:
        return condition->real.low > 0;
    case FEATURE_NAMES:
        return __builtin_popcountll(condition->names) <= FEW_NAMES;
    default:
        return condition->feature->type == FEATURE_SET;
    }
}

static int rank_of(const struct condition *condition)
{
    if ((condition->feature->changed & UNEVEN) != 0)
        return 4;
    if ((condition->feature->changed & EACH_PACKET) != 0)
        return 3;
    if (asks_for_few(condition))
        return 0;
    return condition->feature->type == FEATURE_BOOLEAN ? 1 : 2;
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* Wider ranges first. */
static int compare_values(const struct condition *a, const struct condition *b)
{
    int order;

    switch (a->feature->type) {
    case FEATURE_NUMBER:
        order = COMPARE(a->number.low, b->number.low);
        return order != 0 ? order : COMPARE(b->number.high, a->number.high);
    case FEATURE_REAL:
        order = COMPARE(a->real.low, b->real.low);
        if (order == 0)
            order = COMPARE(b->real.low_included, a->real.low_included);
        if (order == 0)
            order = COMPARE(b->real.high, a->real.high);
        return order != 0 ? order : COMPARE(b->real.high_included, a->real.high_included);
    case FEATURE_SET:
        order = strcmp(a->finding.id, b->finding.id);
        return order != 0 ? order : COMPARE(a->finding.score, b->finding.score);
    default:
        return COMPARE(b->names, a->names);
    }
}

/* The table of features goes from what all flows have to what few do. */
int gate_compare(const struct condition *a, const struct condition *b)
{
    int order = COMPARE(rank_of(a), rank_of(b));

    if (order == 0)
        order = COMPARE(b->feature, a->feature);
    if (order == 0)
        order = COMPARE(a->negated, b->negated);
    return order != 0 ? order : compare_values(a, b);
}

bool gate_is_possible(const struct condition *first)
{
    return (first->feature->changed & UNEVEN) == 0;
}

/* --- gates --- */

/* Holds for all that is known. */
static void open_wide(struct condition *gate)
{
    gate->negated = false;
    switch (gate->feature->type) {
    case FEATURE_NUMBER:
        gate->number.low = 0;
        gate->number.high = UINT64_MAX;
        break;
    case FEATURE_REAL:
        gate->real.low = -INFINITY;
        gate->real.high = INFINITY;
        break;
    case FEATURE_SET: /* no finding is called that */
        gate->negated = true;
        gate->finding.id[0] = '\0';
        break;
    default:
        gate->names = UINT64_MAX;
    }
}

static void widen_real(struct condition *gate, const struct condition *condition)
{
    gate->real.low = fmin(gate->real.low, condition->real.low);
    gate->real.high = fmax(gate->real.high, condition->real.high);
    gate->real.low_included = gate->real.high_included = true;
}

static void widen_number(struct condition *gate, const struct condition *condition)
{
    if (condition->number.low < gate->number.low)
        gate->number.low = condition->number.low;
    if (condition->number.high > gate->number.high)
        gate->number.high = condition->number.high;
}

void gate_widen(struct condition *gate, const struct condition *condition)
{
    enum feature_type type = gate->feature->type;

    if (gate->negated || condition->negated || type == FEATURE_SET)
        open_wide(gate);
    else if (type == FEATURE_NUMBER)
        widen_number(gate, condition);
    else if (type == FEATURE_REAL)
        widen_real(gate, condition);
    else
        gate->names |= condition->names;
}

/* --- what holds wherever another does --- */

static bool covers_real(const struct condition *a, const struct condition *b)
{
    return (a->real.low < b->real.low ||
                   (a->real.low == b->real.low && a->real.low_included >= b->real.low_included)) &&
           (a->real.high > b->real.high ||
                   (a->real.high == b->real.high && a->real.high_included >= b->real.high_included));
}

/* Booleans are names, too. */
static uint64_t names_of(const struct condition *condition)
{
    return condition->negated ? ~condition->names : condition->names;
}

bool gate_covers(const struct condition *a, const struct condition *b)
{
    enum feature_type type = a->feature->type;

    if (a->feature != b->feature)
        return false;
    if (type == FEATURE_BOOLEAN || type == FEATURE_NAMES)
        return (names_of(b) & ~names_of(a)) == 0;
    if (a->negated || b->negated)
        return gate_compare(a, b) == 0;
    if (type == FEATURE_NUMBER)
        return a->number.low <= b->number.low && a->number.high >= b->number.high;
    if (type == FEATURE_REAL)
        return covers_real(a, b);
    return strcmp(a->finding.id, b->finding.id) == 0 && a->finding.score <= b->finding.score;
}

/* --- what will hold no more --- */

#define BIT(service) (UINT64_C(1) << (service))
#define ENCRYPTED                                                                                  \
    (BIT(SERVICE_TLS) | BIT(SERVICE_QUIC) | BIT(SERVICE_DOT) | BIT(SERVICE_DOH) | BIT(SERVICE_DOQ))

static uint64_t services_after(uint64_t service)
{
    if (service == SERVICE_OTHER)
        return UINT64_MAX;
    return (BIT(service) & ENCRYPTED) != 0 ? ENCRYPTED : BIT(service);
}

bool gate_is_over(const struct condition *condition, const struct flow *flow)
{
    const struct feature *feature = condition->feature;
    struct feature_value value;

    if (feature->changed == CHANGED_OPEN)
        return !condition_holds(condition, flow);
    if (!feature->get(flow, &value))
        return false;
    if (feature->changed == CHANGED_SERVICE)
        return (names_of(condition) & services_after(value.number)) == 0;
    return (feature->changed & EACH_PACKET) != 0 && feature->type == FEATURE_NUMBER &&
           !condition->negated && value.number > condition->number.high;
}
