/* dissect_records.h - where records of TLS end in a stream. */
#ifndef TATTLER_CLI_DISSECT_RECORDS_H
#define TATTLER_CLI_DISSECT_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

#define TLS_RECORD_HEAD 5 /* type, version 2, length 2 (RFC 8446 section 5.1) */

/* One side; all zeros at the start of its stream. */
struct tls_records {
    uint8_t head[TLS_RECORD_HEAD], head_length; /* what has come of a head */
    uint16_t left;                              /* of the record behind it */
    bool lost;                                  /* bytes are missing: nobody knows where one begins */
};

/* The next bytes in order. True: a record ends in them. */
bool tls_records_end(struct tls_records *records, struct cursor bytes);

#endif
