/* geo_import.h - converts IPFire's location database (Debian: libloc-database) to a MaxMind DB.
 *
 * Linked into the command only, never into the plugin; needs libloc at build time. A few seconds
 * and about 150 MB of memory for the whole database. Set-up only. */
#ifndef TATTLER_ENRICH_GEO_IMPORT_H
#define TATTLER_ENRICH_GEO_IMPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "enrich/mmdb_writer.h"

#define GEO_IMPORT_SOURCE "/usr/share/libloc-location/location.db"

struct geo_import_report {
    uint64_t networks; /* taken over */
    uint64_t skipped;  /* inside 2002::/16, which MaxMind DB files alias to IPv4 */
    uint64_t created_s; /* when the source was made, Unix time; also the build time of the result */
    struct mmdb_size size;
};

/* Writes beside 'output_mmdb' first and renames at the end: readers see the old file or the new
 * one, a failure leaves the old one. 'error' says what went wrong and what to do. */
enum tattler_status geo_import(const char *location_db, const char *output_mmdb,
                               struct geo_import_report *report, char *error, size_t error_size);

#endif
