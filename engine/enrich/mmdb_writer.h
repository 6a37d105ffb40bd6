/* mmdb_writer.h - writes MaxMind DB files (format 2.0,
 * https://maxmind.github.io/MaxMind-DB/) of type "Tattler-ASN".
 *
 * A record is a map with those of these keys that are known, named as in GeoIP2 so that other
 * readers understand it:
 *
 *     autonomous_system_number        uint32
 *     autonomous_system_organization  utf8_string
 *     country                         map { iso_code: utf8_string }
 *     traits                          map of booleans, present when true: is_anycast,
 *                                     is_anonymous_proxy, is_satellite_provider, is_hostile
 *
 * The tree is an IPv6 one with IPv4 at ::/96; ::ffff:0:0/96 and 2002::/16 lead to the same nodes.
 * Set-up only, one thread at a time. */
#ifndef TATTLER_ENRICH_MMDB_WRITER_H
#define TATTLER_ENRICH_MMDB_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/status.h"
#include "enrich/geo.h"

#define MMDB_NAME_BYTES_MAX 65535 /* of as_org */

struct mmdb_writer;

/* The caller owns the result; NULL means out of memory. */
struct mmdb_writer *mmdb_writer_new(void);
void mmdb_writer_free(struct mmdb_writer *writer); /* accepts NULL */

/* Everything in 'record' is copied. Prefixes may come in any order: an address gets the record of
 * the longest one. The same prefix again replaces its record. TATTLER_UNSUPPORTED: inside
 * 2002::/16, which is an alias of IPv4; TATTLER_FULL: the name is too long, or 2^31 nodes are
 * there; TATTLER_NO_MEMORY. Whatever it returns, what was inserted before stays. */
enum tattler_status mmdb_writer_insert(struct mmdb_writer *writer, const struct prefix *prefix,
                                       const struct geo_record *record);

/* Takes the next bytes of the file; false stops the writing. */
typedef bool (*mmdb_sink_fn)(void *user, const void *data, size_t len);

struct mmdb_size {
    uint32_t nodes;
    uint32_t records; /* distinct ones that an address can reach */
    uint16_t record_bits;
    uint64_t bytes;
};

/* Writes the file to the sink. 'description' is the English one, UTF-8, and should carry the
 * attribution that the data's licence asks for. 'size' may be NULL. TATTLER_FULL: the sink said
 * no, or the data outgrows 32 bits. */
enum tattler_status mmdb_writer_write(struct mmdb_writer *writer, uint64_t build_epoch_s,
                                      const char *description, mmdb_sink_fn sink, void *user,
                                      struct mmdb_size *size);

#endif
