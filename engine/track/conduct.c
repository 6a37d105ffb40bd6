#include "track/conduct.h"

struct relay *relay_make(struct relay_budget *budget)
{
    struct relay *relay = NULL;

    if (atomic_fetch_add(&budget->relays, 1) < budget->max_relays)
        relay = relay_new();
    if (relay == NULL) {
        atomic_fetch_sub(&budget->relays, 1);
        atomic_fetch_add(&budget->refused, 1);
    }
    return relay;
}

void conduct_clear(struct conduct *conduct, struct conduct_budget *budget)
{
    remotes_clear(&conduct->remotes, &budget->remotes);
    fanout_clear(&conduct->fanout, &budget->fanout);
    tunnel_free(conduct->tunnel);
    if (conduct->relay != NULL)
        atomic_fetch_sub(&budget->relay.relays, 1);
    relay_free(conduct->relay);
    seen_clear(&conduct->seen, &budget->seen);
}
