/* profile_share.h - the parts of 'tattler profile': what a household shares, and how it is shown.
 *
 * Of a baseline only registrable domains, numbers of networks, services, ports and rounded heartbeats are
 * taken, counted by the type of the device; no address, MAC address, host name, time or volume. What
 * may tell who somebody is all the same is left out and counted. One thread. */
#ifndef TATTLER_CLI_PROFILE_SHARE_H
#define TATTLER_CLI_PROFILE_SHARE_H

#include <stdio.h>

#include "baseline.h"
#include "enrich/domain.h"
#include "enrich/profile.h"

/* What was left out, in words for the user; in the order of reasons[] in profile_collect.c. */
enum profile_reason {
    PROFILE_LEFT_UNKNOWN, /* device without type and vendor */
    PROFILE_LEFT_ACCUSED,
    PROFILE_LEFT_SERIAL,
    PROFILE_LEFT_CUSTOMER,
    PROFILE_LEFT_ADDRESS,
    PROFILE_LEFT_RARE_TYPE,
    PROFILE_LEFT_RARE,
    PROFILE_REASONS,
};

struct profile_collector {
    const struct domain_list *domains; /* borrowed */
    struct profile *profile;           /* borrowed */
    uint64_t left_out[PROFILE_REASONS];
    bool no_memory;
};

/* One device, for store_each(): 'user' is the collector. */
void profile_collect(void *user, const struct baseline *baseline);

/* When all are collected: leaves out what fewer than 'min' devices of a type share, and casts the
 * household's votes. */
void profile_collect_end(struct profile_collector *collector, uint32_t min);

/* "domains with a number like a serial", for the message. */
const char *profile_reason_text(enum profile_reason reason);

/* --- profile_print.c --- */

/* Replaces the file at once; NULL is standard output. False: it could not, which was told. */
bool profile_write(const struct profile *profile, const char *path);
/* How common what is, for people and for programs. */
void profile_print(const struct profile *profile, FILE *to);
void profile_print_json(const struct profile *profile, FILE *to);

#endif
