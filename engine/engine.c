#include "engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "engine_internal.h"

/* --- who a new device is --- */

static const struct device_setting *find_setting(const struct settings *settings,
        const struct mac *mac, const struct address *address)
{
    for (size_t i = 0; i < settings->device_count; i++) {
        const struct device_setting *device = &settings->devices[i];

        if (device->has_mac ? mac != NULL && mac_equal(mac, &device->mac)
                            : device->has_address && address_equal(address, &device->address))
            return device;
    }
    return NULL;
}

static void copy_text(char out[DEVICE_TEXT_SIZE], const char *text)
{
    if (text != NULL)
        snprintf(out, DEVICE_TEXT_SIZE, "%s", text);
}

static void identify(const void *user, const struct mac *mac, const struct address *address,
        struct device_identity *out)
{
    const struct engine *engine = user;
    const struct device_setting *known = find_setting(engine->settings, mac, address);
    char vendor[OUI_VENDOR_SIZE];

    if (known != NULL) {
        copy_text(out->name, known->name);
        copy_text(out->type, known->type);
    }
    if (mac != NULL && engine->files->oui != NULL &&
            oui_lookup(engine->files->oui, mac, vendor) == OUI_VENDOR)
        copy_text(out->vendor, vendor);
}

/* --- life --- */

/* Sketches and keys are small beside what they follow from: a device needs none of the former as a
 * rule, and a few dozen of the latter. */
#define SKETCHES_MAX 256
#define RELAYS_MAX 256 /* 38 KiB each */
#define SEEN_PER_DEVICE 64

static void set_budget(struct device_budget *budget, const struct settings *settings)
{
    budget->names.max_entries = settings->max_names;
    budget->names.max_per_device = settings->max_names_per_device;
    budget->names.grace_us = settings->dns_grace_s * US_PER_S;
    budget->insight.max_memory = settings->max_memory;
    budget->conduct.remotes.max_entries = settings->max_remotes;
    budget->conduct.remotes.max_per_device = settings->max_remotes_per_device;
    budget->conduct.fanout.max_sketches = SKETCHES_MAX;
    budget->conduct.relay.max_relays = RELAYS_MAX;
    budget->conduct.seen.learning_s = settings->learning_s;
    budget->conduct.seen.max_items = settings->max_devices * SEEN_PER_DEVICE;
}

void engine_learn_settings(struct engine *engine)
{
    const struct prefix_list *resolvers = &engine->settings->network_resolvers;

    for (size_t i = 0; i < resolvers->count; i++)
        resolver_learn(&engine->network_resolvers, &resolvers->items[i].address,
                RESOLVER_CONFIGURED, 0);
}

struct engine *engine_new(const struct settings *settings, uint64_t seed,
        engine_problem_fn problem, void *user)
{
    struct engine *engine = calloc(1, sizeof(*engine));

    if (engine == NULL)
        return NULL;
    hash_set_seed(seed);
    engine->settings = settings;
    engine->files = engine_files_load(settings, problem, user);
    set_budget(&engine->budget, settings);
    engine->devices =
            devices_new(settings->max_devices, &engine->budget, identify, engine);
    if (engine->devices == NULL || engine->files == NULL) {
        devices_free(engine->devices);
        engine_files_free(engine->files);
        free(engine);
        return NULL;
    }
    pool_init(&engine->flow_pool, sizeof(struct flow));
    pool_init(&engine->entropy_pool, sizeof(struct entropy));
    pool_init(&engine->relay_pool, sizeof(struct flow_relay));
    lock_init(&engine->events.lock);
    lock_init(&engine->judgement.lock);
    lock_init(&engine->uplink_lock);
    atomic_init(&engine->uplink_waits, true);
    resolver_table_init(&engine->network_resolvers);
    leases_init(&engine->leases);
    engine_learn_settings(engine);
    return engine;
}

void engine_extend_flows(struct engine *engine, size_t size)
{
    pool_destroy(&engine->flow_pool);
    pool_init(&engine->flow_pool, size);
}

