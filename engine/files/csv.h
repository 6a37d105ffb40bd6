/* csv.h - comma-separated values (RFC 4180), read in place.
 *
 * Accepts LF and CRLF and a byte order mark; passes over lines that start with '#'. Nothing is
 * copied or allocated; any thread. */
#ifndef TATTLER_FILES_CSV_H
#define TATTLER_FILES_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cursor.h"

#define CSV_FIELDS_MAX 8
#define CSV_RECORD_MAX 16384 /* bytes; a longer one has most likely lost a quote */

struct csv {
    struct cursor in;
    unsigned line; /* of 'in', from 1 */
};

struct csv_field {
    struct cursor raw; /* without the quotes around it; a quote inside is still doubled */
    bool quoted;
};

struct csv_record {
    struct csv_field fields[CSV_FIELDS_MAX];
    size_t count; /* of fields found: may be more than are kept */
    unsigned line;
    bool broken; /* a quote that is not closed, or text after it; only this line was passed */
};

struct csv csv_over(struct cursor file);

/* The next record; false at the end. An empty line is a record with one empty field. */
bool csv_next(struct csv *csv, struct csv_record *out);

/* The field's text, NUL-terminated, cut at the edge of a UTF-8 character to fit 'size' (at least
 * 1); control characters become spaces. Returns its length. */
size_t csv_text(const struct csv_field *field, char *out, size_t size);

#endif
