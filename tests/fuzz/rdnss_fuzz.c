#include "parse/rdnss.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rdnss rdnss;

    if (rdnss_read(cursor_over(data, size), &rdnss) == TATTLER_OK &&
            rdnss.count > RDNSS_RESOLVERS_MAX)
        __builtin_trap();
    return 0;
}
