#include "track/relay_flow.h"

static uint32_t load(const _Atomic uint32_t *value)
{
    return atomic_load_explicit(value, memory_order_relaxed);
}

static void begin_bin(struct relay_flow *flow, uint32_t begun, uint64_t time_us)
{
    struct relay_bin *bin = &flow->bins[begun % RELAY_FLOW_BINS];
    uint64_t number = time_us / RELAY_BIN_US;

    atomic_store_explicit(&bin->number, (uint32_t)number, memory_order_relaxed);
    atomic_store_explicit(&bin->bytes[RELAY_UP], 0, memory_order_relaxed);
    atomic_store_explicit(&bin->bytes[RELAY_DOWN], 0, memory_order_relaxed);
    atomic_store_explicit(&flow->begun, begun + 1, memory_order_release);
    flow->until_us = (number + 1) * RELAY_BIN_US;
}

bool relay_flow_move_on(struct relay_flow *flow, uint64_t time_us)
{
    uint32_t begun = load(&flow->begun), number = (uint32_t)(time_us / RELAY_BIN_US);
    uint32_t kept = begun - atomic_load_explicit(&flow->taken, memory_order_acquire);

    if (kept < RELAY_FLOW_BINS)
        begin_bin(flow, begun, time_us);
    if (atomic_load_explicit(&flow->joined, memory_order_relaxed) &&
            number - flow->asked < RELAY_HAND_IN_BINS)
        return false;
    flow->asked = number;
    return true;
}
