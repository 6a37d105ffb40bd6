#include "track/symmetry.h"

#include <string.h>

static void enter_slot(struct symmetry *symmetry, uint64_t slot)
{
    uint64_t passed = slot - symmetry->slot;

    if (passed > SYMMETRY_SLOTS)
        passed = SYMMETRY_SLOTS;
    for (uint64_t i = 0; i < passed; i++)
        memset(symmetry->bytes[(slot - i) % SYMMETRY_SLOTS], 0, sizeof(symmetry->bytes[0]));
    symmetry->slot = slot;
}

bool symmetry_add(struct symmetry *symmetry, uint64_t time_us, unsigned way, uint64_t bytes)
{
    uint64_t slot = time_us / SYMMETRY_SLOT_US;
    bool fresh = slot > symmetry->slot;

    if (fresh)
        enter_slot(symmetry, slot);
    symmetry->bytes[symmetry->slot % SYMMETRY_SLOTS][way] += bytes;
    return fresh;
}

static void sum_up(const struct symmetry *symmetry, uint64_t sum[2])
{
    sum[0] = sum[1] = 0;
    for (unsigned i = 0; i < SYMMETRY_SLOTS; i++)
        for (unsigned way = 0; way < 2; way++)
            sum[way] += symmetry->bytes[i][way];
}

uint64_t symmetry_least(const struct symmetry *symmetry)
{
    uint64_t sum[2];

    sum_up(symmetry, sum);
    return sum[0] < sum[1] ? sum[0] : sum[1];
}

bool symmetry_read(const struct symmetry *symmetry, double *value)
{
    uint64_t sum[2];

    sum_up(symmetry, sum);
    if (sum[0] + sum[1] < SYMMETRY_BYTES_MIN)
        return false;
    *value = 2.0 * (double)(sum[0] < sum[1] ? sum[0] : sum[1]) / (double)(sum[0] + sum[1]);
    return true;
}
