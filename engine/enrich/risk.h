/* risk.h - how bad the reputation of a network is, from lists that an analyst can edit.
 *
 * A list is a CSV file (RFC 4180 quoting, UTF-8, '#' starts a comment line) with the header
 *
 *     network,score,source,comment
 *
 * 'network' is an autonomous system ("AS64496"), a prefix or address ("203.0.113.0/24",
 * "2001:db8::/32"), or a flag of the geo database ("flag:hostile", "flag:anonymous-proxy",
 * "flag:satellite", "flag:anycast"). 'score' is 0 (cleared) to 100 (act now); 'source' is where
 * an analyst can check it (the file itself if empty), 'comment' why.
 *
 * Which row decides:
 *  1. A row about a network (a prefix or a system) replaces those of earlier files that match the
 *     same address: an analyst's own file, loaded last, has the last word in both directions.
 *  2. Within a file the longest matching prefix is taken; of it and the row of the system the
 *     higher score counts, but a prefix with score 0 clears.
 *  3. A row about a flag counts if it is higher and not of an earlier file than the row about the
 *     network, nor cleared by a 0 in the same file.
 *  4. Of several rows about the very same thing the last counts. */
#ifndef TATTLER_ENRICH_RISK_H
#define TATTLER_ENRICH_RISK_H

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/status.h"
#include "enrich/problem.h"

#define RISK_FILES_MAX 16
#define RISK_ROWS_MAX 1000000 /* of all files together */

struct risk; /* read-only once loaded: any number of threads may look up */

struct risk_verdict {
    uint8_t score;       /* 0 to 100 */
    const char *source;  /* these are valid until risk_free(), NUL-terminated; "" if no row */
    const char *comment; /* matched */
};

/* Loads the files in this order. Bad lines and files that cannot be read are told and left out,
 * the rest is used. Fails only with TATTLER_NO_MEMORY and TATTLER_FULL (too many files; too many
 * rows are told). The caller owns '*out'. */
enum tattler_status risk_load(const char *const paths[], size_t n, problem_fn problem,
                              void *user, struct risk **out);
void risk_free(struct risk *risk); /* accepts NULL */

/* 'asn' 0 means unknown; 'geo_flags' are those of enum geo_flag. */
struct risk_verdict risk_lookup(const struct risk *risk, uint32_t asn,
                                const struct address *address, unsigned geo_flags);

size_t risk_rows(const struct risk *risk);

#endif
