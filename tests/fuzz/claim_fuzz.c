#include "parse/claim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t bytes[] = { 192, 168, 1, 7 };
    const struct address sender = address_from_v4(bytes);
    char name[CLAIM_NAME_SIZE];

    (void)claim_read(cursor_over(data, size), &sender, name);
    return 0;
}
