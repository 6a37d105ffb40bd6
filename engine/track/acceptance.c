#include "track/acceptance.h"

#include <string.h>

static void enter(struct acceptance *acceptance, uint64_t now_us)
{
    uint64_t slot = now_us / ACCEPTANCE_SLOT_US;
    uint64_t passed = slot > acceptance->slot ? slot - acceptance->slot : 0;

    for (uint64_t i = 0; i < passed && i < ACCEPTANCE_SLOTS; i++)
        memset(&acceptance->slots[(slot - i) % ACCEPTANCE_SLOTS], 0, sizeof(acceptance->slots[0]));
    acceptance->slot += passed;
}

void acceptance_open(struct acceptance *acceptance, uint64_t now_us)
{
    enter(acceptance, now_us);
    acceptance->slots[acceptance->slot % ACCEPTANCE_SLOTS].opened++;
}

static bool is_kept(const struct acceptance *acceptance, uint64_t slot)
{
    return slot <= acceptance->slot && acceptance->slot - slot < ACCEPTANCE_SLOTS;
}

void acceptance_accept(struct acceptance *acceptance, uint64_t opened_us, uint64_t now_us)
{
    uint64_t slot = opened_us / ACCEPTANCE_SLOT_US;

    enter(acceptance, now_us);
    if (is_kept(acceptance, slot))
        acceptance->slots[slot % ACCEPTANCE_SLOTS].accepted++;
}

bool acceptance_read(const struct acceptance *acceptance, uint64_t now_us, double *share)
{
    uint64_t now = now_us / ACCEPTANCE_SLOT_US;
    uint32_t opened = 0, accepted = 0;

    for (uint64_t i = 0; i < ACCEPTANCE_SLOTS && i <= acceptance->slot; i++) {
        uint64_t slot = acceptance->slot - i;

        if (slot + ACCEPTANCE_SLOTS <= now)
            continue;
        opened += acceptance->slots[slot % ACCEPTANCE_SLOTS].opened;
        accepted += acceptance->slots[slot % ACCEPTANCE_SLOTS].accepted;
    }
    if (opened < ACCEPTANCE_FLOWS_MIN)
        return false;
    *share = accepted < opened ? (double)accepted / opened : 1;
    return true;
}
