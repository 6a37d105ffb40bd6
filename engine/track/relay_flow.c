#include "track/relay_flow.h"

static uint32_t load(const _Atomic uint32_t *value)
{
    return atomic_load_explicit(value, memory_order_relaxed);
}

/* Only this thread writes to the newest bin, so its sums need no locked addition. */
static void bump(struct relay_bin *bin, uint64_t time_us, enum relay_way way, uint32_t bytes)
{
    uint32_t before = load(&bin->bytes[way]);
    uint8_t moment = (uint8_t)(time_us % RELAY_BIN_US * 16 / RELAY_BIN_US);

    if (way == RELAY_UP)
        atomic_store_explicit(&bin->last_up, moment, memory_order_relaxed);
    else if (before == 0)
        atomic_store_explicit(&bin->first_down, moment, memory_order_relaxed);
    atomic_store_explicit(&bin->bytes[way], before + bytes, memory_order_relaxed);
}

static struct relay_bin *begin_bin(struct relay_flow *flow, uint32_t begun, uint32_t number)
{
    struct relay_bin *bin = &flow->bins[begun % RELAY_FLOW_BINS];

    atomic_store_explicit(&bin->number, number, memory_order_relaxed);
    atomic_store_explicit(&bin->bytes[RELAY_UP], 0, memory_order_relaxed);
    atomic_store_explicit(&bin->bytes[RELAY_DOWN], 0, memory_order_relaxed);
    atomic_store_explicit(&flow->begun, begun + 1, memory_order_release);
    return bin;
}

bool relay_flow_add(struct relay_flow *flow, uint64_t time_us, enum relay_way way, uint32_t bytes)
{
    uint32_t begun = load(&flow->begun), number = (uint32_t)(time_us / RELAY_BIN_US);
    uint32_t kept = begun - atomic_load_explicit(&flow->taken, memory_order_acquire);
    struct relay_bin *bin = &flow->bins[(begun - 1) % RELAY_FLOW_BINS];
    bool is_next = begun == 0 || (int32_t)(number - load(&bin->number)) > 0;

    if (is_next && kept < RELAY_FLOW_BINS)
        bin = begin_bin(flow, begun, number);
    bump(bin, time_us, way, bytes);
    if (!is_next || (atomic_load_explicit(&flow->joined, memory_order_relaxed) &&
                            number - flow->asked < RELAY_HAND_IN_BINS))
        return false;
    flow->asked = number;
    return true;
}
