#include "parse/dhcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes as either version. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dhcp_message message;
    struct dhcp6_message message6;

    (void)dhcp_read(cursor_over(data, size), &message);
    (void)dhcp6_read(cursor_over(data, size), &message6);
    return 0;
}