void engine_free(struct engine *engine)
{
    if (engine == NULL)
        return;
    engine_use_heuristics(engine, NULL);
    engine_clear_waiting(engine);
    events_clear(engine);
    lock_destroy(&engine->judgement.lock);
    lock_destroy(&engine->uplink_lock);
    lock_destroy(&engine->events.lock);
    resolver_table_destroy(&engine->network_resolvers);
    leases_destroy(&engine->leases);
    devices_free(engine->devices);
    memory_free(engine->memory);
    engine_files_free(engine->files);
    pool_destroy(&engine->flow_pool);
    pool_destroy(&engine->entropy_pool);
    pool_destroy(&engine->relay_pool);
    free(engine);
}

struct worker *worker_new(struct engine *engine)
{
    struct worker *worker = calloc(1, sizeof(*worker));

    if (worker != NULL)
        worker->engine = engine;
    return worker;
}

void worker_free(struct worker *worker)
{
    if (worker != NULL) {
        worker_leave_heuristics(worker);
        if (worker->opens)
            atomic_fetch_sub(&worker->engine->openers, 1);
    }
    free(worker);
}

/* --- look-ups --- */

const struct network *worker_network(struct worker *worker, const struct address *address)
{
    struct engine *engine = worker->engine;
    struct network *slot =
            &worker->networks[hash_bytes(address->bytes, sizeof(address->bytes)) %
                              NETWORK_CACHE_SLOTS];

    if (slot->used && address_equal(&slot->address, address))
        return slot;
    memset(slot, 0, sizeof(*slot));
    slot->used = true;
    slot->address = *address;
    if (engine->files->geo != NULL)
        geo_lookup(engine->files->geo, address, &slot->geo);
    if (engine->files->risk != NULL)
        slot->risk = risk_lookup(engine->files->risk, slot->geo.asn, address, slot->geo.flags).score;
    return slot;
}

struct devices *engine_devices(struct engine *engine)
{
    return engine->devices;
}

const struct geo *engine_geo(const struct engine *engine)
{
    return engine->files->geo;
}

const struct risk *engine_risk(const struct engine *engine)
{
    return engine->files->risk;
}

uint64_t engine_began_us(struct engine *engine, uint64_t now_us)
{
    unsigned long long began_us = atomic_load_explicit(&engine->began_us, memory_order_relaxed);

    if (began_us == 0 && atomic_compare_exchange_strong(&engine->began_us, &began_us, now_us))
        return now_us;
    return began_us;
}

/* --- suppressions --- */

bool engine_suppresses(struct engine *engine, struct flow *flow, struct suppress_alert *alert)
{
    if (engine->settings->suppress_count == 0)
        return false;
    if (flow != NULL)
        suppress_alert_of_flow(alert, flow);
    if (!suppress_take(engine->files->suppressions, alert))
        return false;
    atomic_fetch_add(&engine->suppressed, 1);
    if (flow != NULL) {
        lock_take(&flow->device->lock);
        flow->device->totals.suppressed++;
        lock_release(&flow->device->lock);
    }
    return true;
}

const struct suppressions *engine_suppressions(const struct engine *engine)
{
    return engine->files->suppressions;
}

/* --- statistics --- */

