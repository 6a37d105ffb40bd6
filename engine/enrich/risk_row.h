/* risk_row.h - one row of a risk list: a part of risk.h. Any thread; no allocation. */
#ifndef TATTLER_ENRICH_RISK_ROW_H
#define TATTLER_ENRICH_RISK_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "files/csv.h"

/* Kinds of rows; below these, a prefix of so many bits. */
#define RISK_KIND_ASN 129
#define RISK_KIND_FLAG 130
#define RISK_KIND_COUNT 131

#define RISK_WHY_SIZE 256

/* What a row is about: a prefix's address, an ASN in network order, or a flag; zeros after it, so
 * that equal keys are equal bytes. */
struct risk_key {
    uint8_t kind;
    uint8_t bytes[16];
};

struct risk_key risk_key_asn(uint32_t asn);
struct risk_key risk_key_flag(uint8_t flag); /* one of enum geo_flag */
struct risk_key risk_key_prefix(const struct address *address, unsigned bits);

bool risk_row_is_header(const struct csv_record *record);

/* False: 'why' says what is wrong and what to write instead. */
bool risk_row_parse(const struct csv_record *record, struct risk_key *key, uint8_t *score,
                    char why[RISK_WHY_SIZE]);

#endif
