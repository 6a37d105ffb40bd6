#include "tag_sets.h"

#include <string.h>

void tag_sets_note(struct tag_sets *sets, const uint16_t vlans[PACKET_VLANS_MAX])
{
    for (size_t i = 0; i < sets->count; i++)
        if (memcmp(sets->vlans[i], vlans, sizeof(sets->vlans[i])) == 0)
            return;
    memcpy(sets->vlans[sets->next], vlans, sizeof(sets->vlans[0]));
    sets->next = (sets->next + 1) % TAG_SETS;
    if (sets->count < TAG_SETS)
        sets->count++;
}