void engine_count(struct engine *engine, struct engine_counters *out)
{
    size_t now;
    struct device_counters devices = devices_count(engine->devices, &now);

    *out = (struct engine_counters){
        .flows = atomic_load(&engine->flows),
        .flows_failed = atomic_load(&engine->flows_failed),
        .devices = now,
        .devices_made = devices.made,
        .devices_evicted = devices.evicted,
        .devices_merged = devices.merged,
        .routers = devices.routers,
        .names = atomic_load(&engine->budget.names.entries),
        .names_forgotten = atomic_load(&engine->budget.names.forgotten),
        .no_dns = atomic_load(&engine->no_dns),
        .no_dns_late = atomic_load(&engine->no_dns_late),
        .remotes = atomic_load(&engine->budget.conduct.remotes.entries),
        .remotes_forgotten = atomic_load(&engine->budget.conduct.remotes.forgotten) +
                             atomic_load(&engine->budget.conduct.remotes.refused),
        .sketches_refused = atomic_load(&engine->budget.conduct.fanout.refused),
        .baseline_refused = atomic_load(&engine->budget.conduct.seen.refused),
        .relays_refused = atomic_load(&engine->budget.conduct.relay.refused),
        .leases_refused = leases_refused(&engine->leases),
        .events_lost = atomic_load(&engine->events_lost),
        .entropy_skipped = atomic_load(&engine->entropy_skipped),
        .suppressed = atomic_load(&engine->suppressed),
        .findings = atomic_load(&engine->findings),
        .heuristic_calls = atomic_load(&engine->judgement.counters.calls),
        .heuristic_faults = atomic_load(&engine->judgement.counters.faults),
        .heuristics_off = atomic_load(&engine->judgement.counters.switched_off),
        .heuristic_events_lost = atomic_load(&engine->judgement.lost),
        .heuristic_memory = atomic_load(&engine->budget.insight.memory),
        .heuristic_memory_lost = atomic_load(&engine->budget.insight.forgotten),
        .heuristic_lines_dropped = atomic_load(&engine->judgement.counters.lines_dropped),
    };
}

#define COUNTER(member, text) { #member, text, offsetof(struct engine_counters, member) }
static const struct {
    const char *name, *doc;
    size_t offset;
} counters[] = {
    COUNTER(flows, "flows opened"),
    COUNTER(flows_failed, "flows not followed for want of memory"),
    COUNTER(devices, "devices known now"),
    COUNTER(devices_made, "devices ever made"),
    COUNTER(devices_evicted, "devices forgotten because limits.devices was reached"),
    COUNTER(devices_merged, "devices that, once their MAC was seen, turned out to be known"),
    COUNTER(routers, "MAC addresses found to speak for other hosts"),
    COUNTER(names, "resolved addresses remembered now"),
    COUNTER(names_forgotten, "resolved addresses forgotten early: limits.names reached"),
    COUNTER(no_dns, "flows to addresses that the device never resolved"),
    COUNTER(no_dns_late, "of these those that rules missed: they ended before all threads had caught up"),
    COUNTER(remotes, "remotes whose rhythm and volume are followed now"),
    COUNTER(remotes_forgotten, "remotes forgotten early: limits.remotes reached"),
    COUNTER(sketches_refused, "hosts or ports not counted in fanout: too many scans at once"),
    COUNTER(baseline_refused, "what is new of some devices is unknown: they talk to too many"),
    COUNTER(relays_refused, "devices or flows not looked at for relaying: too many at once"),
    COUNTER(leases_refused, "answers of DHCP servers not remembered: too many servers"),
    COUNTER(events_lost, "changes of heartbeats not told: too many at once"),
    COUNTER(entropy_skipped, "flows without entropy: too many at once"),
    COUNTER(suppressed, "alerts not told because of an entry in 'suppress'"),
    COUNTER(findings, "findings of heuristics, new or higher than before"),
    COUNTER(heuristic_calls, "calls of heuristics"),
    COUNTER(heuristic_faults, "calls that failed or ran over their budget"),
    COUNTER(heuristics_off, "files of heuristics switched off after repeated faults"),
    COUNTER(heuristic_events_lost, "events that heuristics missed: too many at once"),
    COUNTER(heuristic_memory, "values that heuristics remember now"),
    COUNTER(heuristic_memory_lost, "values forgotten early or refused: limits.memory reached"),
    COUNTER(heuristic_lines_dropped, "lines that heuristics logged too many"),
};
#undef COUNTER

bool engine_counter_describe(size_t index, const char **name, const char **doc, size_t *offset)
{
    if (index >= sizeof(counters) / sizeof(counters[0]))
        return false;
    *name = counters[index].name;
    *doc = counters[index].doc;
    *offset = counters[index].offset;
    return true;
}
