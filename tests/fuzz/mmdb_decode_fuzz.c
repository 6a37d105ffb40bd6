#include <assert.h>

#include "enrich/mmdb_decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says where in the rest, as a data section, the record begins. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct geo_record found = { 0 };

    if (size == 0)
        return 0;
    (void)mmdb_decode(cursor_over(data + 1, size - 1), data[0], &found);
    assert(found.as_org == NULL || ((const uint8_t *)found.as_org > data &&
                                    found.as_org_len <= size));
    assert(found.country[2] == '\0');
    return 0;
}
