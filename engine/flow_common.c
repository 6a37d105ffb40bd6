/* What other households say of a flow's remote: what is common for its device's type. */
#include <stdio.h>

#include "engine.h"
#include "engine_internal.h"

/* Networks of at least this risk are never excused for what others say. */
#define RISKY 50

/* False: there are no profiles, or device or remote are not of a kind that they have. */
static bool count_votes(const struct engine *engine, const struct flow *flow,
        const struct seen_fact *fact, uint32_t *out)
{
    const struct profile *profile = engine->files->profile;
    char type[PROFILE_TYPE_SIZE], asn[16];

    if (profile == NULL || fact->key == 0 ||
            !profile_type_name(atomic_load(&flow->device->type), flow->device->vendor, type))
        return false;
    snprintf(asn, sizeof(asn), "%u", (unsigned)fact->key);
    *out = fact->kind == SEEN_DOMAIN ? profile_votes(profile, type, PROFILE_DOMAIN, fact->text)
                                     : profile_votes(profile, type, PROFILE_ASN, asn);
    return true;
}

/* Whom profiles are asked about: its domain, without a name its network. */
static struct seen_fact remote_of(const struct flow *flow)
{
    return flow->domain != NULL ? seen_fact_text(SEEN_DOMAIN, flow->domain)
                                : (struct seen_fact){ .kind = SEEN_ASN, .key = flow->geo.asn };
}

void flow_look_up_common(const struct engine *engine, struct flow *flow)
{
    struct seen_fact remote;

    flow->outlook.common_known = false;
    if (engine->files->profile == NULL) /* of most homes: nothing is hashed for it */
        return;
    remote = remote_of(flow);
    flow->outlook.common_known = count_votes(engine, flow, &remote, &flow->outlook.common);
}

/* Neither this flow nor an earlier one, which a threshold keeps this one from being, tells against it. */
static bool is_above_suspicion(const struct flow *flow)
{
    return flow->risk < RISKY && flow->last_us >= flow->device->conduct.seen.suspect_until_us &&
           flow_is_blameless(flow);
}

bool flow_is_common(const struct engine *engine, const struct flow *flow)
{
    const struct seen *seen = &flow->device->conduct.seen;
    const struct seen_fact remote = remote_of(flow);
    uint32_t votes;

    if (!count_votes(engine, flow, &remote, &votes) || votes < PROFILE_COMMON_VOTES)
        return false;
    if (flow->last_us < seen->learned_us)
        return is_above_suspicion(flow);
    return flow->risk < RISKY &&
           seen_is_usual(seen, &engine->budget.conduct.seen, &remote, flow->last_us);
}

bool flow_is_known_elsewhere(const struct engine *engine, const struct flow *flow,
        const struct seen_fact *fact)
{
    uint32_t votes;

    return count_votes(engine, flow, fact, &votes) && votes >= PROFILE_KNOWN_VOTES &&
           is_above_suspicion(flow);
}
