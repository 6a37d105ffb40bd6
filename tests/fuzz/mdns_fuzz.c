#include "parse/mdns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mdns_device device;

    (void)mdns_read(cursor_over(data, size), &device);
    return 0;
}
