/* condition.h - one condition of a rule on a feature that is not a string: what stands behind the
 * colon of "iot.asn_risk:>=70" or "iot.service:!ntp,stun,dns".
 *
 * Numbers and reals follow Suricata's integer keywords (its manual, "Integer Keywords"):
 *
 *   5  =5  !5  !=5     is, is not
 *   >5  >=5  <5  <=5   larger, smaller
 *   1-5  1<>5          strictly between: both ends are left out, as in Suricata
 *   !1-5               not strictly between
 *   10kb  2MiB         units of 1024, for whole numbers
 *
 *   exfil  exfil>=0.8  a finding with this id, with at least this score
 *
 * Booleans are 'true' and 'false', names a list such as 'tls,quic'; '!' in front negates it all.
 * While a feature is unknown no condition on it holds, negated or not.
 *
 * Any thread; no allocation. */
#ifndef TATTLER_DETECT_CONDITION_H
#define TATTLER_DETECT_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "detect/features.h"
#include "track/flow.h"

struct condition {
    const struct feature *feature;
    bool negated;
    union {
        struct {
            uint64_t low, high; /* both included */
        } number;
        struct {
            double low, high;
            bool low_included, high_included;
        } real;
        uint64_t names; /* a bit for each index of value_name() */
        struct {
            char id[FINDING_ID_SIZE];
            double score; /* at least this */
        } finding;
    };
};

/* TATTLER_MALFORMED: 'error' says for the author of the rule what is wrong and what to write
 * instead. Also for conditions that could never hold, and for strings, which have none. */
enum tattler_status condition_parse(const struct feature *feature, const char *text,
        struct condition *out, char *error, size_t error_size);

bool condition_holds(const struct condition *condition, const struct flow *flow);

/* What condition_accepts() asks of reals and findings. */
bool condition_contains(const struct condition *condition, const struct feature_value *value);

/* The same for a value that the condition's feature is known to have, for callers that check many
 * conditions on one feature. */
static inline bool condition_accepts(const struct condition *condition,
        const struct feature_value *value)
{
    bool in;

    switch (condition->feature->type) {
    case FEATURE_NUMBER:
        in = value->number >= condition->number.low && value->number <= condition->number.high;
        break;
    case FEATURE_BOOLEAN:
    case FEATURE_NAMES:
        in = (condition->names >> value->number & 1) != 0;
        break;
    default:
        in = condition_contains(condition, value);
    }
    return in != condition->negated;
}

#endif
