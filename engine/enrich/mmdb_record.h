/* mmdb_record.h - the records of a MaxMind DB, each kept and written once: a part of mmdb_writer.
 * Set-up only, one thread at a time. */
#ifndef TATTLER_ENRICH_MMDB_RECORD_H
#define TATTLER_ENRICH_MMDB_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "enrich/geo.h"
#include "enrich/mmdb_encode.h"
#include "enrich/mmdb_pool.h"

/* Starts zeroed. */
struct mmdb_records {
    struct mmdb_pool texts, records;
};

/* The id of the record, from 1; 0: out of memory. as_org_len is at most 65820. */
uint32_t mmdb_records_add(struct mmdb_records *records, const struct geo_record *record);
void mmdb_records_clear(struct mmdb_records *records);

/* Forgets what was put, for another file. */
void mmdb_records_rewind(struct mmdb_records *records);
/* Appends the record to the data section, unless it is there; true if it was new. */
bool mmdb_records_put(struct mmdb_records *records, uint32_t id, struct mmdb_buffer *out);
/* Where in the data section the record was put. */
uint32_t mmdb_records_place(const struct mmdb_records *records, uint32_t id);

#endif
