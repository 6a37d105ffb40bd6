#include "track/conduct.h"

void conduct_clear(struct conduct *conduct, struct conduct_budget *budget)
{
    remotes_clear(&conduct->remotes, &budget->remotes);
    fanout_clear(&conduct->fanout, &budget->fanout);
    tunnel_free(conduct->tunnel);
    seen_clear(&conduct->seen, &budget->seen);
}
