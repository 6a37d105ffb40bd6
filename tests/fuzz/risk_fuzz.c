#include <assert.h>
#include <string.h>

#include "files/csv.h"
#include "enrich/risk_row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A risk list, row by row, as risk_load() reads it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv csv = csv_over(cursor_over(data, size));
    struct csv_record record;
    unsigned line = 0;

    while (csv_next(&csv, &record)) {
        char why[RISK_WHY_SIZE], text[16];
        struct risk_key key;
        uint8_t score;

        assert(record.line > line);
        line = record.line;
        if (risk_row_parse(&record, &key, &score, why))
            assert(score <= 100 && key.kind < RISK_KIND_COUNT);
        if (!record.broken)
            assert(csv_text(&record.fields[0], text, sizeof(text)) < sizeof(text));
        (void)risk_row_is_header(&record);
    }
    return 0;
}
