/* zone.h - the local time of a packet's.
 *
 * The C library's rules for a zone are read once, at set-up, into a table of the moments when its
 * distance from UTC changes; a look-up then needs no lock, no environment and no file. The table
 * covers 1990 to 2060: before and after, the first and last distance go on (so no summer time). */
#ifndef TATTLER_ENRICH_ZONE_H
#define TATTLER_ENRICH_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct zone;

/* 'name' is an IANA name such as "Europe/Berlin", looked up in $TZDIR or /usr/share/zoneinfo; NULL:
 * the zone of this machine. Sets TZ and puts it back, so no other thread may run yet. The caller
 * owns '*out'. TATTLER_MALFORMED: not a zone this machine knows, 'error' says what to write
 * instead. */
enum tattler_status zone_open(const char *name, struct zone **out, char *error,
        size_t error_size);
/* The first half of zone_open(): TATTLER_MALFORMED and 'error' if it would not know the name. */
enum tattler_status zone_check(const char *name, char *error, size_t error_size);
void zone_close(struct zone *zone); /* accepts NULL */

/* Seconds that local time is ahead of UTC, -86399 to 86399; 0 without a zone (NULL). Any thread. */
int32_t zone_east_s(const struct zone *zone, uint64_t time_us);
/* 0 to 23; without a zone (NULL) in UTC. 'time_us' counts from 1970 UTC. Only reads: any thread. */
unsigned zone_hour(const struct zone *zone, uint64_t time_us);

#endif
