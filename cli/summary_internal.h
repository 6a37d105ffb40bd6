/* summary_internal.h - what summary.c collects and summary_print.c prints; no one else's. */
#ifndef TATTLER_CLI_SUMMARY_INTERNAL_H
#define TATTLER_CLI_SUMMARY_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/address.h"
#include "base/hash.h"
#include "detect/rules/rule.h"
#include "engine.h"
#include "enrich/geo.h"
#include "track/device.h"
#include "track/flow.h"

struct tally {
    uint64_t connections, inbound;
    uint64_t no_dns, excused; /* 'excused' are those of 'no_dns' to NTP, STUN and DNS servers */
    uint64_t bytes[2]; /* by enum direction */
};

struct summary_remote {
    char *label; /* owned: the name, or the address where there is none */
    size_t label_len;
    const char *domain; /* the tail of 'label'; NULL: none */
    struct geo_record geo;
    bool several_networks; /* 'geo' is that of the first */
    uint32_t services;     /* a bit for each */
    uint8_t protocol;      /* of what has no known service */
    uint16_t port;         /* of the same; 0: none or several */
    struct tally tally;
    size_t names; /* printed as one row; 1 while collected */
    UT_hash_handle hh;
};

/* A rule that alerted on flows of a device. */
struct summary_alert {
    uint64_t rule; /* its gid and sid */
    uint32_t sid;
    int priority;
    char *msg, *file; /* owned: rules may be read again meanwhile; the file is not known: NULL */
    uint64_t count;
    char *remote; /* owned: the name or address of the first; NULL: out of memory */
    bool several_remotes;
    UT_hash_handle hh;
};

#define SUMMARY_ADDRESSES_MAX 4

struct device_block {
    struct device *device; /* held */
    struct address addresses[SUMMARY_ADDRESSES_MAX];
    size_t address_count;
    bool more_addresses;
    struct summary_remote *remotes;
    struct summary_alert *alerts;
    struct tally public, local; /* local: in the home networks and multicast */
    struct tally rest;          /* of 'public', what has no row for want of room */
    UT_hash_handle hh;
};

struct summary {
    struct engine *engine;
    struct device_block *blocks;
    size_t remote_count; /* of all devices */
    struct tally all;
    uint64_t crowded_out; /* connections of devices that have no block */
};

/* Where and how it is printed. */
struct page {
    FILE *to;
    bool colour;
    size_t columns, remote_columns, network_columns;
};

#define BOLD "1"
#define DIM "2"
#define RED "31"

void page_paint(const struct page *page, const char *style);
void page_unpaint(const struct page *page);

/* The most urgent first. */
void alerts_print(const struct page *page, const struct device_block *block);
/* How many of each urgency, and how to learn more; nothing where there are none. */
void alerts_print_total(const struct page *page, const struct summary *summary);
void alerts_free(struct device_block *block);
/* The lowest number is the most urgent; INT_MAX: no alerts. */
int alerts_priority(const struct device_block *block);

/* NULL: no room. */
struct device_block *summary_block(struct summary *summary, struct device *device);

void tally_add(struct tally *to, const struct tally *other);
/* Counts 'other' in. The label stays. */
void remote_merge(struct summary_remote *to, const struct summary_remote *other);

#endif
