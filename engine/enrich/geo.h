/* geo.h - what is known of a public address: autonomous system, country, a few flags.
 *
 * Reads MaxMind DB files (format 2.0): ours ("Tattler-ASN", see geo_import.h), GeoLite2-ASN,
 * GeoLite2-Country, DB-IP and IPinfo. Files that know different things are asked together.
 *
 * geo_open() and geo_close() belong to set-up; geo_lookup() only reads, takes no lock, allocates
 * nothing and may run in any number of threads at once. The files are mapped, not copied: replace
 * one by rename, never by writing into it. */
#ifndef TATTLER_ENRICH_GEO_H
#define TATTLER_ENRICH_GEO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/status.h"
#include "enrich/problem.h"

#define GEO_FILES_MAX 4

enum geo_flag {
    GEO_ANYCAST = 1 << 0,
    GEO_ANONYMOUS_PROXY = 1 << 1,
    GEO_SATELLITE = 1 << 2,
    GEO_HOSTILE = 1 << 3, /* on a do-not-route-or-peer list ("XD" in libloc) */
};

struct geo_record {
    uint32_t asn;       /* 0: unknown */
    const char *as_org; /* UTF-8 without NUL, NULL if unknown; from geo_lookup(): in the mapped
                           file, valid until geo_close() */
    size_t as_org_len;
    char country[3]; /* ISO 3166-1 alpha-2 in capitals with NUL, "" if unknown */
    uint8_t flags;   /* enum geo_flag */
};

struct geo;

/* Opens these files; of two that know the same the earlier is believed. Those that cannot be opened,
 * and those beyond GEO_FILES_MAX, are told and left out. Fails only with TATTLER_NO_MEMORY. The
 * caller owns '*out', NULL where no file is open. */
enum tattler_status geo_open(const char *const paths[], size_t n, problem_fn problem, void *user,
                             struct geo **out);
void geo_close(struct geo *geo); /* accepts NULL */

/* False if no file knows anything of the address; then '*out' is empty (all zero). Broken data
 * inside a file counts as unknown. */
bool geo_lookup(const struct geo *geo, const struct address *address, struct geo_record *out);

struct geo_description {
    const char *path; /* these three are valid until geo_close() */
    const char *type; /* "GeoLite2-ASN" */
    const char *text; /* the English description, or "" */
    uint64_t built_s; /* Unix time */
    uint32_t nodes;
    uint16_t ip_version; /* 4 or 6 */
};

/* Describes the file 'index' (from 0); false if there are not so many. */
bool geo_describe(const struct geo *geo, size_t index, struct geo_description *out);

#endif
