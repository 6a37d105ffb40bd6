/* mmdb_decode.h - reads one record of a MaxMind DB's data section, by the names of its fields.
 *
 * One pass over the record, no allocation: several times faster than asking libmaxminddb for each
 * field. Only what geo.h knows is kept. A part of geo.h; any thread. */
#ifndef TATTLER_ENRICH_MMDB_DECODE_H
#define TATTLER_ENRICH_MMDB_DECODE_H

#include <stdbool.h>

#include "base/cursor.h"
#include "enrich/geo.h"

/* Fills in what the record at 'offset' knows; 'out' starts zeroed. False: not a map, or broken;
 * 'out' may then hold the fields before the break. as_org points into 'section'. */
bool mmdb_decode(struct cursor section, size_t offset, struct geo_record *out);

#endif
