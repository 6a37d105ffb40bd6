#include "track/conduct.h"

#include <stdlib.h>

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

void conduct_forget(struct conduct *conduct, struct conduct_budget *budget)
{
    remotes_clear(&conduct->remotes, &budget->remotes);
    fanout_clear(&conduct->fanout, &budget->fanout);
    seen_clear(&conduct->seen, &budget->seen);
    tunnel_free(conduct->tunnel);
    conduct->tunnel = NULL;
    free(conduct->upload);
    conduct->upload = NULL;
    free(conduct->strangers);
    conduct->strangers = NULL;
    free(conduct->absent);
    conduct->absent = NULL;
    free(conduct->neighbours);
    conduct->neighbours = NULL;
    free(conduct->claims);
    conduct->claims = NULL;
    free(conduct->mail);
    conduct->mail = NULL;
}

void conduct_clear(struct conduct *conduct, struct conduct_budget *budget)
{
    conduct_forget(conduct, budget);
    if (conduct->relay != NULL)
        atomic_fetch_sub(&budget->relay.relays, 1);
    relay_free(conduct->relay);
}
