#include "track/acceptance.h"

#include <string.h>

#define MOMENT_US (ACCEPTANCE_WAIT_US / ACCEPTANCE_WAIT_SLOTS)

/* Those that waited longer do so no more. */
static void enter_moment(struct acceptance *acceptance, uint64_t moment)
{
    uint64_t passed = moment > acceptance->moment ? moment - acceptance->moment : 0;

    for (uint64_t i = 0; i < passed && i < ACCEPTANCE_WAIT_SLOTS; i++)
        acceptance->waiting[(moment - i) % ACCEPTANCE_WAIT_SLOTS] = 0;
    acceptance->moment += passed;
}

static void enter(struct acceptance *acceptance, uint64_t now_us)
{
    uint64_t slot = now_us / ACCEPTANCE_SLOT_US;
    uint64_t passed = slot > acceptance->slot ? slot - acceptance->slot : 0;

    for (uint64_t i = 0; i < passed && i < ACCEPTANCE_SLOTS; i++)
        memset(&acceptance->slots[(slot - i) % ACCEPTANCE_SLOTS], 0, sizeof(acceptance->slots[0]));
    acceptance->slot += passed;
    enter_moment(acceptance, now_us / MOMENT_US);
}

static unsigned count_waiting(const struct acceptance *acceptance, uint64_t now_us)
{
    uint64_t now = now_us / MOMENT_US;
    unsigned count = 0;

    for (uint64_t i = 0; i < ACCEPTANCE_WAIT_SLOTS && i <= acceptance->moment; i++)
        if (acceptance->moment - i + ACCEPTANCE_WAIT_SLOTS > now)
            count += acceptance->waiting[(acceptance->moment - i) % ACCEPTANCE_WAIT_SLOTS];
    return count;
}

bool acceptance_open(struct acceptance *acceptance, bool may_wait, uint64_t now_us)
{
    bool waits;

    enter(acceptance, now_us);
    waits = may_wait && count_waiting(acceptance, now_us) < ACCEPTANCE_WAIT_MAX;
    acceptance->slots[acceptance->slot % ACCEPTANCE_SLOTS].opened++;
    if (waits)
        acceptance->waiting[acceptance->moment % ACCEPTANCE_WAIT_SLOTS]++;
    return waits;
}

static void stop_waiting(struct acceptance *acceptance, uint64_t moment)
{
    uint8_t *waiting = &acceptance->waiting[moment % ACCEPTANCE_WAIT_SLOTS];

    if (moment <= acceptance->moment && acceptance->moment - moment < ACCEPTANCE_WAIT_SLOTS && *waiting > 0)
        --*waiting;
}

static bool is_kept(const struct acceptance *acceptance, uint64_t slot)
{
    return slot <= acceptance->slot && acceptance->slot - slot < ACCEPTANCE_SLOTS;
}

void acceptance_answer(struct acceptance *acceptance, bool waits, bool accepted, uint64_t opened_us,
        uint64_t now_us)
{
    uint64_t slot = opened_us / ACCEPTANCE_SLOT_US;

    enter(acceptance, now_us);
    if (waits)
        stop_waiting(acceptance, opened_us / MOMENT_US);
    if (accepted && is_kept(acceptance, slot))
        acceptance->slots[slot % ACCEPTANCE_SLOTS].accepted++;
}

bool acceptance_read(const struct acceptance *acceptance, uint64_t now_us, double *share)
{
    uint64_t now = now_us / ACCEPTANCE_SLOT_US;
    uint32_t opened = 0, accepted = 0, waiting = count_waiting(acceptance, now_us);

    for (uint64_t i = 0; i < ACCEPTANCE_SLOTS && i <= acceptance->slot; i++) {
        uint64_t slot = acceptance->slot - i;

        if (slot + ACCEPTANCE_SLOTS <= now)
            continue;
        opened += acceptance->slots[slot % ACCEPTANCE_SLOTS].opened;
        accepted += acceptance->slots[slot % ACCEPTANCE_SLOTS].accepted;
    }
    if (opened < waiting + ACCEPTANCE_FLOWS_MIN)
        return false;
    opened -= waiting;
    *share = accepted < opened ? (double)accepted / opened : 1;
    return true;
}
