#include "summary.h"

#include <stdlib.h>
#include <string.h>

#include "screen.h"
#include "summary_internal.h"

#define BLOCKS_MAX 4096
#define REMOTES_MAX 65536
#define REMOTES_PER_DEVICE 1024

_Static_assert(SERVICE_COUNT <= 32, "remote.services has a bit for each service");

/* --- adding up --- */

void tally_add(struct tally *to, const struct tally *other)
{
    to->connections += other->connections;
    to->no_dns += other->no_dns;
    to->excused += other->excused;
    to->inbound += other->inbound;
    to->bytes[UP] += other->bytes[UP];
    to->bytes[DOWN] += other->bytes[DOWN];
}

static bool same_network(const struct geo_record *a, const struct geo_record *b)
{
    return a->asn == b->asn && strcmp(a->country, b->country) == 0;
}

void remote_merge(struct summary_remote *to, const struct summary_remote *other)
{
    const uint32_t unnamed = UINT32_C(1) << SERVICE_OTHER;

    if ((to->services & unnamed) == 0) {
        to->protocol = other->protocol;
        to->port = other->port;
    } else if ((other->services & unnamed) != 0 &&
               (to->protocol != other->protocol || to->port != other->port)) {
        to->port = 0;
    }
    to->services |= other->services;
    to->several_networks |= other->several_networks || !same_network(&to->geo, &other->geo);
    to->names += other->names;
    tally_add(&to->tally, &other->tally);
}

/* Such servers are often configured by address. */
static bool is_excused(const struct flow *flow)
{
    return flow->service == SERVICE_NTP || flow->service == SERVICE_STUN ||
           flow->service == SERVICE_DNS;
}

static struct tally tally_of(const struct flow *flow)
{
    return (struct tally){
        .connections = 1,
        .no_dns = flow->no_dns == YES,
        .excused = flow->no_dns == YES && is_excused(flow),
        .inbound = !flow->device_initiated,
        .bytes = { flow->bytes[UP], flow->bytes[DOWN] },
    };
}

/* --- devices --- */

struct device_block *summary_block(struct summary *summary, struct device *device)
{
    struct device_block *block;

    HASH_FIND_PTR(summary->blocks, &device, block);
    if (block != NULL || HASH_COUNT(summary->blocks) >= BLOCKS_MAX)
        return block;
    block = calloc(1, sizeof(*block));
    if (block == NULL)
        return NULL;
    block->device = device;
    HASH_ADD_PTR(summary->blocks, device, block);
    if (block->hh.tbl == NULL) {
        free(block);
        return NULL;
    }
    device_hold(device);
    return block;
}

static void note_address(struct device_block *block, const struct address *address)
{
    if (!address_is_unicast(address))
        return;
    for (size_t i = 0; i < block->address_count; i++)
        if (address_equal(&block->addresses[i], address))
            return;
    if (block->address_count < SUMMARY_ADDRESSES_MAX)
        block->addresses[block->address_count++] = *address;
    else
        block->more_addresses = true;
}

/* --- remotes --- */

static struct summary_remote *make_remote(struct summary *summary, struct device_block *block,
        const struct flow *flow, const char *label)
{
    struct summary_remote *remote;

    if (summary->remote_count >= REMOTES_MAX || HASH_COUNT(block->remotes) >= REMOTES_PER_DEVICE)
        return NULL;
    remote = calloc(1, sizeof(*remote));
    if (remote == NULL)
        return NULL;
    remote->label_len = strlen(label);
    remote->label = strdup(label);
    remote->geo = flow->geo;
    remote->names = 1;
    if (remote->label != NULL) {
        if (flow->domain != NULL && strlen(flow->domain) <= remote->label_len)
            remote->domain = remote->label + remote->label_len - strlen(flow->domain);
        HASH_ADD_KEYPTR(hh, block->remotes, remote->label, remote->label_len, remote);
    }
    if (remote->hh.tbl == NULL) {
        free(remote->label);
        free(remote);
        return NULL;
    }
    summary->remote_count++;
    return remote;
}

/* NULL: no room. */
static struct summary_remote *find_remote(struct summary *summary, struct device_block *block,
        const struct flow *flow)
{
    char address[ADDRESS_TEXT_SIZE];
    const char *label = flow->name;
    struct summary_remote *remote;

    if (label == NULL || label[0] == '\0') {
        screen_address(&flow->remote_address, address);
        label = address;
    }
    HASH_FIND(hh, block->remotes, label, strlen(label), remote);
    return remote != NULL ? remote : make_remote(summary, block, flow, label);
}

static void add_public(struct summary *summary, struct device_block *block,
        const struct flow *flow)
{
    struct summary_remote *remote = find_remote(summary, block, flow);
    const struct summary_remote seen = {
        .geo = flow->geo,
        .services = UINT32_C(1) << flow->service,
        .protocol = flow->protocol,
        .port = flow->device_initiated ? flow->remote_port : flow->device_port,
        .tally = tally_of(flow),
    };

    tally_add(&block->public, &seen.tally);
    if (remote == NULL) {
        tally_add(&block->rest, &seen.tally);
        return;
    }
    remote_merge(remote, &seen);
}

void summary_add(struct summary *summary, const struct flow *flow)
{
    struct device_block *block = summary_block(summary, flow->device);
    struct tally tally = tally_of(flow);

    tally_add(&summary->all, &tally);
    if (block == NULL) {
        summary->crowded_out++;
        return;
    }
    note_address(block, &flow->device_address);
    if (flow->remote_is_public)
        add_public(summary, block, flow);
    else
        tally_add(&block->local, &tally);
}

/* --- life --- */

struct summary *summary_new(struct engine *engine)
{
    struct summary *summary = calloc(1, sizeof(*summary));

    if (summary != NULL)
        summary->engine = engine;
    return summary;
}

static void free_block(struct summary *summary, struct device_block *block)
{
    struct summary_remote *remote, *next;

    HASH_ITER(hh, block->remotes, remote, next) {
        HASH_DEL(block->remotes, remote);
        free(remote->label);
        free(remote);
    }
    alerts_free(block);
    device_release(engine_devices(summary->engine), block->device);
    free(block);
}

void summary_free(struct summary *summary)
{
    struct device_block *block, *next;

    if (summary == NULL)
        return;
    HASH_ITER(hh, summary->blocks, block, next) {
        HASH_DEL(summary->blocks, block);
        free_block(summary, block);
    }
    free(summary);
}
