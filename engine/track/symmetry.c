#include "track/symmetry.h"

#include <string.h>

void symmetry_enter_slot(struct symmetry *symmetry, uint64_t time_us)
{
    uint64_t passed = (time_us - symmetry->until_us) / SYMMETRY_SLOT_US + 1;

    symmetry->until_us += passed * SYMMETRY_SLOT_US; /* always a multiple of a slot */
    if (symmetry->sum[0] + symmetry->sum[1] == 0) /* all slots are alike */
        return;
    if (passed >= SYMMETRY_SLOTS) {
        memset(symmetry->sum, 0, sizeof(symmetry->sum));
        memset(symmetry->bytes, 0, sizeof(symmetry->bytes));
        return;
    }
    for (; passed > 0; passed--) {
        symmetry->newest = symmetry->newest + 1 < SYMMETRY_SLOTS ? symmetry->newest + 1 : 0;
        for (unsigned way = 0; way < 2; way++) {
            symmetry->sum[way] -= symmetry->bytes[symmetry->newest][way];
            symmetry->bytes[symmetry->newest][way] = 0;
        }
    }
}

bool symmetry_read(const struct symmetry *symmetry, double *value)
{
    uint64_t sum = symmetry->sum[0] + symmetry->sum[1];

    if (sum < SYMMETRY_BYTES_MIN)
        return false;
    *value = 2.0 * (double)symmetry_least(symmetry) / (double)sum;
    return true;
}
