/* eve_dns_data.h - the data of DNS records as JSON values, for the DNS records of eve.h alone.
 *
 * Reads and spells exactly the types that Suricata 8 does (rust/src/dns/parser.rs and log.rs). */
#ifndef TATTLER_EMIT_EVE_DNS_DATA_H
#define TATTLER_EMIT_EVE_DNS_DATA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "emit/json.h"
#include "parse/dns.h"

/* What a record's data consists of and what becomes of it. */
enum eve_dns_shape {
    EVE_DNS_OPAQUE,   /* nothing known: a string of its bytes, in mDNS only */
    EVE_DNS_ADDRESS,  /* A, AAAA: a string */
    EVE_DNS_NAME,     /* CNAME, NS, PTR: a string */
    EVE_DNS_EXCHANGE, /* MX: the name, a string */
    EVE_DNS_BYTES,    /* NULL: a string */
    EVE_DNS_STRINGS,  /* TXT: an array of strings */
    EVE_DNS_OPTIONS,  /* OPT: an array of objects */
    EVE_DNS_SOA,      /* an object, like those that follow */
    EVE_DNS_SSHFP,
    EVE_DNS_SERVICE,  /* SRV */
};

#define EVE_DNS_SHAPED_TYPES 64 /* those from here on are opaque */

#define EVE_DNS_TYPE_SIZE 16
bool eve_dns_type_is_known(uint16_t type);
/* "CNAME", or the number of a type without a name; lower case for mDNS. */
void eve_dns_type_text(uint16_t type, bool lower, char out[EVE_DNS_TYPE_SIZE]);
/* "NXDOMAIN", of the header's four bits; NULL where it has no name. */
const char *eve_dns_rcode_name(uint8_t rcode);

struct eve_dns_data {
    enum eve_dns_shape shape;
    struct dns_name names[2];
    uint32_t numbers[5];
    struct cursor rest; /* the bytes of shapes that are not just names and numbers */
};

/* False where the data does not fit the type. */
bool eve_dns_data_read(struct dns_message *message, const struct dns_record *record,
        struct eve_dns_data *out);

/* Writes the one value that the shape names. */
void eve_dns_data_put(struct json *json, const char *key, const struct eve_dns_data *data);

/* The next of EVE_DNS_STRINGS, taken from 'rest'. */
bool eve_dns_next_string(struct cursor *rest, struct cursor *string);

#endif
