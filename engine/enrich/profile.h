/* profile.h - what devices of a type talk to in other households, from files that these share.
 *
 * A file is JSON (RFC 8259), as 'tattler profile' writes it:
 *
 *     {"tattler-profile": 1, "households": ["0123456789abcdef0123456789abcdef"],
 *      "types": {"camera": {"households": 1, "devices": 3,
 *                "domain": {"vendor.example": {"households": 1, "devices": 3}}}}}
 *
 * A type is what the configuration calls it, else "vendor:" and the vendor, both in lower case. Below a
 * type stand "domain", "asn", "service", "port" and "heartbeat". One household has one vote: it votes for
 * a destination if at least half of its devices of the type use it. Household numbers are random and tell
 * only that a file has been counted.
 *
 * Files come from strangers. One that contradicts itself (more votes than households), that is too
 * large or no such file is refused as a whole, with the place. What is said twice is not counted twice.
 *
 * Set-up only, but for profile_votes(): any thread, once nothing is added any more. */
#ifndef TATTLER_ENRICH_PROFILE_H
#define TATTLER_ENRICH_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"
#include "enrich/domain.h"
#include "enrich/problem.h"

#define PROFILE_VERSION 1
#define PROFILE_BYTES_MAX (16 * 1024 * 1024) /* of one file */
#define PROFILE_HOUSEHOLDS_MAX 10000
#define PROFILE_TYPES_MAX 1000
#define PROFILE_USES_MAX 4096 /* of a type */
#define PROFILE_DEVICES_MAX 1000000
#define PROFILE_HOUSEHOLD_SIZE 33 /* 32 hexadecimal digits */
#define PROFILE_TYPE_SIZE 80
#define PROFILE_VALUE_SIZE (DOMAIN_NAME_SIZE + 32)

/* Common is what so many households vote for, and at least half of those that have the type: what rules
 * of context say of it is excused. Rules that are urgent ask what is new; it takes more for that not to
 * be. */
#define PROFILE_COMMON_VOTES 3
#define PROFILE_KNOWN_VOTES 5
/* A type of which more than so many domains, or networks, were common is of no use, and left out: it
 * would excuse too much. */
#define PROFILE_COMMON_MAX 128

enum profile_kind {
    PROFILE_DOMAIN,    /* registrable: "vendor.example" */
    PROFILE_ASN,       /* "64496" */
    PROFILE_SERVICE,   /* "tls" */
    PROFILE_PORT,      /* "tcp/443" */
    PROFILE_HEARTBEAT, /* "vendor.example 60s 128B" */
    PROFILE_KINDS,
};

struct profile_count {
    uint32_t households, devices;
};

struct profile_use {
    char *value; /* owned */
    struct profile_count count;
    UT_hash_handle hh;
};

struct profile_type {
    char name[PROFILE_TYPE_SIZE];
    struct profile_count count;
    struct profile_use *uses[PROFILE_KINDS];
    UT_hash_handle hh;
};

struct profile_household {
    char id[PROFILE_HOUSEHOLD_SIZE];
    UT_hash_handle hh;
};

/* All zeros is empty. */
struct profile {
    struct profile_household *households;
    struct profile_type *types;
    uint64_t refused; /* types and uses for which there was no room */
};

void profile_clear(struct profile *profile);

/* NULL behind the last; "domain", "asn" ... */
const char *profile_kind_name(size_t kind);

/* How a device's type is called; false: it has none. 'type' and 'vendor' may be "". */
bool profile_type_name(const char *type, const char *vendor, char out[PROFILE_TYPE_SIZE]);

/* Made if need be; NULL: no room (counted) or no memory. */
struct profile_type *profile_type(struct profile *profile, const char *name);
struct profile_use *profile_use(struct profile *profile, struct profile_type *type,
        enum profile_kind kind, const char *value);
/* False: it was there before, or out of memory. */
bool profile_add_household(struct profile *profile, const char *id);

/* Reads a file into an empty profile. Of what is left out (domains that are none by 'domains', which
 * may be NULL) and of why a file is refused 'problem' is told. TATTLER_MALFORMED: refused. */
enum tattler_status profile_read(const char *path, const struct domain_list *domains,
        problem_fn problem, void *user, struct profile *out);

/* A household that both have counted, NULL: none. */
const char *profile_overlap(const struct profile *a, const struct profile *b);
/* Adds up; 'weight': the votes of all households of 'from' together count as so many at most. */
enum tattler_status profile_add(struct profile *into, const struct profile *from, uint32_t weight);

/* Reads the files and adds them up. What cannot be used is told and left out; NULL: nothing is left,
 * or no memory, which is told as well. */
struct profile *profile_load(const char *const paths[], size_t n, const struct domain_list *domains,
        problem_fn problem, void *user);
void profile_free(struct profile *profile); /* accepts NULL */

/* Leaves out types and uses of fewer than 'min'. Returns the types; adds other types' uses to
 * '*uses'. */
enum profile_by { PROFILE_BY_HOUSEHOLDS, PROFILE_BY_DEVICES };
size_t profile_prune(struct profile *profile, enum profile_by by, uint32_t min, uint64_t *uses);

bool profile_count_is_common(const struct profile_type *type, const struct profile_use *use);
/* How many households vote for it; 0: fewer than half of those that have the type. */
uint32_t profile_votes(const struct profile *profile, const char *type, enum profile_kind kind,
        const char *value);

#endif
